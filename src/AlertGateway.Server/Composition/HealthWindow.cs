using AlertGateway.Core.Dispatch;
using AlertGateway.Feeds;
using AlertGateway.Server.Cli;
using AlertGateway.Server.Web;
using AlertGateway.Storage;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Server.Composition;

/// <summary>How the gateway's parts are.</summary>
internal sealed class HealthWindow(ILedger ledger, Lane[] lanes, IFeedAdapter[] feeds, SpeechHouse speech, TimeProvider clock) : IHealthSource
{
    public IReadOnlyList<HealthLine> Read()
    {
        var lines = new List<HealthLine>();
        var failure = (ledger as SqliteLedger)?.Failure;
        lines.Add(failure is null
            ? new HealthLine("账本", "Ledger", HealthGrade.Good, $"正常，{ledger.LastSequence} 行，SQLite {SqliteGate.VersionText}。", $"Good, {ledger.LastSequence} rows, SQLite {SqliteGate.VersionText}.")
            : new HealthLine("账本", "Ledger", HealthGrade.Bad, $"已停止：{failure.Message}", $"Stopped: {failure.Message}"));
        foreach (var status in lanes.Select(l => l.Status))
        {
            lines.Add(new HealthLine($"通道 {status.Channel}", $"Lane {status.Channel}", status.Faults > 0 ? HealthGrade.Degraded : HealthGrade.Good,
                $"已开始 {status.Started}，在途 {status.InFlight}，限速退回 {status.Throttled}，故障 {status.Faults}。", $"{status.Started} started, {status.InFlight} in flight, {status.Throttled} throttled, {status.Faults} faults."));
        }
        foreach (var feed in feeds.Select(f => f.Health))
        {
            bool stale = feed.IsStale(clock.GetUtcNow());
            lines.Add(new HealthLine($"来源 {feed.Name}", $"Feed {feed.Name}", stale ? HealthGrade.Bad : feed.ConsecutiveErrors > 0 ? HealthGrade.Degraded : HealthGrade.Good,
                stale ? $"久无更新：{feed.LastError}" : $"正常，已收 {feed.DocumentsTaken} 份。", stale ? $"Stale: {feed.LastError}" : $"Good, {feed.DocumentsTaken} documents taken."));
        }
        lines.AddRange(speech.Problems.Select(p => new HealthLine("语音", "Speech", HealthGrade.Degraded, p, p)));
        foreach (string tool in new[] { "espeak-ng", "ffmpeg" })
        {
            bool present = Machine.Has(tool);
            lines.Add(new HealthLine(tool, tool, present ? HealthGrade.Good : HealthGrade.Degraded, present ? "已安装。" : "未安装：agw doctor --install", present ? "Installed." : "Missing: agw doctor --install"));
        }
        return lines;
    }
}

/// <summary>What the machine has.</summary>
internal static class Machine
{
    /// <summary>True when the command is on PATH.</summary>
    public static bool Has(string command) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Any(folder => File.Exists(Path.Combine(folder, command)));
}
