using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Feeds.Cap;
using AlertGateway.Feeds.Decoding;

namespace AlertGateway.Feeds.MeteoAlarm;

/// <summary>
/// MeteoAlarm: the CAP documents, the legacy Atom and RSS indexes, and the JSON of <c>/api/v1/warnings/feeds-COUNTRY</c>. Severity is the awareness level's
/// (2 yellow Moderate, 3 orange Severe, 4 red Extreme); level 1, green, is no warning and says so.
/// </summary>
public static class MeteoAlarmDecoder
{
    public const string Kind = "meteoalarm";

    public static FeedDecode Decode(ReadOnlyMemory<byte> bytes, DateTimeOffset? receivedAt)
    {
        var start = bytes.Span.StartsWith("\uFEFF"u8) ? bytes.Span[3..] : bytes.Span;
        var isJson = start.TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..];
        return isJson ? Json(bytes, receivedAt) : CapFeedDecoder.Decode(Kind, bytes, receivedAt);
    }

    private static FeedDecode Json(ReadOnlyMemory<byte> bytes, DateTimeOffset? receivedAt) => FeedJson.Decode(bytes, (root, sink) =>
    {
        var list = root.IsArray() ? root : root.Member("warnings");
        if (list.IsArray()) sink.Each(list, "/warnings", (w, path) => Warning(w, path, receivedAt));
        else if (root.Member("alert").IsObject()) sink.One(root, "", (w, path) => Warning(w, path, receivedAt));
        else sink.Document.Add(FindingCodes.FeedFormat, "", "This is no warning list of MeteoAlarm.");
    });

    private static FeedRecord? Warning(JsonElement warning, string path, DateTimeOffset? receivedAt)
    {
        var alert = warning.Member("alert") is var inner && inner.IsObject() ? inner : warning;
        if (alert.Text("identifier") is null && !alert.Member("info").IsArray()) return null;
        path += "/alert";
        var findings = new FindingList();
        var id = alert.Text("identifier") ?? warning.Text("uuid");
        if (id is null) findings.Add(FindingCodes.RecordIdentity, path, "The alert has no identifier.");
        var status = WarningText.Word<AlertStatus>(alert.Text("status"), path + "/status", findings);
        if (status is null) findings.Add(FindingCodes.StatusUnknown, path + "/status", "The status is missing or not known.");
        var msgType = WarningText.Word<MsgType>(alert.Text("msgType"), path + "/msgType", findings);
        if (msgType is null) findings.Add(FindingCodes.MsgTypeUnknown, path + "/msgType", "The message type is missing or not known.");
        var sent = FeedTime.Read(alert.Text("sent"), TimeSpan.Zero, receivedAt, happened: true, path + "/sent", findings);

        var infos = alert.Member("info").IsArray() ? alert.Member("info").EnumerateArray().Where(i => i.IsObject()).Take(64).ToList() : [];
        if (infos.Count == 0 && msgType is MsgType.Alert or MsgType.Update) findings.Add(FindingCodes.InfoMissing, path, "The alert has no info.");
        var levels = infos.Select(Awareness).OfType<int>().ToList();
        if (levels.Count > 0 && levels.Max() == 1) findings.Add(FindingCodes.NothingToWarn, path, "The awareness level is green.");
        var words = infos.Select(i => WarningText.Word<Severity>(i.Text("severity"), path + "/info/severity", findings)).OfType<Severity>().ToList();
        string? severity = levels.Count > 0 ? CapRecords.OfAwareness(levels.Max()).ToString() : words.Count > 0 ? words.Aggregate(CapRecords.Graver).ToString() : null;

        var first = infos.FirstOrDefault();
        var onset = first.Text("onset") ?? first.Text("effective");
        if (first.Text("expires") is { } expires && sent is { } start && FeedTime.TryRead(expires, TimeSpan.Zero, out var end) && end <= start && msgType != MsgType.Cancel)
            findings.Add(FindingCodes.ExpiresNotAfterSent, path + "/info[0]/expires", "The alert expires at or before the time at which it was sent.");
        return new FeedRecord
        {
            Kind = Kind,
            Type = FeedRecordType.Warning,
            Id = id ?? "",
            Revision = alert.Text("sent"),
            EventTime = onset is null ? sent : FeedTime.Read(onset, TimeSpan.Zero, receivedAt, happened: false, path + "/info[0]/onset", findings),
            Severity = severity,
            Status = (status is null or AlertStatus.Unknown ? AlertStatus.Draft : status.Value).ToString(),
            Cancel = msgType == MsgType.Cancel,
            Draft = levels.Count > 0 && levels.Max() == 1 ? null : CapJson.Make(id, alert.Text("sender"), alert.Text("sent"), status, msgType, References(alert.Text("references")), [.. infos.Select(i => CapJson.InfoOf(i, Areas(i)))]),
            Findings = findings.Items,
        };
    }

    /// <summary>As in CAP: <c>sender,identifier,sent</c> and a space between them.</summary>
    private static List<Reference> References(string? text) =>
        [.. (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(200).Select(t => t.Split(',')).Where(p => p.Length == 3).Select(p => new Reference(p[0], p[1], p[2], FeedTime.TryRead(p[2], TimeSpan.Zero, out var sent) ? sent : null))];

    private static List<Area> Areas(JsonElement info) => info.Member("area") is not { ValueKind: JsonValueKind.Array } list ? [] :
        [.. list.EnumerateArray().Where(a => a.IsObject()).Take(2_000).Select(a => new Area { AreaDesc = CapJson.Clean(a.Text("areaDesc")) ?? "", Geocodes = CapJson.Named(a.Member("geocode")) })];

    private static int? Awareness(JsonElement info)
    {
        var parameters = info.Member("parameter");
        if (!parameters.IsArray()) return null;
        foreach (var parameter in parameters.EnumerateArray().Take(200))
        {
            if (parameter.Text("valueName") == "awareness_level" && parameter.Text("value") is [>= '1' and <= '4' and var level, ..] text && (text.Length == 1 || !char.IsAsciiDigit(text[1]))) return level - '0';
        }

        return null;
    }
}
