using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;

namespace AlertGateway.Feeds.Nws;

/// <summary>
/// <c>api.weather.gov/alerts</c> of the US National Weather Service as GeoJSON or JSON-LD: CAP's words in JSON. Most alerts have no geometry and name their area by UGC and SAME codes.
/// What is no longer listed is not cancelled; only a Cancel is.
/// </summary>
public static class NwsGeoJsonDecoder
{
    public const string Kind = "nws-geojson";

    public static FeedDecode Decode(ReadOnlyMemory<byte> bytes, DateTimeOffset? receivedAt) => FeedJson.Decode(bytes, (root, sink) =>
    {
        if (root.Member("features") is var features && features.IsArray()) sink.Each(features, "/features", (f, path) => Feature(f, path, receivedAt));
        else if (root.Member("@graph") is var graph && graph.IsArray()) sink.Each(graph, "/@graph", (a, path) => Alert(a, default, null, path, receivedAt));
        else if (root.Text("type") == "Feature") sink.One(root, "", (f, path) => Feature(f, path, receivedAt));
        else if (root.Member("status").ValueKind == JsonValueKind.Number && root.Text("title") is not null) sink.Document.Add(FindingCodes.FeedRefused, "", "The service answered with a problem document (RFC 9457).");
        else sink.Document.Add(FindingCodes.FeedFormat, "", "This is neither a GeoJSON feature nor a collection of them.");
    });

    private static FeedRecord? Feature(JsonElement feature, string path, DateTimeOffset? receivedAt) =>
        feature.Member("properties") is var properties && properties.IsObject() ? Alert(properties, feature.Member("geometry"), feature.Text("id"), path + "/properties", receivedAt) : null;

    private static FeedRecord Alert(JsonElement alert, JsonElement geometry, string? featureId, string path, DateTimeOffset? receivedAt)
    {
        var findings = new FindingList();
        var id = alert.Text("id") ?? alert.Text("identifier") ?? featureId ?? alert.Text("@id");
        if (id is null) findings.Add(FindingCodes.RecordIdentity, path, "The alert has no id.");

        if (alert.Text("status") is null) findings.Add(FindingCodes.StatusUnknown, path + "/status", "There is no status.");
        var status = WarningText.Word<AlertStatus>(alert.Text("status"), path + "/status", findings);
        var msgType = WarningText.Word<MsgType>(alert.Text("messageType") ?? alert.Text("msgType"), path + "/messageType", findings);
        if (msgType is null) findings.Add(FindingCodes.MsgTypeUnknown, path + "/messageType", "The message type is missing or not known.");
        if (msgType is MsgType.Update or MsgType.Cancel && !(alert.Member("references") is var references && references.IsArray() && references.GetArrayLength() > 0))
            findings.Add(FindingCodes.ReferencesMissing, path + "/references", "An Update or Cancel does not say which message it changes.");

        var sent = FeedTime.Read(alert.Text("sent"), TimeSpan.Zero, receivedAt, happened: true, path + "/sent", findings);
        var onset = Optional(alert, "onset", path, findings) ?? Optional(alert, "effective", path, findings) ?? sent;
        var expires = Optional(alert, "expires", path, findings);
        if (expires is { } end && sent is { } start && end <= start && msgType != MsgType.Cancel) findings.Add(FindingCodes.ExpiresNotAfterSent, path + "/expires", "The alert expires at or before the time at which it was sent.");
        if (!HasArea(alert, geometry)) findings.Add(FindingCodes.AreaNotLocated, path + "/geocode", "The alert has neither geometry nor codes.");

        return new FeedRecord
        {
            Kind = Kind,
            Type = FeedRecordType.Warning,
            Id = id ?? "",
            Revision = alert.Text("sent"),
            EventTime = onset,
            Severity = WarningText.Word<Severity>(alert.Text("severity"), path + "/severity", findings)?.ToString(),
            Status = (status is null or AlertStatus.Unknown ? AlertStatus.Draft : status.Value).ToString(), // Not known to be real: not to be acted upon.
            Cancel = msgType == MsgType.Cancel,
            Draft = CapJson.Make(id, alert.Text("sender") ?? "api.weather.gov", alert.Text("sent"), status, msgType, References(alert), [CapJson.InfoOf(alert, [AreaOf(alert, geometry)])]),
            Findings = findings.Items,
        };
    }

    private static DateTimeOffset? Optional(JsonElement alert, string name, string path, FindingList findings) =>
        alert.Text(name) is { } text ? FeedTime.Read(text, TimeSpan.Zero, null, happened: false, $"{path}/{name}", findings) : null;

    private static List<Reference> References(JsonElement alert) => alert.Member("references") is not { ValueKind: JsonValueKind.Array } list ? [] :
        [.. list.EnumerateArray().Take(200).Where(r => r.Text("identifier") is not null).Select(r => new Reference(r.Text("sender") ?? alert.Text("sender") ?? "api.weather.gov", r.Text("identifier")!, r.Text("sent") ?? "",
            FeedTime.TryRead(r.Text("sent") ?? "", TimeSpan.Zero, out var sent) ? sent : null))];

    private static Area AreaOf(JsonElement alert, JsonElement geometry)
    {
        var codes = alert.Member("geocode");
        return new Area
        {
            AreaDesc = CapJson.Clean(alert.Text("areaDesc")) ?? "",
            Polygons = CapJson.Rings(geometry),
            Geocodes = codes.IsObject() ? [.. codes.EnumerateObject().Take(20).Where(c => c.Value.IsArray()).SelectMany(c => c.Value.EnumerateArray().Take(2_000).Where(v => v.ValueKind == JsonValueKind.String).Select(v => new NamedValue(c.Name, CapJson.Clean(v.GetString())!)))] : [],
        };
    }

    private static bool HasArea(JsonElement alert, JsonElement geometry)
    {
        if (geometry.Member("coordinates").IsArray() || geometry.Member("geometries").IsArray() || alert.Member("geometry").ValueKind is JsonValueKind.String or JsonValueKind.Object) return true;
        var codes = alert.Member("geocode");
        return codes.IsObject() && codes.EnumerateObject().Any(c => c.Value.IsArray() && c.Value.GetArrayLength() > 0);
    }
}
