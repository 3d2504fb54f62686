using System.Globalization;
using AlertGateway.Core;
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
/// <param name="Left">When the messages left the gateway, by the kernel's stamps; for a message that was not captured, when the far side saw it.</param>
/// <param name="Journal">When the far side's process saw them: late when that process stood still, as it does for its garbage collector on processors it shares.</param>
internal sealed record CancelTimes(int DisseminationNo, string Medium, CancelInstants Left, CancelInstants Journal)
{
    // provider: mono, accept, number, sid, body hash, tag; app: mono, alert, device, tag, …
    private static readonly (string Medium, ChannelKind Channel, string Journal, string Word, int Column)[] Journals = [("sms", ChannelKind.Sms, "sms", "accept", 5), ("push", ChannelKind.Push, "resident", "alert", 3)];

    /// <param name="committed">Dissemination number → nanoseconds of the commit.</param>
    /// <param name="captured">Dissemination number → what was captured in its cycle; none where this user may not capture.</param>
    /// <returns>One for each cancel and medium, in the order of the cancels.</returns>
    public static IReadOnlyList<CancelTimes> Read(string folder, IReadOnlyDictionary<int, long> committed, IReadOnlyDictionary<int, IReadOnlyDictionary<DeliveryTag, long>> captured)
    {
        var times = new List<CancelTimes>();
        foreach (var (medium, channel, journal, word, column) in Journals)
        {
            var seen = committed.Keys.ToDictionary(no => no, _ => new Dictionary<DeliveryTag, long>());
            foreach (string line in JournalAudit.LinesOf(folder, journal))
            {
                string[] columns = line.Split('\t');
                if (columns.Length <= column || columns[1] != word || !DeliveryTag.TryParse(columns[column], out var tag) || !seen.TryGetValue(tag.Key.DisseminationNo, out var of)) continue;
                of.TryAdd(tag, long.Parse(columns[0], CultureInfo.InvariantCulture));
            }
            foreach (var (no, commit) in committed)
            {
                var left = new Dictionary<DeliveryTag, long>(seen[no]);
                foreach (var (tag, at) in captured.GetValueOrDefault(no) ?? new Dictionary<DeliveryTag, long>())
                {
                    if (tag.Key.DisseminationNo == no && tag.Key.Channel == channel) left[tag] = at;
                }
                times.Add(new CancelTimes(no, medium, Instants(left, commit), Instants(seen[no], commit)));
            }
        }
        return [.. times.OrderBy(t => t.DisseminationNo)];
    }

    private static CancelInstants Instants(Dictionary<DeliveryTag, long> at, long committed) => CancelInstants.Of(at.Select(m => (m.Key.Key.Purpose, m.Value)), committed);
}
