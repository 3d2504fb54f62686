using System.Security.Cryptography;
using AlertGateway.Channels.Broadcast;
using AlertGateway.Channels.Keys;
using AlertGateway.Core.Dispatch;

namespace AlertGateway.Channels.Loudspeaker;

/// <summary>The one order for all loudspeakers, made and dropped.</summary>
public static class HornRehearsal
{
    /// <summary>Signed with a key that is made for it and that no loudspeaker knows: were it ever sent, none would obey.</summary>
    /// <returns>Its length in bytes; 0 where one order cannot name all loudspeakers.</returns>
    public static int OrderBytes(OutgoingDelivery delivery, LoudspeakerOptions options, TimeProvider clock)
    {
        var key = new OrderKey(RandomNumberGenerator.GetBytes(32));
        return new HornAlarms(new LoudspeakerOrders(options, key, new ProgrammeTickets(key, clock)), new MonotonicSerial(clock), clock).For(delivery)?.Order.Length ?? 0;
    }
}
