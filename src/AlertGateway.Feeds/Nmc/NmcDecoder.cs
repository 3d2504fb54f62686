using System.Text.Json;
using System.Text.RegularExpressions;
using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;

namespace AlertGateway.Feeds.Nmc;

/// <summary>
/// The warning lists of the National Meteorological Centre of China (nmc.cn): <c>findAlarm</c>, the list of a station, and the warning inside a station's weather.
/// Times are Beijing time. The id is the national 14+14-digit number, the same as in CMA's CAP. <c>9999</c> marks what is missing.
/// In its picture names 1 is red and 4 is blue.
/// </summary>
public static partial class NmcDecoder
{
    public const string Kind = "nmc";

    private const string Missing = "9999";

    public static FeedDecode Decode(ReadOnlyMemory<byte> bytes, DateTimeOffset? receivedAt) => FeedJson.Decode(bytes, (root, sink) =>
    {
        if (root.IsArray())
        {
            sink.Each(root, "", (w, path) => Warning(w, path, receivedAt));
            return;
        }

        if (root.Number("code") is { } code && code != 0)
        {
            sink.Document.Add(FindingCodes.FeedRefused, "/code", "The service answered with an error code.");
            return;
        }

        var data = root.Member("data") is var inner && inner.ValueKind != JsonValueKind.Undefined ? inner : root;
        if (data.IsArray()) sink.Each(data, "/data", (w, path) => Warning(w, path, receivedAt));
        else if (data.Member("page").Member("list") is var list && list.IsArray()) sink.Each(list, "/data/page/list", (w, path) => Warning(w, path, receivedAt));
        else if (data.Member("real").Member("warn") is var warn && warn.IsObject())
        {
            if (Said(warn, "alert") is not null || Said(warn, "url") is not null) sink.One(warn, "/data/real/warn", (w, path) => Warning(w, path, receivedAt));
        }
        else if (Said(data, "alertid") is not null || Said(data, "id") is not null) sink.One(data, "/data", (w, path) => Warning(w, path, receivedAt));
        else sink.Document.Add(FindingCodes.FeedFormat, "", "This is no warning list of the centre.");
    });

    private static FeedRecord? Warning(JsonElement warning, string path, DateTimeOffset? receivedAt)
    {
        var findings = new FindingList();
        var title = Said(warning, "title") ?? Said(warning, "alert") ?? Said(warning, "headline");
        var id = Said(warning, "alertid") ?? Said(warning, "id") ?? (Said(warning, "url") is { } url && Number.Match(url) is { Success: true } match ? match.Value : null);
        if (id is null) findings.Add(FindingCodes.RecordIdentity, path, "The warning has no number.");
        else if (!CmaProfile.IsIdentifier(id)) findings.Add(FindingCodes.RecordIdentity, path, "The number is not of the national form, so it meets no other source's.");
        if (title is null && id is null) return null;

        var picture = Said(warning, "type") ?? Said(warning, "pic") ?? Said(warning, "pic2");
        var colour = WarningText.Graver(path, findings,
            WarningText.ColourOf(title),
            WarningText.ColourOfWord(Said(warning, "signallevel")),
            WarningText.ColourOfWord(Said(warning, "severity")),
            picture is not null && Picture.Match(picture) is { Success: true } p ? OfPicture(p.Groups["level"].Value[0]) : WarningColour.None);
        // The weather of a station names no time of issue; the number carries the time of entry.
        var issued = Said(warning, "issuetime") ?? Said(warning, "effective") ?? Said(warning, "publishtime") ?? TimeOf(id);
        return new FeedRecord
        {
            Kind = Kind,
            Type = FeedRecordType.Warning,
            Id = id ?? "",
            Revision = issued,
            EventTime = FeedTime.Read(issued, FeedTime.Beijing, receivedAt, happened: true, path, findings),
            Severity = WarningText.SeverityOf(colour),
            Status = nameof(AlertStatus.Actual),
            Cancel = WarningText.Lifts(title),
            Draft = DraftOf(warning, id, title, issued, colour),
            Findings = findings.Items,
        };
    }

    /// <summary>The list names the place by the number's first six digits, and gives no text but the title. A signal without an end lives until it is changed or lifted.</summary>
    private static Alert? DraftOf(JsonElement warning, string? id, string? title, string? issued, WarningColour colour)
    {
        if (id is null || title is null || CmaProfile.DivisionOf(id) is not { } division || !FeedTime.TryRead(issued ?? "", FeedTime.Beijing, out var sent)) return null;
        var publisher = title.IndexOf("发布", StringComparison.Ordinal) is > 0 and var at ? title[..at] : title.IndexOf("气象台", StringComparison.Ordinal) is > 0 and var end ? title[..(end + 3)] : null;
        var cancel = WarningText.Lifts(title);
        return CapJson.Make(id, "nmc.cn", CapWriter.Time(sent.ToOffset(FeedTime.Beijing)), AlertStatus.Actual, cancel ? MsgType.Cancel : MsgType.Alert, [],
        [
            new Info
            {
                Language = "zh-CN",
                Categories = [Category.Met],
                Event = CapJson.Clean(Said(warning, "signaltype")) ?? (KindInTitle.Match(title) is { Success: true } kind ? kind.Groups["kind"].Value : CapJson.Clean(title)!),
                Severity = colour == WarningColour.None ? Severity.Unknown : colour.ToSeverity(),
                EventCodes = Said(warning, "eventType") is { } code ? [new NamedValue("CMA Event Code", CapJson.Clean(code)!)] : [],
                SenderName = CapJson.Clean(publisher),
                Headline = CapJson.Clean(title),
                Areas = CapJson.Coded(CapJson.Clean(publisher) ?? division, CmaProfile.GeocodeName, division),
            },
        ]);
    }

    private static string? TimeOf(string? id) =>
        id is not null && CmaProfile.IsIdentifier(id) ? $"{id[15..19]}-{id[19..21]}-{id[21..23]} {id[23..25]}:{id[25..27]}:{id[27..29]}" : null;

    private static string? Said(JsonElement element, string name) => element.Text(name) is { } text && text != Missing ? text : null;

    private static WarningColour OfPicture(char level) => level switch
    {
        '1' => WarningColour.Red,
        '2' => WarningColour.Orange,
        '3' => WarningColour.Yellow,
        '4' => WarningColour.Blue,
        _ => WarningColour.None,
    };

    /// <summary>…发布暴雨红色预警信号: what stands between the verb and the colour.</summary>
    [GeneratedRegex(@"(?:发布|解除|取消|撤销|更新|变更|继续)+(?<kind>\p{IsCJKUnifiedIdeographs}{1,8}?)[红橙黄蓝]色预警", RegexOptions.CultureInvariant)]
    private static partial Regex KindInTitle { get; }

    [GeneratedRegex(@"[0-9]{14}_[0-9]{14}", RegexOptions.CultureInvariant)]
    private static partial Regex Number { get; }

    [GeneratedRegex(@"\bp[0-9]{4}00(?<level>[0-9])\b", RegexOptions.CultureInvariant)]
    private static partial Regex Picture { get; }
}
