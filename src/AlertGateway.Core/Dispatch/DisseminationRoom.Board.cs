using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Core.Dispatch;

/// <summary>What people see, and the door-knocks they add.</summary>
public sealed partial class DisseminationRoom
{
    private const int Grades = (int)Evidence.Visited + 1;
    private readonly Lazy<int[][]> _villageHouseholds;
    private readonly Lazy<bool[]> _personHasEndpoint;

    /// <inheritdoc/>
    public IReadOnlyList<DisseminationView> Disseminations => [.. _held.OfType<Held>().Reverse().Select(View)];

    /// <inheritdoc/>
    public DisseminationView? Find(int disseminationNo) => Of(disseminationNo) is { } held ? View(held) : null;

    /// <inheritdoc/>
    public Coverage? Coverage(int disseminationNo)
    {
        if (Of(disseminationNo) is not { } held) return null;
        var villages = new List<PlaceCoverage>();
        var towns = new int[_registry.Towns.Count][];
        for (int t = 0; t < towns.Length; t++) towns[t] = new int[Grades];
        int[] total, sites;
        int awake, notAwake;
        long sequence;
        lock (held.Lock)
        {
            var reach = held.State.Reach;
            (total, sites) = (reach.ByEvidence.ToArray(), reach.SitesByEvidence.ToArray());
            (awake, notAwake, sequence) = (reach.PersonsAwake, reach.PersonsNotAwake, held.State.Sequence);
            for (int v = 0; v < _registry.Villages.Count; v++)
            {
                int[] grades = reach.OfVillage(v).ToArray();
                int households = grades.Sum();
                if (households == 0) continue;
                var village = _registry.Villages[v];
                for (int g = 0; g < Grades; g++) towns[village.ParentIndex][g] += grades[g];
                villages.Add(new PlaceCoverage(village.Code, village.Name, _registry.Towns[village.ParentIndex].Code, village.LatitudeDegrees, village.LongitudeDegrees, households, grades));
            }
        }
        var townCoverage = _registry.Towns.Select((town, i) => new PlaceCoverage(town.Code, town.Name, "", town.LatitudeDegrees, town.LongitudeDegrees, towns[i].Sum(), towns[i])).Where(t => t.Households > 0).ToList();
        return new Coverage(disseminationNo, sequence, total, townCoverage, villages, awake, notAwake) { SitesByEvidence = sites };
    }

    /// <inheritdoc/>
    public IReadOnlyList<UnreachedVillage> UnreachedVillages(int disseminationNo)
    {
        if (Of(disseminationNo) is not { } held) return [];
        var result = new List<UnreachedVillage>();
        Dissemination state;
        lock (held.Lock) state = held.State;
        for (int v = 0; v < _registry.Villages.Count; v++)
        {
            int households = 0, vulnerable;
            lock (held.Lock)
            {
                var grades = state.Reach.OfVillage(v);
                for (int g = 0; g < (int)Evidence.Acknowledged; g++) households += grades[g];
                if (households == 0) continue;
                vulnerable = state.Reach.VulnerableNotAwake(v);
            }
            var village = _registry.Villages[v];
            result.Add(new UnreachedVillage(village.Code, village.Name, _registry.Towns[village.ParentIndex].Name, village.WardenPersonNo, households, vulnerable));
        }
        return [.. result.OrderByDescending(v => v.VulnerableHouseholds).ThenByDescending(v => v.Households)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<UnreachedHousehold> Unreached(int disseminationNo, string? villageCode, int skip, int take)
    {
        if (Of(disseminationNo) is not { } held) return [];
        int village = -1;
        if (villageCode is not null && (village = VillageIndex(villageCode)) < 0) return [];
        IEnumerable<int> candidates = village >= 0 ? _villageHouseholds.Value[village] : Enumerable.Range(1, _registry.Households);
        var page = new List<UnreachedHousehold>();
        lock (held.Lock)
        {
            var reach = held.State.Reach;
            var unreached = candidates.Where(h => reach.Contains(h) && reach.OfHousehold(h) < Evidence.Acknowledged);
            if (village >= 0) unreached = unreached.OrderByDescending(VulnerableAtHome);
            foreach (int h in unreached.Skip(skip).Take(Math.Clamp(take, 1, 500)))
            {
                page.Add(Describe(reach, h));
            }
        }
        return page;
    }

    /// <inheritdoc/>
    public IReadOnlyList<UnreachedSite> UnreachedSites(int disseminationNo)
    {
        if (Of(disseminationNo) is not { } held) return [];
        List<(Site Site, Evidence Reached)> sites;
        lock (held.Lock) sites = [.. held.State.Reach.SitesBelow(Evidence.Acknowledged)];
        return [.. sites.OrderByDescending(s => s.Site.HeadcountNight).ThenBy(s => s.Site.SiteNo).Select(s =>
            new UnreachedSite(s.Site.SiteNo, s.Site.Kind, s.Site.Name, _registry.Villages[s.Site.VillageIndex].Code, _registry.Villages[s.Site.VillageIndex].Name, s.Site.HeadcountDay, s.Site.HeadcountNight, s.Site.ReceiverPersonNos, s.Reached))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<TimelineEntry> Timeline(int disseminationNo)
    {
        if (Of(disseminationNo) is not { } held) return [];
        lock (held.Lock) return [.. held.State.Timeline];
    }

    /// <inheritdoc/>
    public async Task<bool> VisitAsync(int disseminationNo, int personNo, Evidence level, Actor by, CancellationToken cancellationToken)
    {
        if (level is not (Evidence.Visited or Evidence.Acknowledged) || Of(disseminationNo) is not { IsClosed: false } held || personNo <= 0 || personNo > _registry.Persons) return false;
        lock (held.Lock)
        {
            if (!held.State.Reach.Contains(_registry.PersonHousehold[personNo])) return false;
        }
        var row = new LedgerEvent
        {
            Kind = LedgerEventKind.Visited, AtTicks = Now, DisseminationNo = disseminationNo, EndpointNo = personNo, Code = (byte)level,
            Body = ClearedRows.Body(new VisitRecord(by.PersonId, by.Name, by.Rule), DispatchJson.Default.VisitRecord),
        };
        await _ledger.AppendAsync(new[] { row }, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Every delivery of a dissemination as it stands, for reports.</summary>
    public IReadOnlyList<DeliveryLine> Deliveries(int disseminationNo)
    {
        if (Of(disseminationNo) is not { } held) return [];
        var lines = new List<DeliveryLine>();
        lock (held.Lock)
        {
            foreach (var set in held.State.Sets)
            {
                for (int slot = 0; slot < set.Count; slot++) lines.Add(new DeliveryLine(new DeliveryKey(disseminationNo, set.Endpoints[slot], set.Channel, set.Purpose), set.OutcomeOf(slot), set.EvidenceOf(slot), set.IsLabelled(slot)));
            }
        }
        return lines;
    }

    private DisseminationView View(Held held)
    {
        lock (held.Lock)
        {
            if (held.Rested is { } closed) return closed.View;
            var state = held.State;
            var phase = state.Cancelled is not null ? DisseminationState.Cancelled
                : state.Superseded ? DisseminationState.Superseded
                : state.IsClosed || Now >= state.Record.ExpiresTicks ? DisseminationState.Expired
                : state.Open == 0 ? DisseminationState.Complete
                : DisseminationState.Running;
            return new DisseminationView
            {
                DisseminationNo = state.DisseminationNo, ProposalNo = state.Record.ProposalNo, Headline = state.Record.Headline, Status = state.Record.Status, Colour = state.Record.Colour, State = phase,
                ClearedTicks = state.ClearedTicks, ExpiresTicks = state.Record.ExpiresTicks, FalseAlarm = state.Cancelled is { FalseAlarm: true }, Channels = [.. state.Sets.Select(Counts)], Started = state.Sets.Where(s => s.Purpose == Purpose.Original).Sum(s => s.Started),
                Households = state.Reach.Households, Persons = state.Reach.Persons, Sequence = state.Sequence, Closed = state.IsClosed, StopCommittedNanoseconds = held.StopCommittedNanoseconds,
            };
        }
    }

    private static ChannelCounts Counts(DeliverySet set) => new()
    {
        Channel = set.Channel, Purpose = set.Purpose, Planned = set.Count, Open = set.Open - set.Of(Outcome.Accepted), InFlight = set.Of(Outcome.InFlight), Accepted = set.Of(Outcome.Accepted), Delivered = set.Of(Outcome.Delivered),
        HandedOff = set.Of(Outcome.HandedOff), Failed = set.Of(Outcome.Failed), Suppressed = set.Of(Outcome.Suppressed), PossibleDuplicates = set.PossibleDuplicates, PossibleLoss = set.PossibleLoss,
    };

    private UnreachedHousehold Describe(ReachBook reach, int household)
    {
        var village = _registry.Villages[_registry.HouseholdVillage[household]];
        int atHome = 0, leastPerson = 0;
        bool anyEndpoint = false;
        var least = Evidence.Visited;
        for (int p = _registry.HouseholdFirstPerson[household]; p < _registry.HouseholdFirstPerson[household + 1]; p++)
        {
            anyEndpoint |= _personHasEndpoint.Value[p];
            if ((_registry.PersonFlags[p] & PersonFlags.Away) != 0) continue;
            atHome++;
            var evidence = reach.OfPerson(p);
            if (leastPerson == 0 || evidence < least) (least, leastPerson) = (evidence, p);
        }
        return new UnreachedHousehold(household, village.Code, village.Name, atHome, VulnerableAtHome(household), reach.OfHousehold(household), leastPerson, anyEndpoint);
    }

    private int VulnerableAtHome(int household)
    {
        int count = 0;
        for (int p = _registry.HouseholdFirstPerson[household]; p < _registry.HouseholdFirstPerson[household + 1]; p++)
        {
            if ((_registry.PersonFlags[p] & PersonFlags.Away) == 0 && (_registry.PersonFlags[p] & PersonFlags.Vulnerable) != 0) count++;
        }
        return count;
    }

    private int VillageIndex(string code)
    {
        for (int v = 0; v < _registry.Villages.Count; v++)
        {
            if (_registry.Villages[v].Code == code) return v;
        }
        return -1;
    }

    private int[][] HouseholdsByVillage()
    {
        var lists = new List<int>[_registry.Villages.Count];
        for (int v = 0; v < lists.Length; v++) lists[v] = [];
        for (int h = 1; h <= _registry.Households; h++) lists[_registry.HouseholdVillage[h]].Add(h);
        return [.. lists.Select(l => l.ToArray())];
    }

    private bool[] PersonsWithEndpoint()
    {
        var has = new bool[_registry.Persons + 1];
        for (int e = 1; e <= _registry.Endpoints; e++) has[_registry.EndpointPerson[e]] = true;
        return has;
    }
}
