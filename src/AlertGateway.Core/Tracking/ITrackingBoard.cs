namespace AlertGateway.Core.Tracking;

/// <summary>The read side of tracking, and the one thing people add to it by hand. Thread-safe; everything handed out is an immutable snapshot.</summary>
public interface ITrackingBoard
{
    /// <summary>Newest first.</summary>
    IReadOnlyList<DisseminationView> Disseminations { get; }

    DisseminationView? Find(int disseminationNo);

    /// <summary>Null for an unknown number. O(villages): safe to ask four times a second.</summary>
    Coverage? Coverage(int disseminationNo);

    IReadOnlyList<UnreachedVillage> UnreachedVillages(int disseminationNo);

    /// <summary>Households not yet awake, one page of them.</summary>
    /// <param name="villageCode">12 digits; null for all villages.</param>
    IReadOnlyList<UnreachedHousehold> Unreached(int disseminationNo, string? villageCode, int skip, int take);

    /// <summary>Sites of the area whose receivers have not answered, those with most people at night first.</summary>
    IReadOnlyList<UnreachedSite> UnreachedSites(int disseminationNo) => [];

    /// <summary>Households of the audience that know of a false alarm and that no message tells of its correction, because there is none for them or it failed; until somebody has been at the door.</summary>
    IReadOnlyList<UnreachedHousehold> ToBeToldAtTheDoor(int disseminationNo) => [];

    /// <summary>Oldest first.</summary>
    IReadOnlyList<TimelineEntry> Timeline(int disseminationNo);

    /// <summary>Records a knock at the door (<see cref="Evidence.Visited"/>) or that the household confirmed a person (<see cref="Evidence.Acknowledged"/>). Durable before it completes (I9).</summary>
    /// <returns>False when the dissemination or the person is unknown to it.</returns>
    Task<bool> VisitAsync(int disseminationNo, int personNo, Evidence level, Actor by, CancellationToken cancellationToken);

    /// <summary>Which villages have reported 已转移; null when the dissemination is unknown or its loudspeakers do not wait for that.</summary>
    Evacuation? EvacuationOf(int disseminationNo);

    /// <summary>Records that a village has left, which ends the repeats of its loudspeakers, or (<paramref name="evacuated"/> false) that it has not after all, which lets them go on. Durable before it completes (I9).</summary>
    /// <param name="villageCode">12 digits.</param>
    /// <returns>False when dissemination or village is unknown, or the loudspeakers do not wait for that.</returns>
    Task<bool> EvacuatedAsync(int disseminationNo, string villageCode, bool evacuated, Actor by, CancellationToken cancellationToken);
}
