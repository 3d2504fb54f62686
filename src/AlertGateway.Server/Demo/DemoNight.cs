using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Tracking;
using AlertGateway.Server.Composition;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Server.Demo;

/// <summary>One night, told in the terminal: 02:10, a red rain warning, two people, a kill, door-knocks, a mistake taken back, the truth from the journals.</summary>
internal sealed class DemoNight(DemoOptions options, TextWriter output, TextWriter error, CancellationToken cancellationToken)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly bool _live = !options.Json && !Console.IsOutputRedirected;
    private bool _onProgressLine;
    private TimeSpan _lastProgress;

    public async Task<int> TellAsync()
    {
        Say("AlertGateway 演示：一个夜晚 · one night. 全部为合成数据 · all data is synthetic.");
        using var house = await DemoHouse.BuildAsync(options, Say, cancellationToken);
        Say($"{house.City.Households:N0} 户 {house.City.Persons:N0} 人 {house.City.Endpoints:N0} 个端点；控制台 · console {house.Url}  令牌 · sign-in token: {house.ConsoleToken}");
        Say("02:10  来源推送 · the feed has a warning…");
        var (proposal, refused) = await ProposalAsync(house, after: 0);
        if (proposal is null)
        {
            foreach (var line in refused) Say($"       不予受理 · refused: {line.Code} {line.Sentence}");
            return Finish(house, null, 0, good: true, new Verdict("refused", 0, [.. refused.Select(r => new HoldSummary(r.Code, r.Sentence))]));
        }
        Say($"       「{proposal.Headline}」{proposal.Counts.Households:N0} 户，其中危险区 {proposal.Counts.DangerZoneHouseholds:N0} 户；{proposal.Counts.Towns} 镇 {proposal.Counts.Villages} 村；无法触达 · unreachable {proposal.Counts.UnreachableHouseholds:N0} 户");
        if (proposal.Holds.Count > 0)
        {
            foreach (var hold in proposal.Holds) Say($"       暂缓 · held: {hold.Code} {hold.Sentence} {hold.SentenceEnglish}");
            return Finish(house, null, 0, good: true, new Verdict("held", proposal.Counts.Households, proposal.Holds));
        }
        await SignAsync(house, proposal);
        await SendAsync(house);
        int mistake = options.NoMistake || options.Around is not null ? 0 : await MistakeAsync(house);
        await UntilFinalAsync(house);
        return Finish(house, await house.Officer.DisseminationsAsync(cancellationToken), mistake, good: true, new Verdict("sent", proposal.Counts.Households, []));
    }

    // What the desk got of the alert; or, when ingest turned it away, why.
    private async Task<(ProposalSummary? Proposal, IReadOnlyList<RefusalSummary> Refused)> ProposalAsync(DemoHouse house, int after)
    {
        while (true)
        {
            if ((await house.Editor.ProposalsAsync(cancellationToken)).Where(p => p.ProposalNo > after).OrderBy(p => p.ProposalNo).FirstOrDefault() is { } proposal) return (proposal, []);
            var refused = (await house.Editor.RefusalsAsync(cancellationToken)).Where(r => r.OfAnAlert).ToList();
            if (refused.Count > 0) return (null, refused);
            if (_watch.Elapsed > TimeSpan.FromMinutes(5)) throw new InvalidOperationException($"来源的预警没有到达 · the feed's warning did not arrive; see {house.Folder}/gateway.log");
            await Task.Delay(200, cancellationToken);
        }
    }

    private async Task SignAsync(DemoHouse house, ProposalSummary proposal)
    {
        await house.Editor.SignAsync(proposal.ProposalNo, SignatureRole.Proposer, proposal.Hashes, cancellationToken);
        Say($"       王编辑提交（内容、区域、对象、文案四个哈希）· proposed by hash {proposal.Hashes.Audience[..8]}…");
        await house.Officer.SignAsync(proposal.ProposalNo, SignatureRole.Approver, proposal.Hashes, cancellationToken);
        Say("       李值班核发 · approved by a second person；短信、应用、大喇叭、广播开始 · sending");
    }

    private async Task SendAsync(DemoHouse house)
    {
        int kills = 0;
        bool knocked = false;
        while (true)
        {
            var view = (await house.Officer.DisseminationsAsync(cancellationToken)).Last(d => d.DisseminationNo == 1);
            int planned = Sum(view, c => c.Planned), done = Sum(view, c => c.Planned - c.Open);
            Progress(view, done, planned);
            if (kills < options.Kills && planned > 0 && done >= (long)planned * 80 * (kills + 1) / (100L * (options.Kills + 1)))
            {
                kills++;
                await KillAsync(house, view);
            }
            if (!knocked && done >= planned * 70L / 100)
            {
                knocked = true;
                await KnockAsync(house);
            }
            if (planned > 0 && Sum(view, c => c.Channel == ChannelKind.Sms ? c.Open : 0) == 0) return;
            await Task.Delay(_live ? 250 : 500, cancellationToken);
        }
    }

    private async Task KillAsync(DemoHouse house, DisseminationView before)
    {
        Say($"       kill -9 网关（进程 {house.Gateway.Id}）· the gateway is killed");
        house.KillGateway();
        var down = Stopwatch.StartNew();
        await house.StartGatewayAsync(cancellationToken);
        var view = (await house.Officer.DisseminationsAsync(cancellationToken)).Last(d => d.DisseminationNo == before.DisseminationNo);
        Say($"       {down.Elapsed.TotalSeconds:0.0} 秒后接着发 · carries on；已开始 {view.Started:N0}（被杀前看到 {before.Started:N0}）");
    }

    private async Task KnockAsync(DemoHouse house)
    {
        var coverage = await house.Officer.CoverageAsync(1, cancellationToken);
        Say($"       未确认醒来 · not awake: {coverage.PersonsNotAwake:N0} 人；村灾害信息员上门 · wardens knock");
        int knocks = 0;
        foreach (var village in coverage.Villages.OrderByDescending(v => v.Households).Take(12))
        {
            var page = await house.Officer.UnreachedAsync(1, village.Code, 10, cancellationToken);
            foreach (var household in Households(page).Take(10))
            {
                int person = household.GetProperty("leastReachedPersonNo").GetInt32();
                if (person <= 0) continue;
                await house.Officer.VisitAsync(1, person, cancellationToken);
                knocks++;
            }
        }
        var after = await house.Officer.CoverageAsync(1, cancellationToken);
        Say($"       上门 · doors: {knocks}；还有 · still not awake: {after.PersonsNotAwake:N0} 人");
    }

    private static JsonElement.ArrayEnumerator Households(JsonElement page) =>
        (page.ValueKind == JsonValueKind.Array ? page : page.EnumerateObject().First(p => p.Value.ValueKind == JsonValueKind.Array && (p.Value.GetArrayLength() == 0 || p.Value[0].TryGetProperty("leastReachedPersonNo", out _))).Value).EnumerateArray();

    private async Task<int> MistakeAsync(DemoHouse house)
    {
        Say("02:35  误发一条真实的大风橙色预警 · a live warning goes out by mistake");
        var alert = CapReader.Read(await File.ReadAllBytesAsync(Path.Combine(GatewayConfiguration.ConfigFolder, "cities", "liyang", "demo-alert-mistaken.xml"), cancellationToken)).Messages[0].Alert!;
        int last = (await house.Editor.ProposalsAsync(cancellationToken)).Max(p => p.ProposalNo);
        var now = TimeProvider.System.GetUtcNow();
        await house.Editor.SubmitAsync(CapWriter.Write(Moved(alert, now, "demo-mistake-" + now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture))), cancellationToken);
        var proposal = (await ProposalAsync(house, last)).Proposal ?? throw new InvalidOperationException("误发的预警未被受理 · the mistaken warning was refused");
        await house.Editor.SignAsync(proposal.ProposalNo, SignatureRole.Proposer, proposal.Hashes, cancellationToken);
        await house.Officer.SignAsync(proposal.ProposalNo, SignatureRole.Approver, proposal.Hashes, cancellationToken);
        int enough = Math.Max(50, house.City.Persons / 40);
        DisseminationView view;
        do
        {
            await Task.Delay(20, cancellationToken);
            view = (await house.Officer.DisseminationsAsync(cancellationToken)).MaxBy(d => d.DisseminationNo)!;
        }
        while (view.DisseminationNo == 1 || (view.Started < enough && Sum(view, c => c.Purpose == Purpose.Original ? c.Open : 0) > 0));
        await house.Officer.CancelAsync(view.DisseminationNo, "误发：并无大风", falseAlarm: true, cancellationToken);
        view = (await house.Officer.DisseminationsAsync(cancellationToken)).First(d => d.DisseminationNo == view.DisseminationNo);
        Say($"       李值班撤回 · taken back after {view.Started:N0} starts；更正只发给收到的人 · the correction goes to those who had it");
        return view.DisseminationNo;
    }

    /// <summary>The same alert as if sent now, under another identifier.</summary>
    internal static Alert Moved(Alert alert, DateTimeOffset now, string identifier)
    {
        var by = now - alert.Sent!.Value;
        DateTimeOffset? Move(DateTimeOffset? t) => t is { } at ? (at + by).ToOffset(at.Offset) : null;
        return alert with
        {
            Sent = Move(alert.Sent), SentText = CapWriter.Time(Move(alert.Sent)!.Value), Identifier = identifier,
            Infos = [.. alert.Infos.Select(i => i with { Effective = Move(i.Effective), Onset = Move(i.Onset), Expires = Move(i.Expires) })],
        };
    }

    private async Task UntilFinalAsync(DemoHouse house)
    {
        Say("       等待回执 · waiting for receipts");
        while (true)
        {
            var views = await house.Officer.DisseminationsAsync(cancellationToken);
            int waiting = views.Sum(v => Sum(v, c => c.Open + c.Accepted));
            Progress(views.First(v => v.DisseminationNo == 1), views.Sum(v => Sum(v, c => c.Planned - c.Open - c.Accepted)), views.Sum(v => Sum(v, c => c.Planned)));
            if (waiting == 0) return;
            if (_watch.Elapsed > TimeSpan.FromMinutes(20)) throw new InvalidOperationException($"{waiting} deliveries did not become final; see {house.Folder}");
            await Task.Delay(_live ? 250 : 1000, cancellationToken);
        }
    }

    private int Finish(DemoHouse house, List<DisseminationView>? views, int mistake, bool good, Verdict verdict)
    {
        house.RememberMemory();
        Coverage? coverage = views is null ? null : house.Officer.CoverageAsync(1, cancellationToken).GetAwaiter().GetResult();
        if (coverage is not null) TellCoverage(coverage);
        if (!options.Exit) return Stay(house, views, mistake, good, verdict);
        return Report(house, views, mistake, good, verdict);
    }

    private int Stay(DemoHouse house, List<DisseminationView>? views, int mistake, bool good, Verdict verdict)
    {
        int code = Report(house, views, mistake, good, verdict, endEmulators: false);
        Say($"控制台仍在运行 · the console stays on {house.Url}  令牌 · token {house.ConsoleToken}   Ctrl+C 结束 · to end");
        try
        {
            Task.Delay(Timeout.Infinite, cancellationToken).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            // The person has seen enough.
        }
        return code;
    }

    private int Report(DemoHouse house, List<DisseminationView>? views, int mistake, bool good, Verdict verdict, bool endEmulators = true)
    {
        views ??= [];
        if (endEmulators) house.EndEmulators();
        using var store = RegistryStore.Open(Path.Combine(house.DataFolder, "registry.db"));
        using var addresses = store.OpenAddresses();
        var audit = JournalAudit.Run(house.Folder, house.DataFolder, store.LoadSnapshot(), addresses, new HashSet<int> { mistake });
        int planned = views.Sum(v => Sum(v, c => c.Planned));
        var final = new { delivered = views.Sum(v => Sum(v, c => c.Delivered)), handedOff = views.Sum(v => Sum(v, c => c.HandedOff)), failed = views.Sum(v => Sum(v, c => c.Failed)), suppressed = views.Sum(v => Sum(v, c => c.Suppressed)) };
        bool addsUp = planned == final.delivered + final.handedOff + final.failed + final.suppressed;
        good &= addsUp && audit.Lost == 0 && audit.UnlabelledDuplicates == 0 && audit.WrongAddress == 0 && audit.Stray == 0 && audit.HavingNotTold == 0 && audit.ToldWithoutHaving == 0;
        var summary = new
        {
            seed = options.Seed, households = house.City.Households, persons = house.City.Persons, planned, final, possibleLoss = views.Sum(v => Sum(v, c => c.PossibleLoss)), lost = audit.Lost, duplicates = audit.Duplicates, unlabelledDuplicates = audit.UnlabelledDuplicates,
            sendsPerSecond = Math.Round(audit.SendsPerSecond), seconds = Math.Round(_watch.Elapsed.TotalSeconds, 1), peakMemoryMiB = Math.Round(house.PeakMemoryMiB),
            stray = audit.Stray, verdict = verdict.Word, audience = verdict.Households, reasons = verdict.Reasons.Select(r => new { code = r.Code, sentence = r.Sentence, sentenceEnglish = r.SentenceEnglish }),
        };
        Say($"账目 · the sum: 计划 {planned:N0} = 送达 {final.delivered:N0} + 已提交 {final.handedOff:N0} + 失败 {final.failed:N0} + 停发 {final.suppressed:N0} {(addsUp ? "✓" : "✗")}");
        Say($"日志对照登记 · journals joined to the registry: 丢失 lost {audit.Lost}，重复 duplicates {audit.Duplicates}（未标记 unlabelled {audit.UnlabelledDuplicates}），号码不符 wrong address {audit.WrongAddress}，名单外 outside the audience {audit.Stray}");
        if (mistake > 0) Say($"误发 · the mistake: 收到 {audit.HadMistake:N0}，被告知更正 {audit.ToldOfMistake:N0}，漏告 {audit.HavingNotTold}，多告 {audit.ToldWithoutHaving}");
        Say($"{summary.sendsPerSecond:N0} 次/秒 · sends a second，{summary.seconds:0} 秒，内存峰值 {summary.peakMemoryMiB} MiB；{house.Folder}");
        if (options.Json) output.WriteLine(JsonSerializer.Serialize(summary));
        return good ? 0 : 1;
    }

    private void TellCoverage(Coverage coverage)
    {
        Say($"各镇 · by town（户，按证据；合成数据）  未确认醒来 · not awake {coverage.PersonsNotAwake:N0} 人");
        Say("       镇\t户数\t已入户\t已确认\t已呈现\t已送达\t已提交\t未达");
        foreach (var town in coverage.Towns)
        {
            var g = town.ByEvidence;
            Say($"       {town.Name}\t{town.Households}\t{g[6]}\t{g[5]}\t{g[4]}\t{g[3]}\t{g[2]}\t{g[0] + g[1]}");
        }
    }

    private void Progress(DisseminationView view, int done, int planned)
    {
        if (options.Json || planned == 0) return;
        if (!_live && _watch.Elapsed - _lastProgress < TimeSpan.FromSeconds(5)) return;
        _lastProgress = _watch.Elapsed;
        int filled = (int)(30L * done / planned);
        string line = $"       [{new string('█', filled)}{new string('·', 30 - filled)}] {100.0 * done / planned,5:0.0} %  {done:N0}/{planned:N0} 条 deliveries  送达 {Sum(view, c => c.Delivered):N0}";
        if (_live) error.Write("\r" + line);
        else error.WriteLine(line);
        _onProgressLine = _live;
    }

    private void Say(string line)
    {
        if (_onProgressLine) error.WriteLine();
        _onProgressLine = false;
        (options.Json ? error : output).WriteLine(line);
    }

    private static int Sum(DisseminationView view, Func<ChannelCounts, int> of) => view.Channels.Sum(of);

    /// <summary>What became of the warning at the desk.</summary>
    /// <param name="Word"><c>sent</c>, <c>held</c> or <c>refused</c>.</param>
    /// <param name="Households">In the audience that people were shown.</param>
    /// <param name="Reasons">Why it was held or refused, as a person reads it.</param>
    private sealed record Verdict(string Word, int Households, IReadOnlyList<HoldSummary> Reasons);
}
