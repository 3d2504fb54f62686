using System.Globalization;
using System.Text;
using AlertGateway.Core.Dispatch;

namespace AlertGateway.Simulation;

/// <summary>Everything of a room's state that rows decide, as lines.</summary>
internal static class Fingerprint
{
    public static string Of(DisseminationRoom room)
    {
        var text = new StringBuilder();
        foreach (var state in room.States)
        {
            text.Append(CultureInfo.InvariantCulture, $"d{state.DisseminationNo} serial {state.CancelSerial} cancelled {state.CancelledTicks} superseded {state.Superseded} awake {state.Reach.PersonsAwake} grades {string.Join(',', state.Reach.ByEvidence.ToArray())}\n");
            foreach (var set in state.Sets)
            {
                text.Append(CultureInfo.InvariantCulture, $"d{state.DisseminationNo} {set.Channel} {set.Purpose} closed {set.ClosedBecause} started {set.Started} duplicates {set.PossibleDuplicates} loss {set.PossibleLoss}\n");
                for (int slot = 0; slot < set.Count; slot++)
                {
                    text.Append(CultureInfo.InvariantCulture, $"d{state.DisseminationNo} {set.Channel} {set.Purpose} e{set.Endpoints[slot]} {set.OutcomeOf(slot)} {set.EvidenceOf(slot)} {set.AttemptsOf(slot)} {set.MayHave(slot)} {set.IsLabelled(slot)} {set.NextStartIsLabelled(slot)} {set.StartedTicksOf(slot)}\n");
                }
            }
        }
        return text.ToString();
    }

    public static string FirstDifference(string a, string b)
    {
        foreach (var (served, rebuilt) in a.Split('\n').Zip(b.Split('\n')))
        {
            if (served != rebuilt) return $"served [{served}], rebuilt [{rebuilt}]";
        }
        return "one has more disseminations";
    }
}
