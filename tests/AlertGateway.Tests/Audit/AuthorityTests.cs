using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Audit;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;
using AlertGateway.Tests.Approval;
using AlertGateway.Tests.Dispatch;

namespace AlertGateway.Tests.Audit;

public sealed class AuthorityTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_send_names_who_proposed_who_approved_and_by_which_rule()
    {
        var rows = await ALogAsync();
        var trail = Walk(rows);
        Assert.Empty(trail.Findings);
        var authority = Assert.Single(trail.Authorities);
        Assert.Equal([(2, SignatureRole.Proposer, "duty"), (3, SignatureRole.Approver, "duty")], authority.Signatures.Select(s => (s.PersonId, s.Role, s.Rule)));
        Assert.Equal((2, "误发"), (authority.Sends, authority.CancelledBy!.Reason));
    }

    [Fact]
    public async Task A_send_without_clearance_a_cancel_that_nobody_ordered_and_a_signature_that_the_desk_never_saw_are_found()
    {
        var rows = await ALogAsync();
        Assert.NotEmpty(Walk(rows.Where(r => r.Kind != LedgerEventKind.Cleared)).Findings);
        Assert.NotEmpty(Walk(rows.Where(r => r.Kind != LedgerEventKind.Cancelled)).Findings);
        Assert.NotEmpty(Walk(rows.Where(r => r.Kind != LedgerEventKind.Signed)).Findings);
        Assert.NotEmpty(Walk(rows.Where(r => r.Kind != LedgerEventKind.Proposed)).Findings);
    }

    /// <summary>From the bytes of an alert over two signatures to a send, a cancel and its send.</summary>
    private static async Task<IReadOnlyList<LedgerEvent>> ALogAsync()
    {
        using var world = new DeskWorld();
        await world.ClearAsync(new CapText());
        var cleared = world.Dispatch.Opened[0];
        var town = Makers.ATown(500, version: cleared.Proposal.Audience.RegistryVersion);
        var room = new DisseminationRoom(world.Ledger, town, world.Clock, _ => new ChannelTimes(TimeSpan.FromHours(1), TimeSpan.MaxValue));
        world.Ledger.Observe(room);
        var audience = Makers.ARedAlert(town, world.Clock.GetUtcNow()).Proposal.Audience;
        int no = await room.OpenAsync(cleared with { Proposal = cleared.Proposal with { Audience = audience } }, Stop);
        await world.Ledger.AppendAsync(new[] { AStart(no, Purpose.Original) }, Stop);
        await room.CancelAsync(no, new Actor(2, "值班乙", "duty"), "误发", falseAlarm: false, Stop);
        await world.Ledger.AppendAsync(new[] { AStart(no, Purpose.Cancel) }, Stop);
        return world.Ledger.Rows;
    }

    private static LedgerEvent AStart(int no, Purpose purpose) => new() { Kind = LedgerEventKind.Started, AtTicks = 1, DisseminationNo = no, EndpointNo = 1, Channel = 1, Purpose = (byte)purpose, Attempt = 1 };

    private static AuthorityTrail Walk(IEnumerable<LedgerEvent> rows)
    {
        var trail = new AuthorityTrail();
        long sequence = 0;
        foreach (var row in rows) trail.Fold(++sequence, in row);
        return trail;
    }
}
