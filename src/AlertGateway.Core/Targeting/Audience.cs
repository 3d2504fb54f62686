namespace AlertGateway.Core.Targeting;

/// <summary>One channel's endpoints in the order they are sent: danger zone and vulnerable first, then households of responsible persons, then the rest.</summary>
/// <param name="EndpointNos">Distinct endpoint numbers in dispatch order.</param>
/// <param name="Languages">Parallel. For people 0 = zh, 1 = en; for loudspeakers the village's place in <see cref="VillageLanguages.Orders"/>.</param>
public sealed record ChannelAudience(ChannelKind Channel, int[] EndpointNos, byte[] Languages);

/// <summary>Who an alert reaches: frozen before approval, counted, hashed, never recomputed.</summary>
public sealed record Audience
{
    public required string RegistryVersion { get; init; }

    /// <summary>All households of the area, ascending; also those nobody can be sent to.</summary>
    public required int[] HouseholdNos { get; init; }

    public required IReadOnlyList<ChannelAudience> Channels { get; init; }

    public required AudienceCounts Counts { get; init; }

    /// <summary>From when on no original starts in a village, UTC ticks, by its index in the registry; <see cref="long.MaxValue"/> where only the expiry ends it. Empty: so everywhere.</summary>
    public long[] VillageEnds { get; init; } = [];

    /// <summary>SHA-256 hex over registry version, households, channels, order and languages, and the villages' ends where there are any.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The same for as long as each village has; bound by its hash.</summary>
    public Audience Until(long[] villageEnds) => this with { VillageEnds = villageEnds, Sha256 = AudienceHash.Bound(Sha256, Targeting.VillageEnds.Body(villageEnds)) };
}

/// <summary>The blast radius in numbers, for the person who approves.</summary>
public sealed record AudienceCounts
{
    public required int Towns { get; init; }

    public required int Villages { get; init; }

    public required int Households { get; init; }

    public required int Persons { get; init; }

    /// <summary>Households of the prepared danger zones inside the area.</summary>
    public required int DangerZoneHouseholds { get; init; }

    /// <summary>Households without any endpoint of the chosen channels.</summary>
    public required int UnreachableHouseholds { get; init; }

    /// <summary>Deliveries by channel.</summary>
    public required IReadOnlyDictionary<ChannelKind, int> Deliveries { get; init; }

    public required IReadOnlyList<TownCount> ByTown { get; init; }
}

public sealed record TownCount(string Code, string Name, int Households);
