using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;
using AlertGateway.Tests.Approval;
using AlertGateway.Tests.Feeds.Chaos;
using Microsoft.Extensions.Time.Testing;

namespace AlertGateway.Tests.Dispatch;

/// <summary>An earthquake's loudspeakers begin before its messages to single persons; nobody waits long for them.</summary>
public sealed class HornsFirstTests
{
    private static readonly DateTimeOffset Sent = new(2026, 7, 5, 2, 10, 0, TimeSpan.FromHours(8));
    private readonly HornTown _town = new();
    private readonly FakeTimeProvider _clock = new(Sent);
    private readonly SteppedClock _wall;
    private readonly MemoryLedger _ledger = new();
    private readonly DisseminationRoom _room;

    public HornsFirstTests()
    {
        _wall = new SteppedClock(_clock);
        _room = new DisseminationRoom(_ledger, _town.Registry, _wall, _ => new ChannelTimes(TimeSpan.FromHours(1), TimeSpan.MaxValue));
        _ledger.Observe(_room);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private long Now => _clock.GetUtcNow().UtcTicks;

    [Fact]
    public async Task Messages_wait_until_the_last_loudspeaker_has_begun()
    {
        await _room.OpenAsync(Quake(), Stop);
        Assert.Empty(Take(ChannelKind.Sms));
        Assert.InRange(_room.NextDueTicks(ChannelKind.Sms) - Now, 1, TimeSpan.TicksPerMillisecond * 50); // looked at again soon
        var horns = Take(ChannelKind.Loudspeaker);
        Assert.Equal(_town.Horns, horns.Select(t => t.Started.EndpointNo).Order());
        await StartAsync(horns[..3]);
        Assert.Empty(Take(ChannelKind.Sms));
        Assert.Equal(2, Take(ChannelKind.Broadcast).Length); // few, and they reach everybody
        await StartAsync(horns[3..]);
        Assert.Equal(8, Take(ChannelKind.Sms).Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task They_wait_a_quarter_of_a_second_at_most_also_where_the_wall_clock_is_stepped_back(bool stepped)
    {
        await _room.OpenAsync(Quake(), Stop);
        _clock.Advance(TimeSpan.FromMilliseconds(249));
        Assert.Empty(Take(ChannelKind.Sms));
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        if (stepped) _wall.Step(TimeSpan.FromMinutes(-1));
        Assert.Equal(8, Take(ChannelKind.Sms).Length);
    }

    [Fact]
    public async Task Messages_of_another_warning_wait_too_but_nothing_that_takes_back()
    {
        int flood = await _room.OpenAsync(_town.AnAlert(Sent, to: [1, 2]), Stop);
        var messages = Take(ChannelKind.Sms);
        await StartAsync(messages);
        await _ledger.AppendAsync(messages.Select(t => t.Started with { Kind = LedgerEventKind.Result, Code = (byte)ResultCode.Accepted }).ToArray(), Stop);
        await _room.OpenAsync(_town.AnAlert(Sent, "other", to: [5, 6]), Stop);
        await _room.OpenAsync(Quake(to: [7, 10]), Stop);
        await _room.CancelAsync(flood, new Actor(1, "值班员", "test"), "误报", falseAlarm: false, Stop);
        var cancels = Take(ChannelKind.Sms);
        Assert.Equal([1, 2], cancels.Select(t => t.Started.EndpointNo).Order());
        Assert.All(cancels, t => Assert.Equal((flood, (byte)Purpose.Cancel), (t.Started.DisseminationNo, t.Started.Purpose)));
        await StartAsync(Take(ChannelKind.Loudspeaker));
        Assert.Equal([5, 6, 7], Take(ChannelKind.Sms).Select(t => t.Started.EndpointNo).Order());
    }

    [Fact]
    public async Task What_has_no_earthquakes_seconds_waits_for_no_loudspeaker()
    {
        await _room.OpenAsync(_town.AnAlert(Sent), Stop);
        Assert.Equal(8, Take(ChannelKind.Sms).Length);
    }

    [Fact]
    public async Task Where_no_loudspeaker_is_to_be_heard_nobody_waits()
    {
        await _room.OpenAsync(Quake(to: [1, 2, 3]), Stop);
        Assert.Equal(3, Take(ChannelKind.Sms).Length);
    }

    [Fact]
    public async Task The_cancel_of_what_has_begun_does_not_wait()
    {
        int no = await _room.OpenAsync(Quake(), Stop);
        await StartAsync(Take(ChannelKind.Loudspeaker));
        var messages = Take(ChannelKind.Sms);
        await StartAsync(messages);
        await _ledger.AppendAsync(messages.Select(t => t.Started with { Kind = LedgerEventKind.Result, Code = (byte)ResultCode.Accepted }).ToArray(), Stop);
        await _room.CancelAsync(no, new Actor(1, "值班员", "test"), "误报", falseAlarm: false, Stop);
        Assert.Equal(8, Take(ChannelKind.Sms).Length);
    }

    [Theory]
    [InlineData(new[] { 1, 2, 9 }, new[] { 9 })]
    [InlineData(new[] { 1, 2 }, new[] { 1, 2 })]
    public void Where_loudspeakers_begin_in_the_append_that_opens_it_no_message_does(int[] to, int[] first)
    {
        foreach (var channel in (ChannelKind[])[ChannelKind.Sms, ChannelKind.Loudspeaker]) _room.Join(new Head(channel, new LaneSteps([new ChannelRoute(new Quiet(channel))], channel, new LaneOptions { Slots = 16, Window = 16 }, _room, _town.Registry.EndpointFlags, _clock)));
        using var opening = _room.Opening(Quake(to));
        Assert.Equal(first, opening.Rows.Where(r => r.Kind == LedgerEventKind.Started).Select(r => r.EndpointNo));
    }

    private ClearedAlert Quake(int[]? to = null)
    {
        var alert = _town.AnAlert(Sent, "quake", to: to);
        return alert with { Proposal = alert.Proposal with { Audience = alert.Proposal.Audience.Until([.. Enumerable.Repeat(Sent.AddSeconds(9).UtcTicks, 4)]) } };
    }

    private TakenDelivery[] Take(ChannelKind channel)
    {
        var batch = new TakenDelivery[16];
        return batch[.._room.Take(channel, batch, new TakeLimits(16, 16, 16))];
    }

    private async Task StartAsync(TakenDelivery[] taken) => await _ledger.AppendAsync(taken.Select(t => t.Started).ToArray(), Stop);

    private sealed class Head(ChannelKind channel, LaneSteps steps) : ILaneHead
    {
        public ChannelKind Channel => channel;

        public LaneSteps Steps => steps;

        public void SendFirst(TakenDelivery[] taken)
        {
        }
    }

    private sealed class Quiet(ChannelKind kind) : IChannel
    {
        public ChannelKind Kind => kind;

        public AdapterClass Class => ChannelClasses.Of(kind);

        public ValueTask<DispatchOutcome> DispatchAsync(OutgoingDelivery delivery, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<AskOutcome> AskAsync(OutgoingDelivery delivery, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
