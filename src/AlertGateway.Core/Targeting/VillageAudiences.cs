using AlertGateway.Storage.Registry;

namespace AlertGateway.Core.Targeting;

/// <summary>
/// Who can be reached in seconds, village by village: loudspeakers and apps of the live world, made once with the registry. A warning that has no time puts its audience together from them without looking at a household.
/// Immutable, safe for concurrent callers.
/// </summary>
public sealed class VillageAudiences
{
    private readonly RegistrySnapshot _registry;
    private readonly Village[] _villages;
    private volatile Planned? _last;

    /// <summary>The newest plan: earthquakes that a whole county feels come one like the other.</summary>
    private sealed record Planned(int[] Horns, int[] Apps, TargetingResult Result);

    public VillageAudiences(RegistrySnapshot registry, VillageLanguages languages)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(languages);
        _registry = registry;
        _villages = [.. registry.Villages.Select(_ => new Village())];
        foreach (var horn in registry.Loudspeakers.Where(h => IsLive(h.EndpointNo)).OrderBy(h => h.EndpointNo))
        {
            _villages[horn.VillageIndex].Horns.Add(horn.EndpointNo);
            _villages[horn.VillageIndex].HornOrders.Add(languages.OrderOf(registry.Villages[horn.VillageIndex].Code));
        }
        for (int endpoint = 1; endpoint <= registry.Endpoints; endpoint++)
        {
            int person = registry.EndpointPerson[endpoint];
            if (person == 0 || registry.EndpointChannel[endpoint] != (byte)ChannelKind.Push || !IsLive(endpoint)) continue;
            int household = registry.PersonHousehold[person];
            var village = _villages[registry.HouseholdVillage[household]];
            village.Apps.Add(endpoint);
            village.AppLanguages.Add((registry.PersonFlags[person] & PersonFlags.English) != 0 ? (byte)1 : (byte)0);
            if (village.AppHouseholds.Count == 0 || village.AppHouseholds[^1] != household) village.AppHouseholds.Add(household);
        }
        foreach (var village in _villages) village.AppHouseholds = [.. village.AppHouseholds.Distinct()];
        for (int household = 1; household <= registry.Households; household++)
        {
            var village = _villages[registry.HouseholdVillage[household]];
            village.Households++;
            village.Persons += registry.HouseholdFirstPerson[household + 1] - registry.HouseholdFirstPerson[household];
        }
    }

    /// <summary>
    /// The audience of a warning to whole villages. Its households are those with an app: nobody else can be reached in person within seconds, and who is not is told afterwards, as advice. Counts are of everybody in the villages.
    /// </summary>
    /// <param name="horns">Indexes of the villages whose loudspeakers are warned.</param>
    /// <param name="apps">Indexes of those whose apps are.</param>
    public TargetingResult Plan(IReadOnlyCollection<int> horns, IReadOnlyCollection<int> apps)
    {
        ArgumentNullException.ThrowIfNull(horns);
        ArgumentNullException.ThrowIfNull(apps);
        int[] hornVillages = [.. horns.Order()], appVillages = [.. apps.Order()];
        if (_last is { } last && last.Horns.AsSpan().SequenceEqual(hornVillages) && last.Apps.AsSpan().SequenceEqual(appVillages)) return last.Result;
        int[] all = [.. hornVillages.Union(appVillages).Order()];
        var channels = new List<ChannelAudience>(2);
        // Loudspeakers stand first: they wake a house.
        Add(channels, ChannelKind.Loudspeaker, hornVillages, static v => v.Horns, static v => v.HornOrders);
        Add(channels, ChannelKind.Push, appVillages, static v => v.Apps, static v => v.AppLanguages);
        int[] households = [.. appVillages.SelectMany(v => _villages[v].AppHouseholds).Order()];
        var byTown = all.GroupBy(v => _registry.Villages[v].ParentIndex).OrderBy(g => g.Key).Select(g => new TownCount(_registry.Towns[g.Key].Code, _registry.Towns[g.Key].Name, g.Sum(v => _villages[v].Households))).ToList();
        int people = all.Sum(v => _villages[v].Households);
        var audience = new Audience
        {
            RegistryVersion = _registry.Version, HouseholdNos = households, Channels = channels, Sha256 = "",
            Counts = new AudienceCounts
            {
                Towns = byTown.Count, Villages = all.Length, Households = people, Persons = all.Sum(v => _villages[v].Persons), DangerZoneHouseholds = 0, UnreachableHouseholds = people - households.Length,
                Deliveries = channels.ToDictionary(c => c.Channel, c => c.EndpointNos.Length), ByTown = byTown,
            },
        };
        var result = new TargetingResult(AreaOf(all), audience with { Sha256 = AudienceHash.Of(audience) }, []);
        _last = new Planned(hornVillages, appVillages, result);
        return result;
    }

    private AlertArea AreaOf(int[] villages)
    {
        (string, string)[] codes = [.. villages.Select(v => ("CN_DIVISION", _registry.Villages[v].Code))];
        using var canon = new Canon("agw-village-area-v1");
        canon.Text(_registry.Version).Number(codes.Length);
        foreach (var (_, code) in codes) canon.Text(code);
        string name = villages.Length == _villages.Length ? $"全部 {villages.Length} 个村" : string.Join('、', villages.Take(5).Select(v => _registry.Villages[v].Name)) + (villages.Length > 5 ? $" 等 {villages.Length} 个村" : "");
        return new AlertArea { Descriptions = [name], GeoJson = null, Codes = codes, SquareKilometres = 0, Sha256 = canon.Hex() };
    }

    private void Add(List<ChannelAudience> channels, ChannelKind channel, int[] villages, Func<Village, List<int>> endpoints, Func<Village, List<byte>> languages)
    {
        int[] all = [.. villages.SelectMany(v => endpoints(_villages[v]))];
        if (all.Length > 0) channels.Add(new ChannelAudience(channel, all, [.. villages.SelectMany(v => languages(_villages[v]))]));
    }

    private bool IsLive(int endpoint) => (_registry.EndpointFlags[endpoint] & (EndpointFlags.Disabled | EndpointFlags.Exercise)) == 0;

    private sealed class Village
    {
        public List<int> Horns { get; } = [];

        public List<byte> HornOrders { get; } = [];

        public List<int> Apps { get; } = [];

        public List<byte> AppLanguages { get; } = [];

        public List<int> AppHouseholds { get; set; } = [];

        public int Households { get; set; }

        public int Persons { get; set; }
    }
}
