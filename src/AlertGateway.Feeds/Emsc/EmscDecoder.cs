using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;

namespace AlertGateway.Feeds.Emsc;

/// <summary>
/// Messages of the European-Mediterranean Seismological Centre: <c>{action, data: Feature}</c> of its WebSocket, one or many, and the feature collections of its
/// FDSN event service. In the geometry the third number is minus the depth; <c>properties.depth</c> is positive downwards.
/// </summary>
public static class EmscDecoder
{
    public const string Kind = "emsc";

    public static FeedDecode Decode(ReadOnlyMemory<byte> bytes, DateTimeOffset? receivedAt) => FeedJson.Decode(bytes, (root, sink) =>
    {
        if (root.IsArray()) sink.Each(root, "", (m, path) => Message(m, path, receivedAt));
        else if (root.Member("features") is var features && features.IsArray()) sink.Each(features, "/features", (f, path) => Feature(f, "", path, receivedAt));
        else if (root.Member("data").IsObject()) sink.One(root, "", (m, path) => Message(m, path, receivedAt));
        else if (root.Text("type") == "Feature") sink.One(root, "", (f, path) => Feature(f, "", path, receivedAt));
        else sink.Document.Add(FindingCodes.FeedFormat, "", "This is no message of the seismic portal.");
    });

    private static FeedRecord? Message(JsonElement message, string path, DateTimeOffset? receivedAt) =>
        message.Member("data") is var data && data.IsObject() ? Feature(data, message.Text("action") ?? "", path + "/data", receivedAt) : Feature(message, "", path, receivedAt);

    private static FeedRecord? Feature(JsonElement feature, string action, string path, DateTimeOffset? receivedAt)
    {
        var properties = feature.Member("properties");
        if (!properties.IsObject()) return null;
        var findings = new FindingList();
        var id = properties.Text("unid") ?? feature.Text("id") ?? properties.Text("source_id");
        if (id is null) findings.Add(FindingCodes.RecordIdentity, path, "The event has no id.");
        action = action.ToLowerInvariant();
        if (action is not ("" or "create" or "update" or "delete")) findings.Add(FindingCodes.WordUnknown, path, "The action is not a known word.");
        var type = properties.Text("evtype")?.ToLowerInvariant();
        if (type is not (null or "ke" or "se" or "earthquake")) findings.Add(FindingCodes.QuakeOther, path + "/properties/evtype", "The event is not said to be an earthquake.");

        var time = FeedTime.Read(properties.Text("time"), TimeSpan.Zero, receivedAt, happened: true, path + "/properties/time", findings);
        var (lat, lon, third) = GeoPoints.Of(feature.Member("geometry"));
        lat = properties.Number("lat") ?? lat;
        lon = properties.Number("lon") ?? lon;
        var depth = properties.Number("depth") ?? (third is { } z ? Math.Abs(z) : null);
        return QuakeRecord.Make(Kind, id ?? "", properties.Text("lastupdate"), time, lat, lon, depth, properties.Number("mag"), "Actual", action == "delete", path, findings) with
        {
            SameAs = properties.Text("source_id") is { } other && other != id ? [other] : [],
        };
    }
}
