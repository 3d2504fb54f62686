using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using AlertGateway.Tests.Cap;
using Xunit;

namespace AlertGateway.Tests.Fuzz;

public sealed class CampaignTests
{
    /// <summary>A slice by default. AGW_FUZZ_DOCUMENTS sets how many, AGW_FUZZ_SEED which, AGW_FUZZ_RESULTS names a file for the table, AGW_FUZZ_KEEP a folder for the documents that break the promise.</summary>
    [Fact]
    public void No_mutated_document_crashes_a_reader_or_costs_more_than_its_share()
    {
        var documents = Setting("AGW_FUZZ_DOCUMENTS", 1_500);
        var seed = Setting("AGW_FUZZ_SEED", 1);
        var result = new Campaign(Environment.GetEnvironmentVariable("AGW_FUZZ_KEEP")).Run(documents, seed, limit: documents <= 1_500 ? 60 : 3_600);
        var table = Table(result, seed);
        TestContext.Current.TestOutputHelper?.WriteLine(table);
        if (Environment.GetEnvironmentVariable("AGW_FUZZ_RESULTS") is { Length: > 0 } file) File.WriteAllText(Path.Combine(Corpus.RepositoryRoot(), file), table);
        Assert.Empty(result.Breaches);
        Assert.True(result.Documents > 100, $"only {result.Documents} documents in the time given");
        Assert.InRange(result.PeakMiB, 0, 1_024);
    }

    [Fact]
    public void The_same_numbers_make_the_same_mutant()
    {
        byte[] seed = [.. Enumerable.Range(0, 200).Select(i => (byte)i)];
        for (var n = 0; n < 200; n++) Assert.Equal(Mutator.Mutate(seed, seed, new Random(n)), Mutator.Mutate(seed, seed, new Random(n)));
    }

    private static int Setting(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    private static string Table(CampaignResult r, int seed)
    {
        var text = new StringBuilder();
        text.AppendLine("# Mutated documents").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Machine: {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}. Seed {seed}.").AppendLine();
        text.AppendLine("| documents | seconds | breaches | slowest (CPU) | worst share of the allowance | heap at most |").AppendLine("|---|---|---|---|---|---|");
        text.AppendLine(CultureInfo.InvariantCulture, $"| {r.Documents:N0} | {r.Elapsed.TotalSeconds:0} | {r.Breaches.Count} | {r.SlowestCpu.TotalMilliseconds:0.0} ms ({r.Slowest}) | {r.WorstShare:0.00} | {r.PeakMiB:0} MiB |").AppendLine();
        text.AppendLine("The allowance is max(50 ms, 100 ms per MB) of processor time for each document.").AppendLine();
        text.AppendLine("| reader | documents |").AppendLine("|---|---|");
        foreach (var (reader, count) in r.PerReader.OrderBy(p => p.Key, StringComparer.Ordinal)) text.AppendLine(CultureInfo.InvariantCulture, $"| {reader} | {count:N0} |");
        foreach (var breach in r.Breaches.Take(20)) text.AppendLine(CultureInfo.InvariantCulture, $"\n- {breach.Reader} document {breach.Number} ({breach.Bytes:N0} bytes): {breach.What}");
        return text.ToString();
    }
}
