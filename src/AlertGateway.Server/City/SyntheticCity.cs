using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AlertGateway.Core;
using AlertGateway.Storage.Registry;
using Org.BouncyCastle.Crypto.Parameters;

namespace AlertGateway.Server.City;

/// <summary>What was made, and what the devices keep.</summary>
public sealed record CityResult(int Households, int Persons, int Endpoints, int PushDevices, int Loudspeakers, int Sites, CitySecrets Secrets);

/// <summary>Writes a synthetic city (合成数据) into an empty registry. The same plan and options give the same city, device secrets excepted.</summary>
public sealed class SyntheticCity
{
    private const int ExercisePhones = 24, ExercisePush = 3, ExerciseHorns = 4;
    private const double UncoveredShare = 0.08;

    private readonly CityPlan _plan;
    private readonly CityOptions _options;
    private readonly HouseholdPlace[] _places;
    private readonly CityPeople _people;
    private readonly int[] _villageHouseholds, _wardens;
    private readonly List<int>[] _reachablePersons;
    private readonly PhoneNumbers _numbers;
    private readonly List<DeviceToken> _push = [], _stations = [];
    private readonly List<HornKey> _horns = [];

    private SyntheticCity(CityPlan plan, CityOptions options)
    {
        (_plan, _options) = (plan, options);
        _places = plan.Place(options.Households, options.Seed);
        _people = CityPeople.Of(options.Households, options.Seed);
        _villageHouseholds = new int[plan.Villages.Count];
        foreach (var place in _places) _villageHouseholds[place.VillageIndex]++;
        _wardens = new int[plan.Villages.Count];
        _reachablePersons = [.. plan.Villages.Select(_ => new List<int>())];
        _numbers = new PhoneNumbers(options.Seed);
    }

    /// <exception cref="ArgumentOutOfRangeException">Fewer than one or more than five million households.</exception>
    /// <exception cref="InvalidOperationException">The registry already holds households.</exception>
    public static CityResult Create(RegistryStore store, CityPlan plan, CityOptions options)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Households, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Households, 5_000_000);
        ArgumentOutOfRangeException.ThrowIfNegative(options.PushPersons);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Loudspeakers);
        using var writer = store.Write();
        return new SyntheticCity(plan, options).Write(writer);
    }

    private CityResult Write(RegistryWriter writer)
    {
        ChooseWardens();
        var sites = PlanSites();
        foreach (var town in _plan.Towns) writer.AddDivision(town);
        for (int village = 0; village < _plan.Villages.Count; village++) writer.AddDivision(_plan.Villages[village] with { WardenPersonNo = _wardens[village] });
        for (int household = 1; household <= _places.Length; household++)
        {
            var place = _places[household - 1];
            writer.AddHousehold(place.VillageIndex, place.LatitudeDegrees, place.LongitudeDegrees);
            for (int person = _people.FirstPerson[household]; person < _people.FirstPerson[household + 1]; person++) writer.AddPerson(_people.Flags[person]);
        }
        int endpoints = AddPhones(writer);
        foreach (int person in PushPersons()) endpoints = AddPush(writer, person, EndpointFlags.None);
        int horns = AddHorns(writer, EndpointFlags.None, _options.Loudspeakers);
        AddStation(writer, $"{_plan.ShortName}应急广播 A（合成）", EndpointFlags.None);
        endpoints = AddStation(writer, $"{_plan.ShortName}应急广播 B（合成）", EndpointFlags.None);
        foreach (var site in sites) writer.AddSite(site);
        foreach (var (code, households) in _plan.CodeRows(_places)) writer.AddCode(code.ValueName, code.Value, households);
        endpoints = AddExerciseWorld(writer, endpoints);
        writer.SetMeta("synthetic", "1");
        writer.SetMeta("city", _plan.Name);
        writer.SetMeta("jurisdiction", _plan.Jurisdiction.ToJson());
        writer.Complete();
        return new CityResult(_places.Length, _people.Count, endpoints, _push.Count, horns, sites.Count, new CitySecrets(_push, _horns, _stations));
    }

    // The first able person of a village who has a phone and is at home. A village in which nobody qualifies has none.
    private void ChooseWardens()
    {
        for (int household = 1; household <= _places.Length; household++)
        {
            int village = _places[household - 1].VillageIndex;
            for (int person = _people.FirstPerson[household]; person < _people.FirstPerson[household + 1]; person++)
            {
                if (!_people.HasPhone[person] || (_people.Flags[person] & (PersonFlags.Vulnerable | PersonFlags.Away)) != 0) continue;
                if (_wardens[village] == 0)
                {
                    _wardens[village] = person;
                    _people.Flags[person] |= PersonFlags.Warden;
                }
                else if (_reachablePersons[village].Count < 64) _reachablePersons[village].Add(person);
            }
        }
    }

    private List<Site> PlanSites()
    {
        var random = new CityRandom(_options.Seed ^ CityRandom.SeedOf("sites"));
        var kinds = _plan.SiteKinds.SelectMany(k => Enumerable.Repeat(k, k.Weight)).ToArray();
        int[] quota = Shares.Divide(_options.Sites, [.. _villageHouseholds.Select((n, i) => _reachablePersons[i].Count >= 2 ? (double)n : 0)]);
        var sites = new List<Site>();
        for (int village = 0; village < quota.Length; village++)
        {
            for (int n = 1; n <= quota[village]; n++)
            {
                var kind = kinds[random.Below(kinds.Length)];
                var residents = _reachablePersons[village];
                int first = random.Below(residents.Count), second = (first + 1 + random.Below(residents.Count - 1)) % residents.Count;
                int[] receivers = [residents[first], residents[second]];
                foreach (int person in receivers) _people.Flags[person] |= PersonFlags.SiteReceiver;
                var division = _plan.Villages[village];
                var place = _places[HouseholdOf(receivers[0]) - 1];
                sites.Add(new Site(0, kind.Kind, string.Create(CultureInfo.InvariantCulture, $"{division.Name}{kind.Name}{n}（合成）"), village, place.LatitudeDegrees, place.LongitudeDegrees,
                    kind.DayMin + random.Below(kind.DayMax - kind.DayMin + 1), kind.NightMin + random.Below(kind.NightMax - kind.NightMin + 1), receivers));
            }
        }
        return sites;
    }

    private int HouseholdOf(int person)
    {
        int index = Array.BinarySearch(_people.FirstPerson, 1, _people.FirstPerson.Length - 1, person);
        return index >= 0 ? index : ~index - 1;
    }

    private int AddPhones(RegistryWriter writer)
    {
        int endpoint = 0;
        Span<byte> number = stackalloc byte[PhoneNumbers.Length];
        for (int person = 1; person <= _people.Count; person++)
        {
            if (!_people.HasPhone[person]) continue;
            _numbers.Next(number);
            endpoint = writer.AddEndpoint((byte)ChannelKind.Sms, person, EndpointFlags.None, number);
        }
        return endpoint;
    }

    // Wardens first, then persons with a phone drawn without repetition (partial Fisher–Yates).
    private IEnumerable<int> PushPersons()
    {
        int wanted = _options.PushPersons;
        foreach (int warden in _wardens)
        {
            if (warden == 0 || wanted == 0) continue;
            wanted--;
            yield return warden;
        }
        var others = new List<int>(_people.Count);
        for (int person = 1; person <= _people.Count; person++)
        {
            if (_people.HasPhone[person] && (_people.Flags[person] & PersonFlags.Warden) == 0) others.Add(person);
        }
        var random = new CityRandom(_options.Seed ^ CityRandom.SeedOf("push"));
        for (int i = 0; i < Math.Min(wanted, others.Count); i++)
        {
            int j = i + random.Below(others.Count - i);
            (others[i], others[j]) = (others[j], others[i]);
            yield return others[i];
        }
    }

    private int AddPush(RegistryWriter writer, int person, EndpointFlags flags)
    {
        string token = NewToken();
        int endpoint = writer.AddEndpoint((byte)ChannelKind.Push, person, flags, SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        _push.Add(new DeviceToken(endpoint, token, flags.HasFlag(EndpointFlags.Exercise)));
        return endpoint;
    }

    private int AddStation(RegistryWriter writer, string name, EndpointFlags flags)
    {
        string token = NewToken();
        int endpoint = writer.AddEndpoint((byte)ChannelKind.Broadcast, 0, flags, SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        writer.AddStation(new BroadcastStation(endpoint, name));
        _stations.Add(new DeviceToken(endpoint, token, flags.HasFlag(EndpointFlags.Exercise)));
        return endpoint;
    }

    // In proportion to households; about one village in twelve has none. A horn stands at the door of one of its village's households.
    private int AddHorns(RegistryWriter writer, EndpointFlags flags, int count)
    {
        var uncovered = _plan.Villages.Select(v => new CityRandom(_options.Seed ^ CityRandom.SeedOf("horn" + v.Code)).Chance(UncoveredShare)).ToArray();
        double[] weights = [.. _villageHouseholds.Select((n, i) => uncovered[i] ? 0 : (double)n)];
        int[] quota = Shares.Divide(count, weights.Sum() > 0 ? weights : [.. _villageHouseholds.Select(n => (double)n)]);
        var random = new CityRandom(_options.Seed ^ CityRandom.SeedOf("horns" + flags));
        var byVillage = HouseholdsByVillage();
        int made = 0;
        for (int village = 0; village < quota.Length; village++)
        {
            for (int n = 1; n <= quota[village]; n++, made++)
            {
                var place = _places[byVillage[village][random.Below(byVillage[village].Count)] - 1];
                byte[] seed = RandomNumberGenerator.GetBytes(32);
                int endpoint = writer.AddEndpoint((byte)ChannelKind.Loudspeaker, 0, flags, new Ed25519PrivateKeyParameters(seed).GeneratePublicKey().GetEncoded());
                string name = string.Create(CultureInfo.InvariantCulture, $"{_plan.Villages[village].Name}{(flags == EndpointFlags.None ? "" : "演练")}{n}号喇叭");
                writer.AddLoudspeaker(new LoudspeakerSite(endpoint, village, place.LatitudeDegrees, place.LongitudeDegrees, name));
                _horns.Add(new HornKey(endpoint, seed, flags.HasFlag(EndpointFlags.Exercise)));
            }
        }
        return made;
    }

    // A small world of its own: second phones of some wardens, a few apps, horns and a station that never receive an Actual alert and receive everything else.
    private int AddExerciseWorld(RegistryWriter writer, int endpoints)
    {
        int[] wardens = [.. _wardens.Where(w => w != 0)];
        int phones = Math.Min(ExercisePhones, wardens.Length);
        Span<byte> number = stackalloc byte[PhoneNumbers.Length];
        for (int i = 0; i < phones; i++)
        {
            _numbers.Next(number);
            endpoints = writer.AddEndpoint((byte)ChannelKind.Sms, wardens[(int)((long)i * wardens.Length / phones)], EndpointFlags.Exercise, number);
        }
        for (int i = 0; i < Math.Min(ExercisePush, phones); i++) endpoints = AddPush(writer, wardens[(int)((long)i * wardens.Length / phones)], EndpointFlags.Exercise);
        AddHorns(writer, EndpointFlags.Exercise, ExerciseHorns);
        return AddStation(writer, $"{_plan.ShortName}演练发射台（合成）", EndpointFlags.Exercise);
    }

    private List<int>[] HouseholdsByVillage()
    {
        var byVillage = _plan.Villages.Select(_ => new List<int>()).ToArray();
        for (int household = 1; household <= _places.Length; household++) byVillage[_places[household - 1].VillageIndex].Add(household);
        return byVillage;
    }

    private static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
