using System.Text.Json;
using AlertGateway.Cap;

namespace AlertGateway.Feeds.Decoding;

/// <summary>CAP's words in JSON, as NWS and MeteoAlarm write them, and the alert that they make. What is missing stays missing: ingest and targeting judge it as they judge any CAP.</summary>
internal static class CapJson
{
    private const int VerticesMax = 60_000;
    private const int AreasMax = 2_000;

    /// <summary>Null when it has no identity, time, status or type, without which nothing can be laid on a desk.</summary>
    public static Alert? Make(string? id, string? sender, string? sentText, AlertStatus? status, MsgType? msgType, IReadOnlyList<Reference> references, IReadOnlyList<Info> infos)
    {
        if (id is null || sender is null || status is null or AlertStatus.Unknown || msgType is null or MsgType.Unknown || !FeedTime.TryRead(sentText ?? "", TimeSpan.Zero, out var sent)) return null;
        var alert = new Alert
        {
            Identifier = Safe(id), Sender = Safe(sender), Sent = sent, SentText = CapWriter.Time(sent), Status = status.Value, MsgType = msgType.Value, Scope = AlertScope.Public, References = references, Infos = infos,
        };
        return CapWriter.Obstacle(alert) is null ? alert : null;
    }

    /// <summary>The words that all these services share; areas are the caller's.</summary>
    public static Info InfoOf(JsonElement info, IReadOnlyList<Area> areas) => new()
    {
        Language = info.Text("language"),
        Categories = [Word<Category>(info.Text("category") ?? First(info.Member("category")))],
        Event = Clean(info.Text("event")) ?? "",
        Urgency = Word<Urgency>(info.Text("urgency")),
        Severity = Word<Severity>(info.Text("severity")),
        Certainty = Word<Certainty>(info.Text("certainty")),
        Effective = Time(info, "effective"),
        Onset = Time(info, "onset"),
        Expires = Time(info, "expires"),
        SenderName = Clean(info.Text("senderName")),
        Headline = Clean(info.Text("headline")),
        Description = Clean(info.Text("description")),
        Instruction = Clean(info.Text("instruction")),
        Web = Clean(info.Text("web")),
        Parameters = Named(info.Member("parameter")),
        Areas = areas,
    };

    /// <summary><c>[{"valueName":…,"value":…}]</c> of CAP in JSON.</summary>
    public static IReadOnlyList<NamedValue> Named(JsonElement list) => !list.IsArray() ? [] :
        [.. list.EnumerateArray().Take(500).Where(p => p.Text("valueName") is not null && p.Text("value") is not null).Select(p => new NamedValue(Clean(p.Text("valueName"))!, Clean(p.Text("value"))!))];

    /// <summary>The outer rings of a GeoJSON polygon or multipolygon; none when there are more corners than are read.</summary>
    public static IReadOnlyList<CapPolygon> Rings(JsonElement geometry)
    {
        var rings = new List<CapPolygon>();
        var coordinates = geometry.Member("coordinates");
        if (!coordinates.IsArray()) return rings;
        var polygons = geometry.Text("type") == "MultiPolygon" ? coordinates.EnumerateArray().Take(AreasMax).ToList() : [coordinates];
        var left = VerticesMax;
        foreach (var polygon in polygons.Where(p => p.IsArray() && p.GetArrayLength() > 0 && p[0].IsArray()))
        {
            if ((left -= polygon[0].GetArrayLength()) < 0) return [];
            var points = polygon[0].EnumerateArray().Where(p => p.IsArray() && p.GetArrayLength() >= 2).Select(p => (Lon: p[0].AsNumber(), Lat: p[1].AsNumber())).ToList();
            if (points.Count < 3 || points.Any(p => p is not { Lat: >= -90 and <= 90, Lon: >= -180 and <= 180 })) continue;
            if (points[0] != points[^1]) points.Add(points[0]);
            rings.Add(new CapPolygon([.. points.Select(p => new GeoPoint(p.Lat!.Value, p.Lon!.Value))]));
        }

        return rings;
    }

    /// <summary>One area for a place that a code names.</summary>
    public static IReadOnlyList<Area> Coded(string description, string valueName, string? code) => code is null ? [] : [new Area { AreaDesc = description, Geocodes = [new NamedValue(valueName, code)] }];

    /// <summary>Text without what XML cannot hold.</summary>
    public static string? Clean(string? text) => text is null ? null : string.Concat(text.Where(c => c is '\n' or '\t' || (c >= ' ' && c is not ('\uFFFE' or '\uFFFF') && !char.IsSurrogate(c))));

    private static DateTimeOffset? Time(JsonElement info, string name) => info.Text(name) is { } text && FeedTime.TryRead(text, TimeSpan.Zero, out var time) ? time : null;

    private static T Word<T>(string? word)
        where T : struct, Enum => word is not null && char.IsAsciiLetter(word[0]) && Enum.TryParse<T>(word, ignoreCase: true, out var value) && Enum.IsDefined(value) ? value : default;

    private static string? First(JsonElement list) => list.IsArray() && list.GetArrayLength() > 0 && list[0].ValueKind == JsonValueKind.String ? list[0].GetString() is { Length: > 0 } word ? word : null : null;

    /// <summary>Identifiers may hold no space, comma, &lt; or &amp; (CAP 1.2 §3.2.1).</summary>
    private static string Safe(string text) => string.Concat((Clean(text) ?? "").Take(200).Select(c => c is ' ' or ',' or '<' or '&' or '\n' or '\t' ? '_' : c));
}
