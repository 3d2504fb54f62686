using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Audit;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;
using AlertGateway.Storage.Audit;
using AlertGateway.Storage.Ledger;
using AlertGateway.Tests.Approval;
using AlertGateway.Tests.Dispatch;

namespace AlertGateway.Tests.Audit;

/// <summary>What was frozen and sent, held against what was approved.</summary>
public sealed class FrozenTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Another_audience_under_the_approved_hashes_is_found()
    {
        var rows = await ClearedLog.OfTwoPeopleAsync(cleared =>
        {
            var audience = cleared.Proposal.Audience;
            var sms = audience.Channels[0];
            return cleared with { Proposal = cleared.Proposal with { Audience = audience with { Channels = [sms with { EndpointNos = [.. sms.EndpointNos.Select(e => e == 7 ? 8 : e == 8 ? 7 : e)] }] } } };
        });
        Assert.Contains("audience", Assert.Single(ClearedLog.Walk(rows).Findings).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frozen_row_that_is_missing_doubled_or_unreadable_is_found()
    {
        var rows = await ClearedLog.OfTwoPeopleAsync();
        foreach (var kind in new[] { LedgerEventKind.AudienceFrozen, LedgerEventKind.RenditionStored })
        {
            var one = rows.Last(r => r.Kind == kind);
            Assert.NotEmpty(ClearedLog.Walk(rows.Where(r => !r.Equals(one))).Findings);
            Assert.NotEmpty(ClearedLog.Walk(rows.SelectMany(r => r.Equals(one) ? [r, r] : new[] { r })).Findings);
            Assert.NotEmpty(ClearedLog.Walk(rows.Select(r => r.Equals(one) ? r with { Body = new byte[] { 9, 0, 0, 0 } } : r)).Findings);
        }
    }

    [Fact]
    public async Task The_ends_of_villages_are_bound_by_what_was_approved()
    {
        var rows = await ClearedLog.WithVillageEndsAsync(70, long.MaxValue);
        Assert.Empty(ClearedLog.Walk(rows).Findings);
        var ends = Assert.Single(rows, r => r.Kind == LedgerEventKind.VillageEnds);
        IEnumerable<LedgerEvent> With(params LedgerEvent[] instead) => rows.SelectMany(r => r.Equals(ends) ? instead : [r]);
        LedgerEvent Other(params long[] other) => ends with { Body = VillageEnds.Body(other) };
        foreach (var changed in new[] { With(), With(ends, ends), With(Other(71, long.MaxValue)), With(Other(70)), With(Other()), With(ends with { Body = new byte[] { 9, 0, 0, 0 } }) })
        {
            Assert.Contains("audience", Assert.Single(ClearedLog.Walk(changed).Findings).Sentence, StringComparison.Ordinal);
        }
        var without = await ClearedLog.OfTwoPeopleAsync();
        int cleared = without.ToList().FindIndex(r => r.Kind == LedgerEventKind.Cleared);
        Assert.Contains("audience", Assert.Single(ClearedLog.Walk([.. without.Take(cleared), ends, .. without.Skip(cleared)]).Findings).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_words_under_the_approved_hashes_are_found()
    {
        var rows = await ClearedLog.OfTwoPeopleAsync();
        foreach (bool alsoItsOwnHash in new[] { false, true })
        {
            var changed = rows.Select(r =>
            {
                if (r.Kind != LedgerEventKind.RenditionStored) return r;
                var rendition = ClearedRows.Read(r.Body.Span, DispatchJson.Default.Rendition)!;
                if (rendition is not { Channel: ChannelKind.Sms, Purpose: Purpose.Original }) return r;
                rendition = rendition with { Text = rendition.Text + "!" };
                return r with { Body = ClearedRows.Body(alsoItsOwnHash ? rendition with { Sha256 = RenditionHash.Of(rendition) } : rendition, DispatchJson.Default.Rendition) };
            });
            Assert.Contains("rendition", Assert.Single(ClearedLog.Walk(changed).Findings).Sentence, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_send_to_an_endpoint_outside_the_frozen_audience_is_found()
    {
        var rows = await ClearedLog.OfTwoPeopleAsync();
        foreach (var stray in new[] { ClearedLog.AStart(Purpose.Original, 1_001), ClearedLog.AStart(Purpose.Cancel, -1), ClearedLog.AStart(Purpose.Original) with { Channel = (byte)ChannelKind.Push } })
        {
            Assert.Equal(rows.Count + 1, Assert.Single(ClearedLog.Walk(rows.Append(stray)).Findings).Place);
        }
        Assert.Empty(ClearedLog.Walk(rows.Append(ClearedLog.AStart(Purpose.Original, 1_000))).Findings);
    }

    [Fact]
    public async Task An_original_that_started_after_its_expiry_is_found_unless_it_never_left()
    {
        var rows = await ClearedLog.OfTwoPeopleAsync();
        long expires = new CapText().Expires!.Value.UtcTicks;
        var late = ClearedLog.AStart(Purpose.Original, 2, expires);
        var result = late with { Kind = LedgerEventKind.Result, Code = (byte)ResultCode.NotSent };
        // The gate is closed between a start and its first byte; the row of the start is there all the same.
        Assert.Empty(ClearedLog.Walk([.. rows, late, result]).Findings);
        Assert.Single(ClearedLog.Walk([.. rows, late, result with { Code = (byte)ResultCode.Accepted }]).Findings);
        Assert.Empty(ClearedLog.Walk([.. rows, late with { AtTicks = expires - 1 }, result with { Code = (byte)ResultCode.Accepted }]).Findings);
    }

    [Fact]
    public async Task The_verifier_hands_out_what_was_frozen()
    {
        var rows = await ClearedLog.OfTwoPeopleAsync();
        using var folder = new TempFolder();
        string path = Path.Combine(folder.Path, "ledger.db");
        using (var ledger = SqliteLedger.Open(path)) await ledger.AppendAsync(rows.ToArray(), Stop);
        var trail = new AuthorityTrail();
        var report = AuditVerifier.Verify(path, await File.ReadAllTextAsync(Path.Combine(folder.Path, "audit.key.pub"), Stop), null, tailMayBeOpen: false, (long row, long _, in LedgerEvent e) => trail.Fold(row, in e));
        Assert.Empty(report.Findings);
        Assert.Empty(trail.Findings);
        Assert.Equal(2, Assert.Single(trail.Authorities).Sends);
    }
}
