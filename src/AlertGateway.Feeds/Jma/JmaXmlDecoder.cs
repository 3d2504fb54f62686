using System.Xml.Linq;
using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;

namespace AlertGateway.Feeds.Jma;

/// <summary>
/// Telegrams of the Japan Meteorological Agency (気象庁防災情報XML): earthquakes and earthquake early warnings (VXSE…), tsunami warnings (VTSE…) and, from their
/// headline, weather, flood and volcano warnings. Control/Status 訓練 is Exercise and 試験 Test, whatever the text says; InfoType 取消 takes back.
/// </summary>
public static class JmaXmlDecoder
{
    public const string Kind = "jma-xml";

    private const int EarthquakesMax = 50;

    public static FeedDecode Decode(ReadOnlyMemory<byte> bytes, DateTimeOffset? receivedAt)
    {
        var sink = new RecordSink();
        if (FeedXml.Read(bytes, sink.Document) is not { } root) return sink.ToDecode();
        var reports = root.Name.LocalName == "Report" ? [root] : root.DescendantsAndSelf().Where(e => e.Name.LocalName == "Report" && e.Child("Control") is not null).Take(1000).ToList();
        if (reports.Count == 0) return sink.Refuse(FindingCodes.FeedFormat, "The document has no Report.");
        foreach (var report in reports) Report(report, sink, receivedAt);
        return sink.ToDecode();
    }

    private static void Report(XElement report, RecordSink sink, DateTimeOffset? receivedAt)
    {
        var (control, head, body) = (report.Child("Control"), report.Child("Head"), report.Child("Body"));
        if (control is null || head is null)
        {
            sink.Document.Add(FindingCodes.RecordUnreadable, "/Report", "The telegram has no Control or no Head.");
            return;
        }

        var telegram = new Telegram(control, head, receivedAt);
        var quakes = body.Children("Earthquake").Take(EarthquakesMax).ToList();
        var warning = JmaWarnings.Read(telegram, body);
        if (warning is not null) sink.Add(warning);
        foreach (var quake in quakes) sink.Add(Earthquake(telegram, quake));
        if (warning is null && quakes.Count == 0) sink.Add(Bare(telegram));
    }

    private static FeedRecord Earthquake(Telegram telegram, XElement quake)
    {
        const string path = "/Report/Body/Earthquake";
        var findings = telegram.Findings();
        var time = FeedTime.Read(quake.Child("OriginTime").TextOrNull() ?? quake.Child("ArrivalTime").TextOrNull(), FeedTime.Japan, telegram.ReceivedAt, happened: true, path + "/OriginTime", findings);
        var coordinates = quake.At("Hypocenter", "Area").Children("Coordinate").ToList();
        // Newer telegrams give degrees and minutes besides degrees: the same place, finer.
        var element = coordinates.Find(c => c.Attribute("type")?.Value.Contains('分', StringComparison.Ordinal) == true) ?? coordinates.FirstOrDefault();
        var point = JmaCoordinate.Read(element.TextOrNull());
        if (point is null && element.TextOrNull() is not null) findings.Add(FindingCodes.NumberUnreadable, path + "/Hypocenter/Area/Coordinate", "The coordinate cannot be read.");
        if (point is not null && element?.Attribute("datum")?.Value is { } datum && datum.Contains("日本測地系", StringComparison.Ordinal))
            findings.Add(FindingCodes.CoordinateDatum, path + "/Hypocenter/Area/Coordinate", "The coordinate is in the Japanese datum, about 400 m off WGS-84.");

        var magnitudes = quake.Children("Magnitude").ToList();
        var magnitude = magnitudes.Select(m => FeedJson.ToNumber(m.TextOrNull())).FirstOrDefault(m => m is not null); // NaN is "unknown".
        if (quake.Child("Condition").TextOrNull()?.Contains("仮定", StringComparison.Ordinal) == true)
        {
            findings.Add(FindingCodes.QuakeAssumed, path + "/Condition", "Hypocentre and magnitude are assumed; the magnitude means nothing.");
            magnitude = null;
        }

        return QuakeRecord.Make(Kind, telegram.Id, telegram.Revision, time, point?.Lat, point?.Lon, point?.DepthKm, magnitude, telegram.Status, telegram.Cancel, path, findings);
    }

    /// <summary>A telegram that names no earthquake: a first intensity flash, a cancel, or anything else of the agency.</summary>
    private static FeedRecord Bare(Telegram telegram)
    {
        var findings = telegram.Findings();
        if (!telegram.Cancel) findings.Add(FindingCodes.LocationMissing, "/Report/Body", "The telegram names no place.");
        return new FeedRecord
        {
            Kind = Kind, Type = FeedRecordType.Event, Id = telegram.Id, Revision = telegram.Revision, EventTime = telegram.TargetTime(findings),
            Status = telegram.Status, Cancel = telegram.Cancel, Findings = findings.Items,
        };
    }
}
