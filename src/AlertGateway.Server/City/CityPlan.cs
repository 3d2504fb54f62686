using AlertGateway.Core.Targeting;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Server.City;

/// <summary>Where a household stands.</summary>
public readonly record struct HouseholdPlace(int VillageIndex, double LatitudeDegrees, double LongitudeDegrees);

/// <summary>A kind of site, with its range of headcounts by day and by night.</summary>
public sealed record SiteKind(string Kind, string Name, int Weight, int DayMin, int DayMax, int NightMin, int NightMax);

/// <summary>The ground that a synthetic city is put on: divisions, jurisdiction, danger zones, and a place for every household.</summary>
public abstract class CityPlan
{
    public abstract string Name { get; }

    /// <summary>The name as stations and devices carry it.</summary>
    public string ShortName => Name.Split(' ')[0];

    public abstract Jurisdiction Jurisdiction { get; }

    public abstract DangerZones DangerZones { get; }

    /// <summary>Wardens are 0 here; the city names them.</summary>
    public abstract IReadOnlyList<Division> Towns { get; }

    public abstract IReadOnlyList<Division> Villages { get; }

    public abstract IReadOnlyList<SiteKind> SiteKinds { get; }

    /// <summary>Places for so many households: the same for the same seed.</summary>
    public abstract HouseholdPlace[] Place(int households, ulong seed);

    /// <summary>Area codes that households carry beside their village's, given their places: (valueName, value) → household numbers from 1.</summary>
    public virtual IReadOnlyDictionary<(string ValueName, string Value), int[]> CodeRows(HouseholdPlace[] places) => new Dictionary<(string, string), int[]>();
}
