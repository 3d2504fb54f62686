using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MQTTnet;
using MQTTnet.Protocol;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace AlertGateway.Tests.Channels;

/// <summary>A loudspeaker of a few lines, written from docs/protocols/loudspeaker-mqtt.md: answers as a good device does unless the test says otherwise.</summary>
internal sealed class LoudspeakerFarSide : IAsyncDisposable
{
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly System.Threading.Channels.Channel<JsonElement> _orders = System.Threading.Channels.Channel.CreateUnbounded<JsonElement>();
    private readonly string _id;

    private LoudspeakerFarSide(int endpointNo) => _id = $"H{endpointNo}";

    public int Received { get; private set; }

    /// <summary>What to answer to an order; null says nothing. By default a good device's answer.</summary>
    public Func<JsonElement, object?> Answers { get; set; } = GoodDevice;

    public bool IsConnected => _client.IsConnected;

    public static object? GoodDevice(JsonElement order) => order.GetProperty("type").GetString() switch
    {
        "prepare" => new { type = "ready", tag = order.GetProperty("tag").GetString(), seq = order.GetProperty("seq").GetInt64(), sha256 = order.GetProperty("sha256").GetString() },
        "alarm" => new { type = "armed", tag = $"d{order.GetProperty("dissemination").GetInt32()}-{order.GetProperty("to").GetString()!.Split('-')[0]}-3-0-1", seq = order.GetProperty("seq").GetInt64() },
        "arm" => new { type = "armed", tag = order.GetProperty("tag").GetString(), seq = order.GetProperty("seq").GetInt64() },
        _ => new { type = "stopped", tag = order.GetProperty("tag").GetString(), stopTag = order.GetProperty("stopTag").GetString() },
    };

    public static string Password(string deviceId, Ed25519PrivateKeyParameters key, DateTimeOffset now)
    {
        byte[] line = Encoding.UTF8.GetBytes($"agw-horn-v1|{deviceId}|{now.ToUnixTimeSeconds()}");
        var signer = new Ed25519Signer();
        signer.Init(true, key);
        signer.BlockUpdate(line, 0, line.Length);
        return $"{now.ToUnixTimeSeconds()}.{Convert.ToBase64String(signer.GenerateSignature())}";
    }

    /// <summary>Connects; the answer is the broker's.</summary>
    public static async Task<(LoudspeakerFarSide Device, MqttClientConnectResultCode Code)> ConnectAsync(int port, int endpointNo, string password, CancellationToken cancellationToken, string? userName = null)
    {
        var device = new LoudspeakerFarSide(endpointNo);
        var options = new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", port).WithProtocolVersion(MQTTnet.Formatter.MqttProtocolVersion.V500).WithClientId(device._id)
            .WithCredentials(userName ?? device._id, password).WithTimeout(TimeSpan.FromSeconds(30)).Build();
        device._client.ApplicationMessageReceivedAsync += device.OrderAsync;
        var result = await device._client.ConnectAsync(options, cancellationToken);
        return (device, result.ResultCode);
    }

    public async Task<MqttClientSubscribeResultCode> SubscribeAsync(string? topic, CancellationToken cancellationToken) =>
        (await _client.SubscribeAsync(topic ?? $"agw/1/horn/{_id}/order", MqttQualityOfServiceLevel.AtLeastOnce, cancellationToken)).Items.First().ResultCode;

    public async Task<MqttClientPublishReasonCode> ReportAsync(object report, CancellationToken cancellationToken, string? topic = null) =>
        (await _client.PublishStringAsync(topic ?? $"agw/1/horn/{_id}/report", report as string ?? JsonSerializer.Serialize(report), MqttQualityOfServiceLevel.AtLeastOnce, cancellationToken: cancellationToken)).ReasonCode;

    public ValueTask<JsonElement> NextAsync(CancellationToken cancellationToken) => _orders.Reader.ReadAsync(cancellationToken);

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task OrderAsync(MqttApplicationMessageReceivedEventArgs args)
    {
        var order = JsonNode.Parse(Encoding.UTF8.GetString(args.ApplicationMessage.Payload))!.Deserialize<JsonElement>();
        Received++;
        _orders.Writer.TryWrite(order);
        // The answer waits for its own acknowledgement, so it must not hold up the client's receiving loop.
        if (Answers(order) is { } answer) _ = ReportAsync(answer, CancellationToken.None);
        return Task.CompletedTask;
    }
}
