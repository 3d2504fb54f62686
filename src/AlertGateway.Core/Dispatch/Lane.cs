using System.Threading.Channels;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Registry;
using Microsoft.Extensions.Logging;

namespace AlertGateway.Core.Dispatch;

/// <summary>Reads addresses at send time; a lane calls it from one thread at a time: <paramref name="addresses"/>[i] belongs to <paramref name="endpointNos"/>[i]; empty where the registry has none any more.</summary>
public delegate void AddressLookup(ReadOnlySpan<int> endpointNos, Span<ReadOnlyMemory<byte>> addresses);

/// <summary>What a health page says of a lane.</summary>
/// <param name="IsDown">No route answers, or takes the account; all are probed.</param>
/// <param name="IsAccountRefused">Every route said last that it does not take this account.</param>
/// <param name="Routes">In order of preference.</param>
public sealed record LaneStatus(ChannelKind Channel, int InFlight, int Unsettled, long Started, long Throttled, int Faults, double RateLimitPerSecond, bool IsDown, bool IsAccountRefused, IReadOnlyList<RouteStatus> Routes);

/// <summary>
/// One channel's queue and pace. An attempt takes a connection slot, its Started row becomes durable, then it goes to the channel; its Result row is durable before it leaves the window W. One slow lane delays only itself.
/// </summary>
public sealed partial class Lane : ILaneHead
{
    private const int AsksAtOnce = 16;
    private const int SentTogether = 8;

    /// <summary>Most starts in one append: the first of two thousand need not wait until the last one's row is written. Appends that wait share a commit all the same.</summary>
    private const int TakenTogether = 128;

    /// <summary>Stands for an address that could not be read.</summary>
    private static readonly ReadOnlyMemory<byte> Unreadable = new byte[1];

    private static readonly TimeSpan IdleWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan UnreadableTold = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PaceWait = TimeSpan.FromMilliseconds(5);

    private readonly ChannelKind _kind;
    private readonly AdapterClass _class;
    private readonly bool _hasStandby;
    private readonly bool _readsAddress;
    private readonly LaneOptions _options;
    private readonly DisseminationRoom _room;
    private readonly ILedger _ledger;
    private readonly AddressLookup _addresses;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly LaneSteps _steps;
    private readonly int _freedTogether;
    private readonly WorkSignal _capacity = new();
    private readonly Lock _resultsLock = new();
    private readonly Lock _addressesLock = new();
    private readonly WorkSignal _resultsArrived = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<LedgerEvent> _results = [];
    private int _faults;
    private long? _toldUnreadableAt; // under _addressesLock
    private int _sending;
    private CancellationToken _stop;

    /// <param name="routes">Of one medium, in order of preference; at least one.</param>
    public Lane(IReadOnlyList<ChannelRoute> routes, LaneOptions options, DisseminationRoom room, ILedger ledger, AddressLookup addresses, RegistrySnapshot registry, TimeProvider clock, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(routes);
        (_kind, _class, _hasStandby, _readsAddress) = (routes[0].Channel.Kind, routes[0].Channel.Class, routes.Count > 1, routes[0].Channel.ReadsAddress);
        if (routes.Any(r => r.Channel.Kind != _kind || r.Channel.Class != _class) || routes.DistinctBy(r => r.Number).Count() != routes.Count) throw new ArgumentException("Routes of a lane are of one medium and class, and no two have one number.", nameof(routes));
        (_options, _room, _ledger, _addresses, _clock, _logger) = (options, room, ledger, addresses, clock, logger);
        _freedTogether = Math.Max(1, options.Slots / 16);
        _steps = new LaneSteps(routes, _kind, options, room, registry.EndpointFlags, clock);
    }

    public LaneStatus Status => new(_kind, _steps.InFlight, _steps.Unsettled, _steps.Started, _steps.Throttled, Volatile.Read(ref _faults), _steps.RateLimitPerSecond, _steps.IsDown, _steps.IsAccountRefused, _steps.Routes);

    /// <summary>Runs until cancelled, or until the ledger can no longer keep its promise.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _stop = stop.Token;
        _room.Join(this);
        var tasks = new List<Task> { PumpAsync(stop.Token), SettleAsync(stop.Token), _failed.Task };
        if (_class == AdapterClass.Queryable) tasks.Add(AskAsync(stop.Token));
        if (_hasStandby) tasks.Add(ProbeAsync(stop.Token));
        try
        {
            await await Task.WhenAny(tasks).ConfigureAwait(false);
        }
        finally
        {
            _room.Leave(this);
            await stop.CancelAsync().ConfigureAwait(false);
            _failed.TrySetCanceled(CancellationToken.None);
            await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            for (var ended = _capacity.Next; Volatile.Read(ref _sending) > 0; ended = _capacity.Next) await ended.ConfigureAwait(false);
        }
    }

    ChannelKind ILaneHead.Channel => _kind;

    LaneSteps ILaneHead.Steps => _steps;

    void ILaneHead.SendFirst(TakenDelivery[] taken)
    {
        Interlocked.Add(ref _sending, taken.Length);
        if (_readsAddress) ThreadPool.UnsafeQueueUserWorkItem(static work => work.Lane.SendDurable(work.Taken, lastHere: true, work.Lane._stop), (Lane: this, Taken: taken), preferLocal: false);
        else SendDurable(taken, lastHere: false, _stop);
    }

    private async Task PumpAsync(CancellationToken cancellationToken)
    {
        var batch = new TakenDelivery[Math.Min(_options.Slots, TakenTogether)];
        var rows = new LedgerEvent[batch.Length];
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

    private async Task WaitAsync(Task? signal, CancellationToken cancellationToken)
    {
        if (signal is null)
        {
            await Task.Delay(PaceWait, _clock, cancellationToken).ConfigureAwait(false);
            return;
        }
        long due = _room.NextDueTicks(_kind) - _clock.GetUtcNow().UtcTicks;
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

    /// <summary>Hands questions to the askers of their routes: a provider that does not answer holds up no other one's.</summary>
    private async Task AskAsync(CancellationToken cancellationToken)
    {
        var batch = new TakenDelivery[AsksAtOnce];
        var questions = Enumerable.Range(0, _steps.Routes.Count).Select(_ => Channel.CreateUnbounded<TakenDelivery>(new UnboundedChannelOptions { SingleReader = true })).ToArray(); // bounded by what is unknown
        var askers = questions.Select(q => AskerAsync(q.Reader, cancellationToken)).ToArray();
        while (true)
        {
            int count = _room.TakeAsks(_kind, batch);
            for (int i = 0; i < count; i++) questions[Math.Max(0, _steps.IndexOf(batch[i].Route))].Writer.TryWrite(batch[i]);
            if (count > 0) continue;
            if (await Task.WhenAny([.. askers, Task.Delay(IdleWait, _clock, cancellationToken)]).ConfigureAwait(false) is var ended) await ended.ConfigureAwait(false);
        }
    }

    private async Task AskerAsync(ChannelReader<TakenDelivery> questions, CancellationToken cancellationToken)
    {
        var batch = new List<TakenDelivery>(AsksAtOnce);
        while (await questions.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            batch.Clear();
            while (batch.Count < AsksAtOnce && questions.TryRead(out var question)) batch.Add(question);
            var addresses = new ReadOnlyMemory<byte>[batch.Count];
            ReadAddresses(batch.Select(b => b.Started.EndpointNo).ToArray(), addresses);
            var answers = await Task.WhenAll(batch.Select((b, i) => AskOneAsync(_steps.ChannelOf(b.Route), _steps.Make(in b, addresses[i]).Delivery, cancellationToken))).ConfigureAwait(false);
            var rows = new List<LedgerEvent>(batch.Count);
            for (int i = 0; i < batch.Count; i++)
            {
                if (_steps.Decide(batch[i], answers[i]) is { } row) rows.Add(row);
            }
            if (rows.Count > 0) await _ledger.AppendAsync(rows.ToArray(), CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task<AskOutcome> AskOneAsync(IChannel? channel, OutgoingDelivery delivery, CancellationToken cancellationToken)
    {
        if (channel is null || (_readsAddress && (delivery.Address.IsEmpty || delivery.Address.Equals(Unreadable)))) return new AskOutcome(AskAnswer.CannotTell);
        try
        {
            return await channel.AskAsync(delivery, cancellationToken).ConfigureAwait(false);
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
            LogChannelFault(_logger, _kind, ex);
            return new AskOutcome(AskAnswer.CannotTell);
        }
    }

    private async Task ProbeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(IdleWait, _clock, cancellationToken).ConfigureAwait(false);
            foreach (var route in _steps.ProbesDue.ToArray())
            {
                try
                {
                    if (await route.Route.Channel.ProbeAsync(cancellationToken).ConfigureAwait(false)) route.Answers();
                    else route.Rests();
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
                    route.Rests();
                    LogChannelFault(_logger, _kind, ex);
                }
            }
        }
    }

    [LoggerMessage(5002, LogLevel.Error, "Channel {Channel}: the record of endpoint {Endpoint} cannot be read; it is tried again, the others go on ({Faults} faults of this channel since the start)")]
    private static partial void LogUnreadable(ILogger logger, ChannelKind channel, int endpoint, int faults, Exception exception);

    [LoggerMessage(5001, LogLevel.Error, "Channel {Channel} threw: a bug, counted against its lane")]
    private static partial void LogChannelFault(ILogger logger, ChannelKind channel, Exception exception);
}
