using System.Threading.Channels;
using SQLitePCL;

namespace AlertGateway.Storage.Ledger;

/// <summary>Bounds of the ledger's writer.</summary>
public sealed class SqliteLedgerOptions
{
    /// <summary>Rows in one commit at most. Default: 20,000.</summary>
    public int RowsPerCommitMax { get; set; } = 20_000;

    /// <summary>Appends that may wait for the writer; one more waits outside. Default: 8,192.</summary>
    public int QueuedAppendsMax { get; set; } = 8_192;
}

/// <summary>
/// The ledger in one SQLite file: WAL, <c>synchronous=FULL</c>, one writer thread, group commit. A commit that fails ends the ledger: it never tries the fsync again, and every later append fails.
/// Thread-safe.
/// </summary>
public sealed class SqliteLedger : ILedger, IDisposable
{
    private const string Insert = "INSERT INTO event(seq,prev,shard,fence,head,at,dissemination,endpoint,number,crc,body) VALUES(?,?,?,?,?,?,?,?,?,?,?)";
    private const string Schema = """
        CREATE TABLE event(
          seq INTEGER PRIMARY KEY, prev INTEGER NOT NULL, shard INTEGER NOT NULL, fence INTEGER NOT NULL, head INTEGER NOT NULL, at INTEGER NOT NULL,
          dissemination INTEGER NOT NULL, endpoint INTEGER NOT NULL, number INTEGER NOT NULL, crc INTEGER NOT NULL, body BLOB) STRICT;
        """;

    private readonly string _path;
    private readonly SqliteLedgerOptions _options;
    private readonly FileStream _lock;
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _insert;
    private readonly Channel<Append> _queue;
    private readonly Thread _writer;
    private readonly List<ICommitObserver> _observers = [];
    private readonly List<Append> _batch = [];
    private long _lastSequence;
    private volatile LedgerException? _failure;

    private SqliteLedger(string path, SqliteLedgerOptions options, FileStream fileLock, sqlite3 database, long lastSequence)
    {
        (_path, _options, _lock, _database, _lastSequence) = (path, options, fileLock, database, lastSequence);
        SqliteCalls.Check(raw.sqlite3_prepare_v2(database, Insert, out _insert), database, "prepare");
        _queue = System.Threading.Channels.Channel.CreateBounded<Append>(new BoundedChannelOptions(options.QueuedAppendsMax) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        _writer = new Thread(WriteLoop) { IsBackground = true, Name = "ledger-writer" };
        _writer.Start();
    }

    /// <inheritdoc/>
    public long LastSequence => Volatile.Read(ref _lastSequence);

    /// <summary>Why the ledger stopped; null while it works.</summary>
    public LedgerException? Failure => _failure;

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

        sqlite3? database = null;
        try
        {
            SqliteCalls.Check(raw.sqlite3_open_v2(path, out database, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX, null), database, "open");
            bool isNew = SqliteCalls.Number(database, "SELECT count(*) FROM sqlite_master") == 0;
            if (isNew) SqliteCalls.Execute(database, $"PRAGMA page_size=8192; PRAGMA application_id={LedgerRow.ApplicationId}; PRAGMA user_version={LedgerRow.FormatVersion};");
            SqliteCalls.Execute(database, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-65536; PRAGMA mmap_size=0;");
            if (isNew) SqliteCalls.Execute(database, Schema);
            if (SqliteCalls.Number(database, "PRAGMA application_id") != LedgerRow.ApplicationId) throw new LedgerException($"{Path.GetFileName(path)} is not a ledger of this program.");
            long version = SqliteCalls.Number(database, "PRAGMA user_version");
            if (version > LedgerRow.FormatVersion) throw new LedgerException($"{Path.GetFileName(path)} has format {version}; this program reads up to {LedgerRow.FormatVersion}.");
            return new SqliteLedger(path, options ?? new SqliteLedgerOptions(), fileLock, database, SqliteCalls.Number(database, "SELECT ifnull(max(seq),0) FROM event"));
        }
        catch
        {
            database?.Dispose();
            fileLock.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Observe(ICommitObserver observer) => _observers.Add(observer);

    /// <inheritdoc/>
    public async ValueTask<long> AppendAsync(ReadOnlyMemory<LedgerEvent> events, CancellationToken cancellationToken = default)
    {
        if (_failure is { } failure) throw new LedgerException(failure.Message, failure);
        ArgumentOutOfRangeException.ThrowIfZero(events.Length);
        var append = new Append(events);
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

    public void Dispose()
    {
        _queue.Writer.TryComplete();
        _writer.Join();
        _insert.Dispose();
        _database.Dispose();
        _lock.Dispose();
    }

    private void WriteLoop()
    {
        var reader = _queue.Reader;
        while (reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            _batch.Clear();
            for (int rows = 0; rows < _options.RowsPerCommitMax && reader.TryRead(out var append); rows += append.Events.Length) _batch.Add(append);
            if (_batch.Count == 0) continue;
            if (_failure is null) Commit();
            if (_failure is { } failure)
            {
                foreach (var append in _batch) append.Done.TrySetException(new LedgerException(failure.Message, failure));
            }
        }
    }

    private void Commit()
    {
        long first = _lastSequence + 1;
        try
        {
            SqliteCalls.Execute(_database, "BEGIN IMMEDIATE");
            long sequence = _lastSequence;
            foreach (var append in _batch)
            {
                foreach (ref readonly var e in append.Events.Span) InsertRow(++sequence, in e);
            }
            SqliteCalls.Execute(_database, "COMMIT");
            Volatile.Write(ref _lastSequence, sequence);
        }
        catch (LedgerException ex)
        {
            // Whatever failed, the disk's state is in doubt: stop, and let the next start recover.
            _failure = ex;
            _queue.Writer.TryComplete();
            return;
        }

        foreach (var append in _batch)
        {
            try
            {
                foreach (var observer in _observers) observer.OnCommitted(first, append.Events.Span);
            }
            catch (Exception ex)
            {
                // Served state and ledger would part here (I12): stop and rebuild from the ledger instead.
                _failure = new LedgerException("Folding a durable batch failed: " + ex.Message, ex);
                _queue.Writer.TryComplete();
                return;
            }
            append.Done.TrySetResult(first);
            first += append.Events.Length;
        }
    }

    private void InsertRow(long sequence, in LedgerEvent e)
    {
        if (e.Body.Length > LedgerEvent.BodyBytesMax) throw new LedgerException($"A ledger row's body of {e.Body.Length} bytes is over the bound.");
        long previous = sequence - 1, head = LedgerRow.Head(in e);
        var body = e.Body.Span;
        raw.sqlite3_bind_int64(_insert, 1, sequence);
        raw.sqlite3_bind_int64(_insert, 2, previous);
        raw.sqlite3_bind_int(_insert, 3, 0);
        raw.sqlite3_bind_int64(_insert, 4, 0);
        raw.sqlite3_bind_int64(_insert, 5, head);
        raw.sqlite3_bind_int64(_insert, 6, e.AtTicks);
        raw.sqlite3_bind_int(_insert, 7, e.DisseminationNo);
        raw.sqlite3_bind_int(_insert, 8, e.EndpointNo);
        raw.sqlite3_bind_int64(_insert, 9, e.Number);
        raw.sqlite3_bind_int64(_insert, 10, LedgerRow.Checksum(sequence, previous, 0, 0, head, e.AtTicks, e.DisseminationNo, e.EndpointNo, e.Number, body));
        if (body.IsEmpty) raw.sqlite3_bind_null(_insert, 11);
        else raw.sqlite3_bind_blob(_insert, 11, body);
        int step = raw.sqlite3_step(_insert);
        raw.sqlite3_reset(_insert);
        if (step != raw.SQLITE_DONE) SqliteCalls.Check(step, _database, "insert");
    }

    private sealed class Append(ReadOnlyMemory<LedgerEvent> events)
    {
        public ReadOnlyMemory<LedgerEvent> Events { get; } = events;

        public TaskCompletionSource<long> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
