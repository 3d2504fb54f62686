using System.Globalization;
using AlertGateway.Cap;
using AlertGateway.Core.Ingest;

namespace AlertGateway.Core.Seismic;

/// <summary>The CAP message that says a decision: for the desk as a draft, for a standing order as the warning itself. The source's own numbers are named; the estimate is called one.</summary>
public static class QuakeAlerts
{
    /// <summary>National event code of 地震.</summary>
    public const string EventCode = "11C02";

    /// <summary>Event code of what is said after the shaking. Not a national one: it warns of nothing, and a standing order that shall release it names it.</summary>
    public const string AdviceCode = "EQ-ADVICE";

    /// <summary>Event code of what a person must decide about. Not a national one: it warns of nothing, and no standing order fires from it.</summary>
    public const string QuestionCode = "EQ-QUESTION";

    /// <summary>Advice, and what a person is asked, is of use for this long.</summary>
    public static readonly TimeSpan AdviceLife = TimeSpan.FromHours(2);

    private const string EventIdName = "quakeEventId";
    private const string NumberName = "quakeReport";
    private const string OriginName = "quakeOrigin";
    private const string LatName = "quakeLatitude";
    private const string LonName = "quakeLongitude";
    private const string DepthName = "quakeDepthKm";
    private const string MagnitudeName = "quakeMagnitude";
    private const string IntensityName = "quakeIntensity";
    private const string AdviceName = "quakeAdvice";
    private const string AskedName = "quakeAsked";
    private const int AreasMax = 2_000;
    private const int WholeFrom = 20;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10); // at most: an origin that lies ahead is doubted

    /// <summary>Magnitude that an alert of ours states; null for any other.</summary>
    public static double? MagnitudeOf(Alert alert) => NumberOf(alert, MagnitudeName);

    /// <summary>Strongest estimated intensity that an alert of ours states; null for any other.</summary>
    public static double? IntensityOf(Alert alert) => NumberOf(alert, IntensityName);

    /// <summary>It was said after the shaking, and warns of nothing.</summary>
    public static bool IsAdvice(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return alert.Infos.Count > 0 && alert.Infos[0].Parameter(AdviceName) is not null;
    }

    /// <summary>What it asks a person about, in the words of <see cref="QuakeDecision.Reason"/>; empty where it asks nothing.</summary>
    public static string AskedBy(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return alert.Infos.Count > 0 ? alert.Infos[0].Parameter(AskedName) ?? "" : "";
    }

    /// <param name="sender">The gateway's own sender id.</param>
    /// <param name="previous">What this updates or takes back; null for a first message.</param>
    /// <param name="senderName">The office that the source speaks for; empty where that is not known, and then a person must look.</param>
    /// <returns>Null when there is nothing to say.</returns>
    public static Alert? Of(QuakeReport report, QuakeDecision decision, string sender, AlertKey? previous, DateTimeOffset now, string senderName = "") => Of(report, decision, sender, previous, now, advice: false, senderName);

    /// <summary>What is said once the shaking has come everywhere: to those who could not be warned in time and those whom only a text reaches. Advice, never a warning.</summary>
    public static Alert? Advice(QuakeReport report, QuakeDecision decision, string sender, AlertKey? previous, DateTimeOffset now) => Of(report, decision, sender, previous, now, advice: true, "");

    private static Alert? Of(QuakeReport report, QuakeDecision decision, string sender, AlertKey? previous, DateTimeOffset now, bool advice, string senderName)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(decision);
        if (decision.Act == QuakeAct.None || (decision.Shaking.Count == 0 && !decision.Asks && decision.Act != QuakeAct.Cancel) || (decision.Act == QuakeAct.Cancel && previous is null)) return null;
        var cancel = decision.Act == QuakeAct.Cancel;
        var sent = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds()).ToOffset(TimeSpan.FromHours(8));
        var sentText = sent.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
        Info InfoIn(string language) => advice ? AdviceInfo(report, decision, language, sent) : decision.Asks ? QuestionInfo(report, decision, language, sent) : Info(report, decision, language, sent, senderName);
        return new Alert
        {
            Identifier = string.Create(CultureInfo.InvariantCulture, $"quake-{(advice ? "advice-" : "")}{Safe(report.Source.Name)}-{Safe(report.EventId)}-{report.Number ?? 0}-{now.ToUnixTimeMilliseconds()}"),
            Sender = sender,
            Sent = sent,
            SentText = sentText,
            Status = decision.Status,
            MsgType = cancel ? MsgType.Cancel : previous is null ? MsgType.Alert : MsgType.Update,
            Scope = AlertScope.Public,
            Source = report.Source.Name,
            Note = decision.Doubts.Count == 0 ? null : string.Join(' ', decision.Doubts),
            References = previous is { } p ? [new Reference(p.Sender, p.Identifier, p.SentText, p.Sent)] : [],
            Infos = [InfoIn("zh-CN"), InfoIn("en-US")],
        };
    }

    /// <summary>The report that an alert of ours was made from; null when it is none of ours.</summary>
    public static QuakeReport? ReportOf(Alert alert, SubmissionSource source)
    {
        ArgumentNullException.ThrowIfNull(alert);
        if (alert.Infos.Count == 0 || alert.Infos[0].Parameter(EventIdName) is not { Length: > 0 } eventId) return null;
        var info = alert.Infos[0];
        double? Number(string name) => NumberOf(alert, name);
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
    private static IReadOnlyList<NamedValue> Parameters(QuakeReport report, QuakeDecision decision, bool advice = false)
    {
        static string Text(double? number) => number?.ToString("R", CultureInfo.InvariantCulture) ?? "";
        (string Name, string Value)[] all =
        [
            (EventIdName, report.EventId), (NumberName, report.Number?.ToString(CultureInfo.InvariantCulture) ?? ""), (OriginName, report.Origin?.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture) ?? ""),
            (LatName, Text(report.Lat)), (LonName, Text(report.Lon)), (DepthName, Text(report.DepthKm)), (MagnitudeName, Text(report.Magnitude)),
            (IntensityName, decision.Asks || decision.Worst == 0 ? "" : decision.Worst.ToString("0.0", CultureInfo.InvariantCulture)), (AdviceName, advice ? "1" : ""), (AskedName, decision.Asks ? decision.Reason : ""),
        ];
        return [.. all.Where(p => p.Value.Length > 0).Select(p => new NamedValue(p.Name, p.Value))];
    }

    private static Info Info(QuakeReport report, QuakeDecision decision, string language, DateTimeOffset sent, string senderName)
    {
        var zh = language == "zh-CN";
        var cancel = decision.Act == QuakeAct.Cancel;
        var magnitude = report.Magnitude?.ToString("0.0", CultureInfo.InvariantCulture) ?? "?";
        var worst = Math.Round(decision.Worst).ToString("0", CultureInfo.InvariantCulture);
        DateTimeOffset? first = cancel ? null : decision.Shaking[0].SArrival;
        var arrival = first?.ToOffset(TimeSpan.FromHours(8)).ToString("HH:mm:ss", CultureInfo.InvariantCulture);
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
            Onset = first,
            Expires = cancel ? sent + Life : EndOf(decision, sent),
            SenderName = senderName.Length > 0 ? senderName : null,
            Headline = cancel ? (zh ? "地震预警取消" : "Earthquake warning cancelled") : zh ? $"地震{decision.Colour.ToChinese()}预警" : $"Earthquake warning, {decision.Colour.ToString().ToLowerInvariant()}",
            Description = cancel
                ? (zh ? "来源已取消该地震报告。" : "The source has taken its report of this earthquake back.")
                : zh ? $"来源报告震级{magnitude}。估计本地最大烈度{worst}度，强烈摇晃最早{arrival}到达。" : $"The source reports magnitude {magnitude}. Estimated intensity here up to {worst}; strong shaking from {arrival}.",
            Instruction = cancel ? null : zh ? "就近避险：躲在结实的桌下，护住头颈，远离窗户；停止后撤到空旷处。" : "Drop, cover, hold on. Keep away from windows. When the shaking stops, go to open ground.",
            Parameters = Parameters(report, decision),
            Areas = AreasOf(decision),
        };
    }

    private static Info AdviceInfo(QuakeReport report, QuakeDecision decision, string language, DateTimeOffset sent)
    {
        var zh = language == "zh-CN";
        var magnitude = report.Magnitude?.ToString("0.0", CultureInfo.InvariantCulture) ?? "?";
        var worst = Math.Round(decision.Worst).ToString("0", CultureInfo.InvariantCulture);
        return new Info
        {
            Language = language,
            Categories = [Category.Geo],
            Event = zh ? "震后提示" : "Advice after an earthquake",
            ResponseTypes = [ResponseType.Assess],
            Urgency = Urgency.Past,
            Severity = decision.Colour.ToSeverity(),
            Certainty = Certainty.Likely,
            EventCodes = [new NamedValue("agw", AdviceCode)],
            Expires = sent + AdviceLife,
            Headline = zh ? "震后提示" : "Advice after an earthquake",
            Description = zh ? $"刚才发生地震，来源报告震级{magnitude}，估计本地最大烈度{worst}度。" : $"There has been an earthquake. The source reports magnitude {magnitude}; estimated intensity here up to {worst}.",
            Instruction = zh ? "注意余震，远离受损房屋和高压线；关闭燃气和电源；看望邻居中的老人和病人；有人受伤或被埋请拨打110、119、120。"
                : "Expect aftershocks. Keep away from damaged buildings and power lines. Turn off gas and electricity. Look after old and ill neighbours. If anybody is hurt or trapped, call 110, 119 or 120.",
            Parameters = Parameters(report, decision, advice: true),
            Areas = AreasOf(decision),
        };
    }

    // A warning lives until the shaking has come everywhere: whatever starts nothing after its expiry then plays none of it. In whole seconds, as CAP has them, and never beyond the arrival.
    private static DateTimeOffset EndOf(QuakeDecision decision, DateTimeOffset sent)
    {
        var last = decision.LastArrival.ToUnixTimeSeconds();
        return DateTimeOffset.FromUnixTimeSeconds(Math.Min(last, (sent + Life).ToUnixTimeSeconds())).ToOffset(sent.Offset);
    }

    /// <summary>For the person at the desk: nothing of it is a warning, and nothing leaves unless it is approved.</summary>
    private static Info QuestionInfo(QuakeReport report, QuakeDecision decision, string language, DateTimeOffset sent)
    {
        var zh = language == "zh-CN";
        var incomplete = decision.Reason == QuakeDecision.Incomplete;
        var magnitude = report.Magnitude?.ToString("0.0", CultureInfo.InvariantCulture) ?? "?";
        var stands = decision.Again;
        return new Info
        {
            Language = language,
            Categories = [Category.Geo],
            Event = zh ? "震情核实提示" : "Notice about a revised report",
            ResponseTypes = [ResponseType.Monitor],
            Urgency = Urgency.Unknown,
            Severity = Severity.Unknown,
            Certainty = Certainty.Unknown,
            EventCodes = [new NamedValue("agw", QuestionCode)],
            Expires = sent + AdviceLife,
            Headline = (zh, incomplete) switch
            {
                (true, true) => stands ? "须人工核实：已发布地震预警，来源的最新报告不完整" : "须人工核实：地震报告不完整，未自动发布任何内容",
                (true, false) => "须人工核实：已发布地震预警，最新报告显示本地无明显影响；预警没有自动撤回",
                (false, true) => stands ? "A person must look: an earthquake warning stands, and the source's latest report is incomplete" : "A person must look: a report of an earthquake is incomplete; nothing was sent",
                (false, false) => "A person must look: an earthquake warning stands, and by the latest report it is not felt here; nothing was taken back",
            },
            Description = (zh, incomplete) switch
            {
                (true, true) => $"来源的地震报告缺少位置、震级或发震时刻（震级{magnitude}），无法估计本地影响，正在核实。",
                (true, false) => $"此前的地震预警，来源最新报告震级{magnitude}，估计本地不会有明显震感。",
                (false, true) => $"The source's report of an earthquake lacks place, magnitude or time (magnitude {magnitude}). Its effect here is not known and is being checked.",
                (false, false) => $"The earlier earthquake warning: the source now reports magnitude {magnitude}; it is not expected to be felt here.",
            },
            Instruction = zh ? "请留意后续通知。" : "Follow further notices.",
            Parameters = Parameters(report, decision),
            Areas = AreasOf(decision),
        };
    }

    // Each place by its name; a whole county of many by its code, since two hundred names say no more and take time to write and read.
    private static IReadOnlyList<Area> AreasOf(QuakeDecision decision) => decision.Whole.Length > 0 && decision.Shaking.Count >= WholeFrom
        ? [new Area { AreaDesc = $"全部 {decision.Shaking.Count} 个村（社区） all villages", Geocodes = [new NamedValue(CmaProfile.GeocodeName, decision.Whole)] }]
        : [.. decision.Shaking.Take(AreasMax).Select(s => new Area { AreaDesc = s.Place.Name, Geocodes = [new NamedValue(CmaProfile.GeocodeName, s.Place.Code)] })];

    private static double? NumberOf(Alert alert, string name) =>
        alert.Infos.Count > 0 && double.TryParse(alert.Infos[0].Parameter(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Identifiers may hold no space, comma, &lt; or &amp; (CAP 1.2 §3.2.1).</summary>
    private static string Safe(string text) => string.Concat(text.Take(80).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_'));
}
