using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Tracking;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Tests.Dispatch;

/// <summary>A warning, its update, and what takes either back: whoever holds one of them is told exactly once.</summary>
public sealed class ChainCancelTests : IDisposable
{
    private static readonly DateTimeOffset Sent = new(2026, 7, 5, 2, 10, 0, TimeSpan.FromHours(8));
    private static readonly Actor Officer = new(1, "值班员", "test");
    private readonly TempFolder _folder = new();
    private readonly SqliteLedger _ledger;
    private readonly DisseminationRoom _room;

    public ChainCancelTests() => (_ledger, _room) = Open();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _ledger.Dispose();
        _folder.Dispose();
    }

    [Fact(Timeout = 30_000)]
    public async Task An_update_after_a_cancel_leaves_nobody_untold()
    {
        int older = await OpenAsync("demo-1");
        await ReachAsync(older, 1, 10);
        await _room.CancelAsync(older, Officer, "误发", falseAlarm: false, Stop);
        await OpenAsync("demo-2", takesOver: older);
        var cancel = Cancel(older);
        Assert.Equal((10, 10, 0), (cancel.Count, cancel.Of(Outcome.Planned), cancel.Of(Outcome.Suppressed)));
    }

    [Fact(Timeout = 30_000)]
    public async Task An_update_waits_at_each_telephone_for_the_cancel_of_what_it_replaces()
    {
        int older = await OpenAsync("demo-1");
        await ReachAsync(older, 1, 10);
        await _room.CancelAsync(older, Officer, "误发", falseAlarm: false, Stop);
        int update = await OpenAsync("demo-2", takesOver: older);
        var batch = new TakenDelivery[40];
        int taken = _room.Take(ChannelKind.Sms, batch, new TakeLimits(40, 40, 40));
        Assert.Equal(Enumerable.Range(1, 10), batch[..taken].Where(t => t.Held.State.DisseminationNo == older).Select(t => t.Started.EndpointNo));
        Assert.Equal(Enumerable.Range(11, 10), batch[..taken].Where(t => t.Held.State.DisseminationNo == update).Select(t => t.Started.EndpointNo));
    }

    [Fact(Timeout = 30_000)]
    public async Task The_cancel_of_an_update_tells_those_too_whom_only_the_older_warning_reached()
    {
        var (older, update) = await AChainAsync();
        await _room.CancelAsync(update, Officer, "解除", falseAlarm: false, Stop);
        Assert.Equal(Enumerable.Range(1, 10), Cancel(update).Endpoints.Order());
        var batch = new TakenDelivery[40];
        int taken = _room.Take(ChannelKind.Sms, batch, new TakeLimits(40, 40, 40));
        Assert.Equal(Enumerable.Range(1, 10).Select(e => (e, e <= 4 ? update : older)), batch[..taken].Select(t => (t.Started.EndpointNo, t.OriginalNo)).Order());
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whoever_takes_back_both_tells_everybody_once(bool olderFirst)
    {
        var (older, update) = await AChainAsync();
        foreach (int no in olderFirst ? (int[])[older, update] : [update, older]) await _room.CancelAsync(no, Officer, "解除", falseAlarm: false, Stop);
        Assert.Equal(Enumerable.Range(1, 10), Cancel(older).Endpoints.Concat(Cancel(update).Endpoints).Order());
        Assert.Equal(Enumerable.Range(1, 4), Cancel(update).Endpoints.Order().Take(4));
    }

    [Fact(Timeout = 30_000)]
    public async Task An_update_that_lives_on_is_not_taken_back_by_the_cancel_of_the_older_one()
    {
        var (older, update) = await AChainAsync();
        await _room.CancelAsync(older, Officer, "解除", falseAlarm: false, Stop);
        Assert.Equal(Enumerable.Range(5, 6), Cancel(older).Endpoints.Order());
        Assert.Equal(DisseminationState.Running, _room.Find(update)!.State);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_holder_of_the_older_warning_is_told_although_the_update_on_the_wire_was_not_taken()
    {
        int older = await OpenAsync("demo-1");
        await ReachAsync(older, 1, 1);
        int update = await OpenAsync("demo-2", takesOver: older);
        await RowAsync(update, 1, LedgerEventKind.Started, 0);
        await RowAsync(update, 2, LedgerEventKind.Started, 0);
        await _room.CancelAsync(update, Officer, "解除", falseAlarm: false, Stop);
        await RowAsync(update, 1, LedgerEventKind.Result, (byte)ResultCode.NotSent);
        await RowAsync(update, 2, LedgerEventKind.Result, (byte)ResultCode.NotSent);
        var cancel = Cancel(update);
        Assert.Equal((Outcome.Planned, Outcome.Suppressed), (cancel.OutcomeOf(cancel.SlotOf(1)), cancel.OutcomeOf(cancel.SlotOf(2))));
    }

    [Fact(Timeout = 30_000)]
    public async Task Nobody_is_told_to_forget_an_older_warning_that_was_on_the_wire_and_not_taken()
    {
        int older = await OpenAsync("demo-1");
        await RowAsync(older, 1, LedgerEventKind.Started, 0);
        await RowAsync(older, 2, LedgerEventKind.Started, 0);
        int update = await OpenAsync("demo-2", takesOver: older);
        await _room.CancelAsync(update, Officer, "解除", falseAlarm: false, Stop);
        await RowAsync(older, 1, LedgerEventKind.Result, (byte)ResultCode.NotSent);
        await RowAsync(older, 2, LedgerEventKind.Result, (byte)ResultCode.Accepted);
        Assert.Equal([2], Took(new TakeLimits(8, 8, 8)).Select(t => t.Started.EndpointNo));
        await _room.TickAsync(Stop);
        var cancel = Cancel(update);
        Assert.Equal(Outcome.Suppressed, cancel.OutcomeOf(cancel.SlotOf(1)));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_rebuilt_chain_tells_the_same_people()
    {
        var (older, update) = await AChainAsync();
        await _room.CancelAsync(update, Officer, "解除", falseAlarm: false, Stop);
        await _room.CancelAsync(older, Officer, "解除", falseAlarm: false, Stop);
        var (before, beforeOlder) = (Cancel(update).Endpoints, Cancel(older).Endpoints);
        var rebuilt = new DisseminationRoom(_ledger, Makers.ATown(10), TimeProvider.System, _ => new ChannelTimes(TimeSpan.FromHours(1), TimeSpan.MaxValue));
        _ledger.Read(1, rebuilt.OnCommitted);
        Assert.Equal(before, State(rebuilt, update).Set(ChannelKind.Sms, Purpose.Cancel)!.Endpoints);
        Assert.Equal(beforeOlder, State(rebuilt, older).Set(ChannelKind.Sms, Purpose.Cancel)!.Endpoints);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_channel_for_which_nothing_was_approved_ends_by_itself_and_stops_nobody()
    {
        var town = Makers.ATown(10);
        var alert = Makers.ARedAlert(town, Sent);
        var audience = alert.Proposal.Audience;
        var wider = alert with { Proposal = alert.Proposal with { Audience = audience with { Channels = [.. audience.Channels, new(ChannelKind.Loudspeaker, [1, 2], [0, 0])] } } };
        int no = await _room.OpenAsync(wider, Stop);
        await ReachAsync(no, 1, 2);
        Assert.Equal(0, _room.Take(ChannelKind.Loudspeaker, new TakenDelivery[8], new TakeLimits(8, 8, 8)));
        await _room.CancelAsync(no, Officer, "解除", falseAlarm: true, Stop);
        Assert.Equal(0, _room.Take(ChannelKind.Loudspeaker, new TakenDelivery[8], new TakeLimits(8, 8, 8)));
        Assert.Equal(2, State(_room, no).Set(ChannelKind.Loudspeaker, Purpose.Original)!.Of(Outcome.Suppressed));
        Assert.Contains(State(_room, no).Timeline, t => t.Code == "no-rendition");
        Assert.Equal(2, Cancel(no).Count);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(20)]
    [InlineData(1)]
    public async Task Taking_back_a_lesser_message_leaves_half_of_the_room_to_what_threatens_life(int room)
    {
        int lesser = await _room.OpenAsync(Makers.ARedAlert(Makers.ATown(10), Sent, "blue", colour: WarningColour.Blue), Stop);
        await ReachAsync(lesser, 1, 20);
        await _room.CancelAsync(lesser, Officer, "解除", falseAlarm: false, Stop);
        int red = await OpenAsync("red");
        var started = new List<int>();
        var limits = new TakeLimits(room, room, room);
        while (started.Count < 20) started.AddRange(Took(limits).Select(t => t.Held.State.DisseminationNo));
        Assert.Equal((10, 10), (started.Count(no => no == lesser), started.Count(no => no == red)));
        while (Took(limits) is { Length: > 0 } more) started.AddRange(more.Select(t => t.Held.State.DisseminationNo));
        Assert.Equal((20, 20), (started.Count(no => no == lesser), started.Count(no => no == red)));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_reply_does_not_acknowledge_a_warning_that_is_over()
    {
        int no = await _room.OpenAsync(Makers.ARedAlert(Makers.ATown(10), Sent, expiresTicks: Sent.UtcTicks), Stop);
        await ReachAsync(no, 1, 1);
        Assert.Equal(ReceiptVerdict.UnknownDelivery, await _room.AcknowledgeNewestAsync(1, Stop));
        int live = await OpenAsync("demo-2");
        await ReachAsync(live, 1, 1);
        Assert.Equal(ReceiptVerdict.Recorded, await _room.AcknowledgeNewestAsync(1, Stop));
    }

    private TakenDelivery[] Took(TakeLimits limits)
    {
        var batch = new TakenDelivery[limits.All];
        return batch[.._room.Take(ChannelKind.Sms, batch, limits)];
    }

    /// <summary>The older one has reached 1 to 10, its update 1 to 4.</summary>
    private async Task<(int Older, int Update)> AChainAsync()
    {
        int older = await OpenAsync("demo-1");
        await ReachAsync(older, 1, 10);
        int update = await OpenAsync("demo-2", takesOver: older);
        await ReachAsync(update, 1, 4);
        return (older, update);
    }

    private Task<int> OpenAsync(string identifier, int takesOver = 0) => _room.OpenAsync(Makers.ARedAlert(Makers.ATown(10), Sent, identifier, takesOver: takesOver), Stop);

    private async Task ReachAsync(int no, int first, int last)
    {
        for (int endpoint = first; endpoint <= last; endpoint++)
        {
            await RowAsync(no, endpoint, LedgerEventKind.Started, 0);
            await RowAsync(no, endpoint, LedgerEventKind.Result, (byte)ResultCode.Accepted);
        }
    }

    private async Task RowAsync(int no, int endpoint, LedgerEventKind kind, byte code) =>
        await _ledger.AppendAsync(new[] { new LedgerEvent { Kind = kind, AtTicks = Sent.UtcTicks, DisseminationNo = no, EndpointNo = endpoint, Channel = (byte)ChannelKind.Sms, Attempt = 1, Code = code } }, Stop);

    private DeliverySet Cancel(int no) => State(_room, no).Set(ChannelKind.Sms, Purpose.Cancel)!;

    private static Dissemination State(DisseminationRoom room, int no) => room.States.First(s => s.DisseminationNo == no);

    private (SqliteLedger Ledger, DisseminationRoom Room) Open()
    {
        var ledger = SqliteLedger.Open(Path.Combine(_folder.Path, "ledger.db"));
        var room = new DisseminationRoom(ledger, Makers.ATown(10), TimeProvider.System, _ => new ChannelTimes(TimeSpan.FromHours(1), TimeSpan.MaxValue));
        ledger.Observe(room);
        return (ledger, room);
    }
}
