using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using AlertGateway.Emulators.Hosting;
using AlertGateway.Emulators.Loudspeaker;
using MQTTnet;
using MQTTnet.Protocol;
using MQTTnet.Server;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace AlertGateway.Emulators.Devices.Tests;

/// <summary>The fleet against a broker that knows nothing of it, over loopback and in real time.</summary>
public sealed class HornOverMqttTests
{
    private static readonly byte[] OrderSeed = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    [Fact]
    public async Task A_fleet_connects_with_its_keys_carries_out_orders_and_still_refuses_a_replay_after_a_reconnect()
    {
        var stop = TestContext.Current.CancellationToken;
        var devices = int.Parse(Environment.GetEnvironmentVariable("AGW_HORNS") ?? "5", CultureInfo.InvariantCulture);
        var rows = Enumerable.Range(1, devices).Select(ARow).ToList();
        var keys = rows.ToDictionary(r => r[1], r => HornBench.PublicKey(Convert.FromBase64String(r[2])));
        var file = HornBench.Tone(0.3, 8192);
        var sha = Programme.HashOf(file);
        var reports = Channel.CreateUnbounded<(string Device, JsonElement Report)>();
        var refused = new ConcurrentBag<string>();
        var port = FreePort();
        using var broker = new MqttServerFactory().CreateMqttServer(new MqttServerOptionsBuilder().WithDefaultEndpoint()
            .WithDefaultEndpointBoundIPAddress(IPAddress.Loopback).WithDefaultEndpointPort(port).WithConnectionBacklog(512).Build());
        broker.ValidatingConnectionAsync += e =>
        {
            if (!keys.TryGetValue(e.ClientId, out var key) || e.UserName != e.ClientId || !Proves(e.ClientId, e.Password, key))
            {
                e.ReasonCode = MqttConnectReasonCode.BadUserNameOrPassword;
                refused.Add(e.ClientId);
            }

            return Task.CompletedTask;
        };
        broker.InterceptingPublishAsync += e =>
        {
            if (e.ApplicationMessage.Topic == $"agw/1/horn/{e.ClientId}/report")
            {
                reports.Writer.TryWrite((e.ClientId, JsonDocument.Parse(e.ApplicationMessage.Payload.ToArray()).RootElement));
            }

            return Task.CompletedTask;
        };
        await broker.StartAsync();

        var server = await OneFileServer.StartAsync(file, stop);
        await using var _ = server;
        using var http = new HttpClient();
        using var store = new ProgrammeStore(http, 4);
        await using var journal = new Journal(null);
        using var sequences = new SequenceFile(null);
        var options = new LoudspeakerOptions
        {
            Broker = new IPEndPoint(IPAddress.Loopback, port),
            OrderKey = new OrderKey("k1", HornBench.PublicKey(OrderSeed)),
            OfflineShare = 0,
            AmpDeadShare = 0,
            WrongKeys = 1,
            // At 5 devices the last tries after 2.5 s: the refused one has retried by then, which must not count for another.
            ConnectPerSecond = devices <= 5 ? 2 : 500,
        };
        var firmware = new HornFirmware(TimeProvider.System, options.OrderKey, sequences, store, journal, 1);
        using var fleet = new Fleet(options, firmware, rows);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var running = fleet.RunAsync(ending.Token);
        Assert.Equal(devices - 1, await fleet.FirstConnections.WaitAsync(TimeSpan.FromSeconds(60), stop));
        Assert.Contains("H1", refused);

        Task Order(string device, string body) => broker.InjectApplicationMessage(new InjectedMqttApplicationMessage(new MqttApplicationMessage
        {
            Topic = $"agw/1/horn/{device}/order",
            PayloadSegment = Encoding.UTF8.GetBytes(body),
            QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
        }) { SenderClientId = "gateway" }, stop);
        var kinds = new Dictionary<string, int>();
        async Task<int> Await(string type, int count)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(TimeSpan.FromSeconds(60));
            var seen = 0;
            while (seen < count)
            {
                try
                {
                    var (_, report) = await reports.Reader.ReadAsync(limit.Token);
                    var kind = report.GetProperty("type").GetString()!;
                    kinds[kind + (report.TryGetProperty("reason", out var why) ? ":" + why.GetString() : "")] =
                        kinds.GetValueOrDefault(kind + (report.TryGetProperty("reason", out why) ? ":" + why.GetString() : "")) + 1;
                    seen += kind == type ? 1 : 0;
                }
                catch (OperationCanceledException) when (!stop.IsCancellationRequested)
                {
                    Assert.Fail($"waited for {count} {type}, seen {seen}; all: {string.Join(", ", kinds)}; connected {fleet.Connected}");
                }
            }

            return seen;
        }

        var good = rows.Skip(1).Select(r => r[1]).ToList();
        foreach (var device in good)
        {
            await Order(device, $$"""{"type":"prepare","tag":"t-{{device}}","seq":1,"sha256":"{{sha}}","bytes":{{file.Length}},"url":"{{server.Url}}","ticket":"t","ttlSeconds":60}""");
        }

        Assert.Equal(good.Count, await Await("ready", good.Count));
        // Signing and handing over takes its time for each; a device that gets its order after playAt rightly refuses it as too late.
        var playAt = TimeProvider.System.GetUtcNow().AddMilliseconds(1000 + (good.Count * 8)).UtcTicks;
        foreach (var device in good)
        {
            await Order(device, HornBench.Arm(device, $"t-{device}", 2, sha, playAt, playAt + 600_000_000));
        }

        Assert.Equal(good.Count, await Await("done", good.Count));
        Assert.Equal(1, server.Requests); // one download, however many devices

        var back = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        broker.ClientSubscribedTopicAsync += e =>
        {
            if (e.ClientId == good[0])
            {
                back.TrySetResult();
            }

            return Task.CompletedTask;
        };
        await broker.DisconnectClientAsync(good[0], new MqttServerClientDisconnectOptions());
        await back.Task.WaitAsync(TimeSpan.FromSeconds(60), stop);
        await Order(good[0], HornBench.Arm(good[0], $"t-{good[0]}", 2, sha, playAt, playAt + 600_000_000));
        Assert.Equal(1, await Await("refused", 1));
        await ending.CancelAsync();
        await running;
        await broker.StopAsync(new MqttServerStopOptions());
    }

    private static string[] ARow(int number)
    {
        var seed = new byte[32];
        new Random(number).NextBytes(seed);
        return [number.ToString(CultureInfo.InvariantCulture), $"H{number}", Convert.ToBase64String(seed)];
    }

    private static bool Proves(string device, string password, byte[] key)
    {
        var parts = password.Split('.');
        var line = Encoding.UTF8.GetBytes($"agw-horn-v1|{device}|{parts[0]}");
        return Ed25519.Verify(Convert.FromBase64String(parts[1]), 0, key, 0, line, 0, line.Length);
    }

    internal static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
