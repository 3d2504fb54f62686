using System.Threading.Channels;
using SQLitePCL;

namespace AlertGateway.Storage.Ledger;

/// <summary>The writer's thread: batches, their transaction, what follows from it.</summary>
public sealed partial class SqliteLedger
{
    private const int CheckpointRows = 2_000;

    /// <summary>Pages of 8 KiB in the write-ahead log from which it is copied in any case: 32 MB.</summary>
    private const int CheckpointPages = 4_000;

    /// <summary>Rows in one commit, about, while fewer than these wait; as long as more do, each commit takes four times as many as the one before, and a quarter again once fewer do. Who comes first in a burst need not wait until the last one's rows are written.</summary>
    private const int FirstRows = 256;

    private static readonly TimeSpan IdleWait = TimeSpan.FromSeconds(1);

    private readonly List<Append> _batch = [];
    private LedgerEvent[] _rows = [];
    private bool _headIsNew;
    private long _pagesLogged;
    private long _checkpointed;

    private void WriteLoop()
    {
        var reader = _queue.Reader;
        int take = FirstRows, rows = 0;
        while (WaitForAppends(reader))
        {
            take = (int)Math.Min(rows < take ? Math.Max(FirstRows, take / 4) : 4L * take, _options.RowsPerCommitMax);
            _batch.Clear();
            for (rows = 0; rows < take && reader.TryRead(out var append); rows += append.Events.Length) _batch.Add(append);
            if (_batch.Count == 0) continue;
            if (_failure is null) CommitBatch();
            if (_failure is { } failure)
            {
                foreach (var append in _batch) append.Done.TrySetException(new LedgerException(failure.Message, failure));
            }
        }
        if (_failure is null && _audit.Unsealed > 0) Seal();
    }

    /// <summary>False once the ledger is closed. While nothing comes, what is durable is sealed, and the reserve filled again.</summary>
    private bool WaitForAppends(ChannelReader<Append> reader)
    {
        var more = reader.WaitToReadAsync().AsTask().GetAwaiter();
        if (more.IsCompleted) return more.GetResult();
        // An event, not a task's own wait, which would spin on a core that the senders need.
        more.UnsafeOnCompleted(_wake);
        while (!_woken.WaitOne(_failure is null && (_audit.Unsealed > 0 || IsShortOfSpace) ? IdleWait : Timeout.InfiniteTimeSpan))
        {
            if (_audit.Unsealed > 0) Seal();
            RefillReserve();
            if (_failure is null && _lastSequence - _checkpointed >= CheckpointRows) Checkpoint();
        }
        return more.GetResult();
    }

    private void CommitBatch()
    {
        RefillReserve();
        if (IsShortOfSpace) RefuseBeginnings();
        if (_batch.Count > 0 && !TryCommit(() => Write(), lastChance: false) && _failure is null && _reserve.Release())
        {
            IsShortOfSpace = true;
            RefuseBeginnings();
            if (_batch.Count > 0) TryCommit(() => Write(), lastChance: true);
        }
        if (_failure is null && _batch.Count > 0) Publish();
        TellWitness();
        if (_failure is null && (_pagesLogged += PagesWritten()) >= CheckpointPages) Checkpoint();
    }

    /// <summary>The reserve is for what takes back, ends or records: what begins is refused also where it was handed over before the disk was full.</summary>
    private void RefuseBeginnings()
    {
        foreach (var append in _batch)
        {
            if (append.Begins) append.Done.TrySetException(Full());
        }
        _batch.RemoveAll(a => a.Begins);
    }

    private static LedgerFullException Full() => new("磁盘已满：撤回照常，新的预警和回执暂不受理。The disk is full: cancels go through, nothing new is taken in.");

    private void Seal()
    {
        if (!TryCommit(() => _audit.Seal(), lastChance: false) && _failure is null && _reserve.Release())
        {
            IsShortOfSpace = true;
            TryCommit(() => _audit.Seal(), lastChance: true);
        }
        TellWitness();
    }

    /// <summary>After everybody who waits for the commit: the witness writes and syncs a file of its own meanwhile.</summary>
    private void TellWitness()
    {
        if (_headIsNew) Witness.Pulse();
        _headIsNew = false;
    }

    /// <summary>While nobody waits, or once the log is large. Whoever fills the write-ahead log would pay for all of it otherwise, tens of milliseconds: it may be an earthquake. What is not copied now (a reader, a full disk) stays in the log.</summary>
    /// <remarks>SQLite's own checkpoint after a commit keeps its errors to itself, a failed fsync among them: it is switched off.</remarks>
    private void Checkpoint()
    {
        (_checkpointed, _pagesLogged) = (_lastSequence, 0);
        int code = raw.sqlite3_wal_checkpoint_v2(_database, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _);
        if (Stops(code)) Stop(new LedgerException($"The ledger's write-ahead log could not be copied into its file (SQLite {code})."));
    }

    /// <summary>Whether a checkpoint that ended so leaves the file in doubt.</summary>
    internal static bool Stops(int code) => (code & 0xFF) is not (raw.SQLITE_OK or raw.SQLITE_BUSY or raw.SQLITE_FULL);

    /// <summary>Pages that went into the write-ahead log since the last call.</summary>
    private int PagesWritten()
    {
        _ = raw.sqlite3_db_status(_database, raw.SQLITE_DBSTATUS_CACHE_WRITE, out int pages, out _, 1);
        return pages;
    }

    private void RefillReserve()
    {
        if (!IsShortOfSpace) return;
        _reserve.Refill();
        if (_reserve.IsThere) IsShortOfSpace = false;
    }

    /// <summary>One transaction. False when the disk is full and the caller may make room; whatever else fails ends the ledger.</summary>
    private bool TryCommit(Action write, bool lastChance)
    {
        try
        {
            SqliteCalls.Execute(_database, "BEGIN IMMEDIATE");
            write();
            SqliteCalls.Execute(_database, "COMMIT");
            _headIsNew |= _audit.IsHeadNew;
            _audit.Committed();
            return true;
        }
        catch (LedgerException ex)
        {
            if (ex is LedgerFullException && !lastChance && _reserve.IsThere && RollBack()) return false;
            // The disk's state is in doubt, and an fsync is never tried again: stop, and let the next start recover.
            Stop(ex);
            return false;
        }
    }

    private bool RollBack()
    {
        if (raw.sqlite3_get_autocommit(_database) == 0 && raw.sqlite3_exec(_database, "ROLLBACK") != raw.SQLITE_OK) return false;
        _audit.RolledBack();
        return true;
    }

    private void Write()
    {
        int rows = 0;
        foreach (var append in _batch) rows += append.Events.Length;
        long sequence = _lastSequence;
        _audit.Begin(sequence + 1, rows);
        foreach (var append in _batch)
        {
            foreach (ref readonly var e in append.Events.Span) InsertRow(++sequence, in e);
        }
        _audit.End();
    }

    /// <summary>Hands the commit to the rooms as one run of rows, then answers every appender: a room takes its lock once a commit, not once a row.</summary>
    private void Publish()
    {
        long first = _lastSequence + 1;
        var rows = Rows();
        Volatile.Write(ref _lastSequence, _lastSequence + rows.Length);
        try
        {
            foreach (var observer in _observers) observer.OnCommitted(first, rows);
        }
        catch (Exception ex)
        {
            // Served state and ledger would part here (I12): stop and rebuild from the ledger instead.
            Stop(new LedgerException("Folding a durable batch failed: " + ex.Message, ex));
            return;
        }
        if (_batch.Count > 1) _rows.AsSpan(0, rows.Length).Clear(); // bodies may be large
        foreach (var append in _batch)
        {
            append.Done.TrySetResult(first);
            first += append.Events.Length;
        }
    }

    private ReadOnlySpan<LedgerEvent> Rows()
    {
        if (_batch.Count == 1) return _batch[0].Events.Span;
        int count = 0;
        foreach (var append in _batch) count += append.Events.Length;
        if (_rows.Length < count) _rows = new LedgerEvent[Math.Max(count, Math.Min(2 * _rows.Length, _options.RowsPerCommitMax))];
        int at = 0;
        foreach (var append in _batch)
        {
            append.Events.Span.CopyTo(_rows.AsSpan(at));
            at += append.Events.Length;
        }
        return _rows.AsSpan(0, count);
    }

    private void Stop(LedgerException failure)
    {
        _failure = failure;
        _queue.Writer.TryComplete();
        _stopped.TrySetResult(failure);
    }

    private void InsertRow(long sequence, in LedgerEvent e)
    {
        if (e.Body.Length > LedgerEvent.BodyBytesMax) throw new LedgerException($"A ledger row's body of {e.Body.Length} bytes is over the bound.");
        long head = LedgerRow.Head(in e);
        _insert.Run(sequence, head, in e);
        _audit.Row(sequence, head, in e);
    }
}
