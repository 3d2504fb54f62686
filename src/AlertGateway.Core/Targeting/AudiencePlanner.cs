using AlertGateway.Storage.Registry;

namespace AlertGateway.Core.Targeting;

/// <summary>
/// Households → endpoints in the order they are sent: (0) danger zones, (1) households with someone old and alone, disabled, ill or a small child, (2) households of responsible persons, (3) the rest; within each nearest the danger first,
/// then by number. In a household, a person's endpoints stand together.
/// </summary>
internal sealed class AudiencePlanner
{
    private readonly RegistrySnapshot _registry;
    private readonly int[] _endpointStart, _endpointsByPerson;
    private readonly bool[] _inDangerZone;
    private readonly ushort[] _dangerDecametres;
    private readonly byte[] _householdClass;
    private readonly List<RingIndex> _zones;
    private readonly Dictionary<int, byte> _loudspeakerOrders;

    public AudiencePlanner(RegistrySnapshot registry, DangerZones dangerZones, VillageLanguages languages)
    {
        _registry = registry;
        _loudspeakerOrders = registry.Loudspeakers.ToDictionary(h => h.EndpointNo, h => languages.OrderOf(registry.Villages[h.VillageIndex].Code));
        (_endpointStart, _endpointsByPerson) = SortByPerson(registry);
        _inDangerZone = new bool[registry.Households + 1];
        _zones = [.. dangerZones.Zones.Select(z => new RingIndex(z.Shape, 64))];
        var grid = new HouseholdGrid(registry.HouseholdLatitude, registry.HouseholdLongitude);
        foreach (var zone in dangerZones.Zones) grid.Mark(zone.Shape, _inDangerZone);
        _dangerDecametres = DistancesToDanger(dangerZones);
        _householdClass = Classes();
    }

    public Audience Plan(ResolvedArea area, ColourAudience wanted, bool exercise)
    {
        var households = exercise ? ExerciseHouseholds(area.InHousehold) : Numbers(area.InHousehold);
        var order = Order(households);
        var channels = new List<ChannelAudience>(4);
        AddPersonal(channels, ChannelKind.Sms, wanted.Sms, order, exercise);
        AddPersonal(channels, ChannelKind.Push, wanted.Push, order, exercise);
        if (wanted.Loudspeakers) AddDevices(channels, ChannelKind.Loudspeaker, Loudspeakers(area), exercise);
        // A transmitter covers the county: it is switched on where the area holds anybody at all.
        if (wanted.Broadcast && area.InHousehold.AsSpan().Contains(true)) AddDevices(channels, ChannelKind.Broadcast, [.. _registry.Stations.Select(s => s.EndpointNo)], exercise);
        var audience = new Audience
        {
            RegistryVersion = _registry.Version,
            HouseholdNos = households,
            Channels = channels,
            Counts = AudienceCounter.Count(_registry, households, channels, _inDangerZone),
            Sha256 = "",
        };
        return audience with { Sha256 = AudienceHash.Of(audience) };
    }

    private void AddPersonal(List<ChannelAudience> channels, ChannelKind channel, Reach reach, int[] order, bool exercise)
    {
        if (reach == Reach.None) return;
        var endpoints = new List<int>(order.Length * 2);
        var languages = new List<byte>(order.Length * 2);
        foreach (int household in order)
        {
            int end = _registry.HouseholdFirstPerson[household + 1];
            for (int person = _registry.HouseholdFirstPerson[household]; person < end; person++)
            {
                var flags = _registry.PersonFlags[person];
                if (reach == Reach.Responsible && (flags & PersonFlags.Responsible) == 0 && !exercise) continue;
                byte language = (flags & PersonFlags.English) != 0 ? (byte)1 : (byte)0;
                for (int i = _endpointStart[person]; i < _endpointStart[person + 1]; i++)
                {
                    int endpoint = _endpointsByPerson[i];
                    if (!Takes(endpoint, channel, exercise)) continue;
                    endpoints.Add(endpoint);
                    languages.Add(language);
                }
            }
        }
        if (endpoints.Count > 0) channels.Add(new ChannelAudience(channel, [.. endpoints], [.. languages]));
    }

    private void AddDevices(List<ChannelAudience> channels, ChannelKind channel, IEnumerable<int> endpointNos, bool exercise)
    {
        int[] endpoints = [.. endpointNos.Where(e => Takes(e, channel, exercise))];
        if (endpoints.Length > 0) channels.Add(new ChannelAudience(channel, endpoints, [.. endpoints.Select(e => _loudspeakerOrders.GetValueOrDefault(e))]));
    }

    // I8: the two worlds never mix. Decided here and nowhere else in this room.
    private bool Takes(int endpoint, ChannelKind channel, bool exercise) =>
        _registry.EndpointChannel[endpoint] == (byte)channel
        && (_registry.EndpointFlags[endpoint] & EndpointFlags.Disabled) == 0
        && (_registry.EndpointFlags[endpoint] & EndpointFlags.Exercise) != 0 == exercise;

    private IEnumerable<int> Loudspeakers(ResolvedArea area)
    {
        var shape = area.Shape is null ? null : new RingIndex(area.Shape);
        var codeVillages = VillagesWhollyIn(area);
        return _registry.Loudspeakers
            .Where(h => codeVillages[h.VillageIndex] || (shape?.Covers(h.LongitudeDegrees, h.LatitudeDegrees) ?? false))
            .OrderBy(h => _zones.Any(z => z.Covers(h.LongitudeDegrees, h.LatitudeDegrees)) ? 0 : 1)
            .ThenBy(h => h.EndpointNo)
            .Select(h => h.EndpointNo);
    }

    // A horn follows its village where codes name the households: all of the village's are in, whether by its division code or by code rows.
    private bool[] VillagesWhollyIn(ResolvedArea area)
    {
        var wholly = (bool[])area.InVillage.Clone();
        if (area.Area.Codes.Count == 0) return wholly;
        var total = new int[wholly.Length];
        var inside = new int[wholly.Length];
        for (int household = 1; household <= _registry.Households; household++)
        {
            int village = _registry.HouseholdVillage[household];
            total[village]++;
            if (area.InHousehold[household]) inside[village]++;
        }
        for (int village = 0; village < wholly.Length; village++) wholly[village] |= total[village] > 0 && total[village] == inside[village];
        return wholly;
    }

    private int[] Order(int[] households)
    {
        var keys = new long[households.Length];
        for (int i = 0; i < households.Length; i++)
        {
            int household = households[i];
            keys[i] = (long)_householdClass[household] << 56 | (long)_dangerDecametres[household] << 32 | (uint)household;
        }
        Array.Sort(keys);
        var order = new int[keys.Length];
        for (int i = 0; i < keys.Length; i++) order[i] = (int)(keys[i] & 0xFFFF_FFFF);
        return order;
    }

    private static int[] Numbers(bool[] marks)
    {
        int count = 0;
        foreach (bool mark in marks) if (mark) count++;
        var numbers = new int[count];
        int next = 0;
        for (int household = 1; household < marks.Length; household++) if (marks[household]) numbers[next++] = household;
        return numbers;
    }

    // An exercise concerns the households whose people hold exercise devices, and nobody else.
    private int[] ExerciseHouseholds(bool[] inArea)
    {
        var marks = new bool[inArea.Length];
        for (int endpoint = 1; endpoint <= _registry.Endpoints; endpoint++)
        {
            int person = _registry.EndpointPerson[endpoint];
            if (person == 0 || (_registry.EndpointFlags[endpoint] & EndpointFlags.Exercise) == 0) continue;
            int household = _registry.PersonHousehold[person];
            marks[household] = inArea[household];
        }
        return Numbers(marks);
    }

    private byte[] Classes()
    {
        var classes = new byte[_registry.Households + 1];
        for (int household = 1; household <= _registry.Households; household++)
        {
            var all = PersonFlags.None;
            for (int person = _registry.HouseholdFirstPerson[household]; person < _registry.HouseholdFirstPerson[household + 1]; person++) all |= _registry.PersonFlags[person];
            classes[household] = _inDangerZone[household] ? (byte)0 : (all & PersonFlags.Vulnerable) != 0 ? (byte)1 : (all & PersonFlags.Responsible) != 0 ? (byte)2 : (byte)3;
        }
        return classes;
    }

    // To the middle of the nearest zone, in steps of ten metres, at most 655 km; without zones all are equal and the number decides.
    private ushort[] DistancesToDanger(DangerZones dangerZones)
    {
        var distances = new ushort[_registry.Households + 1];
        var middles = dangerZones.Zones.Select(z => z.Shape.Centroid).ToArray();
        if (middles.Length == 0) return distances;
        for (int household = 1; household < distances.Length; household++)
        {
            double nearest = double.MaxValue;
            foreach (var middle in middles) nearest = Math.Min(nearest, GroundArea.DistanceKm(middle.Y, middle.X, _registry.HouseholdLatitude[household], _registry.HouseholdLongitude[household]));
            distances[household] = (ushort)Math.Min(ushort.MaxValue, nearest * 100);
        }
        return distances;
    }

    private static (int[] Start, int[] ByPerson) SortByPerson(RegistrySnapshot registry)
    {
        var start = new int[registry.Persons + 2];
        foreach (int person in registry.EndpointPerson.AsSpan(1)) start[person + 1]++;
        for (int person = 0; person <= registry.Persons; person++) start[person + 1] += start[person];
        var byPerson = new int[registry.Endpoints];
        var next = start.AsSpan().ToArray();
        for (int endpoint = 1; endpoint <= registry.Endpoints; endpoint++) byPerson[next[registry.EndpointPerson[endpoint]]++] = endpoint;
        return (start, byPerson);
    }
}
