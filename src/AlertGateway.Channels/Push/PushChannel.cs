using System.Collections.Concurrent;
using AlertGateway.Channels.Keys;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Rendering;

namespace AlertGateway.Channels.Push;

/// <summary>Push to residents' apps over the gateway's own hub. Idempotent: an app keeps one entry per delivery, whatever the attempt.</summary>
public sealed class PushChannel(TimeProvider clock, MonotonicSerial serials) : IChannel
{
    private readonly ConcurrentDictionary<int, ResidentDevice> _devices = new();

    public ChannelKind Kind => ChannelKind.Push;

    public AdapterClass Class => AdapterClass.Idempotent;

    public bool ReadsAddress => false;

    /// <summary>Apps that are connected and said hello.</summary>
    public int Online => _devices.Values.Count(d => d.IsOnline);

    public ValueTask<DispatchOutcome> DispatchAsync(OutgoingDelivery delivery, CancellationToken cancellationToken)
    {
        if (Renditions.RefusalOf(delivery.Rendition, delivery.ExerciseEndpoint) is { } refusal) return new(DispatchOutcome.Refused(refusal));
        if (cancellationToken.IsCancellationRequested || !delivery.Gate.IsOpen) return new(DispatchOutcome.NotSent);
        if (delivery.NotAfterTicks <= clock.GetUtcNow().UtcTicks) return new(new DispatchOutcome(ResultCode.NotSent, DispatchError.Expired));
        var payload = PushPayload.Of(delivery.Rendition);
        if (payload.Rest.Length == 0) return new(DispatchOutcome.Refused(DispatchError.TooLong));
        return new(_devices.TryGetValue(delivery.Tag.Key.EndpointNo, out var device) ? device.Send(delivery, payload, serials.Next) : DispatchOutcome.Unreachable);
    }

    /// <summary>Not asked: the class is idempotent.</summary>
    public ValueTask<AskOutcome> AskAsync(OutgoingDelivery delivery, CancellationToken cancellationToken) => new(new AskOutcome(AskAnswer.CannotTell));

    internal ResidentDevice Device(int endpointNo) => _devices.GetOrAdd(endpointNo, static _ => new ResidentDevice());
}
