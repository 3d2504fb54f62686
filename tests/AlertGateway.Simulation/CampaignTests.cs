using System.Diagnostics;
using System.Globalization;

namespace AlertGateway.Simulation;

/// <summary>Many nights in slices: each run goes on after the last seed of the results file.</summary>
public sealed class CampaignTests
{
    // About 5,000 effects a night.
    private const int Scale = 2;

    private const string Head = "from\tto\tsteps\tgiven\tcrashes\tviolations\tseconds\tmachine";

    /// <summary>From the 204,001st night on every other one opens its alerts as an earthquake's are.</summary>
    internal static bool AtOnce(ulong seed) => seed > 204_000 && seed % 2 == 0;

    /// <summary>AGW_SIM_CAMPAIGN = how many seeds to play (200); AGW_SIM_RESULTS = the results file, which keeps one line a slice; AGW_SIM_STANDBY=1 = with a second SMS provider, AGW_SIM_EXTRAS = sum of the <see cref="Extras"/> of every night; each into a file of its own.</summary>
    [Fact]
    public void The_next_slice_of_nights_breaks_no_invariant()
    {
        int count = int.Parse(Environment.GetEnvironmentVariable("AGW_SIM_CAMPAIGN") ?? "200", CultureInfo.InvariantCulture);
        string? file = Environment.GetEnvironmentVariable("AGW_SIM_RESULTS");
        bool standby = Environment.GetEnvironmentVariable("AGW_SIM_STANDBY") == "1";
        var extras = (Extras)ushort.Parse(Environment.GetEnvironmentVariable("AGW_SIM_EXTRAS") ?? "0", CultureInfo.InvariantCulture);
        if (file is not null && !File.Exists(file)) File.WriteAllText(file, Head + "\n");
        ulong from = (file is null ? 0 : File.ReadLines(file).Skip(1).Select(l => ulong.Parse(l.Split('\t')[1], CultureInfo.InvariantCulture)).DefaultIfEmpty().Max()) + 1, to = from + (ulong)count - 1;
        var (watch, totals) = (Stopwatch.StartNew(), new long[3]);
        var bad = new List<ulong>();
        Parallel.For((long)from, (long)to + 1, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = TestContext.Current.CancellationToken }, seed =>
        {
            var night = SimRun.Play((ulong)seed, scale: Scale, standby: standby, atOnce: AtOnce((ulong)seed), extras: extras);
            Interlocked.Add(ref totals[0], night.Steps);
            Interlocked.Add(ref totals[1], night.Effects);
            Interlocked.Add(ref totals[2], night.Crashes);
            if (night.Violation is null) return;
            lock (bad) bad.Add((ulong)seed);
        });
        string line = string.Create(CultureInfo.InvariantCulture, $"{from}\t{to}\t{totals[0]}\t{totals[1]}\t{totals[2]}\t{bad.Count}\t{watch.Elapsed.TotalSeconds:F0}\t{Environment.ProcessorCount} cores, {System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription}");
        if (file is not null) File.AppendAllText(file, line + "\n");
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        if (bad.Count > 0) Assert.Fail($"{bad.Count} seeds: {string.Join(' ', bad.Order().Take(20))}\n{SeedTests.Story(bad.Min(), Scale, standby, AtOnce(bad.Min()), extras)}");
    }
}
