using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;

namespace AlertGateway.Feeds.Usgs;

/// <summary>
/// The GeoJSON summaries and details of the US Geological Survey (earthquake.usgs.gov, "GeoJSON Summary Format"). Coordinates are longitude, latitude, depth in km;
/// times are milliseconds since 1970. The preferred id can change between revisions, so all <c>ids</c> are kept.
/// </summary>
public static class UsgsGeoJsonDecoder
{
    public const string Kind = "usgs-geojson";

    public static FeedDecode Decode(ReadOnlyMemory<byte> bytes, DateTimeOffset? receivedAt) => FeedJson.Decode(bytes, (root, sink) =>
    {
        if (root.Member("features") is var features && features.IsArray()) sink.Each(features, "/features", (f, path) => Feature(f, path, receivedAt));
        else if (root.Text("type") == "Feature") sink.One(root, "", (f, path) => Feature(f, path, receivedAt));
        else sink.Document.Add(FindingCodes.FeedFormat, "", "This is neither a GeoJSON feature nor a collection of them.");
    });

    private static FeedRecord? Feature(JsonElement feature, string path, DateTimeOffset? receivedAt)
    {
        var properties = feature.Member("properties");
        if (!properties.IsObject()) return null;
        var findings = new FindingList();
        var ids = (properties.Text("ids") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(50).ToList();
        var id = feature.Text("id") ?? ids.FirstOrDefault();
        if (id is null) findings.Add(FindingCodes.RecordIdentity, path, "The feature has no id.");

        DateTimeOffset? time = properties.Number("time") is { } ms ? FeedTime.FromUnixMilliseconds(ms) : null;
        if (time is { } known) FeedTime.Judge(known, receivedAt, happened: true, path + "/properties/time", findings);
        else if (properties.Member("time").ValueKind == JsonValueKind.Undefined) findings.Add(FindingCodes.TimeMissing, path + "/properties/time", "There is no time.");
        else findings.Add(FindingCodes.TimeUnreadable, path + "/properties/time", "The time is not a number of milliseconds that a calendar holds.");

        var status = properties.Text("status")?.ToLowerInvariant();
        if (status is not (null or "automatic" or "reviewed" or "deleted" or "manual")) findings.Add(FindingCodes.WordUnknown, path + "/properties/status", "The review status is not a known word.");
        if (properties.Text("type") is { } type && type != "earthquake") findings.Add(FindingCodes.QuakeOther, path + "/properties/type", "The event is not said to be an earthquake.");

        var (lat, lon, depth) = GeoPoints.Of(feature.Member("geometry"));
        return QuakeRecord.Make(Kind, id ?? "", properties.Text("updated"), time, lat, lon, depth, properties.Number("mag"), "Actual", status == "deleted", path, findings) with
        {
            Severity = Pager(properties.Text("alert")),
            SameAs = ids,
        };
    }

    /// <summary>The colour of PAGER, the service's own estimate of the harm done.</summary>
    private static string? Pager(string? colour) => colour?.ToLowerInvariant() switch
    {
        "red" => nameof(Severity.Extreme),
        "orange" => nameof(Severity.Severe),
        "yellow" => nameof(Severity.Moderate),
        "green" => nameof(Severity.Minor),
        _ => null,
    };
}
