using System.Buffers;
using System.Net;
using System.Text;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.LowLevelClient;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace AlertGateway.Emulators.Loudspeaker;

/// <summary>
/// The MQTT 5 connection of one device. It is built on the packet level of the client library: the full client keeps a 250 ms keep-alive
/// loop for each connection, which for 2,000 devices is 8,000 wake-ups a second. One report is on its way at a time; the rest wait in the
/// device's outbox, through a lost link as well.
/// </summary>
internal sealed class HornLink(Horn horn, DeviceKey key, IPEndPoint broker, TimeSpan keepAlive, TimeProvider clock) : IDisposable
{
    private const int EarlyMax = 32;
    private static readonly MqttClientFactory Factory = new();
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(15);
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Lock _gate = new();
    private readonly Queue<MqttPublishPacket> _early = new(0);
    private ILowLevelMqttClient? _client;
    private byte[]? _inFlight;
    private long _inFlightSince;
    private ushort _packetId;

    public Horn Horn { get; } = horn;

    /// <summary>Orders come in and nothing goes out about them, not even an acknowledgement: a device whose program hangs while its modem lives.</summary>
    public bool NeverAnswers { get; init; }

    /// <summary>False until the first try has ended; a retry of one device must not count as the first try of another.</summary>
    public bool HasTried { get; set; }

    /// <summary>Failed tries since the last success; the wait before the next grows with it.</summary>
    public int Failures { get; private set; }

    public bool IsConnected => Volatile.Read(ref _client) is not null;

    /// <summary>CONNECT and SUBSCRIBE; false if the broker is not there, refuses, or does not answer in 15 s.</summary>
    public async Task<bool> ConnectAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(AnswerTimeout, clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var client = Factory.CreateLowLevelMqttClient();
        try
        {
            await client.ConnectAsync(Options(), linked.Token);
            await client.SendAsync(Hello(), linked.Token);
            var welcome = await client.ReceiveAsync(linked.Token) as MqttConnAckPacket;
            if (welcome?.ReasonCode == MqttConnectReasonCode.Success && await SubscribeAsync(client, linked.Token))
            {
                lock (_gate)
                {
                    (_client, _inFlight, Failures) = (client, null, 0);
                }

                return true;
            }
        }
        catch (Exception ex) when (IsLinkFailure(ex) || (ex is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Counted below: the fleet decides when to try again.
        }

        client.Dispose();
        Failures++;
        return false;
    }

    /// <summary>Takes orders and acknowledgements until the link is lost.</summary>
    public async Task ReceiveUntilLostAsync(CancellationToken cancellationToken)
    {
        var client = _client!;
        try
        {
            Horn.ReportState();
            while (_early.TryDequeue(out var early))
            {
                await HandleAsync(client, early, cancellationToken);
            }

            while (await client.ReceiveAsync(cancellationToken) is { } packet and not MqttDisconnectPacket)
            {
                await HandleAsync(client, packet, cancellationToken);
            }
        }
        catch (Exception ex) when (IsLinkFailure(ex) || ex is OperationCanceledException)
        {
            // Lost, or the process ends.
        }

        Drop(client);
    }

    /// <summary>Sends the oldest report if none is on its way. Never waits for the network.</summary>
    public void Pump() => _ = PumpAsync();

    /// <summary>Gives up a link that has not acknowledged a report for 15 s; called by the fleet's maintenance.</summary>
    public void DropIfStuck()
    {
        ILowLevelMqttClient? stuck;
        lock (_gate)
        {
            stuck = _inFlight is not null && clock.GetElapsedTime(_inFlightSince) > AnswerTimeout ? _client : null;
        }

        if (stuck is not null)
        {
            Drop(stuck);
        }
    }

    public void Dispose()
    {
        if (_client is { } client)
        {
            Drop(client);
        }

        _writing.Dispose();
        Horn.Dispose();
    }

    private MqttClientOptions Options() => new()
    {
        ClientId = Horn.Traits.DeviceId,
        ProtocolVersion = MqttProtocolVersion.V500,
        WriterBufferSize = 512,
        ChannelOptions = new MqttClientTcpOptions { RemoteEndpoint = broker, NoDelay = true, BufferSize = 2048 },
    };

    private MqttConnectPacket Hello() => new()
    {
        ClientId = Horn.Traits.DeviceId,
        Username = Horn.Traits.DeviceId,
        Password = Encoding.UTF8.GetBytes(key.Password(Horn.Traits.DeviceId, clock.GetUtcNow())),
        CleanSession = true, // the ledger is the mailbox: the gateway sends again what this device has missed
        KeepAlivePeriod = (ushort)Math.Min(ushort.MaxValue, keepAlive.TotalSeconds),
        MaximumPacketSize = 16 * 1024,
    };

    private async Task<bool> SubscribeAsync(ILowLevelMqttClient client, CancellationToken cancellationToken)
    {
        var subscribe = new MqttSubscribePacket { PacketIdentifier = 1 };
        subscribe.TopicFilters.Add(new MqttTopicFilter
        {
            Topic = $"agw/1/horn/{Horn.Traits.DeviceId}/order",
            QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
        });
        await client.SendAsync(subscribe, cancellationToken);
        _early.Clear();
        while (await client.ReceiveAsync(cancellationToken) is { } packet)
        {
            if (packet is MqttSubAckPacket answer)
            {
                return answer.ReasonCodes is [<= MqttSubscribeReasonCode.GrantedQoS2];
            }

            // MQTT 5 §3.8.4: orders may come before the SUBACK. They are kept until the link is up; anything else breaks the protocol.
            if (packet is not MqttPublishPacket order || _early.Count == EarlyMax)
            {
                return false;
            }

            // The payload is only good until the next read.
            order.Payload = new ReadOnlySequence<byte>(order.Payload.ToArray());
            _early.Enqueue(order);
        }

        return false;
    }

    private async Task HandleAsync(ILowLevelMqttClient client, MqttPacket packet, CancellationToken cancellationToken)
    {
        switch (packet)
        {
            case MqttPublishPacket when NeverAnswers:
                break;
            case MqttPublishPacket publish:
                // The order's number is durable when this returns; a download goes on by itself.
                _ = Horn.ReceiveAsync(publish.Payload.ToArray(), cancellationToken);
                if (publish.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtLeastOnce)
                {
                    await SendAsync(client, new MqttPubAckPacket { PacketIdentifier = publish.PacketIdentifier }, cancellationToken);
                }

                break;
            case MqttPubAckPacket acknowledgement:
                if (TakeAcknowledged(acknowledgement) is { } report)
                {
                    Horn.Acknowledged(report);
                    Pump();
                }

                break;
        }
    }

    // A refused report (reason 0x80 and above) is acknowledged too: the same bytes would be refused again.
    private byte[]? TakeAcknowledged(MqttPubAckPacket acknowledgement)
    {
        lock (_gate)
        {
            if (_inFlight is null || acknowledgement.PacketIdentifier != _packetId)
            {
                return null;
            }

            var report = _inFlight;
            _inFlight = null;
            return report;
        }
    }

    private async Task PumpAsync()
    {
        ILowLevelMqttClient client;
        MqttPublishPacket publish;
        lock (_gate)
        {
            if (_client is null || _inFlight is not null || !Horn.TryPeekReport(out var report))
            {
                return;
            }

            client = _client;
            _packetId = _packetId == ushort.MaxValue ? (ushort)1 : (ushort)(_packetId + 1);
            (_inFlight, _inFlightSince) = (report, clock.GetTimestamp());
            publish = new MqttPublishPacket
            {
                PacketIdentifier = _packetId,
                Topic = $"agw/1/horn/{Horn.Traits.DeviceId}/report",
                QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
                Payload = new ReadOnlySequence<byte>(report),
            };
        }

        try
        {
            await SendAsync(client, publish, CancellationToken.None);
        }
        catch (Exception ex) when (IsLinkFailure(ex) || ex is OperationCanceledException)
        {
            Drop(client);
        }
    }

    private async Task SendAsync(ILowLevelMqttClient client, MqttPacket packet, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await client.SendAsync(packet, cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    private void Drop(ILowLevelMqttClient client)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_client, client))
            {
                (_client, _inFlight) = (null, null);
            }
        }

        client.Dispose();
    }

    // The library throws InvalidOperationException for "not connected" and ObjectDisposedException when the link is dropped under a read.
    private static bool IsLinkFailure(Exception ex) => ex is MqttCommunicationException or MqttProtocolViolationException or IOException
        or System.Net.Sockets.SocketException or InvalidOperationException;
}
