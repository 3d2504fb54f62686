using System.Globalization;
using System.Text;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Tests.Cap;
using CsCheck;

namespace AlertGateway.Tests.Feeds;

/// <summary>Saved responses of real services: what each says is pinned in <c>tests/corpus/feeds-golden.tsv</c>.</summary>
public sealed class FeedCorpusTests
{
    private static readonly string Golden = Path.Combine(Corpus.Root, "feeds-golden.tsv");

    /// <summary>The seismic and weather kinds.</summary>
    private static readonly string[] Kinds = ["usgs-geojson", "quakeml", "emsc", "wolfx", "jma-xml", "nws-geojson", "nmc", "qweather", "meteoalarm", "dwd", "cap-feed", "naads"];

    private static SortedDictionary<string, byte[]> Files()
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var folder in Corpus.Folders)
        {
            foreach (var name in new[] { "quake", "nws", "qweather" }.Where(n => Directory.Exists(Path.Combine(folder, n))))
            {
                foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, name))) files.TryAdd($"{name}/{Path.GetFileName(file)}", File.ReadAllBytes(file));
            }
        }

        return files;
    }

    private static string KindOf(string name, byte[] bytes) => name switch
    {
        _ when name.StartsWith("nws/", StringComparison.Ordinal) => "nws-geojson",
        _ when name.StartsWith("qweather/", StringComparison.Ordinal) => "qweather",
        _ when name.EndsWith(".json", StringComparison.Ordinal) => "usgs-geojson",
        _ => Encoding.UTF8.GetString(bytes).Contains("jmaxml1", StringComparison.Ordinal) ? "jma-xml" : "quakeml",
    };

    [Fact]
    public void Every_saved_response_says_what_it_said_before()
    {
        var golden = File.Exists(Golden) ? File.ReadAllLines(Golden).Where(l => l.Length > 0).ToLookup(l => l[..l.IndexOf('\t')], StringComparer.Ordinal) : Array.Empty<string>().ToLookup(l => l);
        var written = new List<string>();
        var wrong = new List<string>();
        var files = Files();
        foreach (var (name, bytes) in files)
        {
            var lines = Lines(name, FeedDecoders.ByKind[KindOf(name, bytes)](bytes, null)).ToList();
            written.AddRange(lines);
            if (!golden[name].SequenceEqual(lines)) wrong.Add(name);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"feeds: {files.Count} files compared, {golden.Count - files.Count} skipped (not in this corpus)");
        if (Environment.GetEnvironmentVariable("AGW_WRITE_GOLDEN") == "1")
        {
            var kept = golden.Where(g => !files.ContainsKey(g.Key)).SelectMany(g => g);
            File.WriteAllText(Golden, string.Join('\n', written.Concat(kept).OrderBy(l => l[..l.IndexOf('\t')], StringComparer.Ordinal)) + "\n");
            return;
        }

        Assert.Empty(wrong);
    }

    private static IEnumerable<string> Lines(string name, FeedDecode decode)
    {
        static string Of(double? value) => value?.ToString("0.####", CultureInfo.InvariantCulture) ?? "-";
        static string Codes(IEnumerable<AlertGateway.Cap.Finding> findings) => string.Join(',', findings.Select(f => f.Code).Distinct());
        foreach (var r in decode.Records)
        {
            yield return string.Join('\t', name, r.Kind, r.Type, r.Id, r.Revision ?? "-", r.EventTime?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture) ?? "-",
                Of(r.Lat), Of(r.Lon), Of(r.DepthKm), Of(r.Value), r.Severity ?? "-", r.Status, r.Cancel ? "cancel" : "-", Codes(r.Findings));
        }

        yield return string.Join('\t', name, "document", Codes(decode.Findings));
    }

    [Fact]
    public void Any_document_given_to_any_decoder_throws_nothing()
    {
        foreach (var (name, bytes) in Files().Where(f => f.Value.Length < 100_000))
        {
            foreach (var kind in Kinds) Check(FeedDecoders.ByKind[kind](bytes, DeskTime), $"{name} as {kind}");
        }
    }

    [Fact]
    public void Mutated_documents_throw_nothing_and_stay_within_bounds()
    {
        var seeds = Files().Where(f => f.Value.Length < 20_000).Select(f => (Kind: KindOf(f.Key, f.Value), f.Value))
            .Concat(Corpus.Files().Select(f => (Kind: "cap-feed", Value: File.ReadAllBytes(f))).Where(f => f.Value.Length < 8_000).Take(12).SelectMany(f => new[] { f, (Kind: "naads", f.Value) })).ToArray();
        Gen.Select(Gen.Int[0, seeds.Length - 1], Gen.Select(Gen.Int[0, 3], Gen.Double[0, 1], Gen.Byte, Gen.Int[1, 40]).Array[1, 6]).Sample(
            (index, edits) =>
            {
                var bytes = edits.Aggregate(seeds[index].Value, Mutate);
                Check(FeedDecoders.ByKind[seeds[index].Kind](bytes, DeskTime), seeds[index].Kind);
            },
            iter: 3_000);
    }

    private static DateTimeOffset DeskTime => new(2026, 11, 25, 0, 0, 0, TimeSpan.Zero);

    private static byte[] Mutate(byte[] bytes, (int How, double Where, byte What, int Count) edit)
    {
        if (bytes.Length == 0) return [edit.What];
        var at = (int)(edit.Where * (bytes.Length - 1));
        var count = Math.Min(edit.Count, bytes.Length - at);
        return edit.How switch
        {
            0 => [.. bytes[..at], edit.What, .. bytes[(at + 1)..]],
            1 => [.. bytes[..at], .. bytes[(at + count)..]],
            2 => [.. bytes[..(at + count)], .. bytes[at..]],
            _ => bytes[..at],
        };
    }

    private static void Check(FeedDecode decode, string what)
    {
        Assert.True(decode.Records.Count <= 50_000, what);
        Assert.True(decode.Findings.Count <= 201, what);
        Assert.All(decode.Records, r =>
        {
            Assert.True(r.Lat is null or (>= -90 and <= 90), what);
            Assert.True(r.Lon is null or (>= -180 and <= 180), what);
            Assert.True(r.Value is null || double.IsFinite(r.Value.Value), what);
            Assert.Contains(r.Status, (string[])["Actual", "Exercise", "System", "Test", "Draft"]);
            Assert.True(r.Severity is null or "Extreme" or "Severe" or "Moderate" or "Minor" or "Unknown", what);
            Assert.True(r.Findings.Count <= 402, what);
        });
    }
}
