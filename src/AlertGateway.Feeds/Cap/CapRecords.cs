using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;

namespace AlertGateway.Feeds.Cap;

/// <summary>CAP alerts as feed records. The whole message stays with the record, so nothing is lost by the short form.</summary>
internal static class CapRecords
{
    public const string HeartbeatSender = "NAADS-Heartbeat";

    /// <summary>Options of a decode: the clock is judged against the time of receipt where it is known, and against absolute bounds else.</summary>
    public static CapReaderOptions Options(DateTimeOffset? receivedAt) => new() { ReceivedAt = receivedAt, AgeMax = null };

    public static void Add(string kind, CapDocument document, string path, RecordSink sink)
    {
        foreach (var message in document.Messages) Add(kind, message, document.Messages.Count == 1 ? path : $"{path}[{message.Index}]", sink);
    }

    public static void Add(string kind, CapMessage message, string path, RecordSink sink)
    {
        if (message.Alert is not { } alert || message.Disposition == Disposition.Reject)
        {
            foreach (var finding in message.Findings) sink.Document.AddAll([finding with { Path = path + finding.Path }]);
            return;
        }

        sink.Add(Of(kind, message, alert));
    }

    private static FeedRecord Of(string kind, CapMessage message, Alert alert)
    {
        var findings = new FindingList();
        findings.AddAll(message.Findings);
        if (MeteoAlarmProfile.IsNoWarning(alert)) findings.Add(FindingCodes.NothingToWarn, "/alert", "The awareness level is green.");
        var info = alert.Infos.Count > 0 ? alert.Infos[0] : null;
        var point = alert.Infos.SelectMany(i => i.Areas).SelectMany(a => a.Circles).Select(c => (GeoPoint?)c.Center).FirstOrDefault();
        return new FeedRecord
        {
            Kind = kind,
            Type = alert.Sender == HeartbeatSender ? FeedRecordType.Event : FeedRecordType.Warning,
            Id = alert.Identifier,
            Revision = alert.SentText,
            EventTime = info?.Onset ?? info?.Effective ?? alert.Sent,
            Lat = point?.LatitudeDegrees,
            Lon = point?.LongitudeDegrees,
            Severity = alert.Infos.Count == 0 ? null : alert.Infos.Select(SeverityOf).Aggregate(Graver).ToString(),
            Status = (alert.Status == AlertStatus.Unknown ? AlertStatus.Draft : alert.Status).ToString(), // Not known to be real: not to be acted upon.
            Cancel = alert.MsgType == MsgType.Cancel,
            Message = message,
            Findings = findings.Items,
        };
    }

    /// <summary>MeteoAlarm's level decides where there is one, then a Chinese colour, then the word.</summary>
    private static Severity SeverityOf(Info info) => MeteoAlarmProfile.AwarenessOf(info) is { } level ? OfAwareness(level) : CmaProfile.SeverityOf(info);

    public static Severity OfAwareness(int level) => level switch
    {
        4 => Severity.Extreme,
        3 => Severity.Severe,
        2 => Severity.Moderate,
        _ => Severity.Minor,
    };

    public static Severity Graver(Severity a, Severity b) => Rank(a) >= Rank(b) ? a : b;

    private static int Rank(Severity severity) => severity switch
    {
        Severity.Extreme => 4,
        Severity.Severe => 3,
        Severity.Moderate => 2,
        Severity.Minor => 1,
        _ => 0,
    };
}
