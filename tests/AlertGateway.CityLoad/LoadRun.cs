using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Targeting;
using AlertGateway.Core.Tracking;
using AlertGateway.Server.City;
using AlertGateway.Server.Composition;
using AlertGateway.Server.Demo;
using AlertGateway.Storage.Registry;

namespace AlertGateway.CityLoad;

/// <param name="Cycles">Citywide alerts, one after another, each cancelled in the middle.</param>
/// <param name="CancelPercentMax">Each cycle is cancelled when a share of its originals has started that runs evenly from 1 % up to this.</param>
/// <param name="NoCancel">Each alert is sent to its end.</param>
/// <param name="ReportFile">HTML report to write; null for none.</param>
/// <param name="Provider">Faults of the SMS provider; null for none.</param>
/// <param name="KillEvery">The gateway is killed with -9 that often while an alert is sent; zero for never.</param>
/// <param name="Kills">… or so many times in each cycle, at instants that the seed draws: 0.1 to 0.7 s after it has come back.</param>
/// <param name="FillDisk">Before each cancel the file system of the data folder, a small one of its own, is filled to its last byte.</param>
/// <param name="UnreadablePages">So many pages of numbers in the registry are damaged once the gateway is up.</param>
/// <param name="CampaignFile">One line is appended to it with what came of the run; null for none.</param>
internal sealed record LoadOptions(DemoOptions House, int Cycles, int CancelPercentMax, TimeSpan KillEvery, bool Json, bool NoCancel, string? ReportFile, ProviderScript? Provider = null, int Kills = 0, string? CampaignFile = null, bool FillDisk = false, int UnreadablePages = 0);

/// <summary>Sends real red warnings to the synthetic city over and over, cancels each in the middle, and lets the far sides' journals say what happened.</summary>
internal sealed class LoadRun(LoadOptions options, TextWriter output, TextWriter error, CancellationToken cancellationToken)
{
    /// <summary>The disk stays full for so long after a cancel.</summary>
    private static readonly TimeSpan FullFor = TimeSpan.FromSeconds(5);

    /// <summary>What leaves the gateway is captured until so long after a cancel.</summary>
    private static readonly TimeSpan WatchedFor = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan DrainEvery = TimeSpan.FromMilliseconds(250);

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Dictionary<int, long> _committed = [];
    private readonly Dictionary<int, IReadOnlyDictionary<DeliveryTag, long>> _captured = [];
    private readonly List<double> _resumeMilliseconds = [];
    private readonly Random _instants = new((int)(options.House.Seed % int.MaxValue));
    private int _kills;
    private IReadOnlyList<int> _unreadable = [];
    private Task _faults = Task.CompletedTask;

    public async Task<int> RunAsync()
    {
        using var house = await DemoHouse.BuildAsync(options.House, Say, cancellationToken);
        using var stamps = CancelWire.KeepStamping();
        Say($"{house.City.Households:N0} 户 · households，{house.City.Endpoints:N0} 个端点 · endpoints；{options.Cycles} 轮 · cycles；{house.Folder}");
        if (options.UnreadablePages > 0)
        {
            _unreadable = PageDamage.Inflict(Path.Combine(house.DataFolder, "registry.db"), options.UnreadablePages);
            Say($"登记册损坏 {options.UnreadablePages} 页 · pages damaged：{_unreadable.Count} 个号码读不出 · numbers cannot be read");
        }
        var alert = CapReader.Read(await File.ReadAllBytesAsync(Path.Combine(GatewayConfiguration.ConfigFolder, "cities", "liyang", "demo-alert.xml"), cancellationToken)).Messages[0].Alert!;
        for (int cycle = 1; cycle <= options.Cycles; cycle++) await CycleAsync(house, alert, cycle);
        await _faults;
        Say("等待回执 · waiting for receipts");
        await CityAlerts.UntilFinalAsync(house, options.House.NeverAnswer + _unreadable.Count, cancellationToken);
        return Report(house, await house.Officer.DisseminationsAsync(cancellationToken));
    }

    private async Task CycleAsync(DemoHouse house, Alert alert, int cycle)
    {
        using var wire = options.NoCancel ? null : CancelWire.TryOpen(house.Url.Port, house.SmsPort);
        if (wire is null && cycle == 1 && !options.NoCancel) Say("本用户无权抓包：只有各端日志的时间 · this user may not capture packets: times from the far sides' journals only");
        int proposalNo = await CityAlerts.ReleaseAsync(house, alert, string.Create(CultureInfo.InvariantCulture, $"cityload-{cycle}"), cancellationToken);
        if (cycle == 1 && options.Provider is { } script) _faults = script.RunAsync(house.SmsProvider, Say, cancellationToken);
        var view = await StartedAsync(house, wire, proposalNo, options.NoCancel ? 100 : 1 + ((options.CancelPercentMax - 1) * (cycle - 1) / Math.Max(1, options.Cycles - 1)));
        if (options.NoCancel)
        {
            Say($"{cycle}/{options.Cycles}  已开始 · started {view.Started:N0}");
            return;
        }
        var filler = options.FillDisk ? new DiskFiller(house.DataFolder) : null;
        if (filler is not null) Say($"磁盘已写满 · the disk is full ({filler.Bytes / (1 << 20):N0} MiB)");
        await house.Officer.CancelAsync(view.DisseminationNo, "压测撤销 · load test", falseAlarm: false, cancellationToken);
        view = await FindAsync(house, proposalNo);
        _committed[view!.DisseminationNo] = view.StopCommittedNanoseconds ?? throw new InvalidOperationException("The view of a cancelled alert lacks the instant of its commit.");
        Say($"{cycle}/{options.Cycles}  已开始 · started {view.Started:N0}，撤销 · cancelled");
        if (wire is not null)
        {
            await Task.Delay(WatchedFor, cancellationToken);
            wire.Drain();
            _captured[view.DisseminationNo] = wire.Left;
        }
        if (filler is not null) await Task.Delay(FullFor, cancellationToken); // receipts are refused meanwhile, and what they would close stays open
        filler?.Dispose();
        while ((await FindAsync(house, proposalNo))!.Channels.Sum(c => c.Open) > 0) await Task.Delay(50, cancellationToken);
    }

    /// <summary>Waits until the share has started, killing on the timer meanwhile.</summary>
    private async Task<DisseminationView> StartedAsync(DemoHouse house, CancelWire? wire, int proposalNo, int percent)
    {
        Stopwatch sinceKill = Stopwatch.StartNew(), sinceDrain = Stopwatch.StartNew();
        int kills = 0;
        var next = NextKill(kills);
        while (true)
        {
            if (await FindAsync(house, proposalNo) is { } view)
            {
                var originals = view.Channels.Where(c => c.Purpose == Purpose.Original).ToList();
                if (view.Started >= Math.Max(1, originals.Sum(c => c.Planned) * (long)percent / 100) || originals.Sum(c => c.Open) == 0) return view;
            }
            if (sinceKill.Elapsed >= next)
            {
                house.KillGateway();
                _kills++;
                var down = Stopwatch.StartNew();
                await house.StartGatewayAsync(cancellationToken);
                _resumeMilliseconds.Add(down.Elapsed.TotalMilliseconds);
                next = NextKill(++kills);
                sinceKill.Restart();
            }
            if (sinceDrain.Elapsed >= DrainEvery)
            {
                wire?.Drain();
                sinceDrain.Restart();
            }
            await Task.Delay(5, cancellationToken);
        }
    }

    private TimeSpan NextKill(int done) =>
        options.Kills > 0 ? done < options.Kills ? TimeSpan.FromMilliseconds(_instants.Next(100, 700)) : TimeSpan.MaxValue
        : options.KillEvery > TimeSpan.Zero ? options.KillEvery : TimeSpan.MaxValue;

    private async Task<DisseminationView?> FindAsync(DemoHouse house, int proposalNo) => (await house.Officer.DisseminationsAsync(cancellationToken)).FirstOrDefault(d => d.ProposalNo == proposalNo);

    private int Report(DemoHouse house, List<DisseminationView> views)
    {
        house.RememberMemory();
        house.EndEmulators();
        using var store = RegistryStore.Open(Path.Combine(house.DataFolder, "registry.db"));
        using var addresses = store.OpenAddresses();
        var registry = store.LoadSnapshot();
        var broken = Devices(house, CitySecrets.PushFile, options.House.NeverRead).Concat(Devices(house, CitySecrets.HornFile, options.House.NeverAnswer)).Concat(_unreadable).ToHashSet();
        var audit = JournalAudit.Run(house.Folder, house.DataFolder, registry, addresses, _committed.Keys.ToHashSet(), broken, citywide: Enumerable.Range(1, options.Cycles));
        var cancels = CancelTimes.Read(house.Folder, _committed, _captured);
        var reach = ReachCurves.Read(house.Folder, registry, DangerZones.Parse(File.ReadAllText(Path.Combine(GatewayConfiguration.ConfigFolder, "cities", "liyang", "danger-zones.json"))), disseminationNo: 1, ratePerSecond: options.House.SmsRate);
        int Total(Func<ChannelCounts, int> of) => views.Sum(v => v.Channels.Sum(of));
        var final = new { delivered = Total(c => c.Delivered), handedOff = Total(c => c.HandedOff), failed = Total(c => c.Failed), suppressed = Total(c => c.Suppressed), open = Total(c => c.Open + c.Accepted) };
        int planned = Total(c => c.Planned);
        bool good = planned == final.delivered + final.handedOff + final.failed + final.suppressed + final.open && final.open <= options.House.NeverAnswer + _unreadable.Count && audit is { Lost: 0, UnlabelledDuplicates: 0, WrongAddress: 0, Stray: 0, HavingNotTold: 0, ToldWithoutHaving: 0 };
        int labelled = Total(c => c.PossibleDuplicates);
        good &= labelled <= options.House.Window * _kills && audit.Labels.Most <= options.House.Window;
        static double Latest(IEnumerable<CancelTimes> cancels, Func<CancelTimes, CancelInstants> by) => cancels.Select(c => by(c).LastOriginal).Where(double.IsFinite).DefaultIfEmpty(0).Max();
        double maxMs = Latest(cancels, c => c.Left);
        // The first cancel of a warning is the first of any medium.
        var firsts = cancels.Where(c => double.IsFinite(c.Left.FirstCancel)).GroupBy(c => c.DisseminationNo, c => c.Left.FirstCancel).Select(c => c.Min()).ToList();
        int over = cancels.Where(c => c.Left.Late > 0).DistinctBy(c => c.DisseminationNo).Count();
        var summary = new
        {
            seed = options.House.Seed, households = house.City.Households, persons = house.City.Persons, planned, final, possibleLoss = Total(c => c.PossibleLoss), lost = audit.Lost, duplicates = audit.Duplicates, unlabelledDuplicates = audit.UnlabelledDuplicates,
            stray = audit.Stray, wrongAddress = audit.WrongAddress, unplanned = audit.Unplanned, takenYetFailed = audit.TakenYetFailed, takenYetSuppressed = audit.TakenYetSuppressed,
            labelled = new { starts = labelled, mostPerKill = audit.Labels.Most, withoutKill = audit.Labels.WithoutKill }, sendsPerSecond = Math.Round(audit.SendsPerSecond), handOff = new { perSecond = Math.Round(reach.PerSecond) },
            seconds = Math.Round(_watch.Elapsed.TotalSeconds, 1), peakMemoryMiB = Math.Round(house.PeakMemoryMiB), kills = _kills, window = options.House.Window,
            cancel = new
            {
                count = _committed.Count, had = audit.HadMistake, told = audit.ToldOfMistake, missed = audit.HavingNotTold, extra = audit.ToldWithoutHaving, maxMs = Math.Round(maxMs, 1),
                over100Ms = over, late = cancels.Sum(c => c.Left.Late), captured = _captured.Count, journalMaxMs = Math.Round(Latest(cancels, c => c.Journal), 1), firstMs = Math.Round(firsts.DefaultIfEmpty(0).Max(), 1), firstMedianMs = Math.Round(firsts.Order().ElementAtOrDefault(firsts.Count / 2), 1),
            },
            reach = new
            {
                fifoPerSecond = Math.Round(reach.FifoPerSecond, 1), fifoIsMeasured = reach.IsFifoMeasured, usefulMinutesSaved = Math.Round(reach.UsefulMinutesSaved),
                groups = reach.Groups.Select(g => new { group = g.Code, households = g.Households, reached = g.Reached, medianSeconds = Rounded(g.SecondsAt(0.5)), lastSeconds = Rounded(g.LastSeconds), fifoMedianSeconds = Rounded(g.FifoSecondsAt(0.5)), fifoLastSeconds = Rounded(g.FifoLastSeconds) }),
            },
            latency = Latency.Read(house.Folder, disseminationNo: 1, broken).ToDictionary(l => l.Channel, l => new { count = l.Milliseconds.Length, medianMs = Math.Round(l.At(0.5), 1), p99Ms = Math.Round(l.At(0.99), 1), maxMs = Math.Round(l.At(1), 1) }),
            resume = new { medianMs = ResumedAt(0.5), p99Ms = ResumedAt(0.99), maxMs = ResumedAt(1) },
        };
        if (options.CampaignFile is { } campaign)
        {
            if (!File.Exists(campaign)) File.WriteAllText(campaign, "seed\thouseholds\tplanned\tkills\twindow\tlost\tduplicates\tunlabelled\tlabelledStarts\tresumeMedianMs\tseconds\tgood\n");
            File.AppendAllText(campaign, string.Create(CultureInfo.InvariantCulture, $"{options.House.Seed}\t{house.City.Households}\t{planned}\t{_kills}\t{options.House.Window}\t{audit.Lost}\t{audit.Duplicates}\t{audit.UnlabelledDuplicates}\t{labelled}\t{summary.resume.medianMs}\t{summary.seconds}\t{(good ? 1 : 0)}\n"));
        }
        Say($"计划 · planned {planned:N0} = 送达 {final.delivered:N0} + 已提交 {final.handedOff:N0} + 失败 {final.failed:N0} + 停发 {final.suppressed:N0}；丢失 lost {audit.Lost}，重复 duplicates {audit.Duplicates}（未标记 unlabelled {audit.UnlabelledDuplicates}），名单外 outside the audience {audit.Stray}，号码不符 wrong address {audit.WrongAddress}");
        Say($"登记册里应有而未计划 · in the registry and never planned {audit.Unplanned}（计入丢失 · counted as lost）；对端已收而记为失败 · taken and called failed {audit.TakenYetFailed}，记为停发 · called suppressed {audit.TakenYetSuppressed}");
        if (_kills > 0) Say($"每次 kill 至多带标记重发 · labelled starts of one kill at most {audit.Labels.Most}（W = {options.House.Window}），合计 · in all {labelled}，与 kill 无关 · after none {audit.Labels.WithoutKill}");
        foreach (var c in cancels) Say($"撤销 · cancel {c.DisseminationNo,3} {c.Medium,-4}  {(_captured.Count == 0 ? "" : $"离开网关 · left the gateway: {c.Left}；")}各端日志 · far sides' journals: {c.Journal}");
        if (cancels.Count > 0) Say($"撤销 · cancels {_committed.Count}：{(_captured.Count > 0 ? "离开网关" : "")}最晚的原始消息在提交后 · latest original{(_captured.Count > 0 ? " to leave" : "")} after the commit {maxMs:0.0} ms；首条撤销 · first cancel at most {summary.cancel.firstMs} ms；收到 {audit.HadMistake:N0}，被告知 {audit.ToldOfMistake:N0}，漏告 {audit.HavingNotTold}，多告 {audit.ToldWithoutHaving}");
        string fifo = string.Create(CultureInfo.InvariantCulture, $"{reach.FifoPerSecond:0}/s{(reach.IsFifoMeasured ? "，本次实测 as measured" : "")}");
        foreach (var g in reach.Groups.Where(g => g.Households > 0)) Say($"触达 · reached by SMS  {g.Name,-22} {g.Reached,8:N0}/{g.Households:N0} 户：一半 · half {ReachGroup.Text(g.SecondsAt(0.5)),6} s，最后 · last {ReachGroup.Text(g.LastSeconds),6} s（先来先发 · first in, first out at {fifo}: {ReachGroup.Text(g.FifoSecondsAt(0.5)),6} / {ReachGroup.Text(g.FifoLastSeconds),6} s）");
        foreach (var (channel, l) in summary.latency) Say($"时延 · latency  {channel,-12} {l.count,8:N0}：一半 · median {l.medianMs:N0} ms，p99 {l.p99Ms:N0} ms");
        Say($"危险区与弱势户共节省 · saved for danger zones and the vulnerable: {reach.UsefulMinutesSaved:N0} 户·分钟 household-minutes");
        if (options.ReportFile is not null) File.WriteAllText(options.ReportFile, HtmlReport.Of(reach, JsonSerializer.SerializeToElement(summary)));
        if (options.Json) output.WriteLine(JsonSerializer.Serialize(summary));
        return good && over == 0 ? 0 : 1;
    }

    private double ResumedAt(double share) => _resumeMilliseconds.Count == 0 ? 0 : Math.Round(Percentiles.At([.. _resumeMilliseconds.Order()], share));

    private static double? Rounded(double? seconds) => seconds is { } s ? Math.Round(s, 1) : null;

    private static IEnumerable<int> Devices(DemoHouse house, string file, int count) =>
        File.ReadLines(Path.Combine(house.Folder, "devices", file)).Take(count).Select(line => int.Parse(line.Split('\t')[0], CultureInfo.InvariantCulture));

    private void Say(string line) => (options.Json ? error : output).WriteLine(line);
}
