using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Core.Dispatch;

/// <summary>Repeat plans of loudspeakers, and the villages that have reported 已转移.</summary>
public sealed partial class DisseminationRoom : IHornPlans
{
    /// <inheritdoc/>
    public bool IsOver(in DeliveryTag tag)
    {
        var key = tag.Key;
        if (key.Channel != ChannelKind.Loudspeaker || Of(key.DisseminationNo) is not { IsClosed: false } held) return true;
        lock (held.Lock)
        {
            var state = held.State;
            if (state.Set(key.Channel, key.Purpose) is not { } set || set.SlotOf(key.EndpointNo) < 0 || Now >= state.NotAfterTicks(set, key.EndpointNo)) return true;
            if (key.Purpose != Purpose.Original) return false;
            if (state.Superseded) return true;
            if (state.Cancelled is not null) return state.Set(key.Channel, Purpose.Cancel) is not { } cancel || cancel.SlotOf(key.EndpointNo) is not (>= 0 and var slot) || cancel.OutcomeOf(slot) >= Outcome.Delivered;
            return VillageOf(key.EndpointNo) is { } village && state.IsEvacuated(village) && state.HornPlanOf(set, key.EndpointNo) is { UntilEvacuated: true };
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<OutgoingDelivery> Living(int endpointNo)
    {
        var living = new List<OutgoingDelivery>();
        if (endpointNo <= 0 || endpointNo > _registry.Endpoints) return living;
        foreach (var held in All())
        {
            lock (held.Lock)
            {
                var state = held.State;
                if (state.Superseded || state.Cancelled is not null || state.Set(ChannelKind.Loudspeaker, Purpose.Original) is not { } set || set.SlotOf(endpointNo) is not (>= 0 and var slot)) continue;
                if (set.OutcomeOf(slot) is not (Outcome.Accepted or Outcome.Delivered or Outcome.HandedOff) || state.HornPlanOf(set, endpointNo) is not { ThenEverySeconds: > 0 } plan) continue;
                if (Now >= state.NotAfterTicks(set, endpointNo) || plan.UntilEvacuated && VillageOf(endpointNo) is { } village && state.IsEvacuated(village)) continue;
                living.Add(new OutgoingDelivery
                {
                    Tag = new DeliveryTag(new DeliveryKey(state.DisseminationNo, endpointNo, ChannelKind.Loudspeaker, Purpose.Original), set.AttemptsOf(slot)), Rendition = state.RenditionFor(ChannelKind.Loudspeaker, Purpose.Original, set.Languages[slot]), Address = default,
                    ExerciseEndpoint = (_registry.EndpointFlags[endpointNo] & EndpointFlags.Exercise) != 0, NotAfterTicks = state.NotAfterTicks(set, endpointNo), StartedTicks = set.StartedTicksOf(slot), Gate = held.GateOf(set, endpointNo),
                });
            }
        }
        return living;
    }

    /// <inheritdoc/>
    public Task<bool> EvacuatedAsync(DeliveryTag tag, Actor by, CancellationToken cancellationToken)
    {
        var key = tag.Key;
        if (VillageOf(key.EndpointNo) is not { } village || Of(key.DisseminationNo) is not { IsClosed: false } held) return Task.FromResult(false);
        lock (held.Lock)
        {
            if (held.State.Set(key.Channel, Purpose.Original) is not { } set || set.SlotOf(key.EndpointNo) < 0) return Task.FromResult(false);
        }
        return EvacuatedAsync(key.DisseminationNo, _registry.Villages[village].Code, evacuated: true, by, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> EvacuatedAsync(int disseminationNo, string villageCode, bool evacuated, Actor by, CancellationToken cancellationToken)
    {
        int village = VillageIndex(villageCode);
        if (village < 0 || Of(disseminationNo) is not { IsClosed: false } held) return false;
        lock (held.Lock)
        {
            if (!held.State.WaitsForEvacuation || held.State.Cancelled is not null) return false;
            if (held.State.IsEvacuated(village) == evacuated) return true;
        }
        var row = new LedgerEvent
        {
            Kind = LedgerEventKind.VillageEvacuated, AtTicks = Now, DisseminationNo = disseminationNo, Code = evacuated ? (byte)1 : (byte)0, Number = long.Parse(villageCode, System.Globalization.CultureInfo.InvariantCulture),
            Body = ClearedRows.Body(new VisitRecord(by.PersonId, by.Name, by.Rule), DispatchJson.Default.VisitRecord),
        };
        await _ledger.AppendAsync(new[] { row }, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    public Evacuation? EvacuationOf(int disseminationNo)
    {
        if (Of(disseminationNo) is not { } held) return null;
        lock (held.Lock) return held.State.WaitsForEvacuation ? new Evacuation([.. held.State.Evacuated.Select(v => _registry.Villages[v].Code)]) : null;
    }

    private int? VillageOf(int endpointNo) => _registry.VillageOf(endpointNo) is >= 0 and var village ? village : null;
}
