using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Core.Dispatch;

/// <summary>Why a lane took nothing.</summary>
internal enum LaneWait : byte
{
    /// <summary>Nothing is due: wait for work or for <see cref="DisseminationRoom.NextDueTicks"/>.</summary>
    Work = 0,

    /// <summary>All slots, or the window W, are in use: wait for a result.</summary>
    Capacity = 1,

    /// <summary>The pace does not allow another start yet.</summary>
    Pace = 2,
}

/// <summary>One attempt on its way to the channel.</summary>
internal readonly record struct Outgoing(OutgoingDelivery Delivery, LedgerEvent Started);

/// <summary>How much of a batch may be what: everything together, what takes nothing back, and what threatens no life.</summary>
internal readonly record struct TakeLimits(int All, int Originals, int Ordinary);

/// <summary>
/// What a lane decides, without its tasks: what may start and over which route, which row an outcome becomes, what an answer settles. No I/O, no <c>async</c>; time comes from the clock. Thread-safe; <see cref="Lane"/> runs it with real channels, the simulation with unreliable ones.
/// </summary>
/// <param name="routes">In order of preference; at least one.</param>
internal sealed class LaneSteps(IReadOnlyList<ChannelRoute> routes, ChannelKind channel, LaneOptions options, DisseminationRoom room, EndpointFlags[] endpointFlags, TimeProvider clock)
{
    /// <summary>Asked as often as this without an answer, an unknown outcome is decided as on a blind channel.</summary>
    public const int AsksMax = 6;

    /// <summary>The same where the route that may have taken it is down, another one is well and the message threatens life: whoever may lack it is not kept waiting for the provider's return.</summary>
    public const int AsksWhileDownMax = 3;

    private const int AskWhileDownTicks = 5 * (int)TimeSpan.TicksPerSecond;

    private readonly int _cancelReserve = options.Slots >= 8 ? Math.Max(1, options.Slots / 16) : 0;
    private readonly int _lifeReserve = options.Slots >= 8 ? options.Slots / 8 : 0;
    private readonly RouteHealth[] _routes = [.. routes.Select(r => new RouteHealth(r, options.RatePerSecond, watched: channel == ChannelKind.Sms, clock))];
    private readonly Dictionary<(int, int), int> _asked = [];
    private readonly Lock _takeLock = new(); // the pump, and whoever opens an alert
    private int _unsettled;
    private long _throttled;

    public int InFlight
    {
        get
        {
            int inFlight = 0;
            foreach (var route in _routes) inFlight += route.InFlight; // asked after every message: no closure
            return inFlight;
        }
    }

    /// <summary>Attempts with a durable start and no durable result: at most W.</summary>
    public int Unsettled => Volatile.Read(ref _unsettled);

    public long Started => _routes.Sum(r => r.Status.Started);

    public long Throttled => Volatile.Read(ref _throttled);

    /// <summary>Every route said last that it does not take this account: a person must mend the key or the contract, then sending goes on.</summary>
    public bool IsAccountRefused => Array.TrueForAll(_routes, r => r.IsAccountRefused);

    /// <summary>No route answers, or takes the account: only probes go out.</summary>
    public bool IsDown => Array.TrueForAll(_routes, r => r.IsDown);

    public double RateLimitPerSecond => _routes.Max(r => r.Pace.PerSecond);

    public IReadOnlyList<RouteStatus> Routes => [.. _routes.Select(r => r.Status)];

    /// <summary>The channel of a route that the ledger names; null when no provider has that number any more.</summary>
    public IChannel? ChannelOf(byte number) => HealthOf(number)?.Route.Channel;

    /// <summary>Place of a route among <see cref="Routes"/>; −1 for a number that no provider has any more.</summary>
    public int IndexOf(byte number) => Array.FindIndex(_routes, r => r.Route.Number == number);

    /// <summary>Routes that rest while another one carries their work: whether they answer again is asked apart, so that nobody's message is the probe.</summary>
    public IEnumerable<RouteHealth> ProbesDue => _routes.Where(r => r.IsProbeDue && IsAnotherWell(r));

    /// <summary>What may start now, all over one route; their Started rows must be durable before <see cref="Make"/> hands them out.</summary>
    /// <param name="batch">As long as the lane has slots.</param>
    /// <param name="rows">Parallel to what was taken.</param>
    /// <param name="why">Why the answer is 0.</param>
    public int Take(Span<TakenDelivery> batch, Span<LedgerEvent> rows, out LaneWait why)
    {
        lock (_takeLock) return TakeLocked(batch, rows, out why);
    }

    /// <summary>The first attempts of an alert that is about to be opened, all over one route, as many of them as may start now: their slots are taken. The rows stand in the append that opens it; where that is given up, <see cref="GiveBack"/>.</summary>
    /// <param name="endpointNos">In dispatch order.</param>
    public LedgerEvent[] TakeFirst(int disseminationNo, ReadOnlySpan<int> endpointNos)
    {
        lock (_takeLock)
        {
            var (route, healthy) = Choose();
            int count = Math.Min(Math.Min(FreeOn(route) - _cancelReserve, endpointNos.Length), Math.Min(healthy, route.Pace.Available()));
            if (count <= 0) return [];
            Begin(route, count);
            var rows = new LedgerEvent[count];
            long now = clock.GetUtcNow().UtcTicks;
            for (int i = 0; i < count; i++)
            {
                rows[i] = new LedgerEvent
                {
                    Kind = LedgerEventKind.Started, AtTicks = now, DisseminationNo = disseminationNo, EndpointNo = endpointNos[i], Channel = (byte)channel, Purpose = (byte)Purpose.Original, Attempt = 1, Code = StartedCodes.Plain,
                    Number = route.Route.Number,
                };
            }
            return rows;
        }
    }

    /// <summary>What was taken first did not become durable and never left.</summary>
    public void GiveBack(ReadOnlySpan<LedgerEvent> rows)
    {
        foreach (ref readonly var row in rows) HealthOf((byte)row.Number)!.NeverLeft();
        Settled(rows.Length);
    }

    private int TakeLocked(Span<TakenDelivery> batch, Span<LedgerEvent> rows, out LaneWait why)
    {
        var (route, healthy) = Choose();
        int free = FreeOn(route);
        int allowed = Math.Min(Math.Min(free, healthy), route.Pace.Available());
        // The last slots are for what takes back, those before them for what threatens life: a slow provider full of lesser messages holds up neither.
        var limits = new TakeLimits(allowed, Math.Min(allowed, free - _cancelReserve), Math.Min(allowed, free - _cancelReserve - _lifeReserve));
        int count = allowed > 0 ? room.Take(channel, batch[..Math.Min(allowed, batch.Length)], in limits) : 0;
        // Behind a route that is not well the wait is short: another one may be by then, without anything having been answered.
        why = allowed > 0 ? LaneWait.Work : free <= 0 && (_routes.Length == 1 || route.IsWell) ? LaneWait.Capacity : LaneWait.Pace;
        if (count == 0) return 0;
        Begin(route, count);
        for (int i = 0; i < count; i++) rows[i] = batch[i].Started = batch[i].Started with { Number = route.Route.Number };
        return count;
    }

    private int FreeOn(RouteHealth route) => Math.Min(options.Slots - route.InFlight, options.Window - Unsettled);

    private void Begin(RouteHealth route, int count)
    {
        route.Pace.Spend(count);
        route.Took(count);
        Interlocked.Add(ref _unsettled, count);
    }

    // The first that is well, full or not: a provider that is merely busy is waited for. One that is coming back gets what it may have, the next one the rest. Where none is well, whichever may be probed.
    private (RouteHealth Route, int Healthy) Choose()
    {
        RouteHealth? probed = null;
        bool alone = Array.TrueForAll(_routes, r => !r.IsWell);
        foreach (var route in _routes)
        {
            int healthy = route.Allowed(probesItself: alone);
            if (route.IsWell || (healthy > 0 && !route.IsSilent)) return (route, healthy);
            if (healthy > 0) probed ??= route;
        }
        return probed is null ? (_routes[0], 0) : (probed, probed.Allowed(alone));
    }

    private RouteHealth? HealthOf(byte number)
    {
        // Asked for every message: no closure.
        foreach (var route in _routes)
        {
            if (route.Route.Number == number) return route;
        }
        return null;
    }

    private bool IsAnotherWell(RouteHealth? than) => Array.Exists(_routes, r => r != than && r.IsWell);

    /// <summary>The attempt as the channel gets it.</summary>
    public Outgoing Make(in TakenDelivery taken, ReadOnlyMemory<byte> address)
    {
        ref readonly var row = ref taken.Started;
        var key = new DeliveryKey(row.DisseminationNo, row.EndpointNo, (ChannelKind)row.Channel, (Purpose)row.Purpose);
        return new Outgoing(new OutgoingDelivery
        {
            Tag = new DeliveryTag(key, row.Attempt), Rendition = taken.Rendition, Address = address, ExerciseEndpoint = row.EndpointNo < endpointFlags.Length && (endpointFlags[row.EndpointNo] & EndpointFlags.Exercise) != 0, NotAfterTicks = taken.Gate.NotAfterTicks,
            StartedTicks = row.AtTicks, Gate = taken.Gate, Audience = taken.Gate.Audience ?? taken.Set.Endpoints, TakesBack = taken.OriginalAttempts > 0 ? new DeliveryTag(key with { DisseminationNo = taken.OriginalNo, Purpose = Purpose.Original }, taken.OriginalAttempts) : null,
        }, row);
    }

    /// <summary>The slot is free again; gives the Result row, which must be durable before <see cref="Settled"/>.</summary>
    public LedgerEvent Finish(in Outgoing outgoing, DispatchOutcome outcome)
    {
        var started = outgoing.Started;
        // A doubt about the time ends nobody's message.
        if (outcome.Code == ResultCode.NotSent && outgoing.Delivery.Gate is SetGate { WasOnlyHeldBack: true }) outcome = DispatchOutcome.RetryLater(DispatchError.GateClosed);
        HealthOf((byte)started.Number)!.Told(in outcome, started.AtTicks);
        if (outcome.Error == DispatchError.Throttled) Interlocked.Increment(ref _throttled);
        return started with
        {
            Kind = LedgerEventKind.Result, AtTicks = clock.GetUtcNow().UtcTicks, Code = (byte)outcome.Code,
            Number = (byte)outcome.Error | ((long)Math.Clamp(outcome.RetryAfter.TotalMilliseconds, 0, 3_600_000) << 8), Body = Reference(outcome.ProviderReference),
        };
    }

    /// <summary>So many Result rows are durable.</summary>
    public void Settled(int count) => Interlocked.Add(ref _unsettled, -count);

    /// <summary>What the answer to "what became of it?" settles; null when it is asked again later.</summary>
    public LedgerEvent? Decide(in TakenDelivery taken, in AskOutcome answer)
    {
        long now = clock.GetUtcNow().UtcTicks;
        var key = (taken.Started.DisseminationNo, taken.Started.EndpointNo);
        lock (_asked)
        {
            if (answer.Answer == AskAnswer.CannotTell)
            {
                var route = HealthOf(taken.Route);
                bool down = route?.IsDown == true, cannotWait = taken.Held.State.Record.LifeThreat && IsAnotherWell(route);
                // Nobody answers at present, and nobody else would carry it: the question keeps until somebody does, as long as the message lives; of one that is over, as long as a receipt would be waited for.
                if (down && !cannotWait && (taken.Gate.IsOpen || now - taken.Started.AtTicks < options.ReceiptTimeout.Ticks))
                {
                    DisseminationRoom.AskAgain(in taken, now + AskWhileDownTicks);
                    return null;
                }
                int asked = _asked[key] = _asked.GetValueOrDefault(key) + 1;
                if (asked < (down ? AsksWhileDownMax : AsksMax))
                {
                    DisseminationRoom.AskAgain(in taken, now + (asked * RetrySchedule.AskAfterTicks));
                    return null;
                }
            }
            _asked.Remove(key);
        }
        return taken.Started with
        {
            Kind = LedgerEventKind.Result, AtTicks = now, Body = Reference(answer.ProviderReference),
            Code = (byte)(answer.Answer switch { AskAnswer.Taken => ResultCode.Accepted, AskAnswer.NeverTaken => ResultCode.NeverTaken, _ => ResultCode.AskedInVain }),
            Number = (byte)(answer.Answer == AskAnswer.CannotTell ? DispatchError.UnknownOutcome : DispatchError.None),
        };
    }

    private static ReadOnlyMemory<byte> Reference(string? reference) =>
        string.IsNullOrEmpty(reference) ? default : System.Text.Encoding.UTF8.GetBytes(reference.Length <= 64 ? reference : reference[..64]);
}
