using AlertGateway.Channels.Sms;
using Microsoft.Extensions.Time.Testing;

namespace AlertGateway.Tests.Channels;

public sealed class SharedDeadlineTests
{
    private static readonly TimeSpan After = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void A_request_is_given_up_when_its_time_is_over_and_at_most_a_hundredth_early()
    {
        var deadline = new SharedDeadline(After, _clock);
        var first = deadline.Token(CancellationToken.None);
        _clock.Advance(TimeSpan.FromMilliseconds(99));
        var second = deadline.Token(CancellationToken.None);
        Assert.Equal(first, second);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        var third = deadline.Token(CancellationToken.None);
        Assert.NotEqual(first, third);
        _clock.Advance(After - TimeSpan.FromMilliseconds(101));
        Assert.False(first.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(second.IsCancellationRequested);
        Assert.False(third.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.True(third.IsCancellationRequested);
    }

    [Fact]
    public void Whoever_stops_gives_up_all_of_theirs_and_nobody_elses()
    {
        using CancellationTokenSource one = new(), other = new();
        var deadline = new SharedDeadline(After, _clock);
        CancellationToken ours = deadline.Token(one.Token), theirs = deadline.Token(other.Token);
        one.Cancel();
        Assert.True(ours.IsCancellationRequested);
        Assert.False(theirs.IsCancellationRequested);
        Assert.True(deadline.Token(one.Token).IsCancellationRequested);
    }

    [Fact]
    public void What_is_over_holds_nothing_in_a_lane_that_goes_on()
    {
        using var stop = new CancellationTokenSource();
        var windows = Opened(stop.Token);
        _clock.Advance(After);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.DoesNotContain(windows, w => w.TryGetTarget(out _));

        // Apart, so that no local of this method keeps one alive.
        List<WeakReference<object>> Opened(CancellationToken token)
        {
            var deadline = new SharedDeadline(After, _clock);
            var all = new List<WeakReference<object>>();
            for (int i = 0; i < 50; i++)
            {
                var held = new object();
                deadline.Token(token).UnsafeRegister(static _ => { }, held);
                all.Add(new(held));
                _clock.Advance(TimeSpan.FromMilliseconds(200));
            }
            return all;
        }
    }
}
