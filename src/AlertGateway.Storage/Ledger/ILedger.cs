namespace AlertGateway.Storage.Ledger;

/// <summary>Sees every durable batch in ledger order, on the writer's thread, before the appender's task completes. Must be quick and must not throw.</summary>
public interface ICommitObserver
{
    /// <param name="firstSequence">Number of the first row; the others follow without a gap.</param>
    /// <param name="events">The rows, in order.</param>
    void OnCommitted(long firstSequence, ReadOnlySpan<LedgerEvent> events);
}

/// <summary>The durable truth: append-only rows, numbered from 1 without gaps.</summary>
public interface ILedger
{
    /// <summary>Number of the last durable row; 0 when empty.</summary>
    long LastSequence { get; }

    /// <summary>
    /// Appends all rows or none. The task completes once they are on disk and every observer has folded them; its value is the number of the first row.
    /// </summary>
    /// <exception cref="LedgerException">The ledger can no longer keep its promise (write or fsync failed, disk full). Nothing was appended.</exception>
    ValueTask<long> AppendAsync(ReadOnlyMemory<LedgerEvent> events, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="AppendAsync"/>, for what takes back: a source's cancel, its draft on the desk, the signature under it. A full disk does not refuse it, whatever kinds its rows are of.</summary>
    /// <exception cref="LedgerException">As with <see cref="AppendAsync"/>.</exception>
    ValueTask<long> AppendTakingBackAsync(ReadOnlyMemory<LedgerEvent> events, CancellationToken cancellationToken = default) => AppendAsync(events, cancellationToken);

    /// <summary>Reads durable rows from <paramref name="fromSequence"/> on, in order, handing them over in batches.</summary>
    /// <exception cref="LedgerException">A row's check sum or predecessor is wrong; the message names the row.</exception>
    void Read(long fromSequence, Action<long, ReadOnlySpan<LedgerEvent>> onBatch);

    /// <summary>The disk is full and the ledger lives on its reserve: what takes back, ends or records still commits; nothing new should be begun.</summary>
    bool IsShortOfSpace => false;

    /// <summary>Adds an observer. Call before the first append.</summary>
    void Observe(ICommitObserver observer);
}

/// <summary>The disk is full: this append was refused and nothing of it is stored, but the ledger goes on for cancels and whatever ends or records (see <see cref="ILedger.IsShortOfSpace"/>).</summary>
public sealed class LedgerFullException : LedgerException
{
    public LedgerFullException(string message) : base(message) { }

    public LedgerFullException(string message, Exception innerException) : base(message, innerException) { }

    public LedgerFullException() { }
}

/// <summary>The process can no longer keep its promise; the gateway stops accepting work and says why.</summary>
public class LedgerException : Exception
{
    public LedgerException(string message) : base(message) { }

    public LedgerException(string message, Exception innerException) : base(message, innerException) { }

    public LedgerException() { }
}
