using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Simulation;

/// <summary>After a false alarm every horn and transmitter that it, or what it took over from, was for or that stands next door says once that there was nothing (I5).</summary>
internal sealed partial class Oracle
{
    private readonly Dictionary<int, CancelRecord> _cancels = [];
    private readonly HashSet<int> _falseAlarms = [];

    private void CancelledIsDurable(in LedgerEvent e)
    {
        var record = JsonSerializer.Deserialize(e.Body.Span, DispatchJson.Default.CancelRecord)!;
        if (!_cancels.TryAdd(e.DisseminationNo, record)) return;
        // Where a newer message stands, only those are told who hold nothing newer.
        if (record.FalseAlarm && !_stopped.Contains(e.DisseminationNo)) _falseAlarms.Add(e.DisseminationNo);
    }

    /// <summary>Its words are for everybody around, whatever became of the attempt that was on the wire.</summary>
    private bool CorrectsForAll(DeliveryKey key) => IsHeardByAll(key.Channel) && _cancels.TryGetValue(key.DisseminationNo, out var record) && record is { FalseAlarm: true, ToldToAll: true };

    private void JudgeCorrection(Dissemination state)
    {
        if (!_falseAlarms.Contains(state.DisseminationNo)) return;
        foreach (int endpoint in run.Town.Everybody)
        {
            var channel = (ChannelKind)run.Town.Registry.EndpointChannel[endpoint];
            if (!MayBeCorrected(state.DisseminationNo, channel, endpoint)) continue;
            DeliverySet[] told = [.. state.Sets.Where(s => s.Channel == channel && s.Purpose is Purpose.Cancel or Purpose.Correction && s.SlotOf(endpoint) >= 0)];
            if (told.Length != 1) Fail($"I5: {channel} {endpoint} is told {told.Length} times that dissemination {state.DisseminationNo} was a false alarm", endpoint);
            else if (told[0].OutcomeOf(told[0].SlotOf(endpoint)) == Outcome.Suppressed && state.CancelledTicks + Dissemination.CancelLife.Ticks > run.Scheduler.Clock.WallTicks) Fail($"I5: {channel} {endpoint} is not told that dissemination {state.DisseminationNo} was a false alarm", endpoint);
        }
    }

    /// <summary>It is heard by all around, the medium was used in the chain, and it was for this endpoint or is next door; an exercise is corrected within its own world.</summary>
    private bool MayBeCorrected(int no, ChannelKind channel, int endpoint)
    {
        if (!IsHeardByAll(channel)) return false;
        HashSet<int> warned = [.. Chain(new DeliveryKey(no, endpoint, channel, Purpose.Original)).SelectMany(k => _audience.GetValueOrDefault(k.DisseminationNo) ?? []).Where(e => (ChannelKind)run.Town.Registry.EndpointChannel[e] == channel)];
        return warned.Contains(endpoint) || (warned.Count > 0 && _messageOf[no].Status == AlertStatus.Actual && !run.Town.IsExercise(endpoint) && run.Town.IsNextDoor(endpoint));
    }

    /// <summary>The row as older ledgers have it.</summary>
    public static LedgerEvent AsBefore(in LedgerEvent cancelled) =>
        cancelled with { Body = ClearedRows.Body(JsonSerializer.Deserialize(cancelled.Body.Span, DispatchJson.Default.CancelRecord)! with { ToldToAll = false }, DispatchJson.Default.CancelRecord) };

    private static bool IsHeardByAll(ChannelKind channel) => channel is ChannelKind.Loudspeaker or ChannelKind.Broadcast;
}
