using System.Globalization;
using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Feeds.Hydrology;

namespace AlertGateway.Feeds.UkFlood;

/// <summary>
/// Decodes flood warnings, stations and readings of England: the Environment Agency's flood-monitoring API (<c>/id/floods</c>, <c>/id/stations</c>, <c>/data/readings</c>), the warnings list
/// behind it (FWIS), and the lists of the service for the public. Contains public sector information under the Open Government Licence.
/// </summary>
public static class UkFloodDecoder
{
    public const string Kind = "uk-flood";

    public static FeedDecode Decode(ReadOnlyMemory<byte> bytes, DateTimeOffset? receivedAt)
    {
        var into = new HydroRecords(Kind, receivedAt);
        using var json = HydroJson.Parse(bytes);
        if (json is null)
        {
            into.Add(FindingCodes.HydroDocument, "", "The document is no JSON.");
            return into.Done();
        }

        var root = json.RootElement;
        var lists = 0;
        foreach (var name in (ReadOnlySpan<string>)["items", "floods", "stations", "features"])
        {
            if (HydroJson.Member(root, name) is not { } list) continue;
            lists++;
            if (list.ValueKind == JsonValueKind.Array) List(list, into, "/" + name);
            else Item(list, into, "/" + name); // the API answers with one object when one thing was asked for
        }

        if (root.ValueKind == JsonValueKind.Array) List(root, into, "");
        else if (lists == 0 && !Item(HydroJson.Member(root, "station") ?? root, into, "")) into.Add(FindingCodes.HydroDocument, "", "The document has neither floods, stations nor readings.");
        return into.Done();
    }

    private static void List(JsonElement list, HydroRecords into, string path)
    {
        var i = 0;
        foreach (var item in list.EnumerateArray())
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{path}[{i++}]");
            if (!Item(item, into, at)) into.Add(FindingCodes.HydroRecord, at, "An entry is neither a flood, a station nor a reading.");
        }
    }

    /// <summary>False when it is nothing that is known.</summary>
    private static bool Item(JsonElement item, HydroRecords into, string path)
    {
        if (item.ValueKind != JsonValueKind.Object) return false;
        if (HydroJson.Member(item, "properties") is { } properties) return Feature(properties, HydroJson.Member(item, "geometry"), into, path);
        if (HydroJson.Member(item, "attr") is { } attr) return Flood(attr, into, path, "taCode", "severityValue", published: false, ["severityChanged", "situationChanged", "timeMessageReceived"]);
        if (HydroJson.Text(item, "ta_code") is not null) return Flood(item, into, path, "ta_code", "severity_value", published: false, ["severity_changed", "situation_changed", "message_received"]);
        if (HydroJson.Member(item, "severityLevel") is not null) return Flood(item, into, path, "floodAreaID", "severityLevel", published: true, ["timeSeverityChanged", "timeMessageChanged", "timeRaised"]);
        if (HydroJson.Text(item, "measure") is { } measure && HydroJson.Member(item, "dateTime") is not null) return Reading(measure, item, into, path);
        if (HydroJson.Member(item, "measures") is { } measures) return Station(item, measures, into, path);
        if (HydroJson.Text(item, "ts") is not null && HydroJson.Member(item, "err") is not null) return Telemetry(item, "ts", "_", "err", into, path);
        if (HydroJson.Text(item, "value_timestamp") is not null && HydroJson.Text(item, "period") is { } period && HydroJson.Text(item, "telemetry_id") is null)
        {
            into.Add("unnamed", period.StartsWith("15", StringComparison.Ordinal) ? Quantities.Rain(15) : Quantities.Rain1Hour, HydroJson.Time(item, "value_timestamp"), HydroJson.Number(item, "value"), "mm", path);
            return true;
        }

        return AppStation(item, into, path);
    }

    private static bool Flood(JsonElement flood, HydroRecords into, string path, string area, string level, bool published, ReadOnlySpan<string> times)
    {
        List<Finding> findings = [];
        // The API counts 1 severe, 2 warning, 3 alert; the agency's own lists count 1 alert, 2 warning, 3 severe. 4 is "no longer in force" in both.
        var grade = HydroJson.Number(flood, level);
        var rank = grade is 1 or 2 or 3 ? (published ? 4 - (int)grade : (int)grade) : grade == 4 ? 0 : -1;
        if (rank < 0) findings.Add(HydroRecords.Of(FindingCodes.HydroRecord, path, "The severity is not known."));
        if (HydroJson.Text(flood, area) is not { Length: > 0 and <= 60 } id)
        {
            into.Add(FindingCodes.HydroRecord, path, "A flood has no area.");
            return true;
        }

        DateTimeOffset? time = null;
        DateTimeOffset? newest = null;
        foreach (var name in times)
        {
            var at = HydroJson.Time(flood, name);
            time ??= at;
            if (at > newest || newest is null) newest = at;
        }

        into.JudgeTime(time, path, findings);
        var place = HydroJson.Member(flood, "floodArea");
        var point = Point(flood);
        into.Add(new FeedRecord
        {
            Kind = Kind,
            Type = FeedRecordType.Warning,
            Id = id,
            Revision = newest?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            EventTime = time,
            Lat = point?.Lat ?? (place is { } p ? Degrees(p, "lat", 90) : null),
            Lon = point?.Lon ?? (place is { } q ? Degrees(q, "long", 180) : null),
            Severity = rank switch { 3 => "Extreme", 2 => "Severe", 1 => "Moderate", 0 => "Minor", _ => "Unknown" },
            Status = "Actual",
            Cancel = rank == 0,
            Draft = rank < 0 ? null : UkFloodDraft.Of(flood, id, rank, time, newest, HydroJson.Time(flood, "timeRaised")),
            Findings = findings,
        }, path);
        return true;
    }

    /// <summary>A reading names its measure: STATION-PARAMETER-QUALIFIER-TYPE-PERIOD-UNIT at the end of an address.</summary>
    private static bool Reading(string measure, JsonElement item, HydroRecords into, string path)
    {
        var name = measure[(measure.LastIndexOf('/') + 1)..];
        var parts = name.Split('-');
        if (parts.Length < 3 || name.Length > 200) return false;
        AddReading(parts[0], name, item, into, path, null, null);
        return true;
    }

    private static bool Station(JsonElement station, JsonElement measures, HydroRecords into, string path)
    {
        var id = HydroJson.Text(station, "stationReference") ?? HydroJson.Text(station, "notation");
        if (id is not { Length: > 0 and <= 60 }) return false;
        // Where two gauges share a reference, the API gives lists of coordinates: then there is no single place.
        var (lat, lon) = (Degrees(station, "lat", 90), Degrees(station, "long", 180));
        var list = measures.ValueKind == JsonValueKind.Array ? measures.EnumerateArray().ToList() : [measures];
        for (var m = 0; m < list.Count; m++)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{path}/measures[{m}]");
            if (HydroJson.Text(list[m], "@id") is not { } measure || HydroJson.Member(list[m], "latestReading") is not { ValueKind: JsonValueKind.Object } latest) continue;
            AddReading(id, measure[(measure.LastIndexOf('/') + 1)..], latest, into, at, lat, lon);
        }

        return true;
    }

    private static void AddReading(string station, string measure, JsonElement reading, HydroRecords into, string path, double? lat, double? lon)
    {
        var words = measure.StartsWith(station + "-", StringComparison.Ordinal) ? measure[(station.Length + 1)..] : measure;
        var unit = words[(words.LastIndexOf('-') + 1)..];
        var quantity = words switch
        {
            _ when words.StartsWith("level-stage", StringComparison.Ordinal) => Quantities.Stage,
            _ when words.StartsWith("level-downstage", StringComparison.Ordinal) => Quantities.TailStage,
            _ when words.StartsWith("level-tidal", StringComparison.Ordinal) => "tide",
            _ when words.StartsWith("level-groundwater", StringComparison.Ordinal) => "groundwater",
            _ when words.StartsWith("flow", StringComparison.Ordinal) => Quantities.Flow,
            _ when words.StartsWith("rainfall", StringComparison.Ordinal) && words.Contains("15_min", StringComparison.Ordinal) => Quantities.Rain(15),
            _ when words.StartsWith("rainfall", StringComparison.Ordinal) => "rain-period",
            _ => "uk-" + words.Split('-')[0],
        };
        // The API sometimes gives a list of values for one instant: which is true cannot be told.
        var value = HydroJson.Member(reading, "value");
        List<Finding>? findings = value is { ValueKind: JsonValueKind.Array } ? [HydroRecords.Of(FindingCodes.HydroValue, path, "There are several values for one instant.")] : null;
        into.Add(station.Replace('/', '_'), quantity, HydroJson.Time(reading, "dateTime"), value is { } v ? HydroJson.Number(v) : null, Unit(unit), path, lat: lat, lon: lon, findings: findings);
    }

    /// <summary>A station of the service for the public: what it measures follows from its type (S, M river, C coast, G groundwater, R rain).</summary>
    private static bool AppStation(JsonElement station, HydroRecords into, string path)
    {
        var id = HydroJson.Text(station, "telemetry_id") ?? HydroJson.Text(station, "Telemetry_ID");
        if (id is not { Length: > 0 and <= 60 }) return false;
        var point = Point(station);
        var (lat, lon) = (Degrees(station, "lat", 90) ?? point?.Lat, Degrees(station, "lon", 180) ?? point?.Lon);
        var type = HydroJson.Text(station, "station_type") ?? HydroJson.Text(station, "Station_Type");
        if (HydroJson.Text(station, "value_timestamp") is not { } time)
        {
            // A station's properties, with nothing measured.
            into.Add(new FeedRecord { Kind = Kind, Type = FeedRecordType.Observation, Id = Quantities.Id(id.Replace('/', '_'), "station"), Lat = lat, Lon = lon, Status = "Actual" }, path);
            return true;
        }

        var (quantity, unit) = type switch { "R" => (Quantities.Rain(15), "mm"), "C" => ("tide", "m"), "G" => ("groundwater", "m"), _ => (Quantities.Stage, "m") };
        if (HydroJson.Text(station, "qualifier") is "d") quantity = Quantities.TailStage;
        var erred = HydroJson.Member(station, "value_erred") is { ValueKind: JsonValueKind.True };
        into.Add(id.Replace('/', '_'), quantity, HydroJson.Time(time), HydroJson.Number(station, "value"), unit, path, lat: lat, lon: lon,
            findings: erred ? [HydroRecords.Of(FindingCodes.HydroDoubtful, path, "The source marks the value as erroneous.")] : null);
        return true;
    }

    private static bool Feature(JsonElement properties, JsonElement? geometry, HydroRecords into, string path)
    {
        if (HydroJson.Text(properties, "telemetry_station_id") is not { } id) return false;
        var at = HydroJson.Items(geometry, "coordinates").Select(HydroJson.Number).Take(2).ToList();
        into.Add(id, HydroJson.Text(properties, "period")?.StartsWith("15", StringComparison.Ordinal) == true ? Quantities.Rain(15) : "rain-period", HydroJson.Time(properties, "value_timestamp"), HydroJson.Number(properties, "value"),
            HydroJson.Text(properties, "units") ?? "mm", path, lat: at.Count == 2 ? at[1] : null, lon: at.Count == 2 ? at[0] : null);
        return true;
    }

    private static bool Telemetry(JsonElement item, string time, string value, string error, HydroRecords into, string path)
    {
        var erred = HydroJson.Member(item, error) is { ValueKind: JsonValueKind.True };
        into.Add("unnamed", Quantities.Stage, HydroJson.Time(item, time), HydroJson.Number(item, value), "m", path, findings: erred ? [HydroRecords.Of(FindingCodes.HydroDoubtful, path, "The source marks the value as erroneous.")] : null);
        return true;
    }

    /// <summary>A GeoJSON point that stands as text inside the JSON.</summary>
    private static (double Lat, double Lon)? Point(JsonElement of)
    {
        var text = HydroJson.Text(of, "geometry") ?? HydroJson.Text(of, "coordinates");
        if (text is not { Length: < 500 } || HydroJson.Parse(System.Text.Encoding.UTF8.GetBytes(text)) is not { } json) return null;
        using (json)
        {
            var c = HydroJson.Items(json.RootElement, "coordinates").Select(HydroJson.Number).Take(2).ToList();
            return c is [{ } lon and >= -180 and <= 180, { } lat and >= -90 and <= 90] ? (lat, lon) : null;
        }
    }

    private static double? Degrees(JsonElement of, string name, double max) => HydroJson.Number(of, name) is { } d && Math.Abs(d) <= max ? d : null;

    private static string Unit(string unit) => unit switch { "mAOD" or "mASD" or "m" => "m", "m3_s" => "m3/s", "l_s" => "l/s", _ => unit };
}
