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
    /// <summary>Most starts in one append: the first of two thousand need not wait until the last one's row is written. Appends that wait share a commit all the same.</summary>
    private const int TakenTogether = 128;

    private static readonly TimeSpan IdleWait = TimeSpan.FromMilliseconds(100);
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

    [LoggerMessage(5002, LogLevel.Error, "Channel {Channel}: the record of endpoint {Endpoint} cannot be read; it is tried again, the others go on ({Faults} faults of this channel since the start)")]
    private static partial void LogUnreadable(ILogger logger, ChannelKind channel, int endpoint, int faults, Exception exception);

    [LoggerMessage(5001, LogLevel.Error, "Channel {Channel} threw: a bug, counted against its lane")]
    private static partial void LogChannelFault(ILogger logger, ChannelKind channel, Exception exception);
}
