using System.Globalization;
using AlertGateway.Core;

namespace AlertGateway.Simulation;

/// <summary>One alert of 1,002 deliveries and no fault but a crash: before every effect, with each thing that a crash can leave of a commit.</summary>
public sealed class CrashPointTests
{
    private const int Households = 374;
    private const int HouseholdsTakenBack = 60;
    private const ulong Seed = 7;

    /// <summary>AGW_SIM_CRASHPOINTS=1 runs every point; by default every 199th, and always the first and last hundred effects.</summary>
    [Theory]
    [InlineData((int)Tear.Lost, false)]
    [InlineData((int)Tear.KeptUntold, false)]
    [InlineData((int)Tear.Prefix, false)]
    [InlineData((int)Tear.Lost, true)]
    [InlineData((int)Tear.KeptUntold, true)]
    [InlineData((int)Tear.Prefix, true)]
    public void A_crash_at_any_point_loses_and_repeats_nothing(int tear, bool atOnce)
    {
        var whole = SimRun.Play(Seed, Households, calm: true, atOnce: atOnce);
        Assert.Null(whole.Violation);
        Assert.Equal((1_002, 0), (whole.Effects, whole.Crashes));
        long points = CrashEverywhere(whole, (Tear)tear, every: 199, ends: 100, crash => SimRun.Play(Seed, Households, crash, calm: true, atOnce: atOnce));
        Assert.True(points >= 200, $"only {points} crashes happened");
    }

    /// <summary>The same with a smaller alert that is taken back while a good part of it has left: by default every 41st point, and the first and last forty.</summary>
    [Theory]
    [InlineData((int)Tear.Lost)]
    [InlineData((int)Tear.KeptUntold)]
    [InlineData((int)Tear.Prefix)]
    public void A_crash_at_any_point_of_an_alert_that_is_taken_back_tells_exactly_those_who_may_have_it(int tear)
    {
        SimRun? played = null;
        var whole = SimRun.Play(Seed, HouseholdsTakenBack, calm: true, cancelAfterMilliseconds: 1_500, weather: run => played = run);
        Assert.Null(whole.Violation);
        int of = played!.Town.Registry.Endpoints, originals = played.Far.Effects.Keys.Count(k => k.Purpose == Purpose.Original), cancels = played.Far.Effects.Keys.Count(k => k.Purpose == Purpose.Cancel);
        Assert.InRange(originals, of / 4, of * 3 / 4);
        Assert.Equal(originals, cancels);
        long points = CrashEverywhere(whole, (Tear)tear, every: 41, ends: 40, crash => SimRun.Play(Seed, HouseholdsTakenBack, crash, calm: true, cancelAfterMilliseconds: 1_500));
        Assert.True(points >= 100, $"only {points} crashes happened");
    }

    private static long CrashEverywhere(SimResult whole, Tear tear, int every, int ends, Func<CrashPoint, SimResult> play)
    {
        every = int.Parse(Environment.GetEnvironmentVariable("AGW_SIM_CRASHPOINTS") ?? every.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        long points = 0;
        Parallel.ForEach(Points(whole.Steps, every, ends), new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = TestContext.Current.CancellationToken }, step =>
        {
            var night = play(new CrashPoint(step, tear));
            if (night.Violation is not null) Assert.Fail($"crash at step {step}, {tear}: {night.Violation}");
            Interlocked.Add(ref points, night.Crashes);
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"{tear}: {points} crash points of {whole.Steps} steps");
        return points;
    }

    private static IEnumerable<long> Points(long steps, int every, int ends)
    {
        for (long step = 0; step < steps; step++)
        {
            if (step < ends || step >= steps - ends || step % every == 0) yield return step;
        }
    }
}
