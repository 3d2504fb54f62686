using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Audit;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Targeting;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Registry;
using AlertGateway.Tests.Approval;
using AlertGateway.Tests.Dispatch;

namespace AlertGateway.Tests.Audit;

/// <summary>The rows of an alert of a small town, from its bytes to its sends, as desk and dispatch write them.</summary>
internal static class ClearedLog
{
    private static readonly RegistrySnapshot Town = Makers.ATown(500);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>A desk whose audiences are those of the town, hashed.</summary>
    public static DeskWorld ADesk(string? authority = null) => new(target: (_, _) => Target(), authority: authority);

    /// <summary>Opens what the desk cleared first.</summary>
    public static async Task<DisseminationRoom> OpenAsync(DeskWorld world, Func<ClearedAlert, ClearedAlert>? otherwise = null)
    {
        var room = new DisseminationRoom(world.Ledger, Town, world.Clock, _ => new ChannelTimes(TimeSpan.FromHours(1), TimeSpan.MaxValue));
        world.Ledger.Observe(room);
        var cleared = world.Dispatch.Opened[0];
        Assert.Equal(1, await room.OpenAsync(otherwise?.Invoke(cleared) ?? cleared, Stop));
        return room;
    }

    /// <summary>Two signatures, a send, a cancel and its send.</summary>
    public static async Task<IReadOnlyList<LedgerEvent>> OfTwoPeopleAsync(Func<ClearedAlert, ClearedAlert>? otherwise = null)
    {
        using var world = ADesk();
        await world.ClearAsync(new CapText());
        var room = await OpenAsync(world, otherwise);
        await world.Ledger.AppendAsync(new[] { AStart(Purpose.Original) }, Stop);
        await room.CancelAsync(1, new Actor(2, "值班乙", "duty"), "误发", falseAlarm: false, Stop);
        await world.Ledger.AppendAsync(new[] { AStart(Purpose.Cancel) }, Stop);
        return [.. world.Ledger.Rows.Where(r => r.Kind != LedgerEventKind.Cleared || !r.Body.IsEmpty)]; // without the stand-in's opening
    }

    /// <summary>Released, and taken back, by standing order.</summary>
    public static async Task<IReadOnlyList<LedgerEvent>> OfAStandingOrderAsync()
    {
        using var world = ADesk();
        var cap = new CapText();
        await world.SubmitAsync(cap, DeskWorld.OfficialFeed);
        var room = await OpenAsync(world);
        await world.SubmitAsync(cap.Next("Cancel", "c1"), DeskWorld.OfficialFeed);
        var (_, by, reason, _) = Assert.Single(world.Dispatch.Cancelled);
        await room.CancelAsync(1, by, reason, falseAlarm: false, Stop);
        return [.. world.Ledger.Rows.Where(r => r.Kind != LedgerEventKind.Cleared || !r.Body.IsEmpty)]; // without the stand-in's opening
    }

    public static LedgerEvent AStart(Purpose purpose, int endpointNo = 1, long atTicks = 1) => new() { Kind = LedgerEventKind.Started, AtTicks = atTicks, DisseminationNo = 1, EndpointNo = endpointNo, Channel = 1, Purpose = (byte)purpose, Attempt = 1 };

    public static AuthorityTrail Walk(IEnumerable<LedgerEvent> rows)
    {
        var trail = new AuthorityTrail();
        long sequence = 0;
        foreach (var row in rows) trail.Fold(++sequence, in row);
        return trail;
    }

    /// <summary>The same rows with what the submissions say changed.</summary>
    public static IEnumerable<LedgerEvent> Resubmitted(this IEnumerable<LedgerEvent> rows, Func<TakenAlert, TakenAlert> change) =>
        rows.Select(r => r.Kind == LedgerEventKind.Submitted ? r with { Body = LedgerJson.Write(change(LedgerJson.Read<TakenAlert>(r.Body.Span))) } : r);

    private static TargetingResult Target()
    {
        var plan = SmallTown.Plan();
        var audience = Makers.ARedAlert(Town, DeskWorld.Start).Proposal.Audience with { Counts = plan.Audience.Counts };
        return plan with { Audience = audience with { Sha256 = AudienceHash.Of(audience) } };
    }
}
