using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;
using AlertGateway.Tests.Feeds.Chaos;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace AlertGateway.Tests.Dispatch;

/// <summary>A wall clock that is wrong expires nothing, silences nothing and is said to be wrong.</summary>
public sealed class ClockWatchTests
{
    private static readonly DateTimeOffset Start = new(2026, 7, 26, 2, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider _time = new(Start);
    private readonly SteppedClock _host;
    private readonly ClockWatch _watch;

    public ClockWatchTests()
    {
        _host = new SteppedClock(_time);
        _watch = new ClockWatch(_host);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(61)]
    [InlineData(3_600)]
    [InlineData(86_400 * 365)]
    [InlineData(-61)]
    [InlineData(-3_600)]
    [InlineData(-86_400 * 365 * 9)]
    public void A_jump_is_not_followed_until_the_clocks_agree_again(int seconds)
    {
        _host.Step(TimeSpan.FromSeconds(seconds));
        Assert.True(_watch.Look());
        _time.Advance(TimeSpan.FromMinutes(7));
        Assert.False(_watch.Look());
        Assert.True(_watch.InDoubt);
        Assert.Equal(Start.AddMinutes(7), _watch.GetUtcNow());
        _host.Step(TimeSpan.FromSeconds(-seconds));
        Assert.True(_watch.Look());
        Assert.False(_watch.InDoubt);
        Assert.Equal(_host.GetUtcNow(), _watch.GetUtcNow());
    }

    [Theory]
    [InlineData(60)]
    [InlineData(-60)]
    public void A_small_step_is_caught_up_with_at_twice_or_half_the_pace(int seconds)
    {
        _host.Step(TimeSpan.FromSeconds(seconds));
        Assert.False(_watch.Look());
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(Start.AddSeconds(seconds > 0 ? 20 : 5), _watch.GetUtcNow());
        _watch.Look();
        _time.Advance(TimeSpan.FromSeconds(200));
        Assert.Equal(_host.GetUtcNow(), _watch.GetUtcNow());
    }

    [Fact]
    public void It_never_runs_backwards_whatever_the_wall_clock_does() =>
        Gen.Select(Gen.Int[-200, 200], Gen.Int[0, 30_000], Gen.Bool).Array[1, 60].Sample(steps =>
        {
            var time = new FakeTimeProvider(Start);
            var host = new SteppedClock(time);
            var watch = new ClockWatch(host);
            var last = watch.GetUtcNow();
            foreach (var (step, milliseconds, look) in steps)
            {
                host.Step(TimeSpan.FromSeconds(step));
                if (look) watch.Look();
                time.Advance(TimeSpan.FromMilliseconds(milliseconds));
                var now = watch.GetUtcNow();
                Assert.InRange(now - last, TimeSpan.FromMilliseconds(milliseconds / 2.0) - TimeSpan.FromTicks(1), TimeSpan.FromMilliseconds(milliseconds * 2.0));
                last = now;
            }
        }, iter: 500);

    [Fact]
    public void A_start_before_the_newest_row_goes_on_from_that_row()
    {
        _watch.BeginNotBefore(Start.AddDays(3).UtcTicks);
        Assert.True(_watch.InDoubt);
        Assert.Equal(Start.AddDays(3), _watch.GetUtcNow());
        _watch.BelieveWall();
        Assert.False(_watch.InDoubt);
        Assert.Equal(Start, _watch.GetUtcNow());
        _watch.BeginNotBefore(Start.AddDays(-30).UtcTicks);
        Assert.False(_watch.InDoubt);
        Assert.Equal(Start, _watch.GetUtcNow());
    }

    [Fact]
    public void A_start_in_the_same_boot_goes_on_as_the_process_before()
    {
        _watch.BeginAt(Start.AddHours(-1).UtcTicks);
        Assert.True(_watch.InDoubt);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(Start.AddHours(-1).AddSeconds(5), _watch.GetUtcNow());
    }

    [Theory]
    [InlineData(3_600)]
    [InlineData(-3_600)]
    public async Task Nothing_expires_by_a_jump_and_what_threatens_life_goes_on(int seconds)
    {
        var (room, no) = await OpenAsync(WarningColour.Red, TimeSpan.FromMinutes(30));
        _host.Step(TimeSpan.FromSeconds(seconds));
        await room.TickAsync(Stop);
        Assert.True(_watch.InDoubt);
        var batch = new TakenDelivery[2];
        Assert.Equal(2, room.Take(ChannelKind.Sms, batch, new TakeLimits(2, 2, 2)));
        Assert.True(batch[0].Gate.IsOpen);
        Assert.All(room.States.Single(s => s.DisseminationNo == no).Sets, s => Assert.Null(s.ClosedBecause));
    }

    [Fact]
    public async Task What_threatens_no_life_waits_where_the_wall_clock_says_that_it_is_over()
    {
        var (room, _) = await OpenAsync(WarningColour.Blue, TimeSpan.FromMinutes(30));
        var batch = new TakenDelivery[4];
        Assert.Equal(1, room.Take(ChannelKind.Sms, batch.AsSpan(0, 1), new TakeLimits(1, 1, 1)));
        _host.Step(TimeSpan.FromHours(1));
        await room.TickAsync(Stop);
        Assert.Equal(0, room.Take(ChannelKind.Sms, batch.AsSpan(1), new TakeLimits(3, 3, 3)));
        Assert.Equal(long.MaxValue, room.NextDueTicks(ChannelKind.Sms));
        Assert.False(batch[0].Gate.IsOpen);
        Assert.True(batch[0].Gate.WasOnlyHeldBack);
        _host.Step(TimeSpan.FromHours(-1));
        await room.TickAsync(Stop);
        Assert.True(batch[0].Gate.IsOpen);
        Assert.Equal(3, room.Take(ChannelKind.Sms, batch.AsSpan(1), new TakeLimits(3, 3, 3)));
    }

    [Fact]
    public async Task Near_its_end_nothing_begins_and_the_end_waits_for_both_clocks()
    {
        var (room, no) = await OpenAsync(WarningColour.Red, TimeSpan.FromMinutes(30));
        _host.Step(TimeSpan.FromHours(-1));
        await room.TickAsync(Stop);
        _time.Advance(TimeSpan.FromMinutes(29));
        Assert.Equal(0, room.Take(ChannelKind.Sms, new TakenDelivery[1], new TakeLimits(1, 1, 1)));
        _time.Advance(TimeSpan.FromMinutes(2));
        await room.TickAsync(Stop);
        Assert.Null(room.States.Single(s => s.DisseminationNo == no).Sets[0].ClosedBecause);
        _host.Step(TimeSpan.FromHours(1));
        await room.TickAsync(Stop);
        Assert.Equal(DispatchError.Expired, room.States.Single(s => s.DisseminationNo == no).Sets[0].ClosedBecause);
    }

    [Fact]
    public async Task A_cancel_goes_whatever_the_clocks_say()
    {
        var (room, no) = await OpenAsync(WarningColour.Red, TimeSpan.FromMinutes(30));
        var batch = new TakenDelivery[2];
        int taken = room.Take(ChannelKind.Sms, batch, new TakeLimits(2, 2, 2));
        await Ledger!.AppendAsync(batch[..taken].Select(t => t.Started).ToArray(), Stop);
        await Ledger.AppendAsync(batch[..taken].Select(t => t.Started with { Kind = LedgerEventKind.Result, Code = (byte)ResultCode.Accepted, Number = 0 }).ToArray(), Stop);
        _host.Step(TimeSpan.FromDays(2));
        await room.TickAsync(Stop);
        await room.CancelAsync(no, new AlertGateway.Core.Tracking.Actor(1, "值班员", "duty"), "误发", falseAlarm: false, Stop);
        Assert.Equal(2, room.Take(ChannelKind.Sms, batch, new TakeLimits(2, 2, 2)));
        Assert.Equal((byte)Purpose.Cancel, batch[0].Started.Purpose);
        Assert.True(batch[0].Gate.IsOpen);
    }

    private AlertGateway.Tests.Approval.MemoryLedger? Ledger { get; set; }

    private async Task<(DisseminationRoom Room, int No)> OpenAsync(WarningColour colour, TimeSpan life)
    {
        Ledger = new AlertGateway.Tests.Approval.MemoryLedger();
        var room = new DisseminationRoom(Ledger, Makers.ATown(3), _watch, _ => new ChannelTimes(TimeSpan.FromHours(3), TimeSpan.MaxValue));
        Ledger.Observe(room);
        int no = await room.OpenAsync(Makers.ARedAlert(room.Registry, Start, expiresTicks: Start.Add(life).UtcTicks, colour: colour), Stop);
        return (room, no);
    }
}
