using AlertGateway.Storage.Registry;

namespace AlertGateway.Core.Tracking;

/// <summary>
/// How far people and households of one dissemination are reached (design §5). Fed by rising evidence, never by a scan. Pure; its dissemination owns it.
/// </summary>
/// <remarks>
/// A household is as reached as its least-reached person believed at home. A person who is old and alone, disabled, ill or a small child keeps a state that nobody else's receipt closes; any other person at home counts as acknowledged once
/// somebody at home has acknowledged, for whoever is awake in the house wakes the others. Somebody elsewhere counts only by confirming 已联系到家里人, which acknowledges for the persons at home who are not vulnerable.
/// </remarks>
public sealed partial class ReachBook
{
    private const int Grades = (int)Evidence.Visited + 1;

    // Beside a person's evidence: has confirmed 已联系到家里人.
    private const byte Helped = 0x80;

    private readonly RegistrySnapshot _registry;
    private readonly int[] _households;
    private readonly int[] _firstPosition; // household position → position of its first person in _person
    private readonly Evidence[] _person;
    private readonly Evidence[] _household;
    private readonly int[] _villageGrades; // village × grade
    private readonly int[] _grades = new int[Grades];
    private readonly int[] _villageVulnerable; // by village: households with somebody vulnerable at home, not yet awake
    private readonly Dictionary<int, int> _sparsePosition;
    private readonly int[]? _densePosition;
    private readonly SiteBook _sites;
    private int _atHome;
    private int _awake;

    /// <param name="households">Household numbers of the audience, ascending.</param>
    public ReachBook(RegistrySnapshot registry, int[] households)
        : this(registry, households, atHome: 0, awake: 0)
    {
        foreach (int h in households)
        {
            _villageGrades[registry.HouseholdVillage[h] * Grades]++;
            if (HasVulnerableAtHome(h)) _villageVulnerable[registry.HouseholdVillage[h]]++;
            for (int p = registry.HouseholdFirstPerson[h]; p < registry.HouseholdFirstPerson[h + 1]; p++)
            {
                if ((registry.PersonFlags[p] & PersonFlags.Away) == 0) _atHome++;
            }
        }
        _grades[0] = households.Length;
    }

    /// <summary>Everybody has a place in the columns; what is counted by village and grade is the caller's.</summary>
    private ReachBook(RegistrySnapshot registry, int[] households, int atHome, int awake)
    {
        (_registry, _households, _atHome, _awake) = (registry, households, atHome, awake);
        _firstPosition = new int[households.Length + 1];
        _household = new Evidence[households.Length];
        _villageGrades = new int[registry.Villages.Count * Grades];
        _villageVulnerable = new int[registry.Villages.Count];
        _sparsePosition = [];
        if (households.Length > 4096) _densePosition = new int[registry.Households + 1];
        var inArea = new bool[registry.Villages.Count];
        for (int i = 0; i < households.Length; i++)
        {
            int h = households[i];
            if (_densePosition is not null) _densePosition[h] = i + 1;
            else _sparsePosition[h] = i + 1;
            _firstPosition[i + 1] = _firstPosition[i] + registry.HouseholdFirstPerson[h + 1] - registry.HouseholdFirstPerson[h];
            inArea[registry.HouseholdVillage[h]] = true;
        }
        _person = new Evidence[_firstPosition[^1]];
        _sites = new SiteBook(registry, village => inArea[village]);
    }

    public int Households => _households.Length;

    public int Persons => _person.Length;

    /// <summary>Persons believed at home who have acknowledged, or for whom somebody did.</summary>
    public int PersonsAwake => _awake;

    public int PersonsNotAwake => _atHome - _awake;

    /// <summary>Households by grade, index = <see cref="Evidence"/>.</summary>
    public ReadOnlySpan<int> ByEvidence => _grades;

    public ReadOnlySpan<int> OfVillage(int villageIndex) => _villageGrades.AsSpan(villageIndex * Grades, Grades);

    /// <summary>Households of a village with somebody vulnerable at home that have neither acknowledged nor been visited.</summary>
    public int VulnerableNotAwake(int villageIndex) => _villageVulnerable[villageIndex];

    /// <summary>Sites of the area by the grade of the best reached of their named receivers, index = <see cref="Evidence"/>.</summary>
    public ReadOnlySpan<int> SitesByEvidence => _sites.ByEvidence;

    /// <summary>Sites of the area below <paramref name="level"/>, in number order.</summary>
    public IEnumerable<(Site Site, Evidence Reached)> SitesBelow(Evidence level) => _sites.Below(level);

    /// <summary>Evidence of an endpoint's person rose.</summary>
    /// <param name="helped">Somebody who may be elsewhere has confirmed 已联系到家里人: it counts for those at home.</param>
    public void Raise(int personNo, Evidence level, bool helped = false)
    {
        int household = _registry.PersonHousehold[personNo];
        int at = Position(household);
        if (at < 0) return;
        int slot = SlotOf(at, personNo);
        var known = _person[slot];
        var risen = (Evidence)(Math.Max((byte)level, (byte)Level(known)) | ((byte)known & Helped) | (helped ? Helped : 0));
        if (risen == known) return;
        int awakeBefore = Awake(at);
        _person[slot] = risen;
        _sites.Raise(personNo, Level(risen));
        Regrade(at, awakeBefore);
    }

    /// <summary>The person has confirmed 已联系到家里人.</summary>
    public bool HasHelped(int personNo)
    {
        int household = _registry.PersonHousehold[personNo], at = Position(household);
        return at >= 0 && ((byte)_person[SlotOf(at, personNo)] & Helped) != 0;
    }

    /// <summary>A warden stood at the door: everyone believed at home was visited.</summary>
    public void VisitHousehold(int personNo)
    {
        int household = _registry.PersonHousehold[personNo];
        int at = Position(household);
        if (at < 0) return;
        int awakeBefore = Awake(at);
        for (int p = _registry.HouseholdFirstPerson[household]; p < _registry.HouseholdFirstPerson[household + 1]; p++)
        {
            if ((_registry.PersonFlags[p] & PersonFlags.Away) == 0 || p == personNo)
            {
                _person[SlotOf(at, p)] = Evidence.Visited;
                _sites.Raise(p, Evidence.Visited);
            }
        }
        Regrade(at, awakeBefore);
    }

    /// <summary>Grade of a household; <see cref="Evidence.Planned"/> when it is not in the audience.</summary>
    public Evidence OfHousehold(int householdNo)
    {
        int at = Position(householdNo);
        return at < 0 ? Evidence.Planned : _household[at];
    }

    public bool Contains(int householdNo) => Position(householdNo) >= 0;

    /// <summary>Households below <paramref name="level"/>, in number order, of one village or of all.</summary>
    public IEnumerable<int> Below(Evidence level, int villageIndex = -1)
    {
        for (int i = 0; i < _households.Length; i++)
        {
            if (_household[i] < level && (villageIndex < 0 || _registry.HouseholdVillage[_households[i]] == villageIndex)) yield return _households[i];
        }
    }

    /// <summary>What a person counts as, with what others at home have said.</summary>
    public Evidence OfPerson(int personNo)
    {
        int at = Position(_registry.PersonHousehold[personNo]);
        return at < 0 ? Evidence.Planned : Effective(at, personNo, SpokenFor(at));
    }

    private bool HasVulnerableAtHome(int household)
    {
        for (int p = _registry.HouseholdFirstPerson[household]; p < _registry.HouseholdFirstPerson[household + 1]; p++)
        {
            if ((_registry.PersonFlags[p] & PersonFlags.Away) == 0 && (_registry.PersonFlags[p] & PersonFlags.Vulnerable) != 0) return true;
        }
        return false;
    }

    private int Position(int household) =>
        (_densePosition is not null ? _densePosition[household] : _sparsePosition.GetValueOrDefault(household)) - 1;

    /// <summary>Place in <see cref="_person"/> of a person whose household is at that position.</summary>
    private int SlotOf(int at, int personNo) => _firstPosition[at] + personNo - _registry.HouseholdFirstPerson[_households[at]];

    /// <summary>Acknowledged once somebody at home has, or somebody elsewhere has reached them.</summary>
    private Evidence SpokenFor(int at)
    {
        int first = _registry.HouseholdFirstPerson[_households[at]];
        bool anyoneHome = false, wordFromElsewhere = false;
        for (int i = _firstPosition[at]; i < _firstPosition[at + 1]; i++)
        {
            bool away = (_registry.PersonFlags[first + i - _firstPosition[at]] & PersonFlags.Away) != 0;
            anyoneHome |= !away;
            if (Level(_person[i]) < Evidence.Acknowledged) continue;
            if (!away || ((byte)_person[i] & Helped) != 0) return Evidence.Acknowledged;
            wordFromElsewhere = true;
        }
        return wordFromElsewhere && !anyoneHome ? Evidence.Acknowledged : Evidence.Planned;
    }

    private static Evidence Level(Evidence stored) => (Evidence)((byte)stored & ~Helped);

    private Evidence Effective(int at, int personNo, Evidence spokenFor)
    {
        var own = Level(_person[SlotOf(at, personNo)]);
        return (_registry.PersonFlags[personNo] & PersonFlags.Vulnerable) != 0 || own >= spokenFor ? own : spokenFor;
    }

    private int Awake(int at)
    {
        int household = _households[at], awake = 0;
        var spokenFor = SpokenFor(at);
        for (int p = _registry.HouseholdFirstPerson[household]; p < _registry.HouseholdFirstPerson[household + 1]; p++)
        {
            if ((_registry.PersonFlags[p] & PersonFlags.Away) == 0 && Effective(at, p, spokenFor) >= Evidence.Acknowledged) awake++;
        }
        return awake;
    }

    private void Regrade(int at, int awakeBefore)
    {
        _awake += Awake(at) - awakeBefore;
        int household = _households[at];
        var spokenFor = SpokenFor(at);
        var least = Evidence.Visited;
        bool anyoneHome = false;
        for (int p = _registry.HouseholdFirstPerson[household]; p < _registry.HouseholdFirstPerson[household + 1]; p++)
        {
            if ((_registry.PersonFlags[p] & PersonFlags.Away) != 0) continue;
            anyoneHome = true;
            var effective = Effective(at, p, spokenFor);
            if (effective < least) least = effective;
        }
        if (!anyoneHome) least = spokenFor;
        if (least == _household[at]) return;
        if (least >= Evidence.Acknowledged && _household[at] < Evidence.Acknowledged && HasVulnerableAtHome(household)) _villageVulnerable[_registry.HouseholdVillage[household]]--;
        int village = _registry.HouseholdVillage[household] * Grades;
        _villageGrades[village + (int)_household[at]]--;
        _villageGrades[village + (int)least]++;
        _grades[(int)_household[at]]--;
        _grades[(int)least]++;
        _household[at] = least;
    }
}
