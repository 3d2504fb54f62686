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
    public byte OriginalAttempts;

    /// <summary>Route of the newest attempt.</summary>
    public readonly byte Route => Set.RouteOf(Slot);
}

public sealed partial class DisseminationRoom
{
    private static readonly long NotReadyTicks = TimeSpan.FromMilliseconds(20).Ticks;

    /// <summary>What may start now on this channel: cancels and corrections first, then by colour, then the newest; no more of each than the limits allow.</summary>
    internal int Take(ChannelKind channel, Span<TakenDelivery> batch, in TakeLimits limits)
    {
        var held = _held;
        if (held.Length == 0) return 0;
        Span<int> slots = stackalloc int[Math.Min(batch.Length, 512)];
        long now = Now;
        int count = 0;
        foreach (bool takingBack in (ReadOnlySpan<bool>)[true, false])
        {
            if (!takingBack && _ledger.IsShortOfSpace) break; // The rest of the disk is for cancels and results.
            for (int colour = 4; colour >= 0; colour--)
            {
                for (int i = held.Length - 1; i >= 0 && count < batch.Length; i--)
                {
                    if (held[i] is not { MayStart: true } candidate || (int)candidate.State.Record.Colour != colour) continue;
                    int most = Math.Min(batch.Length, takingBack ? limits.All : candidate.State.Record.LifeThreat ? limits.Originals : limits.Ordinary);
                    if (most > count) count += TakeFrom(candidate, channel, takingBack, now, slots, batch[count..most]);
                }
            }
        }
        return count;
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
        long due = long.MaxValue;
        foreach (var held in All())
        {
            if (!held.MayStart) continue;
            lock (held.Lock)
            {
                foreach (var set in held.State.Sets)
                {
                    if (set.Channel == channel && set.ClosedBecause is null) due = Math.Min(due, set.NextDueTicks);
                }
            }
        }
        return due;
    }

    internal static void AskAgain(in TakenDelivery taken, long dueTicks)
    {
        lock (taken.Held.Lock) taken.Set.AskAgain(taken.Slot, dueTicks);
    }

    private static int TakeFrom(Held held, ChannelKind channel, bool takingBack, long now, Span<int> slots, Span<TakenDelivery> batch)
    {
        int count = 0;
        lock (held.Lock)
        {
            bool olderInFlight = OlderInFlight(held, channel);
            Func<int, bool>? ready = takingBack ? e => held.State.OriginalIsSettled(channel, e) && (!olderInFlight || OlderIsSettled(held, channel, e)) : olderInFlight ? e => OlderIsSettled(held, channel, e) : null;
            foreach (var set in held.State.Sets)
            {
                if (set.Channel != channel || takingBack != (set.Purpose is Purpose.Cancel or Purpose.Correction) || count >= batch.Length) continue;
                int taken = set.Take(now, slots[..Math.Min(slots.Length, batch.Length - count)], ready, NotReadyTicks);
                foreach (int slot in slots[..taken]) batch[count++] = Describe(held, set, slot, held.State.StartedRow(set, slot, now));
            }
        }
        return count;
    }

    // I6: an update, and what takes it back, waits, endpoint by endpoint, for what an older message of its chain still has on the wire.
    private static bool OlderInFlight(Held held, ChannelKind channel)
    {
        for (var older = held.Predecessor; older is not null; older = older.Predecessor)
        {
            lock (older.Lock)
            {
                if (older.State.Set(channel, Purpose.Original)?.Of(Outcome.InFlight) > 0) return true;
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
                if (!older.State.OriginalIsSettled(channel, endpointNo)) return false;
            }
        }
        return true;
    }

    private static TakenDelivery Describe(Held held, DeliverySet set, int slot, LedgerEvent row)
    {
        byte originalAttempts = 0;
        if (set.Purpose is Purpose.Cancel or Purpose.Correction && held.State.Set(set.Channel, Purpose.Original) is { } original && original.SlotOf(set.Endpoints[slot]) is >= 0 and var at) originalAttempts = original.AttemptsOf(at);
        return new TakenDelivery { Held = held, Set = set, Slot = slot, Started = row, Rendition = held.State.RenditionFor(set.Channel, set.Purpose, set.Languages[slot]), Gate = held.GateOf(set), OriginalAttempts = originalAttempts };
    }
}
