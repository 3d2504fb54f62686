namespace AlertGateway.Emulators.Feed;

/// <summary>Bad answers to come, each given once: the next requests under a path get them in the order in which they were asked for. Thread-safe.</summary>
public sealed class FaultQueue
{
    private readonly Lock _gate = new();
    private int _hanging;
    private readonly List<(string Path, Misbehaviour Kind)> _waiting = [];

    /// <summary>Bad answers given since start.</summary>
    public int Given { get; private set; }

    /// <summary>Requests that are being kept waiting now.</summary>
    public int Hanging => Volatile.Read(ref _hanging);

    internal async Task HoldAsync(Func<Task> answer)
    {
        Interlocked.Increment(ref _hanging);
        try
        {
            await answer();
        }
        finally
        {
            Interlocked.Decrement(ref _hanging);
        }
    }

    /// <param name="path">Beginning of the path.</param>
    public void Add(string path, Misbehaviour kind, int times = 1)
    {
        lock (_gate) _waiting.AddRange(Enumerable.Repeat((path, kind), times));
    }

    /// <summary>The fault of this request, or none. A 304 that nobody asked for would be no feed's answer, so it waits for a conditional request.</summary>
    internal Misbehaviour Take(string path, bool conditional)
    {
        lock (_gate)
        {
            var at = _waiting.FindIndex(w => path.StartsWith(w.Path, StringComparison.Ordinal) && (conditional || w.Kind != Misbehaviour.Unchanged));
            if (at < 0) return Misbehaviour.None;
            var kind = _waiting[at].Kind;
            _waiting.RemoveAt(at);
            Given++;
            return kind;
        }
    }
}
