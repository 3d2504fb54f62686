using AlertGateway.Core.Rendering;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core.Dispatch;

/// <summary>One slot handed to a lane: reserved in its set, its Started row not yet appended.</summary>
internal struct TakenDelivery
{
    public DisseminationRoom.Held Held;
    public DeliverySet Set;
    public int Slot;
    public LedgerEvent Started;
    public Rendition Rendition;
    public SetGate Gate;

    /// <summary>Of what takes back: the dissemination and the last attempt of the message that goes.</summary>
    public int OriginalNo;
    public byte OriginalAttempts;

    /// <summary>Route of the newest attempt.</summary>
    public readonly byte Route => Set.RouteOf(Slot);
}

public sealed partial class DisseminationRoom
{
    private static readonly long NotReadyTicks = TimeSpan.FromMilliseconds(20).Ticks;

    private int _turn; // of the odd place, where two share
    private readonly uint[] _rounds = new uint[byte.MaxValue + 1]; // by channel: who comes first, where several share

    /// <summary>
    /// What may start now on this channel, no more of each than the limits allow: cancels and corrections first, then by <see cref="Held.Rank"/>. Warnings of one rank have equal shares, so that the danger zone of an older one does not wait for the
    /// whole city of a newer one; what one of them leaves, the newest has first. While something that threatens life waits, taking back what does not has half of the room at most, and whatever is left.
    /// </summary>
    internal int Take(ChannelKind channel, Span<TakenDelivery> batch, in TakeLimits limits)
    {
        var held = _held;
        var waiting = ByRank(held, stackalloc int[64]);
        if (waiting.IsEmpty) return 0;
        Span<int> slots = stackalloc int[Math.Min(batch.Length, 512)];
        long now = Now;
        int count = 0;
        uint round = _rounds[(byte)channel]++;
        bool yields = YieldsToHorns(channel, held), shares = !yields && IsUrgentWaiting(channel, held);
        int lesser = shares ? (limits.All + (_turn ^= 1)) / 2 : limits.All;
        foreach (bool takingBack in shares ? (ReadOnlySpan<bool>)[true, false, true] : [true, false])
        {
            if (!takingBack && (yields || _ledger.IsShortOfSpace)) continue; // The rest of the disk is for cancels and results.
            for (int from = 0, to; from < waiting.Length; from = to)
            {
                for (to = from + 1; to < waiting.Length && held[waiting[to]]!.Rank == held[waiting[from]]!.Rank;) to++;
                // Of two earthquakes the newer one has more of its seconds left.
                int peers = held[waiting[from]]!.Rank == Held.HighestRank ? 1 : to - from;
                int first = peers > 1 ? (int)(round % (uint)peers) : 0;
                for (int turn = peers > 1 ? 0 : peers; turn < peers + (to - from) && count < batch.Length; turn++)
                {
                    bool once = turn < peers;
                    var candidate = held[waiting[from + (once ? (first + turn) % peers : turn - peers)]]!;
                    int most = Math.Min(batch.Length, takingBack ? (candidate.Record.LifeThreat ? limits.All : lesser) : candidate.Record.LifeThreat ? limits.Originals : limits.Ordinary);
                    if (once) most = count + ((most - count + peers - turn - 1) / (peers - turn));
                    if (most > count) count += TakeFrom(candidate, channel, takingBack, now, slots, batch[count..most]);
                }
            }
            if (!takingBack) lesser = limits.All;
        }
        return count;
    }

    /// <summary>Places of those that may start something, the most urgent first, of one rank the newest first.</summary>
    private static Span<int> ByRank(Held?[] held, Span<int> space)
    {
        int count = 0;
        foreach (var candidate in held) count += candidate is { MayStart: true } ? 1 : 0;
        if (count > space.Length) space = new int[count];
        int at = 0;
        for (int rank = Held.HighestRank; rank >= 0 && at < count; rank--)
        {
            for (int i = held.Length - 1; i >= 0 && at < count; i--)
            {
                if (held[i] is { MayStart: true } candidate && candidate.Rank == rank) space[at++] = i;
            }
        }
        return space[..at];
    }

    // Whatever goes to single persons: it would take the processor, the disk and the network from what wakes whole villages.
    private static bool YieldsToHorns(ChannelKind channel, Held?[] held) => channel is ChannelKind.Push or ChannelKind.Sms && Array.Exists(held, h => h is { HornsBegin: true });

    private static bool IsUrgentWaiting(ChannelKind channel, Held?[] held)
    {
        foreach (var candidate in held)
        {
            if (candidate is not { MayStart: true, State.Record.LifeThreat: true }) continue;
            lock (candidate.Lock)
            {
                if (candidate.State.Set(channel, Purpose.Original) is { ClosedBecause: null } set && set.Of(Outcome.Planned) + set.Of(Outcome.Retrying) > 0) return true;
            }
        }
        return false;
    }

    /// <summary>Attempts with unknown outcome that may be asked for now.</summary>
    internal int TakeAsks(ChannelKind channel, Span<TakenDelivery> batch)
    {
        Span<int> slots = stackalloc int[Math.Min(batch.Length, 128)];
        int count = 0;
        foreach (var held in All())
        {
            lock (held.Lock)
            {
                foreach (var set in held.State.Sets)
                {
                    if (set.Channel != channel || count >= batch.Length) continue;
                    int taken = set.TakeAsks(Now, slots[..Math.Min(slots.Length, batch.Length - count)]);
                    foreach (int slot in slots[..taken]) batch[count++] = Describe(held, set, slot, held.State.ResultRow(set, slot, set.StartedTicksOf(slot), ResultCode.Unknown, DispatchError.None));
                }
            }
        }
        return count;
    }

    /// <summary>Earliest retry of the channel, UTC ticks.</summary>
    internal long NextDueTicks(ChannelKind channel)
    {
        long due = YieldsToHorns(channel, _held) ? Now + NotReadyTicks : long.MaxValue;
        foreach (var held in All())
        {
            if (!held.MayStart) continue;
            lock (held.Lock)
            {
                foreach (var set in held.State.Sets)
                {
                    if (set.Channel == channel && set.ClosedBecause is null && !held.IsHeldBack(set)) due = Math.Min(due, set.NextDueTicks);
                }
            }
        }
        return due;
    }

    internal static void AskAgain(in TakenDelivery taken, long dueTicks)
    {
        lock (taken.Held.Lock) taken.Set.AskAgain(taken.Slot, dueTicks);
    }

    private int TakeFrom(Held held, ChannelKind channel, bool takingBack, long now, Span<int> slots, Span<TakenDelivery> batch)
    {
        int count = 0;
        lock (held.Lock)
        {
            bool olderInFlight = OlderInFlight(held, channel);
            Func<int, bool>? ready = takingBack ? e => held.State.OriginalIsSettled(channel, e) && (!olderInFlight || OlderIsSettled(held, channel, e)) : olderInFlight ? e => OlderIsSettled(held, channel, e) : null;
            foreach (var set in held.State.Sets)
            {
                if (set.Channel != channel || takingBack != (set.Purpose is Purpose.Cancel or Purpose.Correction) || count >= batch.Length || held.IsHeldBack(set)) continue;
                var mayStart = held.Predecessor is not null && set.Purpose == Purpose.Cancel && !held.State.IsToldToAll(channel) ? e => ready!(e) && IsHeldByAny(held, channel, e) : ready;
                int taken = set.Take(now, slots[..Math.Min(slots.Length, batch.Length - count)], mayStart, NotReadyTicks);
                foreach (int slot in slots[..taken]) batch[count++] = Describe(held, set, slot, held.State.StartedRow(set, slot, now));
            }
        }
        return count;
    }

    // I6: an update, and what takes it back, waits, endpoint by endpoint, for what an older message of its chain still has on the wire, and for what takes that one back: an all-clear that comes after the update would be believed.
    private static bool OlderInFlight(Held held, ChannelKind channel)
    {
        for (var older = held.Predecessor; older is not null; older = older.Predecessor)
        {
            lock (older.Lock)
            {
                if (older.State.HoldsUpNewer(channel)) return true;
            }
        }
        return false;
    }

    private static bool OlderIsSettled(Held held, ChannelKind channel, int endpointNo)
    {
        for (var older = held.Predecessor; older is not null; older = older.Predecessor)
        {
            lock (older.Lock)
            {
                if (!older.State.OriginalIsSettled(channel, endpointNo) || !older.State.TakingBackIsSettled(channel, endpointNo)) return false;
            }
        }
        return true;
    }

    private static TakenDelivery Describe(Held held, DeliverySet set, int slot, LedgerEvent row)
    {
        var taken = new TakenDelivery { Held = held, Set = set, Slot = slot, Started = row, Rendition = held.State.RenditionFor(set.Channel, set.Purpose, set.Languages[slot]), Gate = held.GateOf(set, set.Endpoints[slot]) };
        if (set.Purpose is Purpose.Cancel or Purpose.Correction) (taken.OriginalNo, taken.OriginalAttempts) = TakenBack(held, set.Channel, set.Endpoints[slot]);
        return taken;
    }

    /// <summary>The newest message of the chain that the endpoint was sent; no attempts where there is none.</summary>
    private static (int No, byte Attempts) TakenBack(Held held, ChannelKind channel, int endpointNo)
    {
        for (var sent = held; sent is not null; sent = sent.Predecessor)
        {
            lock (sent.Lock)
            {
                if (sent.State.Set(channel, Purpose.Original) is { } original && original.SlotOf(endpointNo) is >= 0 and var slot && original.AttemptsOf(slot) is > 0 and var attempts && (sent.Predecessor is null || original.IsHeld(slot))) return (sent.State.DisseminationNo, attempts);
            }
        }
        return default;
    }
}
