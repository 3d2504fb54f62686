using System.Globalization;

namespace AlertGateway.Simulation;

/// <summary>The real core on one thread, from seeds.</summary>
public sealed class SeedTests
{
    /// <summary>Seeds that found a fault once: it stays mended.</summary>
    public static TheoryData<ulong> FixedBugs => [];

    [Fact]
    public void The_same_seed_gives_the_same_trace()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var (one, two) = (SimRun.Play(seed), SimRun.Play(seed));
            Assert.Equal((one.Trace, one.Steps, one.Rows), (two.Trace, two.Steps, two.Rows));
        }
        Assert.NotEqual(SimRun.Play(1).Trace, SimRun.Play(2).Trace);
    }

    [Fact]
    public void Two_thousand_nights_break_no_invariant()
    {
        long steps = 0, effects = 0, crashes = 0;
        ulong first = 1, last = ulong.Parse(Environment.GetEnvironmentVariable("AGW_SIM_SEEDS") ?? "2000", CultureInfo.InvariantCulture);
        for (ulong seed = first; seed <= last; seed++)
        {
            var night = SimRun.Play(seed);
            if (night.Violation is not null) Assert.Fail(Story(seed));
            (steps, effects, crashes) = (steps + night.Steps, effects + night.Effects, crashes + night.Crashes);
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{last} nights, {steps} steps, {effects} messages given, {crashes} crashes");
        Assert.True(crashes > (long)last / 4 && effects > (long)last * 20, $"{crashes} crashes and {effects} effects are too few to judge by");
    }

    internal static string Story(ulong seed)
    {
        var told = SimRun.Play(seed, tell: true, watch: SimRun.Play(seed).Endpoint);
        return $"seed {seed}: {told.Violation}\n{string.Join('\n', told.Story)}";
    }
}
