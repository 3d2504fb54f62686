using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Server.Composition;
using AlertGateway.Server.Demo;

namespace AlertGateway.CityLoad;

/// <summary>
/// Kills and restarts the gateway over and over in the middle of a citywide alert that a slow pace makes long: from the instant before <c>exec</c> to the first message that the provider took afterwards, by its journal on the host's one
/// monotonic clock. Citywide alerts sent to their end before fill the ledger.
/// </summary>
/// <param name="history">Rows that the ledger has at least when the restarts begin.</param>
internal sealed class RestartRun(DemoOptions options, int restarts, long history, bool json, TextWriter output, TextWriter error, CancellationToken cancellationToken)
{
    /// <summary>SMS a second while restarts are measured: all of them see about the same alert.</summary>
    private const int PacedPerSecond = 300;

    /// <summary>What the provider takes sooner after an <c>exec</c> was on the wire when the process before was killed: the runtime alone takes longer to start.</summary>
    private const long OnTheWireNanoseconds = 40_000_000;

    private readonly Random _instants = new((int)(options.Seed % int.MaxValue));

    public async Task<int> RunAsync()
    {
        using var house = await DemoHouse.BuildAsync(options, Say, cancellationToken);
        var alert = CapReader.Read(await File.ReadAllBytesAsync(Path.Combine(GatewayConfiguration.ConfigFolder, "cities", "liyang", "demo-alert.xml"), cancellationToken)).Messages[0].Alert!;
        int alerts = 0;
        for (; LedgerRows(house) < history; alerts++)
        {
            await CityAlerts.ReleaseAsync(house, alert, $"history-{alerts + 1}", cancellationToken);
            await CityAlerts.UntilFinalAsync(house, options.NeverAnswer, cancellationToken);
            Say($"账本 · ledger {LedgerRows(house):N0} 行 · rows");
        }
        house.KillGateway();
        house.PaceSms(PacedPerSecond);
        await house.StartGatewayAsync(cancellationToken);
        await CityAlerts.ReleaseAsync(house, alert, "in-flight", cancellationToken);
        while ((await house.Officer.DisseminationsAsync(cancellationToken)).Max(v => v.Started) == 0) await Task.Delay(100, cancellationToken);
        var view = (await house.Officer.DisseminationsAsync(cancellationToken)).MaxBy(v => v.DisseminationNo)!;
        int planned = view.Channels.Sum(c => c.Planned);
        var execs = new List<long>();
        var marks = new List<Dictionary<string, double>>();
        for (int i = 0; i < restarts; i++)
        {
            await Task.Delay(_instants.Next(400, 1_200), cancellationToken);
            house.KillGateway();
            execs.Add(Monotonic.Nanoseconds);
            await house.StartGatewayAsync(cancellationToken);
            marks.Add(house.Gateway.Ready.GetProperty("startMilliseconds").Deserialize<Dictionary<string, double>>()!);
            if ((i + 1) % 20 == 0) Say($"{i + 1}/{restarts}");
        }
        await Task.Delay(2_000, cancellationToken);
        int open = (await house.Officer.DisseminationsAsync(cancellationToken)).Sum(v => v.Channels.Sum(c => c.Open));
        execs.Add(long.MaxValue);
        house.RememberMemory();
        house.EndEmulators();
        return Report(house, execs, marks, planned, open, alerts);
    }

    private int Report(DemoHouse house, List<long> execs, List<Dictionary<string, double>> marks, int planned, int open, int alerts)
    {
        long[] taken = [.. JournalAudit.LinesOf(house.Folder, "sms").Select(l => l.Split('\t')).Where(c => c.Length > 5 && c[1] == "accept").Select(c => long.Parse(c[0], CultureInfo.InvariantCulture)).Order()];
        var firsts = new List<double>();
        int onTheWire = 0;
        for (int i = 0, at = 0; i < restarts; i++)
        {
            while (at < taken.Length && taken[at] < execs[i] + OnTheWireNanoseconds) onTheWire += taken[at++] >= execs[i] ? 1 : 0;
            if (at < taken.Length && taken[at] < execs[i + 1]) firsts.Add((taken[at] - execs[i]) / 1e6);
        }
        var sorted = firsts.Order().ToArray();
        var summary = new
        {
            restarts, resumed = firsts.Count, households = house.City.Households, ledgerRows = LedgerRows(house), alertsBefore = alerts, planned, openAtEnd = open,
            onTheWire, firstSendMs = new { min = At(sorted, 0), median = At(sorted, 0.5), p99 = At(sorted, 0.99), max = At(sorted, 1) },
            medianMs = marks[0].Keys.ToDictionary(k => k, k => At([.. marks.Where(m => m.ContainsKey(k)).Select(m => m[k]).Order()], 0.5)).OrderBy(m => m.Value).ToDictionary(),
            recoveryMs = new { median = Recovery(marks, 0.5), p99 = Recovery(marks, 0.99), max = Recovery(marks, 1) }, peakMemoryMiB = Math.Round(house.PeakMemoryMiB),
        };
        Say($"{firsts.Count}/{restarts} 次重启后续发 · restarts that went on sending；首条 · first message: median {summary.firstSendMs.median} ms, p99 {summary.firstSendMs.p99} ms, max {summary.firstSendMs.max} ms；恢复 · recovery itself: median {summary.recoveryMs.median} ms；账本 · ledger {summary.ledgerRows:N0} 行 · rows，未完 · open {open:N0}");
        foreach (var (step, ms) in summary.medianMs) Say($"  {step,-12} {ms,8:0.0} ms");
        if (json) output.WriteLine(JsonSerializer.Serialize(summary));
        return firsts.Count == restarts ? 0 : 1;
    }

    /// <summary>Snapshot and tail folded and what was in flight marked: from the open ledger on.</summary>
    private static double Recovery(List<Dictionary<string, double>> marks, double share) => At([.. marks.Select(m => m["recovered"] - m["registry"]).Order()], share);

    private static double At(double[] sorted, double share) => Math.Round(Percentiles.At(sorted, share), 1);

    private static long LedgerRows(DemoHouse house) => JournalAudit.LedgerRows(house.DataFolder);

    private void Say(string line) => (json ? error : output).WriteLine(line);
}
