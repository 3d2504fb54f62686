using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core.Dispatch;

/// <summary>What stays in memory of a closed dissemination: enough to list it and to know its message again.</summary>
/// <param name="Record">As it was cleared.</param>
/// <param name="View">Its last numbers.</param>
public sealed record ClosedDissemination(ClearedRecord Record, DisseminationView View);

/// <summary>History is closed, so that memory, starts and ticks cost what is going on, not what ever was (I11, docs/decisions/0009).</summary>
public sealed partial class DisseminationRoom
{
    /// <summary>Between the end of a message's life and its closing: receipts, door-knocks and confirmations still count that long. Default: 7 days.</summary>
    public static readonly TimeSpan DefaultCloseAfter = TimeSpan.FromDays(7);

    /// <inheritdoc/>
    public bool IsClosed(int disseminationNo) => Of(disseminationNo) is { IsClosed: true };

    /// <summary>A chain is closed whole: as long as one of its messages lives, whoever holds an older one may have to be told.</summary>
    private void CloseAtRest(long nowTicks, List<LedgerEvent> rows)
    {
        foreach (var newest in All())
        {
            if (newest.Successor is not null) continue;
            var chain = new List<Held>();
            for (var held = newest; held is not null; held = held.Predecessor) chain.Add(held);
            if (!chain.TrueForAll(held => IsAtRest(held, nowTicks))) continue;
            for (int i = chain.Count - 1; i >= 0; i--) rows.Add(new LedgerEvent { Kind = LedgerEventKind.Closed, AtTicks = nowTicks, DisseminationNo = chain[i].No });
        }
    }

    private bool IsAtRest(Held held, long nowTicks)
    {
        lock (held.Lock) return held.State.IsAtRest(nowTicks - _closeAfter.Ticks);
    }

    /// <summary>Numbers of those whose state is not in memory.</summary>
    internal IReadOnlyList<int> Rested => [.. _held.OfType<Held>().Where(h => h.Rested is not null).Select(h => h.No)];

    /// <summary>What is kept of a closed one; null while it is not closed.</summary>
    internal ClosedDissemination? ClosedOf(int no) => Of(no) is { IsClosed: true } held ? held.Rested ?? new ClosedDissemination(held.Record, View(held)) : null;

    /// <summary>Lets go of the state of a closed one, which can be had again.</summary>
    internal void Rest(ClosedDissemination closed, Func<Dissemination> again)
    {
        if (Of(closed.View.DisseminationNo) is not { IsClosed: true, Rested: null } held) return;
        lock (held.Lock) held.Rest(closed, again);
    }

    /// <summary>Takes over a closed one without its state. Call before any row is folded.</summary>
    internal void TakeUp(ClosedDissemination closed, Func<Dissemination> again) => Hold(new Held(closed, again, _clock));

    /// <summary>The state of a closed one from the ledger alone; for when the file that has it cannot be read. Reads the whole ledger.</summary>
    /// <exception cref="LedgerException">The ledger has no such dissemination.</exception>
    internal Dissemination Refold(int no)
    {
        var alone = new DisseminationRoom(_ledger, _registry, _clock, _times);
        _ledger.Read(1, (first, rows) =>
        {
            for (int i = 0; i < rows.Length; i++)
            {
                if (rows[i].DisseminationNo == no) alone.OnCommitted(first + i, rows.Slice(i, 1));
            }
        });
        return alone.Of(no)?.State ?? throw new LedgerException($"The ledger has no dissemination {no}.");
    }
}
