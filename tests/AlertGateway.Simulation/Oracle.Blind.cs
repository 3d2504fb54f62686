using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Simulation;

/// <summary>I2 where somebody may have it twice: each extra is labelled; on a blind channel what threatens life has one and the rest none, and whatever nobody can answer for is counted as a possible loss.</summary>
internal sealed partial class Oracle
{
    private bool ThreatensLife(DeliveryKey key) => _messageOf.TryGetValue(key.DisseminationNo, out var message) && message.IsLifeThreat;

    /// <summary>An attempt starts though an earlier one may have been taken.</summary>
    private void JudgeExtra(DeliveryKey key, in LedgerEvent e)
    {
        if (ChannelClasses.Of(key.Channel) != AdapterClass.Idempotent && e.Code != StartedCodes.PossibleDuplicate) Fail($"I2: attempt {e.Attempt} of {key} is not labelled, and an earlier one was in doubt", key.EndpointNo);
    }

    private string? BlindIsFinalBecause(DeliveryKey key, Attempts attempts) => attempts.Doubts > 1 ? "it had its one extra message" : ThreatensLife(key) ? null : "nobody can say what became of it, and it threatens no life";

    /// <summary>On a blind channel nobody reports anything: each delivery that ended without an acceptance and with a doubt is counted as a possible loss, and no other one.</summary>
    private void JudgeLosses(Dissemination state, DeliverySet set)
    {
        if (set.Class != AdapterClass.Blind) return;
        int doubtful = Enumerable.Range(0, set.Count).Count(s => _attempts.TryGetValue(KeyOf(state, set, s), out var attempts) && attempts is { Doubts: > 0, Last: not ResultCode.Accepted });
        if (doubtful != set.PossibleLoss) Fail($"I2: of d{state.DisseminationNo} {set.Channel} {set.Purpose} {doubtful} ended in doubt, {set.PossibleLoss} are counted as possible losses");
    }

    /// <summary>Whoever was told to forget a message is told again only after they may have had a newer one of its chain.</summary>
    private void JudgeToldOnce(FarSide far)
    {
        foreach (var told in far.Effects.Keys.Where(k => k.Purpose == Purpose.Cancel).GroupBy(k => (ChainOf(k.DisseminationNo), k.EndpointNo, k.Channel)))
        {
            int before = 0;
            foreach (var key in told.OrderBy(k => k.DisseminationNo))
            {
                if (before > 0 && !Enumerable.Range(before + 1, key.DisseminationNo - before).Any(no => ChainOf(no) == ChainOf(before) && _mayHave.Contains(new DeliveryKey(no, key.EndpointNo, key.Channel, Purpose.Original)))) Fail($"I5: {key} was told again what the cancel of dissemination {before} had told", key.EndpointNo);
                before = key.DisseminationNo;
                if (far.Effects.ContainsKey(key with { Purpose = Purpose.Correction })) Fail($"I5: {key} was told twice, by a cancel and by a correction", key.EndpointNo);
            }
        }
    }
}
