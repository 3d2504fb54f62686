using AlertGateway.Storage.Registry;

namespace AlertGateway.Core.Dispatch;

/// <summary>Until when each endpoint may get the original: until the end of its village, and never beyond the expiry. Immutable; answers in constant time.</summary>
internal sealed class EndpointEnds
{
    private readonly RegistrySnapshot _registry;
    private readonly long[] _byVillage;
    private readonly long[] _ascending; // each once, the expiry not among them
    private readonly long _expiresTicks;

    /// <param name="villageEnds">As frozen, UTC ticks.</param>
    public EndpointEnds(RegistrySnapshot registry, long[] villageEnds, long expiresTicks)
    {
        (_registry, _expiresTicks) = (registry, expiresTicks);
        _byVillage = [.. villageEnds.Select(end => Math.Min(end, expiresTicks))];
        _ascending = [.. _byVillage.Where(end => end < expiresTicks).Distinct().Order()];
    }

    /// <summary>UTC ticks: from then on nothing starts there. What stands in no village, such as a transmitter, has until the expiry.</summary>
    public long Of(int endpointNo) => _registry.VillageOf(endpointNo) is >= 0 and var village && village < _byVillage.Length ? _byVillage[village] : _expiresTicks;

    /// <summary>The latest end that has come; 0 for none.</summary>
    public long LatestBy(long nowTicks)
    {
        int at = Array.BinarySearch(_ascending, nowTicks);
        if (at < 0) at = ~at - 1;
        return at < 0 ? 0 : _ascending[at];
    }
}
