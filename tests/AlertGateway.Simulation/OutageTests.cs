using AlertGateway.Core;

namespace AlertGateway.Simulation;

/// <summary>A provider that is dead for ten virtual minutes in the middle of an alert, and then back.</summary>
public sealed class OutageTests
{
    private const int Households = 2_500;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Ten_minutes_without_a_provider_cost_few_attempts_and_the_full_rate_is_back_in_five_seconds(ulong seed)
    {
        const int downMilliseconds = 600_000, deadFrom = 10_000;
        int attempts = 0;
        var given = new List<int>();
        var night = SimRun.Play(seed, Households, calm: true, faults: Faults.None with { Slots = 64, Window = 128 }, weather: run =>
        {
            run.Scheduler.AfterMilliseconds(deadFrom, deadFrom, () => run.Far.Down = true);
            run.Scheduler.AfterMilliseconds(deadFrom + downMilliseconds, deadFrom + downMilliseconds, () => run.Far.Down = false);
            Sample(run);
            void Sample(SimRun of)
            {
                attempts = of.Far.SmsAttempts;
                given.Add(of.Far.Effects.Count(e => e.Key.Channel == ChannelKind.Sms));
                if (!of.Finished) of.Scheduler.AfterMilliseconds(1_000, 1_000, () => Sample(of));
            }
        });
        Assert.Null(night.Violation);
        Assert.Equal(Households * 2, given[^1]);
        double before = (given[9] - given[2]) / 7.0, after = (given[620] - given[615]) / 5.0, amplification = attempts / (Households * 2.0);
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}: {before:F0} a second before, {after:F0} from the fifth second after; {attempts} attempts for {Households * 2} deliveries ({amplification:F3})");
        Assert.InRange(amplification, 1.0, 1.1);
        Assert.True(after >= 0.9 * before, $"{after:F0} a second after the outage, {before:F0} before it");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void An_account_that_is_refused_for_ten_minutes_loses_nobody_and_is_probed_not_battered(ulong seed)
    {
        const int refusedFrom = 3_000, refusedMilliseconds = 600_000;
        int before = 0, probes = 0;
        int sent = 0;
        var night = SimRun.Play(seed, Households, calm: true, faults: Faults.None with { Slots = 64, Window = 128 }, weather: run =>
        {
            run.Scheduler.AfterMilliseconds(refusedFrom, refusedFrom, () => (run.Far.RefusesAccount, before) = (true, run.Far.SmsAttempts));
            run.Scheduler.AfterMilliseconds(refusedFrom + refusedMilliseconds, refusedFrom + refusedMilliseconds, () => (run.Far.RefusesAccount, probes) = (false, run.Far.SmsAttempts - before));
            Sample(run);
            void Sample(SimRun of)
            {
                sent = of.Far.Effects.Count(e => e.Key.Channel == ChannelKind.Sms);
                if (!of.Finished) of.Scheduler.AfterMilliseconds(1_000, 1_000, () => Sample(of));
            }
        });
        Assert.Null(night.Violation);
        Assert.Equal(Households * 2, sent);
        Assert.InRange(probes, 100, 800);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_dead_provider_is_replaced_by_the_other_within_seconds_and_taken_up_again_when_it_answers(ulong seed)
    {
        const int window = 128, deadFrom = 2_000, deadMilliseconds = 600_000;
        int attempts = 0, atDeath = 0, given = 0;
        double lastAtMilliseconds = 0;
        var night = SimRun.Play(seed, Households, calm: true, standby: true, faults: Faults.None with { Slots = 64, Window = window, RatePerSecond = 500 }, weather: run =>
        {
            run.Scheduler.AfterMilliseconds(deadFrom, deadFrom, () => (run.Far.ProviderDown, atDeath) = (true, Count(run)));
            run.Scheduler.AfterMilliseconds(deadFrom + deadMilliseconds, deadFrom + deadMilliseconds, () => run.Far.ProviderDown = false);
            Sample(run);
            void Sample(SimRun of)
            {
                if (Count(of) is var now && now > given) (given, lastAtMilliseconds) = (now, of.Scheduler.Clock.Now / (double)TimeSpan.TicksPerMillisecond);
                attempts = of.Far.SmsAttempts;
                if (!of.Finished) of.Scheduler.AfterMilliseconds(250, 250, () => Sample(of));
            }
        });
        int twice = given - (Households * 2);
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}: {atDeath} given before, all after {lastAtMilliseconds / 1000:F1} s, {attempts} attempts for {Households * 2} deliveries, {twice} given twice, each labelled");
        Assert.Null(night.Violation);
        Assert.InRange(twice, 0, window);
        // 5,000 messages at 500 a second are 10 s; two thirds of what the dead one might have taken is answered for by asking in vain, which takes seconds more.
        Assert.InRange(lastAtMilliseconds, 0, 60_000);
        Assert.InRange(attempts / (Households * 2.0), 1.0, 1.1);
    }

    private static int Count(SimRun run) => run.Far.Effects.Where(e => e.Key.Channel == ChannelKind.Sms).Sum(e => e.Value);
}
