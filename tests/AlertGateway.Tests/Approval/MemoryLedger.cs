using AlertGateway.Storage.Ledger;

namespace AlertGateway.Tests.Approval;

/// <summary>A ledger that forgets when the test ends. Durable at once, with the real one's order: fold first, then complete.</summary>
public sealed class MemoryLedger : ILedger
{
    private readonly Lock _lock = new();
    private readonly List<LedgerEvent> _rows = [];
    private readonly List<ICommitObserver> _observers = [];

    /// <summary>From now on nothing can be appended.</summary>
    public bool Broken { get; set; }

    /// <summary>The disk is full: what begins is refused, what takes back is not.</summary>
    public bool Full { get; set; }

    /// <summary>The disk becomes full when a row of this kind comes; null for never.</summary>
    public LedgerEventKind? FullAt { get; set; }

    public bool IsShortOfSpace => Full;

    public IReadOnlyList<LedgerEvent> Rows
    {
        get
        {
            lock (_lock) return [.. _rows];
        }
    }

    /// <summary>Kinds of the rows of each append.</summary>
    public List<LedgerEventKind[]> Appends { get; } = [];

    public long LastSequence => Rows.Count;

    public ValueTask<long> AppendAsync(ReadOnlyMemory<LedgerEvent> events, CancellationToken cancellationToken = default) => Append(events, takesBack: false);

    public ValueTask<long> AppendTakingBackAsync(ReadOnlyMemory<LedgerEvent> events, CancellationToken cancellationToken = default) => Append(events, takesBack: true);

    private ValueTask<long> Append(ReadOnlyMemory<LedgerEvent> events, bool takesBack)
    {
        lock (_lock)
        {
            Full |= FullAt is { } kind && events.ToArray().Any(e => e.Kind == kind);
            if (Full && !takesBack && SqliteLedger.Begins(events.Span)) throw new LedgerFullException("The disk is full.");
            if (Broken) throw new LedgerException("The disk is full.");
            long first = _rows.Count + 1;
            _rows.AddRange(events.ToArray());
            Appends.Add([.. events.ToArray().Select(e => e.Kind)]);
            foreach (var observer in _observers) observer.OnCommitted(first, events.Span);
            return ValueTask.FromResult(first);
        }
    }

    public void Read(long fromSequence, Action<long, ReadOnlySpan<LedgerEvent>> onBatch)
    {
        var rows = Rows.Skip((int)fromSequence - 1).ToArray();
        if (rows.Length > 0) onBatch(fromSequence, rows);
    }

    public void Observe(ICommitObserver observer) => _observers.Add(observer);

    /// <summary>The first rows of this ledger, as a crash would leave them.</summary>
    public MemoryLedger CutAfter(int rows)
    {
        var copy = new MemoryLedger();
        copy._rows.AddRange(Rows.Take(rows));
        return copy;
    }
}
