using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace AlertGateway.Storage.Ledger;

/// <summary>What the writer waits for: a hurried append, enough unhurried ones or the end of their patience, and meanwhile the time for what is done when nothing comes.</summary>
public sealed partial class SqliteLedger
{
    private static readonly TimeSpan IdleWait = TimeSpan.FromSeconds(1);

    /// <summary>So long do unhurried appends wait for company: at tens of thousands a second a commit for each handful would cost more than their rows.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(2);

    private readonly AutoResetEvent _woken = new(false);
    private readonly ConcurrentQueue<Append> _unhurried = [];
    private int _unhurriedCount;
    private Task<bool>? _hurried; // the reader's next
    private volatile bool _closed;

    private void Defer(Append append)
    {
        _unhurried.Enqueue(append);
        try
        {
            // The first lets the patience begin, and enough of them end it.
            if (Interlocked.Increment(ref _unhurriedCount) is 1 or FirstRows) _woken.Set();
        }
        catch (ObjectDisposedException)
        {
            // Closed meanwhile.
        }
        while (_closed && TryTakeUnhurried(out var late)) late.Done.TrySetException(Closed());
    }

    private bool TryTakeUnhurried([MaybeNullWhen(false)] out Append append)
    {
        if (!_unhurried.TryDequeue(out append)) return false;
        Interlocked.Decrement(ref _unhurriedCount);
        return true;
    }

    /// <summary>False once the ledger is closed. While nothing comes, what is durable is sealed, and the reserve filled again.</summary>
    private bool WaitForAppends(ChannelReader<Append> reader)
    {
        if (_hurried is null)
        {
            _hurried = reader.WaitToReadAsync().AsTask();
            // An event, not a task's own wait, which would spin on a core that the senders need.
            if (!_hurried.IsCompleted) _hurried.GetAwaiter().UnsafeOnCompleted(_wake);
        }
        for (bool waited = false; !_hurried.IsCompleted;)
        {
            int unhurried = Volatile.Read(ref _unhurriedCount);
            if (unhurried >= FirstRows || (unhurried > 0 && waited)) return true;
            var wait = unhurried > 0 ? Patience : _failure is null && (_audit.Unsealed > 0 || IsShortOfSpace) ? IdleWait : Timeout.InfiniteTimeSpan;
            if (_woken.WaitOne(wait)) continue;
            waited = unhurried > 0;
            if (!waited) WhileNothingComes();
        }
        bool more = _hurried.GetAwaiter().GetResult();
        _hurried = null;
        return more;
    }

    private void WhileNothingComes()
    {
        if (_audit.Unsealed > 0) Seal();
        RefillReserve();
        if (_failure is null && _lastSequence - _checkpointed >= CheckpointRows) Checkpoint();
    }
}
