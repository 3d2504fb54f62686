using System.Globalization;
using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;

namespace AlertGateway.Feeds.Hydrology;

/// <summary>Collects the records of one hydrological document: bounded, with the same judgement of times and values for every source.</summary>
internal sealed class HydroRecords(string kind, DateTimeOffset? receivedAt)
{
    public const int RecordsMax = 200_000;

    private static readonly TimeSpan AheadMax = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan BehindMax = TimeSpan.FromDays(366);

    private readonly List<FeedRecord> _records = [];
    private readonly List<Finding> _findings = [];

    public int Count => _records.Count;

    public FeedDecode Done() => new(_records, _findings);

    public void Add(FindingCode code, string path, string message)
    {
        if (_findings.Count < 200) _findings.Add(Of(code, path, message));
    }

    /// <param name="value">Null for a value that the source marks as missing, or that cannot be read (then <paramref name="findings"/> says so).</param>
    public void Add(string station, string quantity, DateTimeOffset? time, double? value, string unit, string path, string? revision = null, double? lat = null, double? lon = null, IReadOnlyList<Finding>? findings = null)
    {
        if (!MayAdd(path)) return;
        List<Finding> own = findings is null ? [] : [.. findings];
        if (value is { } v)
        {
            if (!double.IsFinite(v) || (Quantities.Plausible(quantity) is var (min, max) && (v < min || v > max)))
            {
                own.Add(Of(FindingCodes.HydroValue, path, string.Create(CultureInfo.InvariantCulture, $"{v} {unit} is no possible {quantity}.")));
                value = null;
            }
        }
        else if (own.Count == 0)
        {
            own.Add(Of(FindingCodes.HydroMissing, path, "The source marks the value as missing."));
        }

        JudgeTime(time, path, own);
        _records.Add(new FeedRecord
        {
            Kind = kind,
            Type = FeedRecordType.Observation,
            Id = Quantities.Id(station, quantity),
            Revision = revision,
            EventTime = time,
            Lat = lat is >= -90 and <= 90 ? lat : null,
            Lon = lon is >= -180 and <= 180 ? lon : null,
            Value = value,
            Unit = unit,
            Status = "Actual",
            Findings = own,
        });
    }

    public void Add(FeedRecord record, string path)
    {
        if (MayAdd(path)) _records.Add(record);
    }

    public static Finding Of(FindingCode code, string path, string message) => new(code.Code, code.Level, path, message);

    public void JudgeTime(DateTimeOffset? time, string path, List<Finding> own)
    {
        if (time is not { } at) own.Add(Of(FindingCodes.HydroTime, path, "The time is missing or cannot be read."));
        else if (receivedAt is { } now && (at - now > AheadMax || now - at > BehindMax)) own.Add(Of(FindingCodes.HydroTime, path, $"{at:yyyy-MM-dd'T'HH:mm:ssK} is far from the time at which it came in."));
    }

    private bool MayAdd(string path)
    {
        if (_records.Count < RecordsMax) return true;
        if (_records.Count == RecordsMax && !_findings.Exists(f => f.Code == FindingCodes.HydroTruncated.Code)) _findings.Insert(0, Of(FindingCodes.HydroTruncated, path, $"More than {RecordsMax} entries."));
        return false;
    }
}
