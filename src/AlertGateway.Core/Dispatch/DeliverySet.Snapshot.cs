using AlertGateway.Core.Tracking;

namespace AlertGateway.Core.Dispatch;

/// <summary>The folded part of a set as bytes: what rows made, nothing that a lane has in hand. Queues are made anew from it.</summary>
public sealed partial class DeliverySet
{
    private const SlotFlags Folded = SlotFlags.MayHave | SlotFlags.PossibleDuplicate | SlotFlags.PossibleLoss | SlotFlags.Doubtful | SlotFlags.Unreached | SlotFlags.HoldsOlder;

    internal void Save(SnapshotWriter to)
    {
        to.Put((byte)Channel);
        to.Put((byte)Purpose);
        to.Put((short)(ClosedBecause is { } because ? (byte)because : -1));
        to.Put(_lastAcceptedTicks);
        to.Put(EndedTicks);
        to.PutAll<int>(Endpoints);
        to.PutAll<byte>(Languages);
        to.PutAll<Outcome>(_outcome);
        to.PutAll<Evidence>(_evidence);
        to.PutAll<byte>(_attempts);
        to.PutAll<byte>(_routes);
        var flags = new SlotFlags[Count];
        for (int slot = 0; slot < flags.Length; slot++) flags[slot] = _flags[slot] & Folded;
        to.PutAll<SlotFlags>(flags);
        to.PutAll<long>(_startedTicks);
        to.PutAll<long>(_whenTicks);
    }

    /// <exception cref="InvalidDataException">The bytes are no such set.</exception>
    internal static DeliverySet Load(ref SnapshotReader from, bool lifeThreat, EndpointEnds? ends)
    {
        var channel = (ChannelKind)from.Get<byte>();
        var purpose = (Purpose)from.Get<byte>();
        short closed = from.Get<short>();
        long lastAccepted = from.Get<long>(), ended = from.Get<long>();
        int[] endpoints = from.GetAll<int>().ToArray();
        byte[] languages = from.GetAll<byte>().ToArray();
        var columns = new Columns(from.GetAll<Outcome>().ToArray(), from.GetAll<Evidence>().ToArray(), from.GetAll<byte>().ToArray(), from.GetAll<byte>().ToArray(), from.GetAll<SlotFlags>().ToArray(), from.GetAll<long>().ToArray(), from.GetAll<long>().ToArray());
        var set = new DeliverySet(channel, purpose, ChannelClasses.Of(channel), endpoints, languages, lifeThreat, columns)
        {
            ClosedBecause = closed < 0 ? null : (DispatchError)closed, _lastAcceptedTicks = lastAccepted, EndedTicks = ended, Ends = purpose == Purpose.Original ? ends : null,
        };
        set.MakeQueues();
        return set;
    }

    private void MakeQueues()
    {
        var accepted = new List<int>();
        var parked = new List<int>();
        _cursor = Count;
        for (int slot = 0; slot < Count; slot++)
        {
            var outcome = _outcome[slot];
            if (outcome > Outcome.Suppressed || _evidence[slot] > Evidence.Visited) throw new InvalidDataException("A set of the snapshot has a state that does not exist.");
            _byOutcome[(int)outcome]++;
            if (_attempts[slot] != 0) _started++;
            if ((_flags[slot] & SlotFlags.PossibleDuplicate) != 0) _possibleDuplicates++;
            if ((_flags[slot] & SlotFlags.PossibleLoss) != 0) _possibleLoss++;
            switch (outcome)
            {
                case Outcome.Planned when _cursor == Count:
                    _cursor = slot;
                    break;
                case Outcome.Retrying when (_flags[slot] & SlotFlags.Unreached) != 0:
                    _flags[slot] |= SlotFlags.Parked;
                    parked.Add(slot);
                    break;
                case Outcome.Retrying:
                    _retries.Enqueue(slot, _whenTicks[slot]);
                    break;
                case Outcome.Unknown:
                    _asks.Enqueue(slot, _whenTicks[slot]);
                    break;
                case Outcome.Accepted:
                    accepted.Add(slot);
                    break;
            }
        }
        foreach (int slot in ByTime(accepted)) _awaitingReceipt.Enqueue((slot, _whenTicks[slot]));
        foreach (int slot in ByTime(parked)) _parked.Enqueue((slot, _whenTicks[slot]));
    }

    private int[] ByTime(List<int> slots)
    {
        int[] sorted = [.. slots];
        var times = new long[sorted.Length];
        for (int i = 0; i < sorted.Length; i++) times[i] = _whenTicks[sorted[i]];
        Array.Sort(times, sorted);
        return sorted;
    }
}
