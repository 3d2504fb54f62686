using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Registry;
using AlertGateway.Tests.Approval;
using Microsoft.Extensions.Time.Testing;

namespace AlertGateway.Tests.Dispatch;

/// <summary>A warning whose villages have less time than the message: 甲 (endpoints 3, 4, 7, 8) until 5 s, 乙 (1, 2, 5, 6) until 9 s, the message until 12 s.</summary>
public sealed class VillageEndsTests
{
    private static readonly DateTimeOffset Sent = new(2026, 7, 5, 2, 10, 0, TimeSpan.FromHours(8));
    private static readonly RegistrySnapshot Town = Makers.ATown(4);
    private static readonly int[] Near = [3, 4, 7, 8], Far = [1, 2, 5, 6];
    private readonly FakeTimeProvider _clock = new(Sent);
    private readonly MemoryLedger _ledger = new();
    private readonly DisseminationRoom _room;

    public VillageEndsTests()
    {
        _room = new DisseminationRoom(_ledger, Town, _clock, Times);
        _ledger.Observe(_room);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_waits_in_a_village_whose_time_has_come_ends_by_one_row_and_the_others_go_on()
    {
        int no = await OpenAsync();
        Pass(5);
        await _room.TickAsync(Stop);
        await _room.TickAsync(Stop);
        var row = Assert.Single(_ledger.Rows, r => r.Kind == LedgerEventKind.VillagesEnded);
        Assert.Equal((At(5), (byte)ChannelKind.Sms, (byte)Purpose.Original), (row.Number, row.Channel, row.Purpose));
        Assert.Equal((4, 4), (Counts(no).Suppressed, Counts(no).Open));
        Assert.Contains(_room.Timeline(no), t => t.Code == "village-ended" && t.Text.Contains("4 条", StringComparison.Ordinal));
        Assert.Equal(Far, Take().Select(t => t.Started.EndpointNo));
        Pass(4);
        await _room.TickAsync(Stop);
        Assert.Equal((8, 0, DisseminationState.Complete), (Counts(no).Suppressed, Counts(no).Open, _room.Find(no)!.State));
        Pass(3);
        await _room.TickAsync(Stop);
        Assert.DoesNotContain(_ledger.Rows, r => r.Kind == LedgerEventKind.Suppressed); // nothing was left
    }

    [Fact]
    public async Task Nothing_is_taken_for_a_village_whose_time_has_come_before_any_row_says_so()
    {
        await OpenAsync();
        Pass(5);
        Assert.Equal(Far, Take().Select(t => t.Started.EndpointNo));
        Assert.Empty(Take());
    }

    [Fact]
    public async Task Each_delivery_carries_its_villages_end_and_its_gate_closes_then()
    {
        await OpenAsync();
        var taken = Take();
        Assert.Equal(8, taken.Length);
        Assert.All(taken, t => Assert.Equal(At(Near.Contains(t.Started.EndpointNo) ? 5 : 9), t.Gate.NotAfterTicks));
        Assert.Equal(2, taken.Select(t => t.Gate).Distinct().Count());
        _clock.SetUtcNow(Sent.AddSeconds(5).AddTicks(-1));
        Assert.All(taken, t => Assert.True(t.Gate.IsOpen));
        _clock.SetUtcNow(Sent.AddSeconds(5));
        Assert.All(taken, t => Assert.Equal(Far.Contains(t.Started.EndpointNo), t.Gate.IsOpen));
    }

    [Fact]
    public async Task What_the_rows_have_ended_stays_ended_when_the_wall_clock_is_stepped_back()
    {
        int no = await OpenAsync();
        var near = Take().First(t => Near.Contains(t.Started.EndpointNo));
        Pass(5);
        await _room.TickAsync(Stop);
        _clock.AdjustTime(Sent.AddSeconds(1));
        Assert.False(near.Gate.IsOpen);
        Assert.Equal(4, Counts(no).Suppressed);
    }

    [Theory]
    [InlineData(ResultCode.RetryLater, DispatchError.Throttled, 0)]
    [InlineData(ResultCode.Unreachable, DispatchError.NotConnected, 0)]
    [InlineData(ResultCode.NotSent, DispatchError.GateClosed, 0)]
    [InlineData(ResultCode.NeverTaken, DispatchError.None, 0)]
    [InlineData(ResultCode.AskedInVain, DispatchError.UnknownOutcome, 1)]
    public async Task An_attempt_that_comes_back_after_its_villages_end_is_not_tried_again(ResultCode code, DispatchError error, int possibleLoss)
    {
        int no = await OpenAsync();
        var first = Take().First(t => t.Started.EndpointNo == 3).Started;
        await _ledger.AppendAsync(new[] { first }, Stop);
        Pass(5);
        await _room.TickAsync(Stop);
        Assert.Equal((3, 1), (Counts(no).Suppressed, Counts(no).InFlight));
        await _ledger.AppendAsync(new[] { first with { Kind = LedgerEventKind.Result, AtTicks = Now, Code = (byte)code, Number = (byte)error } }, Stop);
        Assert.Equal((4 - possibleLoss, possibleLoss, 0), (Counts(no).Suppressed, Counts(no).PossibleLoss, Counts(no).InFlight));
        Assert.Equal(4, Counts(no).Open); // the other village's
    }

    [Fact]
    public async Task A_rebuilt_and_a_saved_state_are_the_one_that_is_served()
    {
        int no = await OpenAsync();
        var taken = Take();
        await _ledger.AppendAsync(taken.Take(3).Select(t => t.Started).ToArray(), Stop);
        Pass(5);
        await _room.TickAsync(Stop);
        var rebuilt = new DisseminationRoom(new MemoryLedger(), Town, _clock, Times);
        _ledger.Read(1, rebuilt.OnCommitted);
        Assert.Equal(Bytes(_room, no), Bytes(rebuilt, no));
        var loaded = new DisseminationRoom(new MemoryLedger(), Town, _clock, Times);
        loaded.TakeUp(Dissemination.Load(Bytes(_room, no), Town));
        Assert.Equal(Bytes(_room, no), Bytes(loaded, no));
        foreach (var room in new[] { rebuilt, loaded })
        {
            var batch = new TakenDelivery[8];
            int count = room.Take(ChannelKind.Sms, batch, new TakeLimits(8, 8, 8));
            Assert.All(batch[..count], t => Assert.Equal((true, At(9)), (Far.Contains(t.Started.EndpointNo), t.Gate.NotAfterTicks)));
            Assert.True(count > 0);
        }
    }

    [Fact]
    public async Task The_first_attempts_of_an_opening_are_for_villages_that_have_time()
    {
        Pass(5);
        var head = new Head(new LaneSteps([new ChannelRoute(new ScriptedChannel())], ChannelKind.Sms, new LaneOptions { Slots = 16, Window = 16 }, _room, Town.EndpointFlags, _clock));
        _room.Join(head);
        using var opening = _room.Opening(Warning());
        Assert.Equal(Far, opening.Rows.Where(r => r.Kind == LedgerEventKind.Started).Select(r => r.EndpointNo));
        await _ledger.AppendAsync(opening.Rows.ToArray(), Stop);
        Assert.Equal(Far, head.Sent.Select(t => t.Started.EndpointNo));
    }

    [Fact]
    public async Task A_cancel_goes_to_whoever_has_it_also_where_the_time_is_over()
    {
        int no = await OpenAsync();
        var taken = Take();
        await _ledger.AppendAsync(taken.Select(t => t.Started).ToArray(), Stop);
        await _ledger.AppendAsync(taken.Select(t => t.Started with { Kind = LedgerEventKind.Result, Code = (byte)ResultCode.Accepted }).ToArray(), Stop);
        Pass(10);
        await _room.TickAsync(Stop);
        await _room.CancelAsync(no, new Actor(1, "值班员", "test"), "误报", falseAlarm: false, Stop);
        var cancels = Take();
        Assert.Equal(Enumerable.Range(1, 8), cancels.Select(t => t.Started.EndpointNo).Order());
        Assert.All(cancels, t => Assert.True(t.Gate.IsOpen));
    }

    private static ChannelTimes Times(ChannelKind channel) => new(TimeSpan.FromHours(1), TimeSpan.MaxValue);

    private static long At(int seconds) => Sent.UtcTicks + (seconds * TimeSpan.TicksPerSecond);

    private long Now => _clock.GetUtcNow().UtcTicks;

    private static ClearedAlert Warning()
    {
        var cleared = Makers.ARedAlert(Town, Sent, expiresTicks: At(12));
        return cleared with { Proposal = cleared.Proposal with { Audience = cleared.Proposal.Audience.Until([At(5), At(9)]) } };
    }

    private Task<int> OpenAsync() => _room.OpenAsync(Warning(), Stop);

    private void Pass(int seconds) => _clock.Advance(TimeSpan.FromSeconds(seconds));

    private ChannelCounts Counts(int no) => _room.Find(no)!.Channels[0];

    private TakenDelivery[] Take()
    {
        var batch = new TakenDelivery[16];
        return batch[.._room.Take(ChannelKind.Sms, batch, new TakeLimits(16, 16, 16))];
    }

    private static byte[] Bytes(DisseminationRoom room, int no)
    {
        var writer = new SnapshotWriter();
        room.Save(no, writer);
        return writer.Written.ToArray();
    }

    private sealed class Head(LaneSteps steps) : ILaneHead
    {
        public ChannelKind Channel => ChannelKind.Sms;

        public LaneSteps Steps => steps;

        public List<TakenDelivery> Sent { get; } = [];

        public void SendFirst(TakenDelivery[] taken) => Sent.AddRange(taken);
    }
}
