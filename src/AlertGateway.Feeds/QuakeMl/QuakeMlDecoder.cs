using System.Xml.Linq;
using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;

namespace AlertGateway.Feeds.QuakeMl;

/// <summary>
/// QuakeML 1.1 and 1.2, as FDSN event services write it. Times without a zone are UTC, depths are metres (BED 1.2 §3). The preferred origin and magnitude count;
/// where they are not named or name nothing, the newest of them does. An event that was rejected, or found not to exist, is a cancel.
/// </summary>
public static class QuakeMlDecoder
{
    public const string Kind = "quakeml";

    private const int EventsMax = 20_000;

    public static FeedDecode Decode(ReadOnlyMemory<byte> bytes, DateTimeOffset? receivedAt)
    {
        var sink = new RecordSink();
        if (FeedXml.Read(bytes, sink.Document) is not { } root) return sink.ToDecode();
        var parameters = root.Name.LocalName == "eventParameters" ? root : root.Child("eventParameters");
        if (parameters is null) return sink.Refuse(FindingCodes.FeedFormat, "The document has no eventParameters.");
        var index = 0;
        foreach (var quake in parameters.Children("event"))
        {
            if (index == EventsMax) return sink.Refuse(FindingCodes.FeedTooMany, $"More than {EventsMax} events.");
            sink.Add(Event(quake, $"/eventParameters/event[{index++}]", receivedAt));
        }

        return sink.ToDecode();
    }

    private static FeedRecord Event(XElement quake, string path, DateTimeOffset? receivedAt)
    {
        var findings = new FindingList();
        var id = IdOf(quake);
        if (id is null) findings.Add(FindingCodes.RecordIdentity, path, "The event has no publicID.");

        var origin = Preferred(quake, "origin", "preferredOriginID", path, findings);
        var magnitude = Preferred(quake, "magnitude", "preferredMagnitudeID", path, findings);
        var type = quake.Child("type").TextOrNull();
        var gone = type is "not existing" || origin.Child("evaluationStatus").TextOrNull() == "rejected";
        if (type is not (null or "earthquake" or "not existing")) findings.Add(FindingCodes.QuakeOther, path + "/type", "The event is not said to be an earthquake.");

        DateTimeOffset? time = null;
        if (origin is null) findings.Add(FindingCodes.TimeMissing, path, "The event has no origin.");
        else time = FeedTime.Read(origin.At("time", "value").TextOrNull(), TimeSpan.Zero, receivedAt, happened: true, path + "/origin/time", findings);
        var depthMetres = Number(origin.At("depth", "value"), path + "/origin/depth", findings);
        var info = quake.Child("creationInfo");
        var originInfo = origin.Child("creationInfo");
        var revision = info.Child("version").TextOrNull() ?? info.Child("creationTime").TextOrNull() ?? originInfo.Child("version").TextOrNull() ?? originInfo.Child("creationTime").TextOrNull();
        return QuakeRecord.Make(
            Kind, id ?? "", revision, time,
            Number(origin.At("latitude", "value"), path + "/origin/latitude", findings),
            Number(origin.At("longitude", "value"), path + "/origin/longitude", findings),
            depthMetres / 1000,
            Number(magnitude.At("mag", "value"), path + "/magnitude/mag", findings),
            nameof(AlertStatus.Actual), gone, path, findings);
    }

    private static XElement? Preferred(XElement quake, string name, string pointer, string path, FindingList findings)
    {
        var all = quake.Children(name).ToList();
        if (quake.Child(pointer).TextOrNull() is { } wanted)
        {
            if (all.Find(e => IdOf(e) == wanted) is { } preferred) return preferred;
            if (all.Count > 0) findings.Add(FindingCodes.ReferenceUnreadable, $"{path}/{pointer}", $"The preferred {name} is not in the document; the newest one counts.");
        }

        return all.OrderByDescending(e => Created(e)).ThenBy(e => all.IndexOf(e)).FirstOrDefault();
    }

    private static DateTimeOffset Created(XElement element) =>
        FeedTime.TryRead(element.Child("creationInfo").Child("creationTime").TextOrNull(), TimeSpan.Zero, out var time) ? time : DateTimeOffset.MinValue;

    private static string? IdOf(XElement element) => element.Attributes().FirstOrDefault(a => a.Name.LocalName == "publicID")?.Value.Trim() is { Length: > 0 } id ? id : null;

    private static double? Number(XElement? element, string path, FindingList findings)
    {
        if (element.TextOrNull() is not { } text) return null;
        var number = FeedJson.ToNumber(text);
        if (number is null) findings.Add(FindingCodes.NumberUnreadable, path, "The number cannot be read.");
        return number;
    }
}
