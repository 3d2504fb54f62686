using AlertGateway.Core.Targeting;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Core.Dispatch;

/// <summary>Whom the correction of a false alarm tells beside those whom the warning was for (I5). Decided with the cancel and written before it, so that the fold needs nothing but the ledger.</summary>
public sealed partial class DisseminationRoom
{
    /// <summary>
    /// A horn that stands no further than this from a village or horn of the area is a neighbour's, in kilometres: people there hear, see or are told of what the area was warned of. Villages of a county lie two to three kilometres apart,
    /// and a horn carries one to two. The registry knows no boundaries of villages.
    /// </summary>
    internal const double NeighbourKilometres = 5;

    private static readonly double NeighbourDegrees = double.RadiansToDegrees(NeighbourKilometres / GroundArea.EarthRadiusKm);

    /// <summary>One row a medium; none where a newer message stands, or where the medium was not used or nothing was approved to correct it with.</summary>
    private List<LedgerEvent> Corrections(Held held, long nowTicks)
    {
        var rows = new List<LedgerEvent>();
        if (held.Successor is not null) return rows;
        foreach (var channel in (ReadOnlySpan<ChannelKind>)[ChannelKind.Loudspeaker, ChannelKind.Broadcast])
        {
            if (!held.State.HasCorrection(channel) || CorrectedToo(held, channel) is not { Count: > 0 } told) continue;
            rows.Add(new LedgerEvent
            {
                Kind = LedgerEventKind.CancelAudience, AtTicks = nowTicks, DisseminationNo = held.State.DisseminationNo, Channel = (byte)channel, Code = CancelAudienceCodes.CorrectedToo,
                Body = ClearedRows.AudienceBody([.. told.Keys], [.. told.Values]),
            });
        }
        bool[] awake = AwakeAndUntold(held);
        foreach (var channel in (ReadOnlySpan<ChannelKind>)[ChannelKind.Sms, ChannelKind.Push])
        {
            if (awake.Length == 0 || !held.State.HasCorrection(channel) || Telephones(held, channel, awake) is not { Count: > 0 } told) continue;
            rows.Add(new LedgerEvent
            {
                Kind = LedgerEventKind.CancelAudience, AtTicks = nowTicks, DisseminationNo = held.State.DisseminationNo, Channel = (byte)channel, Code = CancelAudienceCodes.CorrectedToo,
                Body = ClearedRows.AudienceBody([.. told.Keys], [.. told.Values]),
            });
        }
        return rows;
    }

    /// <summary>By household: it knows of the warning by a visit or a word, though nothing that the gateway sent may have reached any of its endpoints. Empty where nobody does.</summary>
    private bool[] AwakeAndUntold(Held held)
    {
        var awake = new bool[_registry.Households + 1];
        int left = 0;
        lock (held.Lock)
        {
            foreach (int household in held.State.Reach.WithEvidence(Evidence.Acknowledged)) (awake[household], left) = (true, left + 1);
        }
        for (var sent = held; sent is not null && left > 0; sent = sent.Predecessor)
        {
            lock (sent.Lock)
            {
                foreach (var set in sent.State.Sets)
                {
                    if (set.Purpose != Purpose.Original) continue;
                    for (int slot = 0; slot < set.Count; slot++)
                    {
                        if (!set.IsHeld(slot)) continue;
                        int household = HouseholdOf(set.Endpoints[slot]);
                        if (!awake[household]) continue;
                        awake[household] = false;
                        left--;
                    }
                }
            }
        }
        return left > 0 ? awake : [];
    }

    private SortedDictionary<int, byte> Telephones(Held held, ChannelKind channel, bool[] awake)
    {
        var told = new SortedDictionary<int, byte>();
        lock (held.Lock)
        {
            if (held.State.Set(channel, Purpose.Original) is not { } own) return told;
            for (int slot = 0; slot < own.Count; slot++)
            {
                if (awake[HouseholdOf(own.Endpoints[slot])]) told.TryAdd(own.Endpoints[slot], own.Languages[slot]);
            }
        }
        return told;
    }

    /// <summary>0 for what is nobody's.</summary>
    private int HouseholdOf(int endpointNo) => _registry.PersonHousehold[_registry.EndpointPerson[endpointNo]];

    /// <summary>Endpoints of a medium that older messages of the chain were for, and those next door, with the number of their programme; not the dissemination's own.</summary>
    private SortedDictionary<int, byte> CorrectedToo(Held held, ChannelKind channel)
    {
        var (own, warned, told) = (new HashSet<int>(), new HashSet<int>(), new SortedDictionary<int, byte>());
        var villages = new bool[_registry.Villages.Count];
        for (var sent = held; sent is not null; sent = sent.Predecessor)
        {
            lock (sent.Lock)
            {
                for (int v = 0; v < villages.Length; v++) villages[v] |= sent.State.Reach.HasVillage(v);
                if (sent.State.Set(channel, Purpose.Original) is not { } set) continue;
                warned.UnionWith(set.Endpoints);
                if (sent == held) own.UnionWith(set.Endpoints);
                else for (int slot = 0; slot < set.Count; slot++) told.TryAdd(set.Endpoints[slot], set.Languages[slot]);
            }
        }
        // An exercise is heard by its own devices alone; a medium that was not used has nothing to correct.
        if (warned.Count > 0 && held.State.Record.Status == "Actual")
        {
            foreach (int endpoint in channel == ChannelKind.Broadcast ? _registry.Stations.Select(s => s.EndpointNo) : HornsNextDoor(villages, warned))
            {
                if ((_registry.EndpointFlags[endpoint] & (EndpointFlags.Disabled | EndpointFlags.Exercise)) == 0) told.TryAdd(endpoint, (byte)0); // the first of the programmes that were approved
            }
        }
        foreach (int endpoint in own) told.Remove(endpoint);
        return told;
    }

    private IEnumerable<int> HornsNextDoor(bool[] villages, HashSet<int> warned)
    {
        var places = new List<(double Latitude, double Longitude)>();
        for (int v = 0; v < villages.Length; v++)
        {
            if (villages[v]) places.Add((_registry.Villages[v].LatitudeDegrees, _registry.Villages[v].LongitudeDegrees));
        }
        foreach (var horn in _registry.Loudspeakers)
        {
            if (warned.Contains(horn.EndpointNo)) places.Add((horn.LatitudeDegrees, horn.LongitudeDegrees));
        }
        return _registry.Loudspeakers.Where(h => !warned.Contains(h.EndpointNo) && places.Exists(p => IsNear(p.Latitude, p.Longitude, h))).Select(h => h.EndpointNo);
    }

    private static bool IsNear(double latitude, double longitude, LoudspeakerSite horn) =>
        Math.Abs(latitude - horn.LatitudeDegrees) <= NeighbourDegrees && GroundArea.DistanceKm(latitude, longitude, horn.LatitudeDegrees, horn.LongitudeDegrees) <= NeighbourKilometres;
}
