namespace AlertGateway.Storage.Registry;

/// <summary>What is known of a person that bears on reaching them. Persisted: bits are added, none is changed.</summary>
[Flags]
public enum PersonFlags : ushort
{
    None = 0,

    /// <summary>Old and living alone.</summary>
    OldAlone = 1,

    Disabled = 2,

    Ill = 4,

    SmallChild = 8,

    /// <summary>Believed to be elsewhere tonight; does not count for the household's reach.</summary>
    Away = 16,

    /// <summary>灾害信息员 of a village.</summary>
    Warden = 32,

    /// <summary>Named receiver of a site (school, hospital, …).</summary>
    SiteReceiver = 64,

    /// <summary>Reads English rather than Chinese.</summary>
    English = 128,

    /// <summary>Everyone whose state no other person's receipt closes.</summary>
    Vulnerable = OldAlone | Disabled | Ill | SmallChild,

    /// <summary>责任人: gets every colour.</summary>
    Responsible = Warden | SiteReceiver,
}

/// <summary>What is known of an endpoint.</summary>
[Flags]
public enum EndpointFlags : byte
{
    None = 0,

    /// <summary>Belongs to the exercise world: receives everything but Actual, and never Actual.</summary>
    Exercise = 1,

    /// <summary>Out of use; never targeted.</summary>
    Disabled = 2,
}

/// <summary>A town or a village of the division list.</summary>
/// <param name="Code">12 digits.</param>
/// <param name="ParentIndex">Index of the town in <see cref="RegistrySnapshot.Towns"/>; −1 for a town.</param>
/// <param name="WardenPersonNo">The village's warden; 0 for none.</param>
public sealed record Division(string Code, string Name, int ParentIndex, double LatitudeDegrees, double LongitudeDegrees, int WardenPersonNo);

/// <summary>A village loudspeaker: an endpoint with a place.</summary>
public sealed record LoudspeakerSite(int EndpointNo, int VillageIndex, double LatitudeDegrees, double LongitudeDegrees, string Name);

/// <summary>A transmitter's encoder: an endpoint that covers the county.</summary>
public sealed record BroadcastStation(int EndpointNo, string Name);

/// <summary>School, hospital, care home, hotel, building site, underground space, factory.</summary>
public sealed record Site(int SiteNo, string Kind, string Name, int VillageIndex, double LatitudeDegrees, double LongitudeDegrees, int HeadcountDay, int HeadcountNight, IReadOnlyList<int> ReceiverPersonNos);

/// <summary>
/// The registry in memory, as columns, without addresses: immutable, safe for concurrent readers. Numbers are dense from 1 and index the columns directly; element 0 of each column is unused.
/// Persons of one household are consecutive.
/// </summary>
public sealed class RegistrySnapshot
{
    private volatile Dictionary<int, int>? _hornVillage; // made when first asked for

    /// <summary>SHA-256 (hex) over everything targeting depends on; part of the audience hash.</summary>
    public required string Version { get; init; }

    /// <summary>True when the households are synthetic; pages and tables then say 合成数据.</summary>
    public required bool Synthetic { get; init; }

    public required IReadOnlyList<Division> Towns { get; init; }

    public required IReadOnlyList<Division> Villages { get; init; }

    /// <summary>Household → index in <see cref="Villages"/>.</summary>
    public required ushort[] HouseholdVillage { get; init; }

    public required double[] HouseholdLatitude { get; init; }

    public required double[] HouseholdLongitude { get; init; }

    /// <summary>Household → its first person; one element more than households, so that [h] … [h+1]−1 are its persons.</summary>
    public required int[] HouseholdFirstPerson { get; init; }

    /// <summary>Person → household.</summary>
    public required int[] PersonHousehold { get; init; }

    public required PersonFlags[] PersonFlags { get; init; }

    /// <summary>Endpoint → channel number of the core (1 SMS, 2 push, 3 loudspeaker, 4 broadcast).</summary>
    public required byte[] EndpointChannel { get; init; }

    /// <summary>Endpoint → person; 0 for devices that are nobody's.</summary>
    public required int[] EndpointPerson { get; init; }

    public required EndpointFlags[] EndpointFlags { get; init; }

    public required IReadOnlyList<LoudspeakerSite> Loudspeakers { get; init; }

    public required IReadOnlyList<BroadcastStation> Stations { get; init; }

    public required IReadOnlyList<Site> Sites { get; init; }

    /// <summary>Households by area code that cannot be read off the village code: (valueName, value) → ascending household numbers.</summary>
    public required IReadOnlyDictionary<(string ValueName, string Value), int[]> HouseholdsByCode { get; init; }

    public int Households => HouseholdVillage.Length - 1;

    public int Persons => PersonHousehold.Length - 1;

    public int Endpoints => EndpointChannel.Length - 1;

    /// <summary>Index of the village in which the endpoint's person lives, or its loudspeaker stands; −1 for none. Constant time.</summary>
    public int VillageOf(int endpointNo)
    {
        if (endpointNo <= 0 || endpointNo > Endpoints) return -1;
        int person = EndpointPerson[endpointNo];
        return person > 0 ? HouseholdVillage[PersonHousehold[person]] : (_hornVillage ??= HornVillages()).GetValueOrDefault(endpointNo, -1);
    }

    /// <summary>Code of the village in which a person lives; null where there is no such person.</summary>
    public string? VillageCodeOf(int personNo) => personNo > 0 && personNo <= Persons ? Villages[HouseholdVillage[PersonHousehold[personNo]]].Code : null;

    private Dictionary<int, int> HornVillages() => Loudspeakers.ToDictionary(l => l.EndpointNo, l => l.VillageIndex);

    /// <summary>The same columns under another version; only the loader, which computes it, has a use for this.</summary>
    internal RegistrySnapshot WithVersion(string version) => new()
    {
        Version = version,
        Synthetic = Synthetic,
        Towns = Towns,
        Villages = Villages,
        HouseholdVillage = HouseholdVillage,
        HouseholdLatitude = HouseholdLatitude,
        HouseholdLongitude = HouseholdLongitude,
        HouseholdFirstPerson = HouseholdFirstPerson,
        PersonHousehold = PersonHousehold,
        PersonFlags = PersonFlags,
        EndpointChannel = EndpointChannel,
        EndpointPerson = EndpointPerson,
        EndpointFlags = EndpointFlags,
        Loudspeakers = Loudspeakers,
        Stations = Stations,
        Sites = Sites,
        HouseholdsByCode = HouseholdsByCode,
    };
}
