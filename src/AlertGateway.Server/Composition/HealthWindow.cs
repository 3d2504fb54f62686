using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Server.Cli;
using AlertGateway.Server.Web;
using AlertGateway.Storage;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Server.Composition;

/// <summary>How the gateway's parts are.</summary>
internal sealed class HealthWindow(ILedger ledger, ClockWatch clock, Lane[] lanes, FeedVitals vitals, SpeechHouse speech, QuakeHouse quakes) : IHealthSource
{
    public IReadOnlyList<HealthLine> Read()
    {
        var lines = new List<HealthLine>();
        var failure = (ledger as SqliteLedger)?.Failure;
        lines.Add(failure is null
            ? new HealthLine("账本", "Ledger", HealthGrade.Good, $"正常，{ledger.LastSequence} 行，SQLite {SqliteGate.VersionText}。", $"Good, {ledger.LastSequence} rows, SQLite {SqliteGate.VersionText}.")
            : new HealthLine("账本", "Ledger", HealthGrade.Bad, $"已停止：{failure.Message}", $"Stopped: {failure.Message}"));
        if (clock.InDoubt) lines.Add(InDoubt(clock));
        if (ledger.IsShortOfSpace) lines.Add(new HealthLine("磁盘", "Disk", HealthGrade.Bad, "已满：只受理撤回和结果，新的预警暂不受理。", "Full: cancels and results only, nothing new is taken in."));
        if ((ledger as SqliteLedger)?.Witness.Trouble is { } trouble) lines.Add(new HealthLine("审计见证", "Audit witness", HealthGrade.Degraded, $"未跟上：{trouble}", $"Does not follow: {trouble}"));
        foreach (var status in lanes.Select(l => l.Status))
        {
            var (why, whyEnglish) = status.IsAccountRefused ? ("供应商拒绝本账号：请立即检查密钥、合同、发送号码和网址；试探不停，修好后自动续发。", "The provider refuses the account: check key, contract, sender number and address now; it is probed, and sending goes on by itself once it is mended. ")
                : status.IsDown ? ("对端没有应答，正在试探，恢复后自动续发。", "The far side does not answer; it is probed, and sending goes on by itself once it does. ") : ("", "");
            foreach (var route in status.Routes.Where(_ => status.Routes.Count > 1)) lines.Add(Line(status, route));
            lines.Add(new HealthLine($"通道 {status.Channel}", $"Lane {status.Channel}", status.IsDown || status.IsAccountRefused ? HealthGrade.Bad : status.Faults > 0 ? HealthGrade.Degraded : HealthGrade.Good,
                $"{why}已开始 {status.Started}，在途 {status.InFlight}，限速退回 {status.Throttled}，故障 {status.Faults}。", $"{whyEnglish}{status.Started} started, {status.InFlight} in flight, {status.Throttled} throttled, {status.Faults} faults."));
        }
        if (quakes.Trouble is { } noStock) lines.Add(new HealthLine("地震快速通道", "Earthquake fast lane", HealthGrade.Bad, $"没有备好的节目，地震预警按普通流程发布：{noStock}", $"Nothing in stock, earthquake warnings go the slow way: {noStock}"));
        else if (quakes.IsReady) lines.Add(Quakes(quakes));
        lines.AddRange(vitals.Lines());
        lines.AddRange(speech.Problems.Select(p => new HealthLine("语音", "Speech", HealthGrade.Degraded, p, p)));
        foreach (var engine in speech.Chain.States)
        {
            lines.Add(new HealthLine($"语音引擎 {engine.Engine}", $"Speech engine {engine.Engine}", engine.LastProblem is null ? HealthGrade.Good : HealthGrade.Degraded,
                engine.LastProblem is { } why ? $"最近一次失败：{why}（已播 {engine.Spoken} 段，失败 {engine.Failed} 段）。" : $"正常，已播 {engine.Spoken} 段，失败 {engine.Failed} 段。",
                engine.LastProblem is { } reason ? $"Last failed: {reason} ({engine.Spoken} passages spoken, {engine.Failed} failed)." : $"Good, {engine.Spoken} passages spoken, {engine.Failed} failed."));
        }
        foreach (string tool in new[] { "espeak-ng", "ffmpeg" })
        {
            bool present = Machine.Has(tool);
            lines.Add(new HealthLine(tool, tool, present ? HealthGrade.Good : HealthGrade.Degraded, present ? "已安装。" : "未安装：agw doctor --install", present ? "Installed." : "Missing: agw doctor --install"));
        }
        return lines;
    }

    private static HealthLine InDoubt(ClockWatch clock)
    {
        string wall = Local(new DateTimeOffset(clock.WallTicks, TimeSpan.Zero)), reckoned = Local(clock.GetUtcNow());
        return new HealthLine("时钟可疑", "Clock in doubt", HealthGrade.Bad,
            $"本机时钟为北京时间 {wall}，网关推算为 {reckoned}。现按推算时间发布：不按本机时钟判过期，临近失效的暂不发，撤回照常。请核对手表：本机时钟错了就校准它，一致后自动恢复；推算错了就在本页确认本机时钟。",
            $"The machine's clock says {wall} (UTC+8), the gateway reckons {reckoned} and goes by that: nothing expires by the machine's clock, what is near its end waits, cancels go. Look at a watch: set the clock right if it is wrong, and all is well again by itself; if the reckoning is wrong, confirm the clock on this page.");
    }

    private static string Local(DateTimeOffset at) => at.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);

    private static HealthLine Quakes(QuakeHouse quakes)
    {
        string stock = $"节目已备好，{quakes.HornsStocked} 台大喇叭已存有。", stockEnglish = $"Programmes in stock, held by {quakes.HornsStocked} loudspeakers.";
        var (grade, way, wayEnglish) = quakes.Rehearsed switch
        {
            null => (HealthGrade.Good, "", ""),
            false => (HealthGrade.Degraded, "启动演练没有走通：常设命令没有放行一次全境有感的地震，请检查它的区域、事件和条件。", " The rehearsal did not get through: the standing order let no earthquake pass that the whole area would feel; check its areas, events and conditions."),
            true => (HealthGrade.Good, "启动演练已走通。", " The rehearsal after the start got through."),
        };
        return new HealthLine("地震快速通道", "Earthquake fast lane", grade, stock + way, stockEnglish + wayEnglish);
    }

    private static HealthLine Line(LaneStatus lane, RouteStatus route)
    {
        string name = route.Name.Length > 0 ? route.Name : $"{route.Number}";
        bool others = !lane.IsDown;
        var (text, english) = route.IsAccountRefused ? ("拒绝本账号：请立即检查密钥、合同、发送号码和网址。", "Refuses the account: check key, contract, sender number and address now. ")
            : route.IsDown ? ("没有应答，正在试探。", "Does not answer; it is probed. ")
            : route.IsSilent ? ("两秒多没有应答，暂不再发给它。", "Has not answered for two seconds; nothing more goes to it meanwhile. ") : ("正常。", "Good. ");
        bool well = !route.IsDown && !route.IsSilent && !route.IsAccountRefused;
        if (!well && others) (text, english) = (text + "由另一家代发。", english + "Another provider carries its work. ");
        return new HealthLine($"{lane.Channel} 供应商 {name}", $"{lane.Channel} provider {name}", well ? HealthGrade.Good : others ? HealthGrade.Degraded : HealthGrade.Bad,
            $"{text}已开始 {route.Started}，在途 {route.InFlight}。", $"{english}{route.Started} started, {route.InFlight} in flight.");
    }
}

/// <summary>What the machine has.</summary>
internal static class Machine
{
    /// <summary>True when the command is on PATH.</summary>
    public static bool Has(string command) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Any(folder => File.Exists(Path.Combine(folder, command)));
}
