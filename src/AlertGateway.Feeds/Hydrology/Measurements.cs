using AlertGateway.Cap;
using AlertGateway.Core.Thresholds;
using AlertGateway.Feeds.Decoding;

namespace AlertGateway.Feeds.Hydrology;

/// <summary>From records to what the rules take: metric units, actual ones only.</summary>
public static class Measurements
{
    private const double MetresPerFoot = 0.3048;

    /// <summary>Exercise and test values, warnings and records without a time are left out; a record with an error or a doubtful one is kept but not usable.</summary>
    public static IReadOnlyList<Measurement> Of(FeedDecode decoded)
    {
        ArgumentNullException.ThrowIfNull(decoded);
        var list = new List<Measurement>(decoded.Records.Count);
        foreach (var r in decoded.Records)
        {
            if (r is not { Type: FeedRecordType.Observation, Status: "Actual", EventTime: { } time } || Quantities.Split(r.Id) is not var (station, quantity)) continue;
            var (value, unit) = Metric(r.Value, r.Unit ?? "");
            list.Add(new Measurement(station, quantity, time, value, unit, r.Findings.All(f => f.Level == FindingLevel.Info)));
        }

        return list;
    }

    internal static (double? Value, string Unit) Metric(double? value, string unit) => unit switch
    {
        "ft" => (value * MetresPerFoot, "m"),
        "ft3/s" or "ft^3/s" or "cfs" => (value * MetresPerFoot * MetresPerFoot * MetresPerFoot, "m3/s"),
        "in" => (value * 25.4, "mm"),
        "cm" => (value / 100, "m"),
        _ => (value, unit),
    };
}
