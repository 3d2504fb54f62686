using System.Globalization;
using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Tracking;

namespace AlertGateway.Server.Web;

/// <summary>A thing said in Chinese first, with English beside it.</summary>
public readonly record struct Words(string Zh, string En);

/// <summary>The console's words for the numbers and states of the core. One place, so that map, table, list and stream say the same.</summary>
public static class Wording
{
    public static readonly TimeSpan ChinaOffset = TimeSpan.FromHours(8);

    public static Words Of(WarningColour colour) => colour switch
    {
        WarningColour.Red => new("红色", "Red"),
        WarningColour.Orange => new("橙色", "Orange"),
        WarningColour.Yellow => new("黄色", "Yellow"),
        WarningColour.Blue => new("蓝色", "Blue"),
        _ => new("未分级", "No level"),
    };

    /// <summary>Shape and numeral stand beside the colour, which alone must not carry the meaning (WCAG 1.4.1).</summary>
    public static string Mark(WarningColour colour) => colour switch
    {
        WarningColour.Red => "◆ 红 I",
        WarningColour.Orange => "▲ 橙 II",
        WarningColour.Yellow => "■ 黄 III",
        WarningColour.Blue => "● 蓝 IV",
        _ => "○ 未分级",
    };

    public static string CssClass(WarningColour colour) => "level-" + (int)colour;

    public static Words Of(EpisodeAlarm alarm) => alarm switch
    {
        EpisodeAlarm.First => new("首次预警", "First warning"),
        EpisodeAlarm.HigherColour => new("再次告警：级别升高", "Alarm again: higher level"),
        EpisodeAlarm.EarlierOnset => new("再次告警：时间提前", "Alarm again: earlier"),
        EpisodeAlarm.NewAction => new("再次告警：新的行动", "Alarm again: a new action"),
        _ => new("已并入，不再告警", "Joined, no new alarm"),
    };

    public static Words Of(Evidence evidence) => evidence switch
    {
        Evidence.Planned => new("未开始", "Planned"),
        Evidence.Started => new("已开始", "Started"),
        Evidence.Accepted => new("已提交", "Accepted"),
        Evidence.Delivered => new("已到设备", "Delivered"),
        Evidence.Presented => new("已呈现", "Presented"),
        Evidence.Acknowledged => new("已确认", "Acknowledged"),
        Evidence.Visited => new("已上门", "Visited"),
        _ => new("未知", "Unknown"),
    };

    public static Words Of(ChannelKind channel) => channel switch
    {
        ChannelKind.Sms => new("短信", "SMS"),
        ChannelKind.Push => new("应用推送", "App push"),
        ChannelKind.Loudspeaker => new("大喇叭", "Loudspeakers"),
        ChannelKind.Broadcast => new("应急广播", "Broadcast"),
        _ => new("未知", "Unknown"),
    };

    public static Words Of(Purpose purpose) => purpose switch
    {
        Purpose.Original => new("原发", "Original"),
        Purpose.Cancel => new("撤销通知", "Cancel"),
        Purpose.Correction => new("误发更正", "Correction"),
        Purpose.Reminder1 => new("第一次提醒", "Reminder 1"),
        Purpose.Reminder2 => new("第二次提醒", "Reminder 2"),
        _ => new("未知", "Unknown"),
    };

    public static Words Of(ProposalState state) => state switch
    {
        ProposalState.Draft => new("草案，等待提请", "Draft, to be proposed"),
        ProposalState.Held => new("暂停，需人处理", "Held for a person"),
        ProposalState.Proposed => new("已提请，等待批准", "Proposed, to be approved"),
        ProposalState.Cleared => new("已批准并发出", "Cleared and sent"),
        ProposalState.Returned => new("已退回", "Returned"),
        ProposalState.Overtaken => new("已被取代或过期", "Overtaken or expired"),
        _ => new("未知", "Unknown"),
    };

    public static Words Of(DisseminationState state) => state switch
    {
        DisseminationState.Running => new("发布中", "Running"),
        DisseminationState.Complete => new("发送完毕", "All sent"),
        DisseminationState.Cancelled => new("已撤销", "Cancelled"),
        DisseminationState.Superseded => new("已被取代", "Superseded"),
        DisseminationState.Expired => new("已过期", "Expired"),
        _ => new("未知", "Unknown"),
    };

    public static Words Of(SignatureRole role) => role switch
    {
        SignatureRole.Proposer => new("提请人", "Proposer"),
        SignatureRole.Approver => new("批准人", "Approver"),
        SignatureRole.StandingOrder => new("常备授权", "Standing order"),
        SignatureRole.BreakGlass => new("紧急破例", "Break-glass"),
        _ => new("未知", "Unknown"),
    };

    public static Words Of(ChainVerdict chain) => chain switch
    {
        ChainVerdict.First => new("首发", "First"),
        ChainVerdict.Update => new("变更", "Update"),
        ChainVerdict.Cancel => new("解除或撤销", "Cancel"),
        ChainVerdict.Duplicate => new("重复", "Duplicate"),
        ChainVerdict.Conflict => new("同号异文，需人核对", "Same identity, other bytes"),
        ChainVerdict.Late => new("迟到", "Late"),
        ChainVerdict.NotForPublic => new("不对公众", "Not for the public"),
        ChainVerdict.Expired => new("到达时已过期", "Expired on arrival"),
        _ => new("未知", "Unknown"),
    };

    public static Words Of(Disposition disposition) => disposition switch
    {
        Disposition.Accept => new("接受", "Accepted"),
        Disposition.Quarantine => new("隔离待核", "Quarantined"),
        _ => new("拒收", "Rejected"),
    };

    public static Words Of(FindingLevel level) => level switch
    {
        FindingLevel.Error => new("错误", "Error"),
        FindingLevel.Warning => new("警告", "Warning"),
        _ => new("说明", "Note"),
    };

    public static Words Of(HealthGrade grade) => grade switch
    {
        HealthGrade.Good => new("正常", "Good"),
        HealthGrade.Degraded => new("受限", "Degraded"),
        _ => new("故障", "Bad"),
    };

    /// <summary>Headline in Chinese if there is one, else the first info's headline or event.</summary>
    public static string Headline(Alert alert)
    {
        var info = alert.Infos.FirstOrDefault(i => i.LanguageOrDefault.StartsWith("zh", StringComparison.OrdinalIgnoreCase)) ?? (alert.Infos.Count > 0 ? alert.Infos[0] : null);
        if (info is null) return alert.Identifier;
        return string.IsNullOrWhiteSpace(info.Headline) ? info.Event : info.Headline;
    }

    /// <summary>Thousands separated by a comma, everywhere alike.</summary>
    public static string Number(long n) => n.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Share of a whole in whole per cent, never rounded up to 100 nor down to 0 from something.</summary>
    public static string Percent(long part, long whole)
    {
        if (whole <= 0) return "–";
        int percent = (int)Math.Round(100.0 * part / whole, MidpointRounding.AwayFromZero);
        if (percent == 100 && part < whole) percent = 99;
        return percent == 0 && part > 0 ? "<1 %" : string.Create(CultureInfo.InvariantCulture, $"{percent} %");
    }

    /// <summary>China standard time with date; for <see cref="long.MaxValue"/> the words for "until changed or lifted".</summary>
    public static string Time(long ticks) => ticks == long.MaxValue
        ? "直至变更或解除"
        : new DateTimeOffset(ticks, TimeSpan.Zero).ToOffset(ChinaOffset).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>The same for a machine (HTML <c>time datetime</c>); null where there is no instant.</summary>
    public static string? MachineTime(long ticks) => ticks == long.MaxValue
        ? null
        : new DateTimeOffset(ticks, TimeSpan.Zero).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    public static string Duration(TimeSpan duration) => duration.TotalMinutes < 1
        ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0} 秒 s")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)duration.TotalMinutes} 分 min {duration.Seconds} 秒 s");
}
