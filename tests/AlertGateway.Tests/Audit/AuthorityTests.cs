using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Ingest;
using AlertGateway.Storage.Ledger;
using AlertGateway.Tests.Approval;

namespace AlertGateway.Tests.Audit;

public sealed class AuthorityTests
{
    private const string Immediate = "<parameter><valueName>layer:SOREM:1.0:Broadcast_Immediately</valueName><value>Yes</value></parameter>";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_send_names_its_author_who_proposed_who_approved_and_by_which_rule()
    {
        var rows = await ClearedLog.OfTwoPeopleAsync();
        var trail = ClearedLog.Walk(rows);
        Assert.Empty(trail.Findings);
        var authority = Assert.Single(trail.Authorities);
        Assert.Equal(DeskWorld.Feed, authority.Author);
        Assert.Equal([(2, SignatureRole.Proposer, "duty"), (3, SignatureRole.Approver, "duty")], authority.Signatures.Select(s => (s.PersonId, s.Role, s.Rule)));
        Assert.Equal((2, "误发"), (authority.Sends, authority.CancelledBy!.Reason));
    }

    [Fact]
    public async Task A_send_without_clearance_a_cancel_that_nobody_ordered_and_a_signature_that_the_desk_never_saw_are_found()
    {
        var rows = await ClearedLog.OfTwoPeopleAsync();
        foreach (var kind in new[] { LedgerEventKind.Submitted, LedgerEventKind.Proposed, LedgerEventKind.Signed, LedgerEventKind.Cleared, LedgerEventKind.Cancelled }) Assert.NotEmpty(ClearedLog.Walk(rows.Where(r => r.Kind != kind)).Findings);
    }

    [Fact]
    public async Task Who_handed_the_alert_in_is_not_the_one_who_approves_it()
    {
        var rows = await ClearedLog.OfTwoPeopleAsync();
        Assert.Empty(ClearedLog.Walk(rows.Resubmitted(t => t with { Source = new SubmissionSource("person:2", false, 2) })).Findings);
        Assert.Single(ClearedLog.Walk(rows.Resubmitted(t => t with { Source = new SubmissionSource("person:3", false, 3) })).Findings);
    }

    [Fact]
    public async Task One_person_may_release_what_an_official_source_asks_to_have_broadcast_immediately_and_nothing_else()
    {
        using var world = ClearedLog.ADesk(DeskWorld.Authority.Replace("\"cancel\", \"releaseHold\"]", "\"cancel\", \"releaseHold\", \"releaseImmediate\"]", StringComparison.Ordinal));
        var cap = new CapText { EventCode = "tornado", Event = "tornado", InfoTail = Immediate };
        var proposal = Assert.Single((await world.SubmitAsync(cap, new SubmissionSource("feed:naads", true, 0))).Proposals);
        Assert.Equal(ProposalState.Cleared, (await world.Pipeline.ProposeAsync(1, DeskWorld.Officer, proposal.Hashes, Stop)).Proposal!.State);
        await ClearedLog.OpenAsync(world);
        var rows = ClearedLog.RowsOf(world);
        Assert.Empty(ClearedLog.Walk(rows).Findings);
        Assert.Single(ClearedLog.Walk(rows.Resubmitted(t => t with { Source = t.Source with { Official = false } })).Findings);
        Assert.Single(ClearedLog.Walk(rows.Resubmitted(t => t with { Disposition = Disposition.Quarantine })).Findings);
        Assert.Single(ClearedLog.Walk(rows.Resubmitted(t => t with { Raw = (cap with { InfoTail = "" }).Bytes })).Findings);
    }

    [Fact]
    public async Task A_standing_order_holds_for_an_official_source_that_is_no_person()
    {
        var rows = await ClearedLog.OfAStandingOrderAsync();
        var trail = ClearedLog.Walk(rows);
        Assert.Empty(trail.Findings);
        Assert.Equal((DeskWorld.OfficialFeed, "standing-order:red-rain"), (trail.Authorities[0].Author, trail.Authorities[0].CancelledBy!.Rule));
        Assert.NotEmpty(ClearedLog.Walk(rows.Resubmitted(t => t with { Source = t.Source with { Official = false } })).Findings);
        Assert.NotEmpty(ClearedLog.Walk(rows.Resubmitted(t => t with { Source = t.Source with { PersonId = 7 } })).Findings);
        Assert.NotEmpty(ClearedLog.Walk(rows.Resubmitted(t => t with { Source = t.Source with { Name = "feed:other" } })).Findings);
    }

    [Fact]
    public async Task A_break_glass_is_a_persons()
    {
        var rows = await ClearedLog.OfAStandingOrderAsync();
        Assert.NotEmpty(ClearedLog.Walk(rows.Select(r => SignedAs(r, 0, SignatureRole.BreakGlass))).Findings);
        Assert.Empty(ClearedLog.Walk(rows.Where(r => r.Kind != LedgerEventKind.Cancelled).Select(r => SignedAs(r, 2, SignatureRole.BreakGlass))).Findings);
    }

    [Fact]
    public async Task A_signature_names_the_rule_that_allowed_it()
    {
        var rows = await ClearedLog.OfTwoPeopleAsync();
        foreach (string? none in new[] { "", " ", null })
        {
            var trail = ClearedLog.Walk(rows.Select(r => Signed(r, s => s.Role == SignatureRole.Approver ? s with { Rule = none! } : s)));
            Assert.Contains("signed by no rule", Assert.Single(trail.Findings).Sentence, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_cancel_is_a_persons_by_a_rule_or_a_standing_orders_that_signed_it()
    {
        var people = await ClearedLog.OfTwoPeopleAsync();
        Assert.Single(ClearedLog.Walk(people.Select(r => TakenBackBy(r, 0, "duty"))).Findings);
        Assert.Single(ClearedLog.Walk(people.Select(r => TakenBackBy(r, 2, ""))).Findings);
        Assert.Single(ClearedLog.Walk(people.Select(r => TakenBackBy(r, 0, "standing-order:red-rain"))).Findings);

        var order = await ClearedLog.OfAStandingOrderAsync();
        Assert.Empty(ClearedLog.Walk(order.Select(r => TakenBackBy(r, 2, "duty"))).Findings);
        Assert.Single(ClearedLog.Walk(order.Select(r => TakenBackBy(r, 0, "standing-order:other"))).Findings);
        var signed = order.Where(r => r.Kind == LedgerEventKind.Signed).ToArray();
        Assert.Equal(2, signed.Length);
        Assert.Single(ClearedLog.Walk(order.Where(r => !r.Equals(signed[1]))).Findings);
    }

    [Fact]
    public async Task The_cancel_of_an_update_tells_those_whom_the_warning_before_it_was_for_and_nobody_else()
    {
        var rows = await ClearedLog.OfAChainAsync();
        Assert.Empty(ClearedLog.Walk(rows).Findings);
        Assert.Contains(rows, r => r.Kind == LedgerEventKind.CancelAudience);
        Assert.Single(ClearedLog.Walk(rows.Where(r => r.Kind != LedgerEventKind.CancelAudience)).Findings);
        var other = rows.Select(r => r.Kind == LedgerEventKind.CancelAudience ? r with { Body = ClearedRows.AudienceBody([1_001], [0]) } : r).Append(ClearedLog.AStart(Purpose.Cancel, 1_001, no: 2));
        Assert.Equal(2, ClearedLog.Walk(other).Findings.Count); // the stranger, and 900 who is not named any more
        Assert.Single(ClearedLog.Walk(rows.Append(ClearedLog.AStart(Purpose.Original, 900, no: 2))).Findings);
    }

    [Fact]
    public async Task Nothing_of_a_closed_dissemination_is_sent()
    {
        var rows = await ClearedLog.OfTwoPeopleAsync();
        var closed = new LedgerEvent { Kind = LedgerEventKind.Closed, AtTicks = rows[^1].AtTicks, DisseminationNo = rows[^1].DisseminationNo };
        Assert.Empty(ClearedLog.Walk(rows.Append(closed)).Findings);
        var begun = rows.First(r => r.Kind == LedgerEventKind.Started);
        Assert.Contains("is closed", Assert.Single(ClearedLog.Walk(rows.Append(closed).Append(begun)).Findings).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_correction_of_a_false_alarm_goes_beside_the_audience_and_to_nobodys_telephone()
    {
        var rows = await ClearedLog.OfTwoPeopleAsync();
        LedgerEvent Row(byte channel, int endpoint) => new() { Kind = LedgerEventKind.CancelAudience, AtTicks = 1, DisseminationNo = 1, Channel = channel, Code = CancelAudienceCodes.CorrectedToo, Body = ClearedRows.AudienceBody([endpoint], [0]) };
        LedgerEvent[] With(LedgerEvent also, bool falseAlarm, params LedgerEvent[] after) => [.. rows.SelectMany(r => r.Kind == LedgerEventKind.Cancelled ? [also, AsFalseAlarm(r, falseAlarm)] : (LedgerEvent[])[r]), .. after];
        var correction = ClearedLog.AStart(Purpose.Correction, 5_000) with { Channel = 3 };
        Assert.Empty(ClearedLog.Walk(With(Row(3, 5_000), true, correction)).Findings);
        Assert.Single(ClearedLog.Walk(With(Row(3, 5_000), false, correction)).Findings);
        Assert.Single(ClearedLog.Walk(With(Row(3, 5_001), true, correction)).Findings); // it is not the one that was named
        Assert.Single(ClearedLog.Walk(With(Row(3, 5_000), true, correction with { Purpose = (byte)Purpose.Cancel })).Findings);
        Assert.Empty(ClearedLog.Walk(With(Row(1, 900), true, ClearedLog.AStart(Purpose.Correction, 900))).Findings);
        Assert.NotEmpty(ClearedLog.Walk(With(Row(1, 1_001), true)).Findings);
    }

    private static LedgerEvent AsFalseAlarm(LedgerEvent row, bool falseAlarm) => row with { Body = ClearedRows.Body(ClearedRows.Read(row.Body.Span, DispatchJson.Default.CancelRecord)! with { FalseAlarm = falseAlarm }, DispatchJson.Default.CancelRecord) };

    private static LedgerEvent TakenBackBy(LedgerEvent row, int personId, string rule)
    {
        if (row.Kind != LedgerEventKind.Cancelled) return row;
        var record = ClearedRows.Read(row.Body.Span, DispatchJson.Default.CancelRecord)!;
        return row with { Body = ClearedRows.Body(record with { PersonId = personId, Rule = rule }, DispatchJson.Default.CancelRecord) };
    }

    private static LedgerEvent SignedAs(LedgerEvent row, int personId, SignatureRole role) => Signed(row, s => s with { PersonId = personId, Role = role });

    private static LedgerEvent Signed(LedgerEvent row, Func<ApprovalSignature, ApprovalSignature> otherwise)
    {
        if (row.Kind == LedgerEventKind.Signed)
        {
            var signed = LedgerJson.Read<SignedRow>(row.Body.Span);
            return row with { Body = LedgerJson.Write(signed with { Signature = otherwise(signed.Signature) }) };
        }
        if (row.Kind != LedgerEventKind.Cleared) return row;
        var record = ClearedRows.Read(row.Body.Span, DispatchJson.Default.ClearedRecord)!;
        return row with { Body = ClearedRows.Body(record with { Signatures = [.. record.Signatures.Select(otherwise)] }, DispatchJson.Default.ClearedRecord) };
    }
}
