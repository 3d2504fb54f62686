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
public sealed partial class SqliteLedger : ILedger, IDisposable
{
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
    private readonly AuditLog _audit;
    private readonly DiskReserve _reserve;
    private readonly TaskCompletionSource<LedgerException> _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastSequence;
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

    private static string Beside(string path, string name) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, name);

    private sealed class Append(ReadOnlyMemory<LedgerEvent> events, bool begins)
    {
        public bool Begins { get; } = begins;

        public ReadOnlyMemory<LedgerEvent> Events { get; } = events;

        public TaskCompletionSource<long> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
