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

    /// <summary>Without what the stand-in for dispatch opened.</summary>
    public static IReadOnlyList<LedgerEvent> RowsOf(DeskWorld world) => [.. world.Ledger.Rows.Where(r => r.Kind != LedgerEventKind.Cleared || !r.Body.IsEmpty)];

    /// <summary>Two signatures, a send, a cancel and its send.</summary>
    public static async Task<IReadOnlyList<LedgerEvent>> OfTwoPeopleAsync(Func<ClearedAlert, ClearedAlert>? otherwise = null)
    {
        using var world = ADesk();
        await world.ClearAsync(new CapText());
        var room = await OpenAsync(world, otherwise);
        await world.Ledger.AppendAsync(new[] { AStart(Purpose.Original) }, Stop);
        await room.CancelAsync(1, new Actor(2, "值班乙", "duty"), "误发", falseAlarm: false, Stop);
        await world.Ledger.AppendAsync(new[] { AStart(Purpose.Cancel) }, Stop);
        return RowsOf(world);
    }

    /// <summary>Two signatures over an audience whose villages have these ends.</summary>
    public static async Task<IReadOnlyList<LedgerEvent>> WithVillageEndsAsync(params long[] ends)
    {
        using var world = new DeskWorld(target: (_, _) => Target() with { Audience = Target().Audience.Until(ends) });
        await world.ClearAsync(new CapText());
        await OpenAsync(world);
        return RowsOf(world);
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
        return RowsOf(world);
    }

    /// <summary>A warning that has reached endpoints 1 and 900, its update for the first 500 that has reached endpoint 1, and the cancel of the update with its sends.</summary>
    public static async Task<IReadOnlyList<LedgerEvent>> OfAChainAsync()
    {
        int targets = 0;
        using var world = new DeskWorld(target: (_, _) => Target(targets++ == 0 ? 1_000 : 500));
        var cap = new CapText();
        await world.ClearAsync(cap);
        await world.ClearAsync(cap.Next("Update", "u1"));
        var room = await OpenAsync(world);
        await SendAsync(world, 1, 1, 900);
        Assert.Equal(2, await room.OpenAsync(world.Dispatch.Opened[1], Stop));
        await SendAsync(world, 2, 1);
        await room.CancelAsync(2, new Actor(2, "值班乙", "duty"), "解除", falseAlarm: false, Stop);
        await world.Ledger.AppendAsync(new[] { AStart(Purpose.Cancel, 1, no: 2), AStart(Purpose.Cancel, 900, no: 2) }, Stop);
        return RowsOf(world);
    }

    private static async Task SendAsync(DeskWorld world, int no, params int[] endpoints)
    {
        foreach (int endpoint in endpoints)
        {
            var start = AStart(Purpose.Original, endpoint, no: no);
            await world.Ledger.AppendAsync(new[] { start, start with { Kind = LedgerEventKind.Result, Code = (byte)ResultCode.Accepted } }, Stop);
        }
    }

    public static LedgerEvent AStart(Purpose purpose, int endpointNo = 1, long atTicks = 1, int no = 1) => new() { Kind = LedgerEventKind.Started, AtTicks = atTicks, DisseminationNo = no, EndpointNo = endpointNo, Channel = 1, Purpose = (byte)purpose, Attempt = 1 };

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

    private static TargetingResult Target(int endpoints = 1_000)
    {
        var plan = SmallTown.Plan();
        var audience = Makers.ARedAlert(Town, DeskWorld.Start).Proposal.Audience with { Counts = plan.Audience.Counts };
        audience = audience with { Channels = [.. audience.Channels.Select(c => c with { EndpointNos = c.EndpointNos[..endpoints], Languages = c.Languages[..endpoints] })] };
        return plan with { Audience = audience with { Sha256 = AudienceHash.Of(audience) } };
    }
}
