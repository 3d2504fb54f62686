using System.Globalization;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Server.Demo;

namespace AlertGateway.CityLoad;

/// <summary>How long after the first byte of an alert anywhere each far side had its own: by channel, from the journals.</summary>
/// <param name="Milliseconds">Ascending; one for each endpoint that was told.</param>
internal sealed record Latency(string Channel, double[] Milliseconds)
{
    public double At(double share) => Milliseconds.Length == 0 ? 0 : Percentiles.At(Milliseconds, share);

    /// <param name="broken">Endpoints that were told to fail; the others are measured.</param>
    public static IReadOnlyList<Latency> Read(string folder, int disseminationNo, IReadOnlySet<int> broken)
    {
        var firsts = new List<(string Channel, Dictionary<int, long> At)>();
        // provider: mono, accept, number, sid, body hash, tag; app: mono, alert, device, tag; loudspeaker: mono, order, device, type, tag, verdict
        foreach (var (channel, file, word, column) in ((string, string, string, int)[])[("sms", "sms", "accept", 5), ("push", "resident", "alert", 3), ("loudspeaker", "loudspeaker", "order", 4)])
        {
            var first = new Dictionary<int, long>();
            foreach (string line in JournalAudit.LinesOf(folder, file))
            {
                string[] columns = line.Split('\t');
                if (columns.Length <= column || columns[1] != word || !DeliveryTag.TryParse(columns[column], out var tag) || tag.Key.DisseminationNo != disseminationNo || tag.Key.Purpose != Purpose.Original || broken.Contains(tag.Key.EndpointNo)) continue;
                long at = long.Parse(columns[0], CultureInfo.InvariantCulture);
                if (!first.TryGetValue(tag.Key.EndpointNo, out long known) || at < known) first[tag.Key.EndpointNo] = at;
            }
            firsts.Add((channel, first));
        }
        long start = firsts.SelectMany(f => f.At.Values).DefaultIfEmpty(0).Min();
        return [.. firsts.Select(f => new Latency(f.Channel, [.. f.At.Values.Select(at => (at - start) / 1e6).Order()]))];
    }
}
