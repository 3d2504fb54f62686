using AlertGateway.Cap;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core.Dispatch;

/// <summary>Durable rows: each goes to its dissemination, and what a commit opens may begin once all of it is folded.</summary>
public sealed partial class DisseminationRoom
{
    /// <inheritdoc/>
    public void OnCommitted(long firstSequence, ReadOnlySpan<LedgerEvent> events)
    {
        bool work = false;
        List<Held>? opened = null;
        for (int i = 0; i < events.Length;)
        {
            ref readonly var e = ref events[i];
            if (e.DisseminationNo == 0)
            {
                i++;
                continue;
            }
            if (e.Kind is LedgerEventKind.AudienceFrozen or LedgerEventKind.VillageEnds or LedgerEventKind.RenditionStored or LedgerEventKind.Cleared)
            {
                if (Prepare(firstSequence + i, in e) is { } cleared) (opened ??= []).Add(cleared);
                i++;
                continue;
            }
            int no = e.DisseminationNo;
            var held = Of(no);
            if (held is null || held.IsClosed)
            {
                i++;
                continue;
            }
            lock (held.Lock)
            {
                for (; i < events.Length && events[i].DisseminationNo == no; i++)
                {
                    held.Apply(firstSequence + i, in events[i]);
                    if (events[i] is { Kind: LedgerEventKind.Superseded, Number: > 0 and <= int.MaxValue and var newer }) TakesOver((int)newer, held);
                    work |= events[i].Kind is LedgerEventKind.Cancelled or LedgerEventKind.Result;
                }
            }
        }
        foreach (var held in opened ?? []) Opened(held);
        if (work || opened is not null) Work.Pulse();
    }

    /// <summary>What the row opens; null for nothing yet.</summary>
    private Held? Prepare(long sequence, in LedgerEvent e)
    {
        if (Of(e.DisseminationNo) is not null) return null; // A snapshot has it already.
        if (_pending?.DisseminationNo != e.DisseminationNo) _pending = new Pending(e.DisseminationNo);
        RowNumbers.Require(sequence, in e);
        switch (e.Kind)
        {
            case LedgerEventKind.AudienceFrozen:
                var (numbers, languages) = ClearedRows.ReadAudience(e.Body.Span);
                if (e.Channel == 0) _pending.Households = numbers;
                else _pending.Audience.Add(((ChannelKind)e.Channel, numbers, languages));
                break;
            case LedgerEventKind.VillageEnds:
                _pending.VillageEnds = VillageEnds.IsWhole(e.Body.Span) ? VillageEnds.Read(e.Body.Span) : throw new LedgerException($"Ledger row {sequence} does not say until when its villages may be warned.");
                break;
            case LedgerEventKind.RenditionStored:
                _pending.Renditions.Add(ClearedRows.Read(sequence, e.Body.Span, DispatchJson.Default.Rendition));
                break;
            default:
                var record = ClearedRows.Read(sequence, e.Body.Span, DispatchJson.Default.ClearedRecord);
                var held = new Held(new Dissemination(e.DisseminationNo, record, e.AtTicks, _registry, _pending.Households, _pending.Audience, _pending.Renditions, _pending.VillageEnds), _clock);
                _pending = null;
                Hold(held);
                return held;
        }
        return null;
    }

    // The row that supersedes stands before the newer one's clearance when both come from one batch, after it when a person joins them later.
    private void TakesOver(int newer, Held older)
    {
        if (newer <= older.No || older.IsClosed) return; // Numbers rise: a chain that goes round would be waited for without end.
        _takesOver[newer] = older.No;
        if (Of(newer) is { } held) Join(held, older);
    }

    private static void Join(Held newer, Held older)
    {
        (newer.Predecessor, newer.State.OlderNo) = (older, older.No);
        older.Successor = newer;
    }

    private void Hold(Held held)
    {
        var record = held.Record;
        int no = held.No;
        if (!held.IsClosed && _takesOver.GetValueOrDefault(no, held.State.OlderNo) is > 0 and var older && Of(older) is { } predecessor) Join(held, predecessor);
        lock (_openLock)
        {
            var next = new Held?[Math.Max(_held.Length, no)];
            _held.CopyTo(next, 0);
            next[no - 1] = held;
            _held = next;
            _issued = Math.Max(_issued, no);
            _byAlert[new AlertKey(record.Sender, record.Identifier, new DateTimeOffset(record.SentTicks, TimeSpan.Zero), record.SentText)] = no;
        }
    }

    private sealed class Pending(int disseminationNo)
    {
        public int DisseminationNo { get; } = disseminationNo;

        public int[] Households { get; set; } = [];

        public List<(ChannelKind Channel, int[] Endpoints, byte[] Languages)> Audience { get; } = [];

        public long[] VillageEnds { get; set; } = [];

        public List<Rendition> Renditions { get; } = [];
    }
}
