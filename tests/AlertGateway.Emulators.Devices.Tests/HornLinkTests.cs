using System.Globalization;
using System.Net;
using System.Text;
using System.Threading.Channels;
using AlertGateway.Emulators.Loudspeaker;
using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace AlertGateway.Emulators.Devices.Tests;

public sealed class HornLinkTests
{
    /// <summary>MQTT 5 §3.8.4: the server may send matching PUBLISH packets before it sends the SUBACK.</summary>
    [Fact]
    public async Task An_order_that_comes_before_the_subscription_is_acknowledged_is_carried_out()
    {
        var stop = TestContext.Current.CancellationToken;
        using var bench = new HornBench();
        var port = HornOverMqttTests.FreePort();
        using var broker = new MqttServerFactory().CreateMqttServer(new MqttServerOptionsBuilder().WithDefaultEndpoint()
            .WithDefaultEndpointBoundIPAddress(IPAddress.Loopback).WithDefaultEndpointPort(port).Build());
        var reports = Channel.CreateUnbounded<string>();
        broker.InterceptingPublishAsync += e =>
        {
            if (e.ClientId == HornBench.DeviceId)
            {
                reports.Writer.TryWrite(e.ApplicationMessage.ConvertPayloadToString());
            }

            return Task.CompletedTask;
        };
        var delivered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        broker.InterceptingOutboundPacketAsync += async e =>
        {
            if (e.Packet is MqttSubAckPacket)
            {
                await delivered.Task; // the SUBACK waits until the order has gone out
            }
            else if (e.Packet is MqttPublishPacket)
            {
                delivered.TrySetResult();
            }
        };
        broker.ClientSubscribedTopicAsync += _ => broker.InjectApplicationMessage(new InjectedMqttApplicationMessage(new MqttApplicationMessage
        {
            Topic = string.Create(CultureInfo.InvariantCulture, $"agw/1/horn/{HornBench.DeviceId}/order"),
            PayloadSegment = Encoding.UTF8.GetBytes("no order"),
            QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
        }) { SenderClientId = "gateway" }, stop);
        await broker.StartAsync();

        using var link = new HornLink(bench.Horn, new DeviceKey(new byte[32]), new IPEndPoint(IPAddress.Loopback, port), TimeSpan.FromMinutes(3), TimeProvider.System);
        bench.Horn.OutboxGrew = link.Pump;
        Assert.True(await link.ConnectAsync(stop));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var receiving = link.ReceiveUntilLostAsync(ending.Token);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        string report;
        do
        {
            report = await reports.Reader.ReadAsync(limit.Token);
        }
        while (!report.Contains("malformed", StringComparison.Ordinal));

        await ending.CancelAsync();
        await receiving;
        await broker.StopAsync(new MqttServerStopOptions());
    }
}
