using System.Globalization;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Server.Demo;

namespace AlertGateway.CityLoad;

/// <summary>The latest original and the earliest cancel, in milliseconds after the instant the cancel became durable.</summary>
/// <param name="LastOriginal">Negative when every original was earlier, NaN when none was seen.</param>
/// <param name="FirstCancel">NaN when nobody had to be told.</param>
/// <param name="Late">Originals more than <see cref="BoundMilliseconds"/> after it.</param>
internal readonly record struct CancelInstants(double LastOriginal, double FirstCancel, int Late)
{
    /// <summary>An original's first byte comes at most so long after the commit of its cancel.</summary>
    public const int BoundMilliseconds = 100;

    public static CancelInstants Of(IEnumerable<(Purpose Purpose, long Nanoseconds)> seen, long committed)
    {
        double last = double.NaN, first = double.NaN;
        int late = 0;
        foreach (var (purpose, nanoseconds) in seen)
        {
            double after = (nanoseconds - committed) / 1e6;
            if (purpose == Purpose.Original)
            {
                last = double.IsNaN(last) ? after : Math.Max(last, after);
                if (after > BoundMilliseconds) late++;
            }
            if (purpose == Purpose.Cancel) first = double.IsNaN(first) ? after : Math.Min(first, after);
        }
        return new(last, first, late);
    }

    public override string ToString() => $"最晚的原始消息 · latest original {Text(LastOriginal),8} ms，首条撤销 · first cancel {Text(FirstCancel),8} ms";

    private static string Text(double milliseconds) => double.IsFinite(milliseconds) ? milliseconds.ToString("0.0", CultureInfo.InvariantCulture) : "–";
}

/// <summary>One cancel on one medium: all on the host's one monotonic clock.</summary>
/// <param name="Medium">sms or push.</param>
/// <param name="Journal">When the far side's process saw the first byte: late when that process stood still, as it does for its garbage collector on processors it shares.</param>
/// <param name="Wire">When the bytes left, by the kernel's stamps; null where this user may not capture.</param>
internal sealed record CancelTimes(int DisseminationNo, string Medium, CancelInstants Journal, CancelInstants? Wire)
{
    // provider: mono, accept, number, sid, body hash, tag; app: mono, alert, device, tag, …
    private static readonly (string Medium, string Journal, string Word, int Column)[] Journals = [("sms", "sms", "accept", 5), ("push", "resident", "alert", 3)];

    /// <summary>First bytes as they left, where that is known.</summary>
    public CancelInstants FirstBytes => Wire ?? Journal;

    /// <param name="committed">Dissemination number → nanoseconds of the commit.</param>
    /// <param name="wires">Dissemination number → what was captured around its cancel.</param>
    /// <returns>One for each cancel and medium, in the order of the cancels.</returns>
    public static IReadOnlyList<CancelTimes> Read(string folder, IReadOnlyDictionary<int, long> committed, IReadOnlyDictionary<int, CancelWire> wires)
    {
        var times = new List<CancelTimes>();
        foreach (var (medium, journal, word, column) in Journals)
        {
            var seen = committed.Keys.ToDictionary(no => no, _ => new List<(Purpose, long)>());
            foreach (string line in JournalAudit.LinesOf(folder, journal))
            {
                string[] columns = line.Split('\t');
                if (columns.Length <= column || columns[1] != word || !DeliveryTag.TryParse(columns[column], out var tag) || !seen.TryGetValue(tag.Key.DisseminationNo, out var of)) continue;
                of.Add((tag.Key.Purpose, long.Parse(columns[0], CultureInfo.InvariantCulture)));
            }
            times.AddRange(committed.Select(c => new CancelTimes(c.Key, medium, CancelInstants.Of(seen[c.Key], c.Value), wires.TryGetValue(c.Key, out var wire) ? wire.Of(c.Key, medium, c.Value) : null)));
        }
        return [.. times.OrderBy(t => t.DisseminationNo)];
    }
}
