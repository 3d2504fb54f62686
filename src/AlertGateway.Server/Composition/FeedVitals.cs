using AlertGateway.Core.Approval;
using AlertGateway.Core.Thresholds;
using AlertGateway.Core.Tracking;
using AlertGateway.Feeds;
using AlertGateway.Feeds.Health;
using AlertGateway.Server.Web;

namespace AlertGateway.Server.Composition;

/// <summary>The state of all feeds and rules in one place, for the health page and the metrics.</summary>
internal sealed class FeedVitals(IFeedAdapter[] feeds, HydrologyHouse hydrology, ApprovalDesk desk, TimeProvider clock)
{
    public IReadOnlyList<FeedVital> Feeds() => [.. feeds.Select(f => FeedVital.Of(f.Health)), .. hydrology.Pulses.Select(p => p.Vital)];

    public IReadOnlyList<RuleView> Rules() => hydrology.Room.Views();

    public IReadOnlyList<RedWaiting> RedUnpublished() => UnpublishedRed.Find(desk.All, clock.GetUtcNow(), hydrology.RedUnpublishedAfter);

    public DateTimeOffset Now => clock.GetUtcNow();

    public IEnumerable<HealthLine> Lines()
    {
        var now = clock.GetUtcNow();
        foreach (var red in RedUnpublished())
        {
            yield return new HealthLine("红色预警未发布", "Red and not published", HealthGrade.Bad, $"{red.Source} 的红色预警“{red.Event}”（第 {red.SubmissionNo} 号报文）已等待 {(int)red.Waits.TotalMinutes} 分钟，本地尚未发布。",
                $"The red warning \"{red.Event}\" of {red.Source} (submission {red.SubmissionNo}) has waited {(int)red.Waits.TotalMinutes} minutes and nothing is published here.");
        }

        foreach (var feed in Feeds())
        {
            bool stale = feed.IsStale(now), dead = feed.IsCanaryDead(now);
            var age = Age(feed.Age(now));
            var error = feed.LastError.Length > 0 ? " " + feed.LastError : "";
            yield return new HealthLine($"来源 {feed.Name}", $"Feed {feed.Name}", stale || dead ? HealthGrade.Bad : feed.LastError.Length > 0 ? HealthGrade.Degraded : HealthGrade.Good,
                stale ? $"久无更新：{age.Zh}无应答。{error}" : dead ? $"有应答但久无数据，请核对地址和格式。{error}" : $"正常，{age.Zh}前更新，已收 {feed.Documents} 份、{feed.Records} 条，中断 {feed.Gaps} 次，拒收 {feed.Refused} 次。{error}",
                stale ? $"Stale: nothing good for {age.En}.{error}" : dead ? $"It answers and brings nothing: check its address and form.{error}" : $"Good, {age.En} ago; {feed.Documents} documents, {feed.Records} records, {feed.Gaps} gaps, {feed.Refused} refused.{error}");
        }

        foreach (var view in Rules())
        {
            var last = view.Last is { } l ? FormattableString.Invariant($"{l.Value:0.00}（{l.Time.ToOffset(TimeSpan.FromHours(8)):M-d HH:mm}）") : "—";
            yield return new HealthLine($"测站 {view.Rule.Name}", $"Station {view.Rule.NameEnglish}", view.Stale ? HealthGrade.Bad : HealthGrade.Good,
                view.Stale ? $"失联：超过 {2 * view.Rule.IntervalMinutes} 分钟无数据，最近值 {last}；预警不会因失联而解除。" : $"正常，最近值 {last}，{Colour(view.Colour).Zh}。",
                view.Stale ? $"Silent for more than {2 * view.Rule.IntervalMinutes} minutes, last value {last}; silence never lifts a warning." : $"Good, last value {last}, {Colour(view.Colour).En}.");
        }
    }

    private static (string Zh, string En) Colour(Cap.WarningColour colour) => colour switch
    {
        Cap.WarningColour.Blue => ("蓝色", "blue"),
        Cap.WarningColour.Yellow => ("黄色", "yellow"),
        Cap.WarningColour.Orange => ("橙色", "orange"),
        Cap.WarningColour.Red => ("红色", "red"),
        _ => ("未达阈值", "below its thresholds"),
    };

    private static (string Zh, string En) Age(TimeSpan age) => age.TotalMinutes < 2 ? ($"{(int)age.TotalSeconds} 秒", $"{(int)age.TotalSeconds} s") : age.TotalHours < 2 ? ($"{(int)age.TotalMinutes} 分钟", $"{(int)age.TotalMinutes} min") : ($"{(int)age.TotalHours} 小时", $"{(int)age.TotalHours} h");
}
