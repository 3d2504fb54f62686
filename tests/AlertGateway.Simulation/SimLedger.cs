using AlertGateway.Storage.Ledger;

namespace AlertGateway.Simulation;

/// <summary>What a crash leaves of the commit that was under way. SQLite commits all or nothing; a crash may fall before, after, or between two of them.</summary>
internal enum Tear : byte
{
    /// <summary>Nothing of it.</summary>
    Lost = 0,

    /// <summary>All of it, and nobody was told.</summary>
    KeptUntold = 1,

    /// <summary>The first appends of it.</summary>
    Prefix = 2,
}

/// <summary>The disk: outlives every process.</summary>
internal sealed class SimDisk
{
    public List<LedgerEvent> Rows { get; } = [];

    /// <summary>No room for another row until somebody clears up.</summary>
    public bool Full { get; set; }

    /// <summary>Full as well, but the ledger has a reserve to live on.</summary>
    public bool OnReserve { get; set; }
}

/// <summary>A ledger of one process over the disk: group commit, slow syncs, and whatever a crash leaves.</summary>
internal sealed class SimLedger(SimDisk disk, Scheduler scheduler, Func<bool> alive, Action onFull, Action<long, LedgerEvent> onDurable, Func<ReadOnlyMemory<LedgerEvent>, ReadOnlyMemory<LedgerEvent>>? mishear = null, bool hidesReserve = false, Func<LedgerEvent, bool>? refuses = null, Action<ReadOnlyMemory<LedgerEvent>>? onReserve = null) : ILedger
{
    private readonly List<ICommitObserver> _observers = [];
    private List<(ReadOnlyMemory<LedgerEvent> Rows, TaskCompletionSource<long> Done)> _pending = [];
    private bool _scheduled;

    public long LastSequence => disk.Rows.Count;

    public bool IsShortOfSpace => disk.OnReserve && !hidesReserve;

    public void Observe(ICommitObserver observer) => _observers.Add(observer);

    public void Read(long fromSequence, Action<long, ReadOnlySpan<LedgerEvent>> onBatch)
    {
        var rows = disk.Rows.Skip((int)fromSequence - 1).ToArray();
        for (int i = 0; i < rows.Length; i += 512) onBatch(fromSequence + i, rows.AsSpan(i, Math.Min(512, rows.Length - i)));
    }

    public ValueTask<long> AppendAsync(ReadOnlyMemory<LedgerEvent> events, CancellationToken cancellationToken = default)
    {
        if (!alive()) return new(new TaskCompletionSource<long>().Task); // A dead process waits for ever.
        if (disk.Full)
        {
            scheduler.After(0, onFull);
            throw new LedgerException("The disk is full.");
        }
        if (disk.OnReserve && (Begins(events.Span) || refuses?.Invoke(events.Span[0]) == true)) throw new LedgerFullException("The disk is full.");
        if (disk.OnReserve) onReserve?.Invoke(events);
        // The continuation runs where the commit happens: one thread, one order.
        var done = new TaskCompletionSource<long>();
        _pending.Add((events, done));
        if (!_scheduled)
        {
            _scheduled = true;
            scheduler.After(scheduler.Chance(20) ? scheduler.Between(200_000, 3_000_000) : scheduler.Between(500, 30_000), Commit);
        }
        return new(done.Task);
    }

    // What SqliteLedger refuses.
    private static bool Begins(ReadOnlySpan<LedgerEvent> events)
    {
        foreach (ref readonly var e in events)
        {
            if (e.Kind is LedgerEventKind.Submitted or LedgerEventKind.Proposed or LedgerEventKind.AudienceFrozen or LedgerEventKind.RenditionStored or LedgerEventKind.Cleared or LedgerEventKind.Receipt) return true;
        }
        return false;
    }

    /// <summary>The process dies in the middle of a commit, if one was under way.</summary>
    public void Crash(Tear tear)
    {
        int kept = tear switch { Tear.Lost => 0, Tear.KeptUntold => _pending.Count, _ => _pending.Count / 2 };
        foreach (var (rows, _) in _pending.Take(kept)) Write(rows);
        _pending.Clear();
    }

    private void Commit()
    {
        if (!alive()) return;
        _scheduled = false;
        var batch = _pending;
        _pending = [];
        var first = new long[batch.Count];
        for (int i = 0; i < batch.Count; i++)
        {
            first[i] = disk.Rows.Count + 1;
            Write(batch[i].Rows);
        }
        for (int i = 0; i < batch.Count; i++)
        {
            var told = mishear is null ? batch[i].Rows : mishear(batch[i].Rows);
            if (told.IsEmpty) continue;
            foreach (var observer in _observers) observer.OnCommitted(first[i], told.Span);
        }
        for (int i = 0; i < batch.Count && alive(); i++) batch[i].Done.SetResult(first[i]);
    }

    private void Write(ReadOnlyMemory<LedgerEvent> rows)
    {
        foreach (ref readonly var row in rows.Span)
        {
            disk.Rows.Add(row);
            onDurable(disk.Rows.Count, row);
        }
    }
}
