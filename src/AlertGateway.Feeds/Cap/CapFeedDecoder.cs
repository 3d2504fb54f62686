using System.Xml.Linq;
using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;

namespace AlertGateway.Feeds.Cap;

/// <summary>
/// A CAP document in any wrapping, or an Atom or RSS index of CAP. An entry that only links to its alert gives a record of what the index says (its <c>cap:</c> elements),
/// marked as such; without a status it is a Draft, since the index is not the alert.
/// </summary>
public static class CapFeedDecoder
{
    public const string Kind = "cap-feed";

    public static FeedDecode Decode(ReadOnlyMemory<byte> bytes, DateTimeOffset? receivedAt) => Decode(Kind, bytes, receivedAt);

    internal static FeedDecode Decode(string kind, ReadOnlyMemory<byte> bytes, DateTimeOffset? receivedAt)
    {
        var sink = new RecordSink();
        var feed = FeedReader.Read(bytes, new CapReaderOptions { BytesMax = FeedXml.BytesMax, AlertsMax = 10_000, ReceivedAt = receivedAt, AgeMax = null });
        if (!feed.IsFeed)
        {
            CapRecords.Add(kind, CapReader.Read(bytes, CapRecords.Options(receivedAt)), "", sink);
            return sink.ToDecode();
        }

        sink.Document.AddAll(feed.Findings);
        var elements = FeedXml.Read(bytes, sink.Document) is { } root ? Entries(root).ToList() : [];
        for (var i = 0; i < feed.Entries.Count; i++)
        {
            var path = $"/entry[{i}]";
            if (feed.Entries[i].Messages.Count == 0) sink.Add(Linked(kind, feed.Entries[i], i < elements.Count ? elements[i] : null, path, receivedAt));
            foreach (var message in feed.Entries[i].Messages) CapRecords.Add(kind, message, path, sink);
        }

        return sink.ToDecode();
    }

    /// <summary>Entries in the order in which the feed reader gives them.</summary>
    private static IEnumerable<XElement> Entries(XElement parent)
    {
        foreach (var child in parent.Elements())
        {
            if (child.Name.LocalName is "entry" or "item") yield return child;
            else if (child.Name.LocalName == "channel")
            {
                foreach (var item in Entries(child)) yield return item;
            }
        }
    }

    private static FeedRecord Linked(string kind, FeedEntry entry, XElement? element, string path, DateTimeOffset? receivedAt)
    {
        var findings = new FindingList();
        findings.Add(FindingCodes.FeedLinked, path, "The alert is behind the entry's link.");
        var id = Said(element, "identifier") ?? entry.Id;
        if (id.Length == 0) findings.Add(FindingCodes.RecordIdentity, path, "The entry has neither an id nor a link.");
        var onset = Said(element, "onset") ?? Said(element, "effective");
        var time = onset is null ? entry.Updated : FeedTime.Read(onset, TimeSpan.Zero, receivedAt, happened: false, path, findings);
        var status = WarningText.Word<AlertStatus>(Said(element, "status"), path + "/status", findings);
        var msgType = WarningText.Word<MsgType>(Said(element, "msgType") ?? Said(element, "message_type"), path + "/msgType", findings);
        return new FeedRecord
        {
            Kind = kind,
            Type = FeedRecordType.Warning,
            Id = id,
            Revision = Said(element, "sent") ?? entry.Updated?.ToString("yyyy-MM-dd'T'HH:mm:sszzz", System.Globalization.CultureInfo.InvariantCulture),
            EventTime = time,
            Severity = WarningText.Word<Severity>(Said(element, "severity"), path + "/severity", findings)?.ToString(),
            Status = (status is null or AlertStatus.Unknown ? AlertStatus.Draft : status.Value).ToString(),
            Cancel = msgType == MsgType.Cancel,
            Findings = findings.Items,
        };
    }

    private static string? Said(XElement? entry, string name)
    {
        if (entry is null) return null;
        foreach (var child in entry.Elements())
        {
            if (child.Name.LocalName == name && child.Name.NamespaceName.StartsWith("urn:oasis:names:tc:emergency:cap", StringComparison.Ordinal)) return child.TextOrNull();
        }

        return null;
    }
}
