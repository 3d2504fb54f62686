using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Registry;
using Microsoft.Extensions.Logging;

namespace AlertGateway.Core.Dispatch;

/// <summary>Reads addresses at send time; a lane calls it from one thread at a time: <paramref name="addresses"/>[i] belongs to <paramref name="endpointNos"/>[i]; empty where the registry has none any more.</summary>
public delegate void AddressLookup(ReadOnlySpan<int> endpointNos, Span<ReadOnlyMemory<byte>> addresses);

/// <summary>What a health page says of a lane.</summary>
/// <param name="IsDown">The far side does not answer, or refuses the account; it is probed.</param>
/// <param name="IsAccountRefused">It said last that it does not take this account.</param>
public sealed record LaneStatus(ChannelKind Channel, int InFlight, int Unsettled, long Started, long Throttled, int Faults, double RateLimitPerSecond, bool IsDown, bool IsAccountRefused);

/// <summary>
/// One channel's queue and pace. An attempt takes a connection slot, its Started row becomes durable, then it goes to the channel; its Result row is durable before it leaves the window W. One slow lane delays only itself.
/// </summary>
public sealed partial class Lane
{
    private const int AsksAtOnce = 16;
    private const int SentTogether = 8;
    private static readonly TimeSpan IdleWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PaceWait = TimeSpan.FromMilliseconds(5);

    private readonly IChannel _channel;
    private readonly LaneOptions _options;
    private readonly DisseminationRoom _room;
    private readonly ILedger _ledger;
    private readonly AddressLookup _addresses;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly LaneSteps _steps;
    private readonly WorkSignal _capacity = new();
    private readonly Lock _resultsLock = new();
    private readonly Lock _addressesLock = new();
    private readonly WorkSignal _resultsArrived = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<LedgerEvent> _results = [];
    private int _faults;
    private int _sending;

    public Lane(IChannel channel, LaneOptions options, DisseminationRoom room, ILedger ledger, AddressLookup addresses, RegistrySnapshot registry, TimeProvider clock, ILogger logger)
    {
        (_channel, _options, _room, _ledger, _addresses, _clock, _logger) = (channel, options, room, ledger, addresses, clock, logger);
        _steps = new LaneSteps(channel.Kind, options, room, registry.EndpointFlags, clock);
    }

    public LaneStatus Status => new(_channel.Kind, _steps.InFlight, _steps.Unsettled, _steps.Started, _steps.Throttled, Volatile.Read(ref _faults), _steps.RateLimitPerSecond, _steps.IsDown, _steps.IsAccountRefused);

    /// <summary>Runs until cancelled, or until the ledger can no longer keep its promise.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var tasks = new List<Task> { PumpAsync(stop.Token), SettleAsync(stop.Token), _failed.Task };
        if (_channel.Class == AdapterClass.Queryable) tasks.Add(AskAsync(stop.Token));
        try
        {
            await await Task.WhenAny(tasks).ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            _failed.TrySetCanceled(CancellationToken.None);
            await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            for (var ended = _capacity.Next; Volatile.Read(ref _sending) > 0; ended = _capacity.Next) await ended.ConfigureAwait(false);
        }
    }

    private async Task PumpAsync(CancellationToken cancellationToken)
    {
        var batch = new TakenDelivery[_options.Slots];
        var rows = new LedgerEvent[_options.Slots];
        while (!cancellationToken.IsCancellationRequested)
        {
            var (work, capacity) = (_room.Work.Next, _capacity.Next);
            int count = _steps.Take(batch, rows, out var why);
            if (count == 0)
            {
                await WaitAsync(why switch { LaneWait.Capacity => capacity, LaneWait.Pace => null, _ => work }, cancellationToken).ConfigureAwait(false);
                continue;
            }
            // Not awaited: slots that come free meanwhile go into the ledger's next commit, not into the one after it.
            Interlocked.Add(ref _sending, count);
            _ = SendWhenDurableAsync(batch.AsSpan(0, count).ToArray(), rows.AsSpan(0, count).ToArray(), cancellationToken);
            Array.Clear(batch, 0, count);
        }
    }

    private async Task SendWhenDurableAsync(TakenDelivery[] taken, LedgerEvent[] rows, CancellationToken cancellationToken)
    {
        try
        {
            await _ledger.AppendAsync(rows, CancellationToken.None).ConfigureAwait(false);
            var addresses = new ReadOnlyMemory<byte>[taken.Length];
            ReadAddresses(taken.Select(t => t.Started.EndpointNo).ToArray(), addresses);
            for (int from = 0; from < taken.Length; from += SentTogether) Send(taken.AsSpan(from, Math.Min(SentTogether, taken.Length - from)), addresses.AsSpan(from), cancellationToken);
        }
#pragma warning disable CA1031 // Whatever it is ends the lane, and says so there.
        catch (Exception ex)
#pragma warning restore CA1031
        {
            Interlocked.Add(ref _sending, -taken.Length);
            _failed.TrySetException(ex);
            _capacity.Pulse();
        }
    }

    /// <summary>The pump and the asker share one reader, which is not thread-safe.</summary>
    private void ReadAddresses(ReadOnlySpan<int> endpoints, Span<ReadOnlyMemory<byte>> addresses)
    {
        lock (_addressesLock) _addresses(endpoints, addresses);
    }

    private async Task WaitAsync(Task? signal, CancellationToken cancellationToken)
    {
        if (signal is null)
        {
            await Task.Delay(PaceWait, _clock, cancellationToken).ConfigureAwait(false);
            return;
        }
        long due = _room.NextDueTicks(_channel.Kind) - _clock.GetUtcNow().UtcTicks;
        var wait = due < IdleWait.Ticks ? TimeSpan.FromTicks(Math.Max(due, TimeSpan.TicksPerMillisecond)) : IdleWait;
        try
        {
            await signal.WaitAsync(wait, _clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Nothing was announced; look again.
        }
    }

    /// <summary>A few attempts begin on one thread of the pool, one after the other; none waits for another's answer.</summary>
    private void Send(ReadOnlySpan<TakenDelivery> taken, ReadOnlySpan<ReadOnlyMemory<byte>> addresses, CancellationToken cancellationToken)
    {
        var part = new Outgoing[taken.Length];
        for (int i = 0; i < part.Length; i++) part[i] = _steps.Make(in taken[i], addresses[i]);
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
            var outcome = await DispatchAsync(outgoing.Delivery, cancellationToken).ConfigureAwait(false);
            Settle(_steps.Finish(outgoing.Started, outcome));
        }
        catch (OperationCanceledException)
        {
            // The lane stops: what became of this attempt is asked at the next start.
        }
        finally
        {
            Interlocked.Decrement(ref _sending);
            _capacity.Pulse();
        }
    }

    private async ValueTask<DispatchOutcome> DispatchAsync(OutgoingDelivery delivery, CancellationToken cancellationToken)
    {
        if (delivery.Address.IsEmpty) return DispatchOutcome.Refused(DispatchError.BadAddress);
        try
        {
            return delivery.Gate.IsOpen ? await _channel.DispatchAsync(delivery, cancellationToken).ConfigureAwait(false) : DispatchOutcome.NotSent;
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
            LogChannelFault(_logger, _channel.Kind, ex);
            return DispatchOutcome.Unknown(DispatchError.ServerError);
        }
    }

    private void Settle(LedgerEvent row)
    {
        lock (_resultsLock) _results.Add(row);
        _resultsArrived.Pulse();
    }

    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        var spare = new List<LedgerEvent>();
        while (true)
        {
            var arrived = _resultsArrived.Next;
            List<LedgerEvent> rows;
            lock (_resultsLock) (rows, _results) = (_results, spare);
            if (rows.Count == 0)
            {
                spare = rows;
                await arrived.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }
            await _ledger.AppendAsync(rows.ToArray(), CancellationToken.None).ConfigureAwait(false);
            _steps.Settled(rows.Count);
            _capacity.Pulse();
            rows.Clear();
            spare = rows;
        }
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        var batch = new TakenDelivery[AsksAtOnce];
        while (true)
        {
            int count = _room.TakeAsks(_channel.Kind, batch);
            if (count == 0)
            {
                await Task.Delay(IdleWait, _clock, cancellationToken).ConfigureAwait(false);
                continue;
            }
            var endpoints = batch.Take(count).Select(b => b.Started.EndpointNo).ToArray();
            var addresses = new ReadOnlyMemory<byte>[count];
            ReadAddresses(endpoints, addresses);
            var answers = await Task.WhenAll(Enumerable.Range(0, count).Select(i => AskOneAsync(_steps.Make(in batch[i], addresses[i]).Delivery, cancellationToken))).ConfigureAwait(false);
            var rows = new List<LedgerEvent>(count);
            for (int i = 0; i < count; i++)
            {
                if (_steps.Decide(in batch[i], answers[i]) is { } row) rows.Add(row);
            }
            if (rows.Count > 0) await _ledger.AppendAsync(rows.ToArray(), CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task<AskOutcome> AskOneAsync(OutgoingDelivery delivery, CancellationToken cancellationToken)
    {
        if (delivery.Address.IsEmpty) return new AskOutcome(AskAnswer.CannotTell);
        try
        {
            return await _channel.AskAsync(delivery, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // As in DispatchAsync.
        catch (Exception ex)
#pragma warning restore CA1031
        {
            Interlocked.Increment(ref _faults);
            LogChannelFault(_logger, _channel.Kind, ex);
            return new AskOutcome(AskAnswer.CannotTell);
        }
    }

    [LoggerMessage(5001, LogLevel.Error, "Channel {Channel} threw: a bug, counted against its lane")]
    private static partial void LogChannelFault(ILogger logger, ChannelKind channel, Exception exception);
}
