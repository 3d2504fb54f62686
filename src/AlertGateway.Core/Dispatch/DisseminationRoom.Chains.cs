using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core.Dispatch;

/// <summary>Taking back one message of a chain: whoever holds any of its messages is told exactly once (I5).</summary>
public sealed partial class DisseminationRoom
{
    private readonly SortedSet<(int DisseminationNo, ChannelKind Channel, int EndpointNo)> _neverHad = [];

    /// <summary>
    /// The rows that say whom the cancel tells because of an older message of the chain; none where the dissemination stands alone. Of one that a newer one has taken over from, only those are told who hold nothing newer: they get the newer one, or are told by its cancel.
    /// </summary>
    private static List<LedgerEvent> CancelAudiences(Held held, long nowTicks)
    {
        var rows = new List<LedgerEvent>();
        if (held is { Predecessor: null, Successor: null }) return rows;
        foreach (var channel in ChannelsOf(held))
        {
            var seenTo = new HashSet<int>();
            for (var newer = held.Successor; newer is not null; newer = newer.Successor) Add(newer, channel, seenTo, withHolders: true);
            for (var older = held.Predecessor; older is not null; older = older.Predecessor) Add(older, channel, seenTo, withHolders: false);
            var told = new Dictionary<int, byte>();
            for (var holding = held.Successor is null ? held.Predecessor : held; holding is not null; holding = holding.Predecessor)
            {
                lock (holding.Lock)
                {
                    if (holding.State.Set(channel, Purpose.Original) is not { } set) continue;
                    for (int slot = 0; slot < set.Count; slot++)
                    {
                        if (set.IsHeld(slot) && !seenTo.Contains(set.Endpoints[slot])) told.TryAdd(set.Endpoints[slot], set.Languages[slot]);
                    }
                }
            }
            if (told.Count == 0 && held.Successor is null) continue;
            rows.Add(new LedgerEvent
            {
                Kind = LedgerEventKind.CancelAudience, AtTicks = nowTicks, DisseminationNo = held.State.DisseminationNo, Channel = (byte)channel, Body = ClearedRows.AudienceBody([.. told.Keys], [.. told.Values]),
                Code = held.Successor is null ? CancelAudienceCodes.BesideItsOwn : CancelAudienceCodes.InsteadOfItsOwn,
            });
        }
        return rows;
    }

    /// <summary>Whom this one's cancel tells, and with its holders those who have it.</summary>
    private static void Add(Held of, ChannelKind channel, HashSet<int> seenTo, bool withHolders)
    {
        lock (of.Lock)
        {
            if (of.State.Set(channel, Purpose.Cancel) is { } cancel) seenTo.UnionWith(cancel.Endpoints);
            if (!withHolders || of.State.Set(channel, Purpose.Original) is not { } original) return;
            for (int slot = 0; slot < original.Count; slot++)
            {
                if (original.IsHeld(slot)) seenTo.Add(original.Endpoints[slot]);
            }
        }
    }

    /// <summary>Some message of the chain is held there. Where none is, an attempt on the wire at the cancel was not taken after all: the cancel has nothing to do, and ends with the next tick.</summary>
    private bool IsHeldByAny(Held held, ChannelKind channel, int endpointNo)
    {
        for (var sent = held; sent is not null; sent = sent.Predecessor)
        {
            lock (sent.Lock)
            {
                if (sent.State.Set(channel, Purpose.Original) is { } set && set.SlotOf(endpointNo) is >= 0 and var slot && set.IsHeld(slot)) return true;
            }
        }
        lock (_neverHad) _neverHad.Add((held.State.DisseminationNo, channel, endpointNo));
        return false;
    }

    private void EndNeverHad(List<LedgerEvent> rows)
    {
        (int DisseminationNo, ChannelKind Channel, int EndpointNo)[] never;
        lock (_neverHad)
        {
            never = [.. _neverHad];
            _neverHad.Clear();
        }
        foreach (var (no, channel, endpointNo) in never)
        {
            if (Of(no) is not { } held) continue;
            lock (held.Lock)
            {
                if (held.State.Set(channel, Purpose.Cancel) is { } cancel && cancel.SlotOf(endpointNo) is >= 0 and var slot && cancel.OutcomeOf(slot) == Outcome.Planned) rows.Add(held.State.ResultRow(cancel, slot, Now, ResultCode.NotSent, DispatchError.None));
            }
        }
    }

    private static SortedSet<ChannelKind> ChannelsOf(Held held)
    {
        var channels = new SortedSet<ChannelKind>();
        for (Held? older = held; older is not null; older = older.Predecessor)
        {
            lock (older.Lock) channels.UnionWith(older.State.Sets.Select(s => s.Channel));
        }
        return channels;
    }
}
