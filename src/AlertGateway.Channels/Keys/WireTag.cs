using AlertGateway.Core;

namespace AlertGateway.Channels.Keys;

/// <summary>
/// The tag that devices know a delivery by. Loudspeakers and encoders keep one order per tag, so every attempt of a delivery carries the tag of its first attempt: an order that is repeated after a lost answer or a restart replaces
/// itself and never plays twice.
/// </summary>
internal static class WireTag
{
    public static DeliveryTag Of(in DeliveryTag tag) => tag with { Attempt = 1 };
}
