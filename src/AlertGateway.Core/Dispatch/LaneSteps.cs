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
/// What a lane decides, without its tasks: what may start, which row an outcome becomes, what an answer settles. No I/O, no <c>async</c>; time comes from the clock. <see cref="Take"/> is called by one caller at a time, the others from any thread;
/// <see cref="Lane"/> runs it with real channels, the simulation with unreliable ones.
/// </summary>
internal sealed class LaneSteps(ChannelKind channel, LaneOptions options, DisseminationRoom room, EndpointFlags[] endpointFlags, TimeProvider clock)
{
    /// <summary>Asked as often as this without an answer, an unknown outcome is decided as on a blind channel.</summary>
    public const int AsksMax = 6;

    private const int AskWhileDownTicks = 5 * (int)TimeSpan.TicksPerSecond;

    private readonly int _cancelReserve = options.Slots >= 8 ? Math.Max(1, options.Slots / 16) : 0;
    private readonly int _lifeReserve = options.Slots >= 8 ? options.Slots / 8 : 0;
    private readonly LaneCircuit? _circuit = channel == ChannelKind.Sms ? new(clock) : null; // elsewhere every endpoint is a far side of its own
    private readonly RateShaper _pace = new(options.RatePerSecond, clock);
    private readonly Dictionary<(int, int), int> _asked = [];
    private int _inFlight;
    private int _unsettled;
    private long _started;
    private long _throttled;
    private bool _accountRefused;

    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Attempts with a durable start and no durable result: at most W.</summary>
    public int Unsettled => Volatile.Read(ref _unsettled);

    public long Started => Volatile.Read(ref _started);

    public long Throttled => Volatile.Read(ref _throttled);

    /// <summary>The far side said last that it does not take this account: a person must mend the key or the contract, then sending goes on.</summary>
    public bool IsAccountRefused => Volatile.Read(ref _accountRefused);

    /// <summary>The far side does not answer, or refuses the account: only probes go out.</summary>
    public bool IsDown => _circuit?.IsOpen == true;

    public double RateLimitPerSecond => _pace.PerSecond;

    /// <summary>What may start now; their Started rows must be durable before <see cref="Make"/> hands them out.</summary>
    /// <param name="batch">As long as the lane has slots.</param>
    /// <param name="rows">Parallel to what was taken.</param>
    /// <param name="why">Why the answer is 0.</param>
    public int Take(Span<TakenDelivery> batch, Span<LedgerEvent> rows, out LaneWait why)
    {
        int free = Math.Min(options.Slots - InFlight, options.Window - Unsettled);
        int healthy = Math.Min(free, (_circuit?.Allowed() ?? int.MaxValue) - InFlight);
        int allowed = Math.Min(healthy, _pace.Available());
        // The last slots are for what takes back, those before them for what threatens life: a slow provider full of lesser messages holds up neither.
        var limits = new TakeLimits(allowed, Math.Min(allowed, free - _cancelReserve), Math.Min(allowed, free - _cancelReserve - _lifeReserve));
        int count = allowed > 0 ? room.Take(channel, batch[..Math.Min(allowed, batch.Length)], in limits) : 0;
        why = free <= 0 ? LaneWait.Capacity : allowed <= 0 ? LaneWait.Pace : LaneWait.Work;
        if (count == 0) return 0;
        _pace.Spend(count);
        Interlocked.Add(ref _inFlight, count);
        Interlocked.Add(ref _unsettled, count);
        Interlocked.Add(ref _started, count);
        for (int i = 0; i < count; i++) rows[i] = batch[i].Started;
        return count;
    }

    /// <summary>The attempt as the channel gets it.</summary>
    public Outgoing Make(in TakenDelivery taken, ReadOnlyMemory<byte> address)
    {
        ref readonly var row = ref taken.Started;
        var key = new DeliveryKey(row.DisseminationNo, row.EndpointNo, (ChannelKind)row.Channel, (Purpose)row.Purpose);
        return new Outgoing(new OutgoingDelivery
        {
            Tag = new DeliveryTag(key, row.Attempt), Rendition = taken.Rendition, Address = address, ExerciseEndpoint = (endpointFlags[row.EndpointNo] & EndpointFlags.Exercise) != 0, NotAfterTicks = taken.Gate.NotAfterTicks,
            StartedTicks = row.AtTicks, Gate = taken.Gate, TakesBack = taken.OriginalAttempts > 0 ? new DeliveryTag(key with { Purpose = Purpose.Original }, taken.OriginalAttempts) : null,
        }, row);
    }

    /// <summary>The slot is free again; gives the Result row, which must be durable before <see cref="Settled"/>.</summary>
    public LedgerEvent Finish(in LedgerEvent started, in DispatchOutcome outcome)
    {
        Interlocked.Decrement(ref _inFlight);
        _circuit?.Told(in outcome, started.AtTicks);
        if (outcome.Code == ResultCode.RetryLater && outcome.Error == DispatchError.NotAuthorised) Volatile.Write(ref _accountRefused, true);
        else if (outcome.Code == ResultCode.Accepted) Volatile.Write(ref _accountRefused, false);
        if (outcome.Error == DispatchError.Throttled)
        {
            Interlocked.Increment(ref _throttled);
            _pace.Throttled();
        }
        return started with
        {
            Kind = LedgerEventKind.Result, AtTicks = clock.GetUtcNow().UtcTicks, Code = (byte)outcome.Code,
            Number = (byte)outcome.Error | ((long)Math.Clamp(outcome.RetryAfter.TotalMilliseconds, 0, 3_600_000) << 8), Body = Reference(outcome.ProviderReference),
        };
    }

    /// <summary>So many Result rows are durable.</summary>
    public void Settled(int count) => Interlocked.Add(ref _unsettled, -count);

    /// <summary>What the answer to "what became of it?" settles; null when it is asked again later. One caller at a time.</summary>
    public LedgerEvent? Decide(in TakenDelivery taken, in AskOutcome answer)
    {
        long now = clock.GetUtcNow().UtcTicks;
        var key = (taken.Started.DisseminationNo, taken.Started.EndpointNo);
        if (answer.Answer == AskAnswer.CannotTell)
        {
            // Nobody answers anything at present: the question keeps until somebody does, as long as the message lives.
            if (IsDown && now < taken.Gate.NotAfterTicks)
            {
                DisseminationRoom.AskAgain(in taken, now + AskWhileDownTicks);
                return null;
            }
            int asked = _asked[key] = _asked.GetValueOrDefault(key) + 1;
            if (asked < AsksMax)
            {
                DisseminationRoom.AskAgain(in taken, now + (asked * RetrySchedule.AskAfterTicks));
                return null;
            }
        }
        _asked.Remove(key);
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
