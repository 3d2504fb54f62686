using System.Net;
using AlertGateway.Channels.Keys;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Tracking;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace AlertGateway.Channels.Loudspeaker;

/// <summary>The embedded MQTT 5 broker: lets enrolled loudspeakers in, each to its own two topics, and turns their reports into answers and receipts.</summary>
public sealed partial class LoudspeakerBroker : IHostedService, IDisposable
{
    private readonly LoudspeakerChannel _channel;
    private readonly LoudspeakerKeyLookup _keyOf;
    private readonly IReceiptSink _receipts;
    private readonly IRefusalLog _refusals;
    private readonly IWakeSink _wakes;
    private readonly IHornPlans _plans;
    private readonly HornStock _stock;
    private readonly TimeProvider _clock;
    private readonly ILogger<LoudspeakerBroker> _logger;
    private readonly MqttServerOptions _serverOptions;
    private readonly MqttServer _server;

    public LoudspeakerBroker(
        LoudspeakerOptions options, LoudspeakerChannel channel, LoudspeakerKeyLookup keyOf, IReceiptSink receipts, IRefusalLog refusals, IWakeSink wakes, IHornPlans plans, HornStock stock, TimeProvider clock,
        ILogger<LoudspeakerBroker> logger)
    {
        (_channel, _keyOf, _receipts, _refusals, _wakes, _plans, _stock, _clock, _logger) = (channel, keyOf, receipts, refusals, wakes, plans, stock, clock, logger);
        var factory = new MqttServerFactory();
        _serverOptions = factory.CreateServerOptionsBuilder()
            .WithDefaultEndpoint()
            .WithDefaultEndpointBoundIPAddress(options.Address)
            .WithDefaultEndpointBoundIPV6Address(IPAddress.None)
            .WithDefaultEndpointPort(options.Port)
            .WithConnectionBacklog(1024)
            .WithMaxPendingMessagesPerClient(32)
            .Build();
        _server = factory.CreateMqttServer(_serverOptions);
        _server.ValidatingConnectionAsync += ValidateAsync;
        _server.ClientConnectedAsync += ConnectedAsync;
        _server.ClientDisconnectedAsync += DisconnectedAsync;
        _server.InterceptingSubscriptionAsync += SubscribingAsync;
        _server.ClientSubscribedTopicAsync += SubscribedAsync;
        _server.InterceptingPublishAsync += PublishAsync;
    }

    /// <summary>The port that the broker listens on, once started.</summary>
    public int Port => _serverOptions.DefaultEndpointOptions.Port;

    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync();

    public Task StopAsync(CancellationToken cancellationToken) => _server.IsStarted ? _server.StopAsync() : Task.CompletedTask;

    public void Dispose() => _server.Dispose();

    private Task ValidateAsync(ValidatingConnectionEventArgs args)
    {
        args.ReasonCode = Judge(args);
        return Task.CompletedTask;
    }

    private MqttConnectReasonCode Judge(ValidatingConnectionEventArgs args)
    {
        if (args.ProtocolVersion != MqttProtocolVersion.V500) return MqttConnectReasonCode.UnsupportedProtocolVersion;
        if (!DeviceId.TryParse(args.ClientId, out int endpointNo) || args.UserName != args.ClientId || _keyOf(endpointNo) is not { Length: > 0 } publicKey)
        {
            _refusals.Refused("loudspeaker.unknown", "一台未登记的广播终端试图连接，已拒绝。 A loudspeaker that is not enrolled tried to connect and was refused.");
            return MqttConnectReasonCode.NotAuthorized;
        }
        if (DevicePassword.IsGenuine(args.Password, args.ClientId, publicKey.Span, _clock.GetUtcNow())) return MqttConnectReasonCode.Success;
        _refusals.Refused("loudspeaker.key.wrong", $"广播终端 {args.ClientId} 的密钥不符，已拒绝。 Loudspeaker {args.ClientId} signed with a wrong key and was refused.");
        return MqttConnectReasonCode.BadUserNameOrPassword;
    }

    private Task ConnectedAsync(ClientConnectedEventArgs args)
    {
        if (DeviceId.TryParse(args.ClientId, out int endpointNo)) _channel.Device(endpointNo).Connected(_clock.GetUtcNow().UtcTicks);
        return Task.CompletedTask;
    }

    private Task DisconnectedAsync(ClientDisconnectedEventArgs args)
    {
        if (DeviceId.TryParse(args.ClientId, out int endpointNo)) _channel.Device(endpointNo).Disconnected();
        return Task.CompletedTask;
    }

    private Task SubscribingAsync(InterceptingSubscriptionEventArgs args)
    {
        if (DeviceId.TryParse(args.ClientId, out int endpointNo) && args.TopicFilter.Topic == DeviceId.OrderTopic(args.ClientId))
        {
            _channel.Device(endpointNo).Subscribing(args.Session);
            return Task.CompletedTask;
        }
        args.ProcessSubscription = false;
        args.Response.ReasonCode = MqttSubscribeReasonCode.NotAuthorized;
        _refusals.Refused("loudspeaker.topic.foreign", $"广播终端 {args.ClientId} 试图订阅不属于它的主题，已拒绝。 Loudspeaker {args.ClientId} asked for a topic that is not its own and was refused.");
        return Task.CompletedTask;
    }

    private Task SubscribedAsync(ClientSubscribedTopicEventArgs args)
    {
        if (!DeviceId.TryParse(args.ClientId, out int endpointNo)) return Task.CompletedTask;
        _channel.Device(endpointNo).Subscribed();
        _stock.HandOut(_channel.Device(endpointNo), _channel.Orders);
        _wakes.EndpointOnline(ChannelKind.Loudspeaker, endpointNo);
        return Task.CompletedTask;
    }

    /// <summary>MQTTnet sends the PUBACK when this task completes, so a receipt is durable by then (I9). Nothing is passed on to other clients.</summary>
    private async Task PublishAsync(InterceptingPublishEventArgs args)
    {
        args.ProcessPublish = false;
        args.Response.ReasonCode = await ReportAsync(args);
    }

    private async Task<MqttPubAckReasonCode> ReportAsync(InterceptingPublishEventArgs args)
    {
        if (!DeviceId.TryParse(args.ClientId, out int endpointNo) || args.ApplicationMessage.Topic != DeviceId.ReportTopic(args.ClientId))
        {
            _refusals.Refused("loudspeaker.topic.foreign", $"广播终端 {args.ClientId} 试图发布到不属于它的主题，已拒绝。 Loudspeaker {args.ClientId} published to a topic that is not its own and was refused.");
            return MqttPubAckReasonCode.NotAuthorized;
        }
        if (LoudspeakerReport.TryParse(args.ApplicationMessage.Payload) is not { } report) return MqttPubAckReasonCode.PayloadFormatInvalid;
        var device = _channel.Device(endpointNo);
        device.Seen(report, _clock.GetUtcNow().UtcTicks);
        if (report.Type == "state") return MqttPubAckReasonCode.Success;
        if (HornStock.IsStock(report.Tag) && report.Type is "ready" or "refused") return MqttPubAckReasonCode.Success;
        if (!DeliveryTag.TryParse(report.Tag, out var tag) || tag.Key.Channel != ChannelKind.Loudspeaker || tag.Key.EndpointNo != endpointNo)
        {
            _refusals.Refused("loudspeaker.report.foreign", $"广播终端 {args.ClientId} 回报了不属于它的指令，已拒绝。 Loudspeaker {args.ClientId} reported on an order that is not its own and was refused.");
            return MqttPubAckReasonCode.NotAuthorized;
        }
        bool waitedFor = device.Answer(report);
        if (report.Type == "evacuated") return await EvacuatedAsync(tag, args);
        if (ReceiptOf(tag, report, waitedFor) is not { } receipt) return MqttPubAckReasonCode.Success;
        try
        {
            if (await _receipts.ReportAsync(receipt, args.CancellationToken) == ReceiptVerdict.UnknownDelivery)
            {
                _refusals.Refused("loudspeaker.report.unknown-delivery", $"广播终端 {args.ClientId} 回报了一条从未发给它的指令，已记录，未改变任何状态。 Loudspeaker {args.ClientId} reported on an order that was never sent to it; nothing was changed.");
            }
            return MqttPubAckReasonCode.Success;
        }
        catch (Exception ex) when (ex is not OperationCanceledException)
        {
            // The ledger did not take it: the device keeps the report and repeats it.
            LogReceiptNotDurable(_logger, args.ClientId, ex);
            return MqttPubAckReasonCode.UnspecifiedError;
        }
    }

    /// <summary>The village committee has turned the key on its loudspeaker: all have left.</summary>
    private async Task<MqttPubAckReasonCode> EvacuatedAsync(DeliveryTag tag, InterceptingPublishEventArgs args)
    {
        try
        {
            await _plans.EvacuatedAsync(tag, new Actor(0, args.ClientId, "loudspeaker-key"), args.CancellationToken);
            return MqttPubAckReasonCode.Success;
        }
        catch (Exception ex) when (ex is not OperationCanceledException)
        {
            LogReceiptNotDurable(_logger, args.ClientId, ex);
            return MqttPubAckReasonCode.UnspecifiedError;
        }
    }

    private static Receipt? ReceiptOf(DeliveryTag tag, LoudspeakerReport report, bool waitedFor) => report.Type switch
    {
        "started" => new Receipt(tag, Evidence.Delivered, false, DispatchError.None, report.ActualStartTicks),
        "done" when report.Audible == false => new Receipt(tag, Evidence.Delivered, true, DispatchError.DeviceSilent, 0),
        "done" => new Receipt(tag, report.Audible == true ? Evidence.Presented : Evidence.Delivered, false, DispatchError.None, 0),
        // A refusal that nobody waits for any more comes after the order was taken, such as too-late.
        "refused" when !waitedFor => new Receipt(tag, Evidence.Accepted, true, LoudspeakerChannel.OutcomeOf(report.Reason).Error, 0),
        _ => null,
    };

    [LoggerMessage(4301, LogLevel.Error, "A report of loudspeaker {DeviceId} could not be made durable; the device will repeat it")]
    private static partial void LogReceiptNotDurable(ILogger logger, string deviceId, Exception exception);
}
