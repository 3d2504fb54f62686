using System.Diagnostics;
using System.Globalization;
using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Tests.Cap;

namespace AlertGateway.Tests.Fuzz;

/// <summary>What the readers did with one document that broke a promise.</summary>
public sealed record Breach(string Reader, int Number, int Bytes, string What);

/// <summary>The outcome of a campaign.</summary>
/// <param name="PeakMiB">Highest managed heap seen between documents.</param>
public sealed record CampaignResult(int Documents, TimeSpan Elapsed, IReadOnlyDictionary<string, int> PerReader, TimeSpan SlowestCpu, string Slowest, double WorstShare, double PeakMiB, IReadOnlyList<Breach> Breaches);

/// <summary>
/// Mutated documents for every reader of foreign bytes: CAP, feed indexes, and each decoder of the registry. The promise: no exception leaves a reader, and one document costs at most
/// max(50 ms, 100 ms per MB) of processor time. Document n of a seed is always the same, so a breach can be repeated.
/// </summary>
public sealed class Campaign
{
    private readonly string? _keep;
    private readonly List<(string Reader, Action<byte[]> Read)> _readers;
    private readonly Dictionary<string, List<byte[]>> _seeds = new(StringComparer.Ordinal);

    /// <param name="keep">A folder that is given every document that broke the promise; null for none.</param>
    public Campaign(string? keep = null)
    {
        _keep = keep;
        _readers =
        [
            ("cap", static bytes => ReadCap(bytes)),
            ("cap-feed-index", static bytes => _ = FeedReader.Read(bytes)),
            .. FeedDecoders.ByKind.OrderBy(k => k.Key, StringComparer.Ordinal).Select(k => (k.Key, (Action<byte[]>)(bytes => _ = k.Value(bytes, DateTimeOffset.UnixEpoch.AddYears(56))))),
        ];
        foreach (var (reader, _) in _readers) _seeds[reader] = Seeds(reader);
    }

    public IReadOnlyList<string> Readers => [.. _readers.Select(r => r.Reader)];

    /// <param name="documents">How many mutated documents.</param>
    /// <param name="limit">Stops early once this much wall time is over, in seconds.</param>
    public CampaignResult Run(int documents, int seed, double limit)
    {
        foreach (var (reader, read) in _readers)
        {
            foreach (var bytes in _seeds[reader].Take(40)) read(bytes); // compiled before anything is timed
        }

        var tally = new Tally();
        var watch = Stopwatch.StartNew();
        var next = -1;
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            for (var n = Interlocked.Increment(ref next); n < documents && watch.Elapsed.TotalSeconds < limit; n = Interlocked.Increment(ref next)) One(n, seed, tally);
        })).ToList();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        return tally.Result(watch.Elapsed);
    }

    private void One(int number, int seed, Tally tally)
    {
        var random = new Random(HashCode(seed, number));
        // Half of all documents are CAP; the other readers share the rest.
        var (reader, read) = _readers[number % 2 == 0 ? 0 : number / 2 % _readers.Count];
        var seeds = _seeds[reader];
        var bytes = Mutator.Mutate(Pick(seeds, random), Pick(seeds, random), random);
        var allowed = TimeSpan.FromMilliseconds(Math.Max(50, bytes.Length / 1e6 * 100));
        var spent = Spent(read, bytes, out var failure);
        // A collection or a compilation may fall on this very document, so a slow one gets two more chances.
        for (var again = 0; failure is null && spent > allowed && again < 2; again++) spent = TimeSpan.FromTicks(Math.Min(spent.Ticks, Spent(read, bytes, out failure).Ticks));
        tally.Add(reader, number, bytes.Length, spent, allowed, failure);
        if (_keep is not null && (failure is not null || spent > allowed)) File.WriteAllBytes(Path.Combine(_keep, string.Create(CultureInfo.InvariantCulture, $"{reader}-{seed}-{number}")), bytes);
    }

    private static TimeSpan Spent(Action<byte[]> read, byte[] bytes, out Exception? failure)
    {
        failure = null;
        var before = ThreadTime.Now();
        try
        {
            read(bytes);
        }
        catch (Exception e) when (e is not OutOfMemoryException) // whatever it is, it is the finding
        {
            failure = e;
        }

        return ThreadTime.Now() - before;
    }

   
    private static void ReadCap(byte[] bytes)
    {
        foreach (var message in CapReader.Read(bytes).Messages)
        {
            if (message.Alert is { } alert && message.Disposition == Disposition.Accept) _ = CapWriter.Write(alert);
        }
    }

    private static byte[] Pick(List<byte[]> seeds, Random random)
    {
        // Most mutants of a small seed, since they are quicker; the large ones come often enough.
        var (a, b, c) = (seeds[random.Next(seeds.Count)], seeds[random.Next(seeds.Count)], seeds[random.Next(seeds.Count)]);
        if (random.Next(12) == 0) return a;
        return a.Length <= b.Length && a.Length <= c.Length ? a : b.Length <= c.Length ? b : c;
    }

    // Saved responses lie in tests/corpus/KIND; a kind without any is still tried with what the others have.
    private static List<byte[]> Seeds(string reader)
    {
        var files = reader switch
        {
            "cap" => Directory.EnumerateFiles(Path.Combine(Corpus.Root, "cap"), "*.xml"),
            "cap-feed-index" => Directory.EnumerateFiles(Path.Combine(Corpus.Root, "cap"), "*.atom"),
            _ => Directory.EnumerateFiles(Corpus.Root, "*", SearchOption.AllDirectories).Where(f => f.Split(Path.DirectorySeparatorChar).Contains(reader)),
        };
        var seeds = files.Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(b => b.Length is > 0 and < 1_500_000).Take(120).ToList();
        if (seeds.Count > 0) return seeds;
        return [.. Directory.EnumerateFiles(Corpus.Root, "*", SearchOption.AllDirectories).Where(f => new FileInfo(f).Length is > 0 and < 60_000).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Take(60)];
    }

    private static int HashCode(int seed, int number) => unchecked(seed * 486_187_739 + number * 16_777_619 ^ number >> 7);

    private sealed class Tally
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<string, int> _perReader = new(StringComparer.Ordinal);
        private readonly List<Breach> _breaches = [];
        private TimeSpan _slowest;
        private string _slowestName = "-";
        private double _share, _peak;
        private int _done;

        public void Add(string reader, int number, int bytes, TimeSpan spent, TimeSpan allowed, Exception? failure)
        {
            lock (_lock)
            {
                _done++;
                _perReader[reader] = _perReader.GetValueOrDefault(reader) + 1;
                if (failure is not null) _breaches.Add(new Breach(reader, number, bytes, failure.GetType().Name));
                else if (spent > allowed) _breaches.Add(new Breach(reader, number, bytes, string.Create(CultureInfo.InvariantCulture, $"{spent.TotalMilliseconds:0} ms of {allowed.TotalMilliseconds:0}")));
                if (spent > _slowest) (_slowest, _slowestName) = (spent, string.Create(CultureInfo.InvariantCulture, $"{reader}, {bytes:N0} bytes"));
                _share = Math.Max(_share, spent / allowed);
                if (_done % 64 == 0) _peak = Math.Max(_peak, GC.GetTotalMemory(false) / 1048576.0);
            }
        }

        public CampaignResult Result(TimeSpan elapsed) => new(_done, elapsed, _perReader, _slowest, _slowestName, _share, _peak, [.. _breaches.OrderBy(b => b.Number)]);
    }
}
