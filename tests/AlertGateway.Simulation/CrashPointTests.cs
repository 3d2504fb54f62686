using System.Globalization;

namespace AlertGateway.Simulation;

/// <summary>One alert of 1,002 deliveries and no fault but a crash: before every effect, with each thing that a crash can leave of a commit.</summary>
public sealed class CrashPointTests
{
    private const int Households = 374;
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
        int every = int.Parse(Environment.GetEnvironmentVariable("AGW_SIM_CRASHPOINTS") ?? "199", CultureInfo.InvariantCulture);
        var whole = SimRun.Play(Seed, Households, calm: true, atOnce: atOnce);
        Assert.Null(whole.Violation);
        Assert.Equal((1_002, 0), (whole.Effects, whole.Crashes));
        long points = 0;
        var lockOfResult = new Lock();
        Parallel.ForEach(Points(whole.Steps, every), new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = TestContext.Current.CancellationToken }, step =>
        {
            var night = SimRun.Play(Seed, Households, new CrashPoint(step, (Tear)tear), calm: true, atOnce: atOnce);
            if (night.Violation is not null) Assert.Fail($"crash at step {step}, {(Tear)tear}: {night.Violation}");
            lock (lockOfResult) points += night.Crashes;
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"{(Tear)tear}: {points} crash points of {whole.Steps} steps");
        Assert.True(points >= 200, $"only {points} crashes happened");
    }

    private static IEnumerable<long> Points(long steps, int every)
    {
        for (long step = 0; step < steps; step++)
        {
            if (step < 100 || step >= steps - 100 || step % every == 0) yield return step;
        }
    }
}
