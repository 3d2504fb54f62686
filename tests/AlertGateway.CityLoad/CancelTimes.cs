using System.Globalization;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Server.Demo;

namespace AlertGateway.CityLoad;

/// <summary>When the far sides saw the last original and the first cancel, against the instant the cancel became durable: all on the host's one monotonic clock.</summary>
/// <param name="LastOriginalMilliseconds">First byte of the latest original, after the commit; negative when every original was earlier.</param>
/// <param name="FirstCancelMilliseconds">First byte of the earliest cancel, after the commit; NaN when nobody had to be told.</param>
internal sealed record CancelTimes(int DisseminationNo, double LastOriginalMilliseconds, double FirstCancelMilliseconds)
{
    /// <param name="committed">Dissemination number → nanoseconds of the commit.</param>
    public static IReadOnlyList<CancelTimes> Read(string folder, IReadOnlyDictionary<int, long> committed)
    {
        var last = committed.Keys.ToDictionary(no => no, _ => long.MinValue);
        var first = committed.Keys.ToDictionary(no => no, _ => long.MaxValue);
        // provider: mono, accept, number, sid, body hash, tag; app: mono, alert, device, tag, …
        foreach (var (file, word, column) in ((string, string, int)[])[("sms", "accept", 5), ("resident", "alert", 3)])
        {
            foreach (string line in JournalAudit.LinesOf(folder, file))
            {
                string[] columns = line.Split('\t');
                if (columns.Length <= column || columns[1] != word || !DeliveryTag.TryParse(columns[column], out var tag) || !committed.ContainsKey(tag.Key.DisseminationNo)) continue;
                long at = long.Parse(columns[0], CultureInfo.InvariantCulture);
                int no = tag.Key.DisseminationNo;
                if (tag.Key.Purpose == Purpose.Original) last[no] = Math.Max(last[no], at);
                if (tag.Key.Purpose == Purpose.Cancel) first[no] = Math.Min(first[no], at);
            }
        }
        return [.. committed.OrderBy(c => c.Key).Select(c => new CancelTimes(c.Key, last[c.Key] == long.MinValue ? double.NaN : (last[c.Key] - c.Value) / 1e6, first[c.Key] == long.MaxValue ? double.NaN : (first[c.Key] - c.Value) / 1e6))];
    }
}
