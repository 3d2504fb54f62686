namespace AlertGateway.Core.Dispatch;

/// <summary>Wakes everybody who waits, or the next who will. A pulse that nobody waits for costs nothing. Thread-safe.</summary>
public sealed class WorkSignal
{
    private TaskCompletionSource? _next;

    /// <summary>Take before looking for work, so that a pulse in between is not missed.</summary>
    public Task Next
    {
        get
        {
            var next = Volatile.Read(ref _next);
            if (next is not null) return next.Task;
            next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return (Interlocked.CompareExchange(ref _next, next, null) ?? next).Task;
        }
    }

    public void Pulse()
    {
        if (Volatile.Read(ref _next) is not null) Interlocked.Exchange(ref _next, null)?.TrySetResult();
    }
}
