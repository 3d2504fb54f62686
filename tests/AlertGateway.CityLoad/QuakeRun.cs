using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using AlertGateway.Core;
using AlertGateway.Server.Demo;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AlertGateway.CityLoad;

/// <summary>
/// Earthquake frames, one after another, each a new earthquake that the whole county feels: from the instant in which a frame is written to the gateway's socket to the first and the last loudspeaker that has judged its order, by the
/// loudspeakers' journal on the host's one monotonic clock.
/// </summary>
internal sealed class QuakeRun(DemoOptions house, int frames, TimeSpan every, bool json, TextWriter output, TextWriter error, CancellationToken cancellationToken)
{
    public async Task<int> RunAsync()
    {
        await using var feed = await FrameServer.StartAsync(cancellationToken);
        using var running = await DemoHouse.BuildAsync(house with { QuakeFeed = feed.Url }, Say, cancellationToken);
        await feed.Connected.WaitAsync(cancellationToken);
        string journal = Path.Combine(running.Folder, "loudspeaker.journal");
        int stocked = await StockedAsync(journal);
        Say($"{stocked:N0} 台大喇叭已备好 · loudspeakers hold the warning；{frames:N0} 帧 · frames");
        using var wire = QuakeWire.TryOpen(feed.Url.Port, running.MqttPort);
        if (wire is null) Say("本用户无权抓包：只有大喇叭日志的时间 · this user may not capture packets: times from the loudspeakers' journal only");
        var sent = new long[frames];
        for (int i = 0; i < frames; i++)
        {
            sent[i] = await feed.SendAsync(i + 1, TimeProvider.System.GetUtcNow(), cancellationToken);
            await Task.Delay(every, cancellationToken);
            wire?.Drain();
            if ((i + 1) % 100 == 0) Say($"{i + 1:N0}/{frames:N0}");
        }
        await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
        wire?.Drain();
        running.RememberMemory();
        running.EndEmulators();
        return Report(running, journal, sent, wire?.Frames() ?? []);
    }

    /// <summary>Waits until every loudspeaker that is there was handed the stock.</summary>
    private async Task<int> StockedAsync(string journal)
    {
        int before = -1;
        while (true)
        {
            int devices = JournalAudit.Lines(journal).Select(l => l.Split('\t')).Where(c => c.Length >= 6 && c[1] == "order" && c[3] == "prepare" && c[4].StartsWith("stock-", StringComparison.Ordinal)).Select(c => c[2]).Distinct().Count();
            if (devices > 0 && devices == before) return devices;
            before = devices;
            await Task.Delay(TimeSpan.FromSeconds(3), cancellationToken);
        }
    }

    private int Report(DemoHouse running, string journal, long[] sent, IReadOnlyList<(double FirstMs, double LastMs, int Horns)> wire)
    {
        var at = new List<long>[sent.Length];
        for (int i = 0; i < at.Length; i++) at[i] = [];
        int others = 0;
        foreach (string line in JournalAudit.Lines(journal))
        {
            string[] c = line.Split('\t');
            if (c.Length < 6 || c[1] != "order" || !DeliveryTag.TryParse(c[4], out var tag)) continue;
            if (c[3] == "alarm" && c[5] == "accepted" && tag.Key.DisseminationNo <= at.Length) at[tag.Key.DisseminationNo - 1].Add(long.Parse(c[0], CultureInfo.InvariantCulture));
            else others++;
        }
        var told = at.Select((a, i) => (Sent: sent[i], Horns: a)).Where(f => f.Horns.Count > 0).ToList();
        IEnumerable<double> first = told.Select(f => (f.Horns.Min() - f.Sent) / 1e6), last = told.Select(f => (f.Horns.Max() - f.Sent) / 1e6);
        var summary = new
        {
            frames = sent.Length, warned = told.Count, horns = told.Select(f => f.Horns.Count).DefaultIfEmpty(0).Min(), hornsMax = told.Select(f => f.Horns.Count).DefaultIfEmpty(0).Max(), otherOrders = others,
            firstMs = Of(first), lastMs = Of(last),
            wire = wire.Count == 0 ? null : new { frames = wire.Count, horns = wire.Min(w => w.Horns), firstMs = Of(wire.Select(w => w.FirstMs)), lastMs = Of(wire.Select(w => w.LastMs)) }, peakMemoryMiB = Math.Round(running.PeakMemoryMiB),
        };
        Say($"{told.Count:N0}/{sent.Length:N0} 帧已发布 · released；每次 {summary.horns:N0}–{summary.hornsMax:N0} 台 · loudspeakers each；大喇叭日志 · by their journal: 首台 first {summary.firstMs}；末台 last {summary.lastMs}");
        if (summary.wire is { } w) Say($"线路 · on the wire ({w.frames:N0} × {w.horns:N0}): 首条指令 first order {w.firstMs}；末条指令 last order {w.lastMs}");
        if (json) output.WriteLine(JsonSerializer.Serialize(summary));
        return told.Count == sent.Length ? 0 : 1;
    }

    private static Spread Of(IEnumerable<double> milliseconds)
    {
        double[] sorted = [.. milliseconds.Order()];
        double At(double share) => Math.Round(Percentiles.At(sorted, share), 2);
        return new Spread(At(0.5), At(0.99), At(1));
    }

    private sealed record Spread(double Median, double P99, double Max)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"median {Median} ms, p99 {P99} ms, max {Max} ms");
    }

    private void Say(string line) => (json ? error : output).WriteLine(line);

    /// <summary>A WebSocket that the gateway reads as a source of frames.</summary>
    private sealed class FrameServer : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly TaskCompletionSource<WebSocket> _socket = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private FrameServer()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            _app = builder.Build();
            _app.UseWebSockets();
            _app.Map("/ws", (RequestDelegate)HoldAsync);
        }

        public Uri Url { get; private set; } = new("ws://127.0.0.1/ws");

        public Task Connected => _socket.Task;

        public static async Task<FrameServer> StartAsync(CancellationToken cancellationToken)
        {
            var server = new FrameServer();
            await server._app.StartAsync(cancellationToken);
            server.Url = new Uri(server._app.Urls.First().Replace("http:", "ws:", StringComparison.Ordinal) + "/ws");
            return server;
        }

        /// <summary>Sends one frame and gives the instant before its first byte, in nanoseconds of the monotonic clock.</summary>
        public async Task<long> SendAsync(int number, DateTimeOffset origin, CancellationToken cancellationToken)
        {
            // Off 盐城, about 190 km away: the whole county has more than half a minute.
            string text = JsonSerializer.Serialize(new
            {
                type = "cenc_eew", ID = $"load{number}", EventID = string.Create(CultureInfo.InvariantCulture, $"load.{number:0000}"), ReportTime = Beijing(origin), ReportNum = 1, OriginTime = Beijing(origin), HypoCenter = "压测 load test",
                Latitude = 32.9, Longitude = 120.4, Magnitude = 7.8, Depth = 10, MaxIntensity = 9.0,
            });
            var socket = await _socket.Task;
            long now = Monotonic.Nanoseconds;
            await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
            return now;
        }

        public async ValueTask DisposeAsync() => await _app.DisposeAsync();

        private static string Beijing(DateTimeOffset at) => at.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

        private async Task HoldAsync(HttpContext context)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            _socket.TrySetResult(socket);
            try
            {
                byte[] buffer = new byte[256];
                while ((await socket.ReceiveAsync(buffer, context.RequestAborted)).MessageType != WebSocketMessageType.Close)
                {
                    // The gateway has nothing to say here.
                }
            }
            catch (Exception e) when (e is WebSocketException or OperationCanceledException)
            {
                // It is gone.
            }
        }
    }
}
