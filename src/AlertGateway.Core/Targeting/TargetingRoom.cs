using AlertGateway.Cap;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Seismic;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Core.Targeting;

/// <summary>The second room: an alert's area becomes a frozen, counted, hashed audience. Pure: the same alert, colour, registry and configuration give the same result to the bit. Safe for concurrent callers.</summary>
public sealed class TargetingRoom
{
    private readonly RegistrySnapshot _registry;
    private readonly TargetingConfig _config;
    private readonly AreaResolver _resolver;
    private readonly AudiencePlanner _planner;

    /// <param name="neighbours">Places next door whose warnings go to the desk under their own name; null for none.</param>
    /// <param name="boundaries">Outlines for codes that the registry does not hold; null for none.</param>
    /// <param name="languages">What each village's loudspeakers speak; null for Chinese and English everywhere.</param>
    public TargetingRoom(RegistrySnapshot registry, TargetingConfig config, DangerZones dangerZones, Jurisdiction jurisdiction, Neighbours? neighbours = null, BoundaryBook? boundaries = null, VillageLanguages? languages = null)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(dangerZones);
        ArgumentNullException.ThrowIfNull(jurisdiction);
        (_registry, _config) = (registry, config);
        _resolver = new AreaResolver(registry, config, jurisdiction, neighbours ?? Neighbours.None, boundaries ?? BoundaryBook.None);
        _planner = new AudiencePlanner(registry, dangerZones, languages ?? VillageLanguages.Default);
    }

    /// <summary>
    /// Area, audience and every reason to hold. Where the reason leaves no doubt which households are meant (too many, too far, one code unknown), they are counted so that a person can judge; a message that is not for the public gets nobody.
    /// </summary>
    public TargetingResult Plan(Alert alert, WarningColour colour)
    {
        ArgumentNullException.ThrowIfNull(alert);
        var resolved = _resolver.Resolve(alert);
        var holds = new List<HoldReason>(resolved.Holds);
        bool? exercise = alert.Status switch
        {
            AlertStatus.Actual => false,
            AlertStatus.Exercise or AlertStatus.Test => true,
            _ => null,
        };
        if (exercise is null) holds.Add(AreaHolds.NotForPublic(alert.StatusText ?? alert.Status.ToString()));
        var audience = _planner.Plan(exercise is null ? resolved with { InHousehold = new bool[_registry.Households + 1], InVillage = new bool[_registry.Villages.Count], Shape = null } : resolved,
            _config.For(colour, CapCpProfile.BroadcastImmediately(alert)), exercise ?? true);
        if (audience.Counts.Households > _config.HouseholdsMax) holds.Add(AreaHolds.OverCap(audience.Counts.Households, _config.HouseholdsMax));
        if (holds.Count == 0 && audience.Channels.Count == 0) holds.Add(AreaHolds.NobodyReachable());
        long[] ends = QuakeEnds.Of(alert, _registry.Villages);
        return new TargetingResult(resolved.Area, ends.Length == 0 ? audience : audience.Until(ends), holds);
    }
}
