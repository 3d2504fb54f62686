using System.Collections.Concurrent;
using System.Globalization;
using AlertGateway.Channels.Keys;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Rendering;

namespace AlertGateway.Channels.Broadcast;

/// <summary>Orders to transmitters' encoders, which pull them. Idempotent: an encoder keeps one order per tag, and every attempt of a delivery carries the same tag.</summary>
public sealed class BroadcastChannel(BroadcastOptions options, OrderKey key, MonotonicSerial serials, TimeProvider clock) : IChannel
{
    private readonly ConcurrentDictionary<int, BroadcastStationDesk> _stations = new();

    public ChannelKind Kind => ChannelKind.Broadcast;

    public AdapterClass Class => AdapterClass.Idempotent;

    public bool ReadsAddress => false;

    /// <summary>True while the station's encoder polls.</summary>
    public bool IsPresent(int endpointNo) => _stations.TryGetValue(endpointNo, out var station) && station.IsPresent;

    public ValueTask<DispatchOutcome> DispatchAsync(OutgoingDelivery delivery, CancellationToken cancellationToken)
    {
        var rendition = delivery.Rendition;
        if (Renditions.RefusalOf(rendition, delivery.ExerciseEndpoint) is { } refusal) return new(DispatchOutcome.Refused(refusal));
        if (rendition.ProgrammeSha256 is null && delivery.TakesBack is null) return new(DispatchOutcome.Refused(DispatchError.DeviceRefused));
        if (cancellationToken.IsCancellationRequested || !delivery.Gate.IsOpen) return new(DispatchOutcome.NotSent);
        if (delivery.NotAfterTicks <= clock.GetUtcNow().UtcTicks) return new(new DispatchOutcome(ResultCode.NotSent, DispatchError.Expired));
        var station = Station(delivery.Tag.Key.EndpointNo);
        if (!station.IsPresent) return new(DispatchOutcome.Unreachable);
        var order = BroadcastOrder.Make(delivery, serials.Next(), options.Plays.For(rendition.Colour), key);
        return station.Post(order) ? WaitAsync(station, order, cancellationToken) : new(DispatchOutcome.RetryLater(DispatchError.DeviceSilent));
    }

    /// <summary>Not asked: the class is idempotent.</summary>
    public ValueTask<AskOutcome> AskAsync(OutgoingDelivery delivery, CancellationToken cancellationToken) => new(new AskOutcome(AskAnswer.CannotTell));

    internal BroadcastStationDesk Station(int endpointNo) => _stations.GetOrAdd(endpointNo, _ => new BroadcastStationDesk(clock, options.Presence));

    private async ValueTask<DispatchOutcome> WaitAsync(BroadcastStationDesk station, BroadcastOrder order, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await order.Answer.WaitAsync(options.TakenWait, clock, cancellationToken);
            return outcome.Code == ResultCode.Accepted ? DispatchOutcome.Accepted(order.Serial.ToString(CultureInfo.InvariantCulture)) : outcome;
        }
        catch (TimeoutException)
        {
            return station.TryWithdraw(order) ? DispatchOutcome.Unreachable : DispatchOutcome.Unknown(DispatchError.TimedOut);
        }
        catch (OperationCanceledException)
        {
            return station.TryWithdraw(order) ? DispatchOutcome.NotSent : DispatchOutcome.Unknown(DispatchError.TimedOut);
        }
    }
}
