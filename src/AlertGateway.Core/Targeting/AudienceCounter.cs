using AlertGateway.Storage.Registry;

namespace AlertGateway.Core.Targeting;

/// <summary>The blast radius in numbers.</summary>
internal static class AudienceCounter
{
    public static AudienceCounts Count(RegistrySnapshot registry, int[] households, IReadOnlyList<ChannelAudience> channels, bool[] inDangerZone)
    {
        var byVillage = new int[registry.Villages.Count];
        var reachable = new bool[registry.Households + 1];
        foreach (var channel in channels)
        {
            foreach (int endpoint in channel.EndpointNos) reachable[registry.PersonHousehold[registry.EndpointPerson[endpoint]]] = true;
        }
        int persons = 0, danger = 0, unreachable = 0;
        foreach (int household in households)
        {
            byVillage[registry.HouseholdVillage[household]]++;
            persons += registry.HouseholdFirstPerson[household + 1] - registry.HouseholdFirstPerson[household];
            if (inDangerZone[household]) danger++;
            if (!reachable[household]) unreachable++;
        }
        var byTown = new int[registry.Towns.Count];
        for (int village = 0; village < byVillage.Length; village++) byTown[registry.Villages[village].ParentIndex] += byVillage[village];
        var towns = new List<TownCount>();
        for (int town = 0; town < byTown.Length; town++)
        {
            if (byTown[town] > 0) towns.Add(new TownCount(registry.Towns[town].Code, registry.Towns[town].Name, byTown[town]));
        }
        return new AudienceCounts
        {
            Towns = towns.Count,
            Villages = byVillage.Count(n => n > 0),
            Households = households.Length,
            Persons = persons,
            DangerZoneHouseholds = danger,
            UnreachableHouseholds = unreachable,
            Deliveries = channels.ToDictionary(c => c.Channel, c => c.EndpointNos.Length),
            ByTown = towns,
        };
    }
}
