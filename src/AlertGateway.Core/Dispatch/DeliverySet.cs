namespace AlertGateway.Core.Dispatch;

/// <summary>
/// The deliveries of one channel and purpose of one dissemination. Pure: a fold of ledger rows, no clock, no randomness, no I/O. Slots are positions in dispatch order.
/// Not thread-safe; its <see cref="Dissemination"/> owns it.
/// </summary>
public sealed partial class DeliverySet
{
    /// <summary>Attempts that end a delivery when none succeeded: by <see cref="RetrySchedule"/> the better part of a day, so that nearly every alert ends before.</summary>
    public const int AttemptsMax = 250;

    private EndpointIndex? _index; // made when first asked: after a start, most of what is over is never asked
    private readonly Outcome[] _outcome;
    private readonly Evidence[] _evidence;
    private readonly byte[] _attempts;
    private readonly byte[] _routes;
    private readonly SlotFlags[] _flags;
    private readonly long[] _startedTicks;
    private readonly long[] _whenTicks; // by outcome: accepted at, due again at, to be asked at, parked since
    private readonly int[] _byOutcome = new int[(int)Outcome.Suppressed + 1];
    private readonly PriorityQueue<int, long> _retries = new();
    private readonly PriorityQueue<int, long> _asks = new();
    private readonly Queue<(int Slot, long AtTicks)> _awaitingReceipt = new();
    private readonly Queue<(int Slot, long SinceTicks)> _parked = new();
    private readonly bool _lifeThreat;
    private int _cursor;
    private int _started;
    private int _possibleDuplicates;
    private int _possibleLoss;
    private long _lastAcceptedTicks;

    /// <param name="endpoints">Distinct endpoint numbers in dispatch order.</param>
    /// <param name="languages">Parallel: 0 zh, 1 en.</param>
    /// <param name="lifeThreat">Severe or Extreme: an unknown outcome on a blind channel is sent once more instead of counted lost.</param>
    public DeliverySet(ChannelKind channel, Purpose purpose, AdapterClass adapterClass, int[] endpoints, byte[] languages, bool lifeThreat)
        : this(channel, purpose, adapterClass, endpoints, languages, lifeThreat, Columns.Of(endpoints.Length))
    {
        _byOutcome[(int)Outcome.Planned] = endpoints.Length;
    }

    private DeliverySet(ChannelKind channel, Purpose purpose, AdapterClass adapterClass, int[] endpoints, byte[] languages, bool lifeThreat, Columns columns)
    {
        (Channel, Purpose, Class, Endpoints, Languages, _lifeThreat) = (channel, purpose, adapterClass, endpoints, languages, lifeThreat);
        (_outcome, _evidence, _attempts, _routes, _flags, _startedTicks, _whenTicks) = columns;
        if (languages.Length != endpoints.Length || !columns.Fit(endpoints.Length)) throw new InvalidDataException("The lists of a set are of different lengths.");
    }

    /// <summary>What rows make of each slot.</summary>
    private readonly record struct Columns(Outcome[] Outcome, Evidence[] Evidence, byte[] Attempts, byte[] Routes, SlotFlags[] Flags, long[] StartedTicks, long[] WhenTicks)
    {
        public static Columns Of(int slots) => new(new Outcome[slots], new Evidence[slots], new byte[slots], new byte[slots], new SlotFlags[slots], new long[slots], new long[slots]);

        public bool Fit(int slots) => Outcome.Length == slots && Evidence.Length == slots && Attempts.Length == slots && Routes.Length == slots && Flags.Length == slots && StartedTicks.Length == slots && WhenTicks.Length == slots;
    }

    [Flags]
    private enum SlotFlags : byte
    {
        None = 0,

        /// <summary>Handed to the lane, its Started row not yet folded.</summary>
        Reserved = 1,

        /// <summary>The far side has or may have it.</summary>
        MayHave = 2,
        PossibleDuplicate = 4,
        PossibleLoss = 8,

        /// <summary>Waits for its endpoint to come online.</summary>
        Parked = 16,

        /// <summary>An attempt ended unknown: the next one is labelled unless the channel is idempotent.</summary>
        Doubtful = 32,

        /// <summary>By the rows it waits for its endpoint; <see cref="Parked"/> goes when the endpoint comes online, this one when the next attempt starts.</summary>
        Unreached = 64,

        /// <summary>Of a cancel: an older message of the chain is to be taken back as well, so it goes out whatever became of this dissemination's own.</summary>
        HoldsOlder = 128,
    }

    public ChannelKind Channel { get; }

    public Purpose Purpose { get; }

    public AdapterClass Class { get; }

    public int[] Endpoints { get; }

    public byte[] Languages { get; }

    public int Count => Endpoints.Length;

    /// <summary>Set once nothing of this set may start any more.</summary>
    public DispatchError? ClosedBecause { get; private set; }

    /// <summary>Deliveries with at least one durable start.</summary>
    public int Started => _started;

    public int Of(Outcome outcome) => _byOutcome[(int)outcome];

    public int PossibleDuplicates => _possibleDuplicates;

    public int PossibleLoss => _possibleLoss;

    /// <summary>Deliveries that are not final.</summary>
    public int Open => Of(Outcome.Planned) + Of(Outcome.InFlight) + Of(Outcome.Retrying) + Of(Outcome.Unknown) + Of(Outcome.Accepted);

    public Outcome OutcomeOf(int slot) => _outcome[slot];

    public Evidence EvidenceOf(int slot) => _evidence[slot];

    public byte AttemptsOf(int slot) => _attempts[slot];

    /// <summary>Number of the <see cref="ChannelRoute"/> that the last attempt went over.</summary>
    public byte RouteOf(int slot) => _routes[slot];

    /// <summary>When the last attempt started, UTC ticks: whoever is asked what became of it must look back that far.</summary>
    public long StartedTicksOf(int slot) => _startedTicks[slot];

    public bool MayHave(int slot) => (_flags[slot] & SlotFlags.MayHave) != 0;

    /// <summary>That the far side gave up on this attempt ends the delivery: a later attempt, or one that a lane has in hand, goes on, and what is delivered stays so, in whichever order the two are heard.</summary>
    public bool IsNewFailure(int slot, byte attempt) => attempt == _attempts[slot] && _outcome[slot] is Outcome.InFlight or Outcome.Unknown or Outcome.Accepted && _evidence[slot] < Evidence.Delivered;

    /// <summary>It has it, may have it, or has an attempt on the wire.</summary>
    public bool IsHeld(int slot) => MayHave(slot) || _outcome[slot] == Outcome.InFlight;

    /// <summary>The next start of this slot must carry the possible-duplicate label.</summary>
    public bool NextStartIsLabelled(int slot) => (_flags[slot] & SlotFlags.Doubtful) != 0 && Class != AdapterClass.Idempotent;

    /// <summary>One of its starts carried the possible-duplicate label.</summary>
    public bool IsLabelled(int slot) => (_flags[slot] & SlotFlags.PossibleDuplicate) != 0;

    /// <summary>Slot of the endpoint, −1 when it is not in the set.</summary>
    public int SlotOf(int endpointNo) => (_index ??= new EndpointIndex(Endpoints)).SlotOf(endpointNo);

    /// <summary>When the next retry is due, UTC ticks; <see cref="long.MaxValue"/> for none.</summary>
    public long NextDueTicks => _retries.TryPeek(out _, out long due) ? due : long.MaxValue;

    /// <summary>Hands out up to <paramref name="slots"/>.Length slots that may start now: due retries first, then dispatch order. Reserves them.</summary>
    /// <param name="ready">Asked per endpoint; a slot that is not ready comes again after <paramref name="notReadyTicks"/>.</param>
    public int Take(long nowTicks, Span<int> slots, Func<int, bool>? ready = null, long notReadyTicks = 0)
    {
        int count = 0;
        while (count < slots.Length && ClosedBecause is null)
        {
            int slot;
            if (_retries.TryPeek(out slot, out long due) && due <= nowTicks) _retries.Dequeue();
            else if (_cursor < Count) slot = _cursor++;
            else break;
            if (_outcome[slot] is not (Outcome.Planned or Outcome.Retrying) || (_flags[slot] & (SlotFlags.Reserved | SlotFlags.Parked)) != 0 || HasEnded(slot, nowTicks)) continue;
            if (ready is not null && !ready(Endpoints[slot]))
            {
                _retries.Enqueue(slot, nowTicks + notReadyTicks);
                continue;
            }
            _flags[slot] |= SlotFlags.Reserved;
            slots[count++] = slot;
        }
        return count;
    }

    /// <summary>Hands out slots whose unknown outcome may be asked for now.</summary>
    public int TakeAsks(long nowTicks, Span<int> slots)
    {
        int count = 0;
        while (count < slots.Length && _asks.TryPeek(out int slot, out long due) && due <= nowTicks)
        {
            _asks.Dequeue();
            if (_outcome[slot] == Outcome.Unknown) slots[count++] = slot;
        }
        return count;
    }

    /// <summary>Asks again later.</summary>
    public void AskAgain(int slot, long dueTicks) => _asks.Enqueue(slot, dueTicks);

    /// <summary>The endpoint is online: what waits for it may start now.</summary>
    public bool Wake(int endpointNo, long nowTicks)
    {
        int slot = SlotOf(endpointNo);
        if (slot < 0 || (_flags[slot] & SlotFlags.Parked) == 0) return false;
        _flags[slot] &= ~SlotFlags.Parked;
        _retries.Enqueue(slot, nowTicks);
        return true;
    }

    /// <summary>Slots parked since before <paramref name="beforeTicks"/>, for giving up. Reserves them.</summary>
    public int TakeParked(long beforeTicks, Span<int> slots)
    {
        int count = 0;
        while (count < slots.Length && _parked.TryPeek(out var head) && head.SinceTicks <= beforeTicks)
        {
            _parked.Dequeue();
            if ((_flags[head.Slot] & SlotFlags.Parked) == 0 || _outcome[head.Slot] != Outcome.Retrying) continue;
            // Given up from here on: an endpoint that comes online before the row is durable must not start it any more.
            _flags[head.Slot] = (_flags[head.Slot] & ~SlotFlags.Parked) | SlotFlags.Reserved;
            slots[count++] = head.Slot;
        }
        return count;
    }

    /// <summary>True when a delivery accepted at or before <paramref name="beforeTicks"/> still waits for its receipt.</summary>
    public bool AwaitsReceiptSince(long beforeTicks)
    {
        return TryPeekAwaited(out var oldest) && oldest.AtTicks <= beforeTicks;
    }

    // What is no longer awaited never will be again: an attempt is accepted once. So it does not matter when it is dropped, and a rebuilt queue gives the same answers.
    private bool TryPeekAwaited(out (int Slot, long AtTicks) head)
    {
        while (_awaitingReceipt.TryPeek(out head))
        {
            if (_outcome[head.Slot] == Outcome.Accepted && _whenTicks[head.Slot] == head.AtTicks) return true;
            _awaitingReceipt.Dequeue();
        }
        return false;
    }

    /// <summary>
    /// Slots whose outcome a crash made unknown: all in flight, and on push also what a connection had taken without an acknowledgement from the device, since such messages wait in the memory of the process that died.
    /// </summary>
    public IEnumerable<int> SlotsLostWithTheProcess(long nowTicks = 0) =>
        Of(Outcome.InFlight) == 0 && (Channel != ChannelKind.Push || ClosedBecause is not null) ? [] : Enumerable.Range(0, Count).Where(s => _outcome[s] == Outcome.InFlight || (!IsOver(s) && !HasEnded(s, nowTicks) && IsHeldByConnection(s)));

    /// <summary>Suppresses one planned slot: nothing has to be taken back where nothing arrived.</summary>
    public void SuppressPlanned(int slot)
    {
        if (_outcome[slot] == Outcome.Planned && (_flags[slot] & SlotFlags.HoldsOlder) == 0) Move(slot, Outcome.Suppressed);
    }

    /// <summary>Of a cancel: this endpoint holds an older message of the chain.</summary>
    internal void MarkHoldsOlder(int slot) => _flags[slot] |= SlotFlags.HoldsOlder;
}
