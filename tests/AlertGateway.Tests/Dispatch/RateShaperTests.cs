using AlertGateway.Core.Dispatch;
using Microsoft.Extensions.Time.Testing;

namespace AlertGateway.Tests.Dispatch;

public sealed class RateShaperTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 7, 5, 2, 10, 0, TimeSpan.Zero));

    /// <summary>One second in which as many start as may, of which some are refused for pace; how many started.</summary>
    private int ASecond(RateShaper pace, int throttled = 0, int atMost = int.MaxValue)
    {
        int started = 0;
        for (int tick = 0; tick < 20; tick++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(50));
            int now = Math.Min(pace.Available(), atMost - started);
            if (now > 0) pace.Spend(now);
            started += Math.Max(0, now);
        }
        for (int i = 0; i < throttled; i++) pace.Throttled();
        return started;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(19)]
    [InlineData(20)]
    [InlineData(300)]
    public void A_refusal_for_pace_never_makes_it_faster_than_the_contract(int perSecond)
    {
        var pace = new RateShaper(perSecond, _clock);
        for (int second = 0; second < 30; second++)
        {
            Assert.InRange(ASecond(pace, throttled: second % 3 == 0 ? 1 : 0), 0, perSecond + Math.Max(1, perSecond / 10));
            Assert.InRange(pace.PerSecond, 0.1, perSecond);
        }
    }

    [Fact]
    public void A_small_contract_slows_down_after_a_refusal_and_comes_back_to_its_own_rate()
    {
        var pace = new RateShaper(5, _clock);
        ASecond(pace);
        ASecond(pace, throttled: 3);
        ASecond(pace);
        Assert.InRange(pace.PerSecond, 1, 4);
        for (int second = 0; second < 3; second++) ASecond(pace);
        Assert.Equal(5, pace.PerSecond);
    }

    [Fact]
    public void A_rate_falls_to_what_was_taken_and_creeps_up_again()
    {
        var pace = new RateShaper(300, _clock);
        ASecond(pace);
        ASecond(pace, throttled: 100);
        ASecond(pace);
        double fallen = pace.PerSecond;
        Assert.InRange(fallen, 150, 200);
        ASecond(pace);
        Assert.InRange(pace.PerSecond, fallen + 1, 230);
        for (int second = 0; second < 20; second++) ASecond(pace);
        Assert.Equal(300, pace.PerSecond);
    }

    [Theory]
    [InlineData(300)]
    [InlineData(0)]
    public void However_much_is_refused_it_goes_on_trying_a_few_a_second(int perSecond)
    {
        var pace = new RateShaper(perSecond, _clock);
        for (int second = 0; second < 10; second++) ASecond(pace, throttled: 1000, atMost: 1000);
        Assert.Equal(20, pace.PerSecond);
    }

    [Fact]
    public void Without_a_contract_nothing_is_held_back_until_somebody_refuses()
    {
        var pace = new RateShaper(0, _clock);
        ASecond(pace, atMost: 2000);
        Assert.Equal(int.MaxValue, pace.Available());
        ASecond(pace, throttled: 500, atMost: 2000);
        ASecond(pace, atMost: 2000);
        Assert.InRange(pace.PerSecond, 1000, 1500);
    }
}
