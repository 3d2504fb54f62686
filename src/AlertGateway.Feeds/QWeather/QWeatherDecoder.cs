using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;

namespace AlertGateway.Feeds.QWeather;

/// <summary>QWeather's warnings: <c>v7/warning/now</c> (<c>warning[]</c>) and <c>weatheralert/v1/current</c> (<c>alerts[]</c>). Severity follows the colour where one is given.</summary>
public static class QWeatherDecoder
{
    public const string Kind = "qweather";

    public static FeedDecode Decode(ReadOnlyMemory<byte> bytes, DateTimeOffset? receivedAt) => FeedJson.Decode(bytes, (root, sink) =>
    {
        if (root.Member("alerts") is var alerts && alerts.IsArray()) sink.Each(alerts, "/alerts", (a, path) => Alert(a, path, receivedAt));
        else if (root.Member("warning") is var warnings && warnings.IsArray()) sink.Each(warnings, "/warning", (w, path) => Warning(w, path, receivedAt));
        else if (root.Member("error").IsObject() || (root.Text("code") is { } code && code is not ("200" or "204"))) sink.Document.Add(FindingCodes.FeedRefused, "", "The service answered with an error.");
        else if (root.Text("code") is not null || root.Member("metadata").Flag("zeroResult")) return; // Nothing is in force.
        else sink.Document.Add(FindingCodes.FeedFormat, "", "This is no warning answer of QWeather.");
    });

    private static FeedRecord Warning(JsonElement warning, string path, DateTimeOffset? receivedAt)
    {
        var status = warning.Text("status")?.ToLowerInvariant();
        return Record(warning, warning.Text("pubTime"), warning.Text("startTime"), warning.Text("severityColor") ?? warning.Text("level"), warning.Text("title"), status == "cancel", path, receivedAt);
    }

    private static FeedRecord Alert(JsonElement alert, string path, DateTimeOffset? receivedAt)
    {
        var colour = alert.Member("color").Text("code");
        var cancel = alert.Member("messageType").Text("code")?.Equals("cancel", StringComparison.OrdinalIgnoreCase) ?? false;
        return Record(alert, alert.Text("issuedTime"), alert.Text("onsetTime") ?? alert.Text("effectiveTime"), colour, alert.Text("headline"), cancel, path, receivedAt);
    }

    private static FeedRecord Record(JsonElement source, string? issued, string? onset, string? colourWord, string? title, bool cancel, string path, DateTimeOffset? receivedAt)
    {
        var findings = new FindingList();
        var id = source.Text("id");
        if (id is null) findings.Add(FindingCodes.RecordIdentity, path, "The warning has no id.");
        var published = FeedTime.Read(issued, FeedTime.Beijing, receivedAt, happened: true, path, findings);
        var begins = onset is null ? published : FeedTime.Read(onset, FeedTime.Beijing, receivedAt, happened: false, path, findings);
        var colour = WarningText.Graver(path, findings, WarningText.ColourOfWord(colourWord), WarningText.ColourOf(title));
        var word = source.Text("severity")?.ToLowerInvariant();
        return new FeedRecord
        {
            Kind = Kind,
            Type = FeedRecordType.Warning,
            Id = id ?? "",
            Revision = issued,
            EventTime = begins,
            Severity = WarningText.SeverityOf(colour) ?? SeverityOf(colourWord, word, path, findings),
            Status = nameof(AlertStatus.Actual),
            Cancel = cancel || word == "cancel" || WarningText.Lifts(title),
            Draft = published is { } sent ? DraftOf(source, id, title, sent, cancel || word == "cancel" || WarningText.Lifts(title), colour) : null,
            Findings = findings.Items,
        };
    }

    /// <summary>The service answers for one place and does not repeat it: the feed's file says which division codes it asks for.</summary>
    private static Alert? DraftOf(JsonElement source, string? id, string? title, DateTimeOffset sent, bool cancel, WarningColour colour)
    {
        DateTimeOffset? Time(string name) => source.Text(name) is { } text && FeedTime.TryRead(text, FeedTime.Beijing, out var time) ? time : null;
        var related = source.Text("related") ?? (source.Member("messageType").Member("supersedes") is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0 && list[0].ValueKind == JsonValueKind.String ? list[0].GetString() : null);
        var name = CapJson.Clean(source.Text("sender") ?? source.Text("senderName"));
        return CapJson.Make(id, "qweather.com", CapWriter.Time(sent), AlertStatus.Actual, cancel ? MsgType.Cancel : related is null ? MsgType.Alert : MsgType.Update,
            related is null ? [] : [new Reference("qweather.com", related, "", null)],
        [
            new Info
            {
                Language = "zh-CN",
                Categories = [Category.Met],
                Event = CapJson.Clean(source.Text("typeName") ?? source.Member("eventType").Text("name")) ?? CapJson.Clean(title) ?? "",
                Severity = colour == WarningColour.None ? Severity.Unknown : colour.ToSeverity(),
                Onset = Time("startTime") ?? Time("onsetTime"),
                Expires = Time("endTime") ?? Time("expireTime"),
                SenderName = name,
                Headline = CapJson.Clean(title),
                Description = CapJson.Clean(source.Text("text") ?? source.Text("description")),
                Instruction = CapJson.Clean(source.Text("instruction")),
            },
        ]);
    }

    private static string? SeverityOf(string? colour, string? word, string path, FindingList findings)
    {
        // Hong Kong's highest rain signal is black; white and green are below every colour of the mainland.
        if (string.Equals(colour, "black", StringComparison.OrdinalIgnoreCase)) return nameof(Severity.Extreme);
        return word switch
        {
            null or "cancel" => null,
            "extreme" => nameof(Severity.Extreme),
            "severe" or "major" => nameof(Severity.Severe),
            "moderate" => nameof(Severity.Moderate),
            "minor" or "standard" => nameof(Severity.Minor),
            "unknown" or "none" => nameof(Severity.Unknown),
            _ => WarningText.Word<Severity>(word, path + "/severity", findings)?.ToString(),
        };
    }
}
