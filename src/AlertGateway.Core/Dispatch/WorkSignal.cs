namespace AlertGateway.Core.Dispatch;

/// <summary>Wakes everybody who waits, or the next who will. Thread-safe.</summary>
public sealed class WorkSignal
{
    private volatile TaskCompletionSource _next = New();

    /// <summary>Take before looking for work, so that a pulse in between is not missed.</summary>
    public Task Next => _next.Task;

    public void Pulse() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
