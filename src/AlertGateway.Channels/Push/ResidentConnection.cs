namespace AlertGateway.Channels.Push;

/// <summary>One open connection of an app: bounded, and closed when it is slow, so that it delays only itself. Thread-safe.</summary>
/// <param name="id">SignalR's id of the connection.</param>
/// <param name="send">Begins to write a message; messages leave in the order of the calls.</param>
/// <param name="close">Closes the connection; may be called more than once.</param>
internal sealed class ResidentConnection(string id, Func<PushMessage, Task> send, Action close, TimeProvider clock)
{
    /// <summary>Messages that may wait for a slow connection.</summary>
    public const int QueueMax = 32;

    /// <summary>A connection that does not take a message for this long is closed; the app catches up when it returns.</summary>
    public static readonly TimeSpan TakeTimeout = TimeSpan.FromSeconds(5);

    private int _waiting;
    private volatile bool _closed;

    public string Id => id;

    /// <summary>Hands a message to the connection's queue without waiting; false when the connection is closed or was closed for being full.</summary>
    public bool TrySend(PushMessage message)
    {
        if (_closed) return false;
        if (Interlocked.Increment(ref _waiting) > QueueMax)
        {
            Close();
            return false;
        }
        var write = send(message);
        if (write.IsCompletedSuccessfully) Interlocked.Decrement(ref _waiting);
        else _ = WatchAsync(write);
        return true;
    }

    public void Close()
    {
        _closed = true;
        close();
    }

    private async Task WatchAsync(Task write)
    {
        try
        {
            await write.WaitAsync(TakeTimeout, clock);
        }
        catch (Exception)
        {
            // Too slow, gone, or broken in any other way: what was written is in the mailbox until the app says that it has it.
            Close();
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
