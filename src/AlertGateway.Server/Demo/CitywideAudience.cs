using AlertGateway.Core;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Server.Demo;

/// <summary>Who must have a live warning of the whole city, by the registry alone: the ledger's plan is held against it.</summary>
internal static class CitywideAudience
{
    /// <summary>Endpoints of these warnings that the plan lacks.</summary>
    /// <param name="disseminations">In their order: loudspeakers and transmitters that had an earlier one are left alone by those that follow it.</param>
    public static int Unplanned(RegistrySnapshot registry, IEnumerable<int> disseminations, IReadOnlySet<DeliveryKey> planned)
    {
        int missing = 0;
        var hadBefore = new bool[registry.Endpoints + 1];
        foreach (int no in disseminations)
        {
            for (int endpoint = 1; endpoint <= registry.Endpoints; endpoint++)
            {
                var channel = (ChannelKind)registry.EndpointChannel[endpoint];
                if (channel == ChannelKind.None || (registry.EndpointFlags[endpoint] & (EndpointFlags.Disabled | EndpointFlags.Exercise)) != 0) continue;
                bool isPlanned = planned.Contains(new DeliveryKey(no, endpoint, channel, Purpose.Original));
                if (!isPlanned && !hadBefore[endpoint]) missing++;
                if (isPlanned && channel is ChannelKind.Loudspeaker or ChannelKind.Broadcast) hadBefore[endpoint] = true;
            }
        }
        return missing;
    }
}
