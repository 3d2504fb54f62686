using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AlertGateway.Channels.Sms;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;
using AlertGateway.Tests.Dispatch;
using Microsoft.Extensions.Logging.Abstractions;
using SQLitePCL;

namespace AlertGateway.Benchmarks;

/// <summary>
/// SMS from a cleared alert to the provider emulator, every attempt durable first, beside a bare HttpClient loop with the same payload, connections and emulator.
/// </summary>
/// <param name="callbacks">Two signed callbacks a message, which the gateway verifies, makes durable and folds and the bare side only answers; it is over when the last one is answered. Without: none.</param>
internal sealed class HandOffAgainstBareLoop(string emulator, bool http2, int slots, int window, bool callbacks)
{
    private const string Account = ReceiptServer.Account;
    private const string Text = "【溧阳市气象台】暴雨红色预警：过去3小时天目湖镇降雨已达103毫米，未来3小时强降雨持续。大溪水库下游请立即转移至天目湖中学。电话12379。";

    private static readonly Uri Nobody = new("http://127.0.0.1:8080");

    /// <summary>Messages that each side sends first, unmeasured: a gateway has been running for months when it is needed, so neither side's code is compiled in the measured time.</summary>
    private const int WarmUp = 20_000;

    private readonly List<double> _rowsPerCommit = [];

    /// <summary>Of the gateway's runs so far, median.</summary>
    public double RowsPerCommit => Median(_rowsPerCommit);

    public (double Gateway, double Bare, double GatewayCpuMicroseconds, double BareCpuMicroseconds) Run(int messages, int alternations)
    {
        List<double> gateway = [], bare = [], gatewayCpu = [], bareCpu = [];
        Measured([], [], WarmUp, ThroughTheLane);
        Measured([], [], WarmUp, BareLoopAsync);
        _rowsPerCommit.Clear();
        for (int i = 0; i < alternations; i++)
        {
            Measured(gateway, gatewayCpu, messages, ThroughTheLane);
            Measured(bare, bareCpu, messages, BareLoopAsync);
        }
        return (Median(gateway), Median(bare), Median(gatewayCpu), Median(bareCpu));
    }

    private void Measured(List<double> rates, List<double> cpu, int messages, Func<string, Uri, int, Task<TimeSpan>> run)
    {
        string folder = Directory.CreateTempSubdirectory("agw-bench-").FullName;
        string token = ReceiptServer.WriteToken(folder);
        string[] called = callbacks ? ["--callbacks", "all", "--callback-delay-ms", "100-1000", "--delivered", "1", "--callback-connections", "128"] : ["--callbacks", "none"];
        using var provider = Process.Start(new ProcessStartInfo(emulator, ["--token-file", token, .. called, "--parent", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        try
        {
            using var ready = JsonDocument.Parse(provider.StandardOutput.ReadLine()!);
            var url = new Uri(ready.RootElement.GetProperty(http2 ? "h2Url" : "url").GetString()!);
            GC.Collect();
            var before = Process.GetCurrentProcess().TotalProcessorTime;
            var took = run(folder, url, messages).GetAwaiter().GetResult();
            cpu.Add((Process.GetCurrentProcess().TotalProcessorTime - before).TotalMicroseconds / messages);
            rates.Add(messages / took.TotalSeconds);
        }
        finally
        {
            provider.Kill();
            provider.WaitForExit();
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<TimeSpan> ThroughTheLane(string folder, Uri url, int messages)
    {
        var town = Makers.ATown(messages / 2);
        var options = new LaneOptions { Slots = slots, Window = window, ReceiptTimeout = TimeSpan.FromHours(1) };
        using var ledger = SqliteLedger.Open(Path.Combine(folder, "ledger.db"));
        var room = new DisseminationRoom(ledger, town, TimeProvider.System, _ => new ChannelTimes(options.ReceiptTimeout, TimeSpan.MaxValue));
        ledger.Observe(room);
        await room.RecoverAsync(CancellationToken.None);
        await using var receipts = callbacks ? await ReceiptServer.OfGatewayAsync(room, Path.Combine(folder, "token")) : null;
        using var channel = new TwilioChannel(new TwilioOptions { BaseUrl = url, PublicUrl = receipts?.Url ?? Nobody, AccountSid = Account, TokenFile = Path.Combine(folder, "token"), From = "12379", Slots = slots, Http2 = http2 }, TimeProvider.System);
        var lane = new Lane([new ChannelRoute(channel)], options, room, ledger, Numbers, town, TimeProvider.System, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        var alert = Makers.ARedAlert(town, TimeProvider.System.GetUtcNow());
        var renditions = alert.Proposal.Renditions.Select(r => r with { Text = Text, Segments = 2 }).ToList();
        var running = Task.Run(() => lane.RunAsync(stop.Token));
        var watch = Stopwatch.StartNew();
        int no = await room.OpenAsync(new ClearedAlert(alert.Proposal with { Renditions = renditions }, alert.ClearedTicks), CancellationToken.None);
        while (true)
        {
            if (lane.Status.Started >= messages && lane.Status.Unsettled == 0 && (receipts is null || room.Find(no)!.Channels[0].Delivered == messages)) break;
            if (running.IsCompleted) await running;
            await Task.Delay(10);
        }
        var took = watch.Elapsed;
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _rowsPerCommit.Add((double)ledger.LastSequence / Commits(folder));
        return took;
    }

    private async Task<TimeSpan> BareLoopAsync(string folder, Uri url, int messages)
    {
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { MaxConnectionsPerServer = slots, EnableMultipleHttp2Connections = true, UseCookies = false, UseProxy = false, ActivityHeadersPropagator = null });
        var messagesUrl = new Uri(url, $"/2010-04-01/Accounts/{Account}/Messages.json");
        string basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Account + ":benchmark-token"));
        var form = MediaTypeHeaderValue.Parse("application/x-www-form-urlencoded");
        string text = Uri.EscapeDataString(Text);
        await using var receipts = callbacks ? await ReceiptServer.BareAsync() : null;
        string callback = Uri.EscapeDataString((receipts?.Url ?? Nobody).GetLeftPart(UriPartial.Authority) + TwilioReceiptEndpoints.StatusPath);
        int next = 0;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, slots).Select(_ => Task.Run(async () =>
        {
            var buffer = new byte[16 * 1024];
            while (Interlocked.Increment(ref next) is var i && i <= messages)
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, messagesUrl) { Version = http2 ? HttpVersion.Version20 : HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
                request.Headers.TryAddWithoutValidation("Authorization", basic);
                request.Content = new ByteArrayContent(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"To=%2B86120000{i:00000}&From=12379&Body={text}&ValidityPeriod=3600&StatusCallback={callback}%2F1.{i}.1.0.1")));
                request.Content.Headers.ContentType = form;
                using var response = await client.SendAsync(request, CancellationToken.None);
                if (!response.IsSuccessStatusCode) throw new HttpRequestException($"The emulator answered {response.StatusCode}.");
                var stream = await response.Content.ReadAsStreamAsync();
                while (await stream.ReadAsync(buffer) > 0) { }
            }
        })));
        while (receipts is not null && receipts.Answered < 2L * messages) await Task.Delay(10);
        return watch.Elapsed;
    }

    private static void Numbers(ReadOnlySpan<int> endpoints, Span<ReadOnlyMemory<byte>> addresses)
    {
        for (int i = 0; i < endpoints.Length; i++) addresses[i] = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"+8612000{endpoints[i]:000000}"));
    }

    private static long Commits(string folder)
    {
        raw.sqlite3_open_v2(Path.Combine(folder, "ledger.db"), out sqlite3 database, raw.SQLITE_OPEN_READONLY, null);
        using (database)
        {
            raw.sqlite3_prepare_v2(database, "SELECT count(*) FROM leaf WHERE kind=1", out sqlite3_stmt statement);
            using (statement) return raw.sqlite3_step(statement) == raw.SQLITE_ROW ? Math.Max(1, raw.sqlite3_column_int64(statement, 0)) : 1;
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
