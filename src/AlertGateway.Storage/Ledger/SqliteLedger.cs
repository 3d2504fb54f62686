using System.Threading.Channels;
using AlertGateway.Storage.Audit;
using SQLitePCL;

namespace AlertGateway.Storage.Ledger;

/// <summary>Bounds of the ledger's writer.</summary>
public sealed class SqliteLedgerOptions
{
    /// <summary>Rows in one commit at most. Default: 20,000.</summary>
    public int RowsPerCommitMax { get; set; } = 20_000;

    /// <summary>Appends that may wait for the writer; one more waits outside. Default: 8,192.</summary>
    public int QueuedAppendsMax { get; set; } = 8_192;

    /// <summary>The installation's audit key; made on the first start. Default: <c>audit.key</c> beside the ledger.</summary>
    public string? AuditKeyFile { get; set; }

    /// <summary>Where the signed heads are copied to: another medium or machine is what makes a cut log visible. Default: <c>audit.witness</c> beside the ledger.</summary>
    public string? WitnessFile { get; set; }

    /// <summary>Space set aside for the day when the disk is full, in bytes; at most a quarter of the file system. 0 keeps none. Default: 64 MiB.</summary>
    public long ReserveBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Its monotonic time says when a signed head is due. Default: the machine's.</summary>
    public TimeProvider? Clock { get; set; }
}

/// <summary>
/// The ledger in one SQLite file: WAL, <c>synchronous=FULL</c>, one writer thread, group commit. A commit that fails ends the ledger: it never tries the fsync again, and every later append fails.
/// Thread-safe.
/// </summary>
public sealed class SqliteLedger : ILedger, IDisposable
{
    private const int CheckpointRows = 2_000;

    /// <summary>Pages of 8 KiB in the write-ahead log from which it is copied in any case: 32 MB.</summary>
    private const int CheckpointPages = 4_000;

    /// <summary>Rows in one commit, about, while fewer than these wait; as long as more do, each commit takes four times as many as the one before, and a quarter again once fewer do. Who comes first in a burst need not wait until the last one's rows are written.</summary>
    private const int FirstRows = 256;

    private static readonly TimeSpan IdleWait = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly SqliteLedgerOptions _options;
    private readonly FileStream _lock;
    private readonly sqlite3 _database;
    private readonly RowInsert _insert;
    private readonly Channel<Append> _queue;
    private readonly Thread _writer;
    private readonly AutoResetEvent _woken = new(false);
    private readonly Action _wake;
    private readonly List<ICommitObserver> _observers = [];
    private readonly List<Append> _batch = [];
    private LedgerEvent[] _rows = [];
    private readonly AuditLog _audit;
    private readonly DiskReserve _reserve;
    private readonly TaskCompletionSource<LedgerException> _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastSequence;
    private long _checkpointed;
    private long _pagesLogged;
    private bool _headIsNew;
    private volatile LedgerException? _failure;

    private SqliteLedger(string path, SqliteLedgerOptions options, FileStream fileLock, sqlite3 database, AuditLog audit, string publicPem)
    {
        (_path, _options, _lock, _database, _audit) = (path, options, fileLock, database, audit);
        _lastSequence = SqliteCalls.Number(database, "SELECT ifnull(max(seq),0) FROM event");
        _reserve = new DiskReserve(path + ".reserve", options.ReserveBytes);
        IsShortOfSpace = options.ReserveBytes > 0 && !_reserve.IsThere;
        Witness = new AuditWitness(path, options.WitnessFile ?? Beside(path, "audit.witness"), publicPem);
        _insert = new RowInsert(database);
        _queue = System.Threading.Channels.Channel.CreateBounded<Append>(new BoundedChannelOptions(options.QueuedAppendsMax) { SingleReader = true, AllowSynchronousContinuations = true, FullMode = BoundedChannelFullMode.Wait });
        _wake = () => _woken.Set();
        _writer = new Thread(WriteLoop) { IsBackground = true, Name = "ledger-writer" };
        _writer.Start();
        Witness.Pulse();
    }

    /// <inheritdoc/>
    public long LastSequence => Volatile.Read(ref _lastSequence);

    /// <summary>Why the ledger stopped; null while it works.</summary>
    public LedgerException? Failure => _failure;

    /// <summary>Completes with the reason once the ledger has stopped: the process must end, the next start recovers.</summary>
    public Task<LedgerException> Stopped => _stopped.Task;

    /// <summary>Copies the audit's heads to their second place.</summary>
    public AuditWitness Witness { get; }

    /// <inheritdoc/>
    public bool IsShortOfSpace { get; private set; }

    /// <summary>Opens or creates the ledger and takes its lock, so that two gateways never write one file.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <exception cref="LedgerException">Locked by another process, not a ledger, of a newer format, or SQLite is too old.</exception>
    public static SqliteLedger Open(string path, SqliteLedgerOptions? options = null)
    {
        SqliteGate.Require();
        FileStream fileLock;
        try
        {
            fileLock = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException ex)
        {
            throw new LedgerException($"The ledger {Path.GetFileName(path)} is in use by another process.", ex);
        }

        AuditKey? key = null;
        try
        {
            options ??= new SqliteLedgerOptions();
            string keyFile = options.AuditKeyFile ?? Beside(path, "audit.key");
            if (!File.Exists(keyFile) && LedgerFile.IsSigned(path)) throw new LedgerException($"The audit key {keyFile} is missing, and {Path.GetFileName(path)} was signed with it. Put it back from the backup. Where it is lost for good, move the ledger, its snapshots, audit.key.pub and the witness away together: there they still verify, and a new ledger begins here.");
            key = AuditKey.LoadOrCreate(keyFile);
            var (database, audit) = LedgerFile.Open(path, key, options.Clock);
            return new SqliteLedger(path, options, fileLock, database, audit, key.PublicPem);
        }
        catch
        {
            key?.Dispose();
            fileLock.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Observe(ICommitObserver observer) => _observers.Add(observer);

    /// <inheritdoc/>
    public ValueTask<long> AppendAsync(ReadOnlyMemory<LedgerEvent> events, CancellationToken cancellationToken = default) => AppendAsync(events, Begins(events.Span), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<long> AppendTakingBackAsync(ReadOnlyMemory<LedgerEvent> events, CancellationToken cancellationToken = default) => AppendAsync(events, begins: false, cancellationToken);

    private ValueTask<long> AppendAsync(ReadOnlyMemory<LedgerEvent> events, bool begins, CancellationToken cancellationToken)
    {
        if (_failure is { } failure) throw new LedgerException(failure.Message, failure);
        ArgumentOutOfRangeException.ThrowIfZero(events.Length);
        if (IsShortOfSpace && begins) throw Full();
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<long>(cancellationToken);
        var append = new Append(events, begins);
        return _queue.Writer.TryWrite(append) ? new(append.Done.Task) : QueueAsync(append, cancellationToken);
    }

    /// <summary>The queue is full, or closed.</summary>
    private async ValueTask<long> QueueAsync(Append append, CancellationToken cancellationToken)
    {
        try
        {
            await _queue.Writer.WriteAsync(append, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new LedgerException(_failure?.Message ?? "The ledger is closed.");
        }
        return await append.Done.Task.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Read(long fromSequence, Action<long, ReadOnlySpan<LedgerEvent>> onBatch)
    {
        SqliteCalls.Check(raw.sqlite3_open_v2(_path, out sqlite3 database, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_NOMUTEX, null), database, "open for reading");
        using (database)
        {
            LedgerReader.Read(database, fromSequence, LastSequence, onBatch);
        }
    }

    /// <summary>Single rows, in the order asked for.</summary>
    /// <exception cref="LedgerException">A row is missing or changed; the message names it.</exception>
    public IReadOnlyList<(long Sequence, LedgerEvent Row)> ReadRows(IReadOnlyCollection<long> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        SqliteCalls.Check(raw.sqlite3_open_v2(_path, out sqlite3 database, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_NOMUTEX, null), database, "open for reading");
        using (database)
        {
            return LedgerReader.ReadRows(database, sequences);
        }
    }

    /// <summary>The stored check sum of a row, which tells one ledger from another; null when there is no such row.</summary>
    public uint? ChecksumOf(long sequence)
    {
        SqliteCalls.Check(raw.sqlite3_open_v2(_path, out sqlite3 database, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_NOMUTEX, null), database, "open for reading");
        using (database)
        {
            long crc = SqliteCalls.Number(database, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"SELECT ifnull((SELECT crc FROM event WHERE seq={sequence}),-1)"));
            return crc is >= 0 and <= uint.MaxValue ? (uint)crc : null;
        }
    }

    /// <summary>Reads a ledger file without taking its lock, for reports beside a running gateway.</summary>
    /// <exception cref="LedgerException">A row is missing or changed; the message names it.</exception>
    public static void ReadFile(string path, Action<long, ReadOnlySpan<LedgerEvent>> onBatch)
    {
        SqliteGate.Require();
        SqliteCalls.Check(raw.sqlite3_open_v2(path, out sqlite3 database, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_NOMUTEX, null), database, "open for reading");
        using (database)
        {
            LedgerReader.Read(database, 1, SqliteCalls.Number(database, "SELECT ifnull(max(seq),0) FROM event"), onBatch);
        }
    }

    /// <summary>Number of the last row of a ledger file, without taking its lock.</summary>
    public static long LastSequenceOf(string path)
    {
        SqliteGate.Require();
        SqliteCalls.Check(raw.sqlite3_open_v2(path, out sqlite3 database, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_NOMUTEX, null), database, "open for reading");
        using (database)
        {
            return SqliteCalls.Number(database, "SELECT ifnull(max(seq),0) FROM event");
        }
    }

    /// <summary>Rows that begin something or can be asked for again: with a full disk they are refused.</summary>
    public static bool Begins(ReadOnlySpan<LedgerEvent> events)
    {
        foreach (ref readonly var e in events)
        {
            if (e.Kind is LedgerEventKind.Submitted or LedgerEventKind.Proposed or LedgerEventKind.Signed or LedgerEventKind.AudienceFrozen or LedgerEventKind.RenditionStored or LedgerEventKind.Cleared or LedgerEventKind.Receipt) return true;
        }
        return false;
    }

    public void Dispose()
    {
        _queue.Writer.TryComplete();
        _writer.Join();
        _woken.Dispose();
        Witness.Dispose();
        _audit.Dispose();
        _insert.Dispose();
        _database.Dispose();
        _lock.Dispose();
    }

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

    private static string Beside(string path, string name) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, name);

    private void InsertRow(long sequence, in LedgerEvent e)
    {
        if (e.Body.Length > LedgerEvent.BodyBytesMax) throw new LedgerException($"A ledger row's body of {e.Body.Length} bytes is over the bound.");
        long head = LedgerRow.Head(in e);
        _insert.Run(sequence, head, in e);
        _audit.Row(sequence, head, in e);
    }

    private sealed class Append(ReadOnlyMemory<LedgerEvent> events, bool begins)
    {
        public bool Begins { get; } = begins;

        public ReadOnlyMemory<LedgerEvent> Events { get; } = events;

        public TaskCompletionSource<long> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
