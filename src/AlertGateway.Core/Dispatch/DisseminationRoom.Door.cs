using AlertGateway.Core.Tracking;

namespace AlertGateway.Core.Dispatch;

/// <summary>Whom only a knock at the door can tell that there was nothing.</summary>
public sealed partial class DisseminationRoom
{
    /// <inheritdoc/>
    public IReadOnlyList<UnreachedHousehold> ToBeToldAtTheDoor(int disseminationNo)
    {
        if (Of(disseminationNo) is not { } held) return [];
        lock (held.Lock)
        {
            var state = held.State;
            if (state.Cancelled is not { ToldToAll: true }) return [];
            var seenTo = new HashSet<int>(state.ToldAtDoor);
            foreach (var set in state.Sets)
            {
                if (set.Purpose is not (Purpose.Cancel or Purpose.Correction) || Dissemination.IsHeardByAll(set.Channel)) continue;
                for (int slot = 0; slot < set.Count; slot++)
                {
                    if (set.OutcomeOf(slot) is not (Outcome.Failed or Outcome.Suppressed)) seenTo.Add(HouseholdOf(set.Endpoints[slot]));
                }
            }
            return [.. state.Reach.WithEvidence(Evidence.Accepted).Where(h => !seenTo.Contains(h)).Select(h => Describe(state.Reach, h)).Select(h => h.LeastReachedPersonNo > 0 ? h : h with { LeastReachedPersonNo = _registry.HouseholdFirstPerson[h.HouseholdNo] })];
        }
    }
}
