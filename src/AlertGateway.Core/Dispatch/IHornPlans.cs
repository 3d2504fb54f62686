using AlertGateway.Core.Tracking;

namespace AlertGateway.Core.Dispatch;

/// <summary>Which repeat plans loudspeakers may go on with. Thread-safe; answers are as of the last durable row.</summary>
public interface IHornPlans
{
    /// <summary>
    /// True when no play of this delivery may begin any more: superseded, expired, unknown, its village has reported 已转移, or taken back by a cancel that is no longer on its way to this loudspeaker.
    /// </summary>
    bool IsOver(in DeliveryTag tag);

    /// <summary>Originals that this loudspeaker took and whose plan has later plays: a loudspeaker that has lost one is told again.</summary>
    IReadOnlyList<OutgoingDelivery> Living(int endpointNo);

    /// <summary>The village of this loudspeaker says that all have left. Durable before it completes.</summary>
    /// <returns>False when the delivery is unknown or its plan does not wait for that.</returns>
    Task<bool> EvacuatedAsync(DeliveryTag tag, Actor by, CancellationToken cancellationToken);
}
