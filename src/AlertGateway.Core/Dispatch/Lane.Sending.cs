using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core.Dispatch;

/// <summary>From the durable start of an attempt to what the channel says of it.</summary>
public sealed partial class Lane
{
    private const int SentTogether = 8;

    /// <summary>Stands for an address that could not be read.</summary>
    private static readonly ReadOnlyMemory<byte> Unreadable = new byte[1];

    private static readonly TimeSpan UnreadableTold = TimeSpan.FromSeconds(10);

    private async Task SendWhenDurableAsync(TakenDelivery[] taken, LedgerEvent[] rows, CancellationToken cancellationToken)
    {
        try
        {
            await _ledger.AppendAsync(rows, CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it is ends the lane, and says so there.
        catch (Exception ex)
#pragma warning restore CA1031
        {
            Fail(taken.Length, ex);
            return;
        }
        SendDurable(taken, lastHere: true, cancellationToken);
    }

    /// <summary>Their Started rows are durable.</summary>
    /// <param name="lastHere">This thread is the pool's: the last of them begin on it.</param>
    private void SendDurable(TakenDelivery[] taken, bool lastHere, CancellationToken cancellationToken)
    {
        try
        {
            var addresses = new ReadOnlyMemory<byte>[taken.Length];
            ReadAddresses(taken.Select(t => t.Started.EndpointNo).ToArray(), addresses);
            for (int from = 0; from < taken.Length; from += SentTogether)
            {
                int count = Math.Min(SentTogether, taken.Length - from);
                Send(taken.AsSpan(from, count), addresses.AsSpan(from), here: lastHere && from + count == taken.Length, cancellationToken);
            }
        }
#pragma warning disable CA1031 // As above.
        catch (Exception ex)
#pragma warning restore CA1031
        {
            Fail(taken.Length, ex);
        }
    }

    private void Fail(int unsent, Exception because)
    {
        Interlocked.Add(ref _sending, -unsent);
        _failed.TrySetException(because);
        _capacity.Pulse();
    }

    /// <summary>The pump and the asker share one reader, which is not thread-safe. A record that cannot be read holds up nobody else's: the others of its batch are read one by one.</summary>
    private void ReadAddresses(ReadOnlySpan<int> endpoints, Span<ReadOnlyMemory<byte>> addresses)
    {
        if (!_readsAddress) return;
        lock (_addressesLock)
        {
            if (TryRead(endpoints, addresses)) return;
            for (int i = 0; i < endpoints.Length; i++)
            {
                if (!TryRead(endpoints.Slice(i, 1), addresses.Slice(i, 1))) addresses[i] = Unreadable;
            }
        }
    }

    private bool TryRead(ReadOnlySpan<int> endpoints, Span<ReadOnlyMemory<byte>> addresses)
    {
        try
        {
            _addresses(endpoints, addresses);
            return true;
        }
#pragma warning disable CA1031 // Whatever is wrong with one person's record is wrong with theirs alone: it is counted, shown, tried again, and the lane goes on.
        catch (Exception ex)
#pragma warning restore CA1031
        {
            if (endpoints.Length == 1)
            {
                TellUnreadable(endpoints[0], ex);
            }
            return false;
        }
    }

    /// <summary>Each is counted; thousands of them, tried again and again, are not a line each.</summary>
    private void TellUnreadable(int endpoint, Exception because)
    {
        int faults = Interlocked.Increment(ref _faults);
        if (_toldUnreadableAt is { } told && _clock.GetElapsedTime(told) < UnreadableTold) return;
        _toldUnreadableAt = _clock.GetTimestamp();
        LogUnreadable(_logger, _kind, endpoint, faults, because);
    }

    /// <summary>A few attempts begin on one thread of the pool, one after the other; none waits for another's answer.</summary>
    /// <param name="here">On this thread: there is nothing else for it to do, and the pool may be busy.</param>
    private void Send(ReadOnlySpan<TakenDelivery> taken, ReadOnlySpan<ReadOnlyMemory<byte>> addresses, bool here, CancellationToken cancellationToken)
    {
        var part = new Outgoing[taken.Length];
        for (int i = 0; i < part.Length; i++) part[i] = _steps.Make(in taken[i], addresses[i]);
        if (here)
        {
            foreach (var outgoing in part) _ = SendAsync(outgoing, cancellationToken);
            return;
        }
        ThreadPool.UnsafeQueueUserWorkItem(
            static work =>
            {
                foreach (var outgoing in work.Part) _ = work.Lane.SendAsync(outgoing, work.Stop);
            },
            (Lane: this, Part: part, Stop: cancellationToken),
            preferLocal: false);
    }

    private async Task SendAsync(Outgoing outgoing, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await DispatchAsync(_steps.ChannelOf((byte)outgoing.Started.Number)!, outgoing.Delivery, cancellationToken).ConfigureAwait(false);
            Settle(_steps.Finish(in outgoing, outcome));
        }
        catch (OperationCanceledException)
        {
            // The lane stops: what became of this attempt is asked at the next start.
        }
        finally
        {
            // The pump wakes for a handful of free slots, not for each: one append takes them all. At the latest it looks by itself.
            if (Interlocked.Decrement(ref _sending) == 0 || _options.Slots - _steps.InFlight >= _freedTogether) _capacity.Pulse();
        }
    }

    private async ValueTask<DispatchOutcome> DispatchAsync(IChannel channel, OutgoingDelivery delivery, CancellationToken cancellationToken)
    {
        if (_readsAddress && delivery.Address.IsEmpty) return DispatchOutcome.Refused(DispatchError.BadAddress);
        if (_readsAddress && delivery.Address.Equals(Unreadable)) return DispatchOutcome.RetryLater(DispatchError.RecordUnreadable);
        try
        {
            return delivery.Gate.IsOpen ? await channel.DispatchAsync(delivery, cancellationToken).ConfigureAwait(false) : DispatchOutcome.NotSent;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // A bug in one channel must not silence the others: it is counted, shown, and the outcome is honestly unknown.
        catch (Exception ex)
#pragma warning restore CA1031
        {
            Interlocked.Increment(ref _faults);
            LogChannelFault(_logger, _kind, ex);
            return DispatchOutcome.Unknown(DispatchError.ServerError);
        }
    }
}
