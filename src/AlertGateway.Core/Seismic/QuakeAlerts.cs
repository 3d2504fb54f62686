using System.Globalization;
using AlertGateway.Cap;
using AlertGateway.Core.Ingest;

namespace AlertGateway.Core.Seismic;

/// <summary>The CAP message that says a decision: for the desk as a draft, for a standing order as the warning itself. The source's own numbers are named; the estimate is called one.</summary>
public static class QuakeAlerts
{
    /// <summary>National event code of 地震.</summary>
    public const string EventCode = "11C02";

    private const string EventIdName = "quakeEventId";
    private const string NumberName = "quakeReport";
    private const string OriginName = "quakeOrigin";
    private const string LatName = "quakeLatitude";
    private const string LonName = "quakeLongitude";
    private const string DepthName = "quakeDepthKm";
    private const string MagnitudeName = "quakeMagnitude";
    private const int AreasMax = 2_000;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    /// <param name="sender">The gateway's own sender id.</param>
    /// <param name="previous">What this updates or takes back; null for a first message.</param>
    /// <returns>Null when there is nothing to say.</returns>
    public static Alert? Of(QuakeReport report, QuakeDecision decision, string sender, AlertKey? previous, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(decision);
        if (decision.Act == QuakeAct.None || decision.Shaking.Count == 0 || (decision.Act == QuakeAct.Cancel && previous is null)) return null;
        var cancel = decision.Act == QuakeAct.Cancel;
        var sent = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds()).ToOffset(TimeSpan.FromHours(8));
        var sentText = sent.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
        return new Alert
        {
            Identifier = string.Create(CultureInfo.InvariantCulture, $"quake-{Safe(report.Source.Name)}-{Safe(report.EventId)}-{report.Number ?? 0}-{now.ToUnixTimeMilliseconds()}"),
            Sender = sender,
            Sent = sent,
            SentText = sentText,
            Status = decision.Status,
            MsgType = cancel ? MsgType.Cancel : previous is null ? MsgType.Alert : MsgType.Update,
            Scope = AlertScope.Public,
            Source = report.Source.Name,
            Note = decision.Doubts.Count == 0 ? null : string.Join(' ', decision.Doubts),
            References = previous is { } p ? [new Reference(p.Sender, p.Identifier, p.SentText, p.Sent)] : [],
            Infos = [Info(report, decision, "zh-CN", sent), Info(report, decision, "en-US", sent)],
        };
    }

    /// <summary>The report that an alert of ours was made from; null when it is none of ours.</summary>
    public static QuakeReport? ReportOf(Alert alert, SubmissionSource source)
    {
        ArgumentNullException.ThrowIfNull(alert);
        if (alert.Infos.Count == 0 || alert.Infos[0].Parameter(EventIdName) is not { Length: > 0 } eventId) return null;
        var info = alert.Infos[0];
        double? Number(string name) => double.TryParse(info.Parameter(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
        return new QuakeReport
        {
            Source = source,
            EventId = eventId,
            Number = long.TryParse(info.Parameter(NumberName), NumberStyles.None, CultureInfo.InvariantCulture, out var report) ? report : null,
            Origin = DateTimeOffset.TryParse(info.Parameter(OriginName), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var origin) ? origin : null,
            Lat = Number(LatName),
            Lon = Number(LonName),
            DepthKm = Number(DepthName),
            Magnitude = Number(MagnitudeName),
            Status = alert.Status,
            Cancel = alert.MsgType == MsgType.Cancel,
        };
    }

    /// <summary>What the source reported, so that the message says by itself which report it follows from.</summary>
    private static IReadOnlyList<NamedValue> Parameters(QuakeReport report)
    {
        static string Text(double? number) => number?.ToString("R", CultureInfo.InvariantCulture) ?? "";
        (string Name, string Value)[] all =
        [
            (EventIdName, report.EventId), (NumberName, report.Number?.ToString(CultureInfo.InvariantCulture) ?? ""), (OriginName, report.Origin?.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture) ?? ""),
            (LatName, Text(report.Lat)), (LonName, Text(report.Lon)), (DepthName, Text(report.DepthKm)), (MagnitudeName, Text(report.Magnitude)),
        ];
        return [.. all.Where(p => p.Value.Length > 0).Select(p => new NamedValue(p.Name, p.Value))];
    }

    private static Info Info(QuakeReport report, QuakeDecision decision, string language, DateTimeOffset sent)
    {
        var zh = language == "zh-CN";
        var cancel = decision.Act == QuakeAct.Cancel;
        var first = decision.Shaking[0];
        var magnitude = report.Magnitude?.ToString("0.0", CultureInfo.InvariantCulture) ?? "?";
        var worst = Math.Round(decision.Shaking.Max(s => s.Intensity)).ToString("0", CultureInfo.InvariantCulture);
        var arrival = first.SArrival.ToOffset(TimeSpan.FromHours(8)).ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        return new Info
        {
            Language = language,
            Categories = [Category.Geo],
            Event = zh ? "地震" : "Earthquake",
            ResponseTypes = [cancel ? ResponseType.AllClear : ResponseType.Shelter],
            Urgency = cancel ? Urgency.Past : Urgency.Immediate,
            Severity = cancel ? Severity.Minor : decision.Colour.ToSeverity(),
            Certainty = cancel ? Certainty.Unlikely : decision.CorroboratedBy.Count > 0 ? Certainty.Observed : Certainty.Likely,
            EventCodes = [new NamedValue("national", EventCode)],
            Onset = cancel ? null : first.SArrival,
            Expires = sent + Life,
            Headline = cancel ? (zh ? "地震预警取消" : "Earthquake warning cancelled") : zh ? $"地震{decision.Colour.ToChinese()}预警" : $"Earthquake warning, {decision.Colour.ToString().ToLowerInvariant()}",
            Description = cancel
                ? (zh ? "来源已取消该地震报告。" : "The source has taken its report of this earthquake back.")
                : zh ? $"来源报告震级{magnitude}。估计本地最大烈度{worst}度，强烈摇晃最早{arrival}到达。" : $"The source reports magnitude {magnitude}. Estimated intensity here up to {worst}; strong shaking from {arrival}.",
            Instruction = cancel ? null : zh ? "就近避险：躲在结实的桌下，护住头颈，远离窗户；停止后撤到空旷处。" : "Drop, cover, hold on. Keep away from windows. When the shaking stops, go to open ground.",
            Parameters = Parameters(report),
            Areas = [.. decision.Shaking.Take(AreasMax).Select(s => new Area { AreaDesc = s.Place.Name, Geocodes = [new NamedValue(CmaProfile.GeocodeName, s.Place.Code)] })],
        };
    }

    /// <summary>Identifiers may hold no space, comma, &lt; or &amp; (CAP 1.2 §3.2.1).</summary>
    private static string Safe(string text) => string.Concat(text.Take(80).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_'));
}
