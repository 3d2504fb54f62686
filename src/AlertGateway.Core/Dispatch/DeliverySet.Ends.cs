using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core.Dispatch;

/// <summary>Where villages have ends of their own: what has not started in one by then never does.</summary>
public sealed partial class DeliverySet
{
    private int[]? _byEnd; // slots, the earliest end first; made when first needed
    private int _endedSlots; // of these

    /// <summary>Null where the set ends everywhere at once.</summary>
    internal EndpointEnds? Ends { get; init; }

    /// <summary>By the rows nothing starts any more where the end is at or before this, UTC ticks; 0 for nowhere.</summary>
    internal long EndedTicks { get; private set; }

    /// <summary>The endpoints that have until exactly then, which one order may name together; null where there is no such order.</summary>
    internal int[]? EndpointsUntil(long notAfterTicks)
    {
        if (Ends is null || Channel != ChannelKind.Loudspeaker) return null;
        return [.. ByEnd().Where(s => Ends.Of(Endpoints[s]) == notAfterTicks).Select(s => Endpoints[s])];
    }

    /// <summary>The row that says which villages' ends have come; null where none has, or nothing there waits to start.</summary>
    /// <param name="certainTicks">What has passed for certain: an end after it has not come.</param>
    internal LedgerEvent? EndedRow(int disseminationNo, long nowTicks, long certainTicks)
    {
        if (Ends is null || ClosedBecause is not null || Of(Outcome.Planned) + Of(Outcome.Retrying) == 0 || Ends.LatestBy(certainTicks) is var latest && latest <= EndedTicks) return null;
        return new LedgerEvent { Kind = LedgerEventKind.VillagesEnded, AtTicks = nowTicks, DisseminationNo = disseminationNo, Channel = (byte)Channel, Purpose = (byte)Purpose, Number = latest };
    }

    private bool HasEnded(int slot, long nowTicks) => Ends is not null && Ends.Of(Endpoints[slot]) <= nowTicks;

    private bool IsOver(int slot) => ClosedBecause is not null || HasEnded(slot, EndedTicks);

    private void ApplyEnded(long atTicks)
    {
        if (Ends is null || atTicks <= EndedTicks) return;
        EndedTicks = atTicks;
        if (ClosedBecause is not null) return;
        int[] slots = ByEnd();
        for (; _endedSlots < slots.Length && HasEnded(slots[_endedSlots], atTicks); _endedSlots++) Suppress(slots[_endedSlots]);
    }

    private int[] ByEnd()
    {
        if (_byEnd is not null) return _byEnd;
        var ends = new long[Count];
        var slots = new int[Count];
        for (int slot = 0; slot < slots.Length; slot++) (slots[slot], ends[slot]) = (slot, Ends!.Of(Endpoints[slot]));
        Array.Sort(ends, slots);
        return _byEnd = slots;
    }
}
