using System.Diagnostics;
using System.Globalization;

namespace AlertGateway.Tests.Audit;

/// <summary>
/// A few hundred alterations in every run. With the variable AGW_AUDIT_CAMPAIGN set to a results file, the long campaign goes on where that file ends: 100,000 alterations of a 2,000-entry log, then 100 of a million-entry one.
/// </summary>
public sealed class AlterationTests
{
    private const int Slice = 2_000;

    [Fact]
    public void Whatever_is_altered_in_entries_heads_or_witness_is_found()
    {
        using var log = AuditedLog.OfMixedCommits(120);
        Assert.Empty(log.Verify().Findings);
        using var alterations = new Alterations(log);
        for (int i = 0; i < 600; i++)
        {
            var (found, done) = alterations.Try(i);
            Assert.True(found, done);
        }
        Assert.Empty(log.Verify().Findings);
    }

    [Fact]
    public void The_long_campaign_finds_every_alteration()
    {
        string? results = Environment.GetEnvironmentVariable("AGW_AUDIT_CAMPAIGN");
        Assert.SkipWhen(results is null, "AGW_AUDIT_CAMPAIGN names no results file");
        Campaign(results!, 2_000, 100_000, Slice, () => AuditedLog.OfMixedCommits(2_000));
        Campaign(results!, 1_000_000, 100, 20, () => AuditedLog.OfDecisions(1_000_000));
    }

    private static void Campaign(string results, int entries, int count, int slice, Func<AuditedLog> make)
    {
        int done = File.Exists(results) ? File.ReadLines(results).Select(l => l.Split('\t')).Where(f => f[0] == entries.ToString(CultureInfo.InvariantCulture)).Select(f => int.Parse(f[2], CultureInfo.InvariantCulture)).DefaultIfEmpty(0).Max() : 0;
        if (done >= count) return;
        using var log = make();
        using var alterations = new Alterations(log);
        var whole = Stopwatch.StartNew();
        Assert.Empty(log.Verify().Findings);
        double verifySeconds = whole.Elapsed.TotalSeconds;
        while (done < count && !TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            int to = Math.Min(count, done + slice), found = 0;
            var missed = new List<string>();
            var watch = Stopwatch.StartNew();
            for (int i = done; i < to; i++)
            {
                var (isFound, what) = alterations.Try(i);
                if (isFound) found++;
                else missed.Add(what);
            }
            File.AppendAllText(results, string.Create(CultureInfo.InvariantCulture, $"{entries}\t{done}\t{to}\t{found}\t{missed.Count}\t{watch.Elapsed.TotalSeconds:0.0}\t{verifySeconds:0.000}\t{string.Join(" | ", missed)}\n"));
            Assert.Empty(missed);
            done = to;
        }
    }
}
