namespace AlertGateway.Core.Dispatch;

/// <summary>From the durable start of an attempt to what the channel says of it.</summary>
public sealed partial class Lane
{
    private const int SentTogether = 8;

    /// <summary>Of one append, so many begin on the lane's own thread.</summary>
    private const int SentHere = 16;

    /// <summary>Stands for an address that could not be read.</summary>
    private static readonly ReadOnlyMemory<byte> Unreadable = new byte[1];

    private static readonly TimeSpan UnreadableTold = TimeSpan.FromSeconds(10);

    private void Sent(TakenDelivery[] taken, Exception? failure)
    {
        if (failure is null) _thread!.Post(taken);
        else Fail(taken.Length, failure);
    }

    /// <summary>Their Started rows are durable. On the lane's thread.</summary>
    private void SendDurable(TakenDelivery[] taken)
    {
        try
        {
            var addresses = new ReadOnlyMemory<byte>[taken.Length];
            ReadAddresses(taken.Select(t => t.Started.EndpointNo).ToArray(), addresses);
            // The first of them here; of many the rest on the pool meanwhile, a few on each of its threads, one after the other. None waits for another's answer.
            for (int from = SentHere; from < taken.Length; from += SentTogether)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static work => work.Lane.Begin(work.Part), (Lane: this, Part: Part(taken, addresses, from, SentTogether)), preferLocal: false);
            }
            Begin(Part(taken, addresses, 0, SentHere));
        }
#pragma warning disable CA1031 // Whatever it is ends the lane, and says so there.
        catch (Exception ex)
#pragma warning restore CA1031
        {
            Fail(taken.Length, ex);
        }
    }

    private Outgoing[] Part(TakenDelivery[] taken, ReadOnlyMemory<byte>[] addresses, int from, int most)
    {
        var part = new Outgoing[Math.Min(most, taken.Length - from)];
        for (int i = 0; i < part.Length; i++) part[i] = _steps.Make(in taken[from + i], addresses[from + i]);
        return part;
    }

    private void Begin(Outgoing[] part)
    {
        foreach (var outgoing in part)
        {
            var wire = _wires[(byte)outgoing.Started.Number]!;
            if (wire.TryBegin(in outgoing)) _ = SendAsync(wire, outgoing);
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

    /// <summary>One after the other, until no more waits for this slot.</summary>
    private async Task SendAsync(WireSlots wire, Outgoing outgoing)
    {
        bool waited = false;
        do
        {
            try
            {
                Settle(waited && _steps.IsFutile(in outgoing)
                    ? _steps.HandBack(in outgoing)
                    : _steps.Finish(in outgoing, await DispatchAsync(_steps.ChannelOf((byte)outgoing.Started.Number)!, outgoing.Delivery, _stop).ConfigureAwait(false)));
            }
            catch (OperationCanceledException)
            {
                // The lane stops: what became of this attempt is asked at the next start.
            }
            finally
            {
                // The pump wakes for a handful of free slots, not for each: one append takes them all. At the latest it looks by itself.
                if (Interlocked.Decrement(ref _sending) == 0 || _steps.Room >= _freedTogether) _capacity.Pulse();
            }
            waited = true;
        }
        while (wire.TryNext(out outgoing));
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
