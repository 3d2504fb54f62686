using AlertGateway.Cap;

namespace AlertGateway.Core.Tracking;

/// <summary>Deliveries of one channel and purpose by outcome. Counts deliveries, not people. All final states and the open ones add up to <see cref="Planned"/>.</summary>
public sealed record ChannelCounts
{
    public required ChannelKind Channel { get; init; }

    public required Purpose Purpose { get; init; }

    public required int Planned { get; init; }

    /// <summary>Not yet started, in flight, waiting for a retry, or unknown.</summary>
    public required int Open { get; init; }

    public required int InFlight { get; init; }

    /// <summary>Taken, receipt outstanding.</summary>
    public required int Accepted { get; init; }

    public required int Delivered { get; init; }

    public required int HandedOff { get; init; }

    public required int Failed { get; init; }

    public required int Suppressed { get; init; }

    public required int PossibleDuplicates { get; init; }

    public required int PossibleLoss { get; init; }
}

public enum DisseminationState : byte
{
    Running = 1,

    /// <summary>All deliveries final; evidence may still rise.</summary>
    Complete = 2,
    Cancelled = 3,
    Superseded = 4,
    Expired = 5,
}

/// <summary>One alert's dissemination at an instant.</summary>
public sealed record DisseminationView
{
    public required int DisseminationNo { get; init; }

    public required int ProposalNo { get; init; }

    public required string Headline { get; init; }

    public required string Status { get; init; }

    public required WarningColour Colour { get; init; }

    public required DisseminationState State { get; init; }

    public required long ClearedTicks { get; init; }

    /// <summary><see cref="long.MaxValue"/> when it lives until changed or lifted.</summary>
    public required long ExpiresTicks { get; init; }

    /// <summary>Taken back because there never was danger.</summary>
    public bool FalseAlarm { get; init; }

    public required IReadOnlyList<ChannelCounts> Channels { get; init; }

    /// <summary>Original deliveries with a durable start: who would have to be told of a cancel.</summary>
    public required int Started { get; init; }

    public required int Households { get; init; }

    public required int Persons { get; init; }

    /// <summary>Ledger position this view includes.</summary>
    public required long Sequence { get; init; }

    /// <summary>History: the numbers stay as they are, and nothing can be taken back or recorded any more.</summary>
    public bool Closed { get; init; }

    /// <summary>Nanoseconds of the host's monotonic clock when the cancel or supersession became durable in this process; null when there was none, or another process saw it. Comparable only on the same machine and boot.</summary>
    public long? StopCommittedNanoseconds { get; init; }
}

/// <summary>Households by the grade of their least-reached person believed at home. The seven grades of <see cref="Evidence"/> add up to the household count.</summary>
/// <param name="ByEvidence">Seven counts, index = <see cref="Evidence"/>.</param>
public sealed record PlaceCoverage(string Code, string Name, string ParentCode, double LatitudeDegrees, double LongitudeDegrees, int Households, IReadOnlyList<int> ByEvidence);

public sealed record Coverage(int DisseminationNo, long Sequence, IReadOnlyList<int> ByEvidence, IReadOnlyList<PlaceCoverage> Towns, IReadOnlyList<PlaceCoverage> Villages, int PersonsAwake, int PersonsNotAwake)
{
    /// <summary>Sites (schools, hospitals, care homes …) of the area by the grade of the best reached of their named receivers; seven counts, index = <see cref="Evidence"/>.</summary>
    public IReadOnlyList<int> SitesByEvidence { get; init; } = new int[(int)Evidence.Visited + 1];
}

/// <summary>A site whose named receivers have not acknowledged and were not visited.</summary>
/// <param name="Kind">As in the registry: school, hospital, care-home …</param>
/// <param name="HeadcountDay">People there by day.</param>
/// <param name="HeadcountNight">People there at night.</param>
/// <param name="Reached">Of the best reached receiver.</param>
public sealed record UnreachedSite(int SiteNo, string Kind, string Name, string VillageCode, string VillageName, int HeadcountDay, int HeadcountNight, IReadOnlyList<int> ReceiverPersonNos, Evidence Reached);

/// <summary>A household that is not yet awake (for red, and orange at night: not acknowledged nor visited).</summary>
public sealed record UnreachedHousehold(int HouseholdNo, string VillageCode, string VillageName, int PersonsAtHome, int Vulnerable, Evidence Reached, int LeastReachedPersonNo, bool HasAnyEndpoint);

public sealed record UnreachedVillage(string VillageCode, string VillageName, string TownName, int WardenPersonNo, int Households, int VulnerableHouseholds);

/// <summary>Villages (12 digits) that have reported 已转移 for a warning whose loudspeakers play until then.</summary>
public sealed record Evacuation(IReadOnlyList<string> VillageCodes);

public sealed record TimelineEntry(long AtTicks, string Code, string Text, string TextEnglish);

/// <summary>Who acts, for the audit.</summary>
public sealed record Actor(int PersonId, string Name, string Rule);

/// <summary>One delivery in a report.</summary>
/// <param name="Labelled">A start of it carried the possible-duplicate label.</param>
public readonly record struct DeliveryLine(DeliveryKey Key, Outcome Outcome, Evidence Evidence, bool Labelled);
