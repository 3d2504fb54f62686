using System.Diagnostics;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core.Dispatch;

/// <summary>
/// The deliveries of one channel and purpose of one dissemination. Pure: a fold of ledger rows, no clock, no randomness, no I/O. Slots are positions in dispatch order.
/// Not thread-safe; its <see cref="Dissemination"/> owns it.
/// </summary>
public sealed partial class DeliverySet
{
    /// <summary>Attempts that end a delivery when none succeeded: by <see cref="RetrySchedule"/> the better part of a day, so that nearly every alert ends before.</summary>
    public const int AttemptsMax = 250;

    private readonly EndpointIndex _index;
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
    {
        Debug.Assert(endpoints.Length == languages.Length);
        (Channel, Purpose, Class, Endpoints, Languages, _lifeThreat) = (channel, purpose, adapterClass, endpoints, languages, lifeThreat);
        _index = new EndpointIndex(endpoints);
        _outcome = new Outcome[endpoints.Length];
        _evidence = new Evidence[endpoints.Length];
        _attempts = new byte[endpoints.Length];
        _routes = new byte[endpoints.Length];
        _flags = new SlotFlags[endpoints.Length];
        _startedTicks = new long[endpoints.Length];
        _whenTicks = new long[endpoints.Length];
        _byOutcome[(int)Outcome.Planned] = endpoints.Length;
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
    public int SlotOf(int endpointNo) => _index.SlotOf(endpointNo);

    /// <summary>When the next retry is due, UTC ticks; <see cref="long.MaxValue"/> for none.</summary>
    public long NextDueTicks => _retries.TryPeek(out _, out long due) ? due : long.MaxValue;

    /// <summary>Folds one row of this set. Returns the slot whose evidence rose, else −1.</summary>
    public int Apply(in LedgerEvent e)
    {
        switch (e.Kind)
        {
            case LedgerEventKind.Suppressed:
                Close((DispatchError)e.Code);
                return -1;
            case LedgerEventKind.ReceiptsClosed:
                CloseReceipts(e.Number);
                return -1;
            case LedgerEventKind.VillagesEnded:
                ApplyEnded(e.Number);
                return -1;
        }
        int slot = SlotOf(e.EndpointNo);
        if (slot < 0) return -1;
        return e.Kind switch
        {
            LedgerEventKind.Started => ApplyStarted(slot, in e),
            LedgerEventKind.Result => ApplyResult(slot, in e),
            LedgerEventKind.Receipt => ApplyReceipt(slot, in e),
            _ => -1,
        };
    }

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

    private int ApplyStarted(int slot, in LedgerEvent e)
    {
        _flags[slot] &= ~SlotFlags.Reserved;
        if (_attempts[slot] == 0) _started++;
        _attempts[slot] = e.Attempt;
        _routes[slot] = (byte)e.Number;
        _startedTicks[slot] = e.AtTicks;
        if (e.Code == StartedCodes.PossibleDuplicate && (_flags[slot] & SlotFlags.PossibleDuplicate) == 0)
        {
            _flags[slot] |= SlotFlags.PossibleDuplicate;
            _possibleDuplicates++;
        }
        if (_outcome[slot] is Outcome.Planned or Outcome.Retrying) Move(slot, Outcome.InFlight);
        return Raise(slot, Evidence.Started);
    }

    private int ApplyResult(int slot, in LedgerEvent e)
    {
        var code = (ResultCode)e.Code;
        var error = (DispatchError)(byte)e.Number;
        if (code is ResultCode.Accepted or ResultCode.Unknown) _flags[slot] |= SlotFlags.MayHave;
        // What is heard of an older attempt, by a question that was asked twice, says nothing about this one.
        if (code == ResultCode.NotSent && e.Attempt == 0 && _outcome[slot] == Outcome.Planned)
        {
            Move(slot, Outcome.Suppressed); // There was nothing to take back after all.
            return -1;
        }
        bool open = e.Attempt == _attempts[slot] && (_outcome[slot] is Outcome.InFlight or Outcome.Unknown or Outcome.Retrying || (error == DispatchError.GatewayCrashed && IsHeldByConnection(slot)));
        switch (code)
        {
            case ResultCode.Accepted when open:
                Move(slot, _evidence[slot] >= Evidence.Delivered ? Outcome.Delivered : Outcome.Accepted);
                if (_outcome[slot] == Outcome.Accepted) Await(slot, e.AtTicks);
                break;
            case ResultCode.RetryLater or ResultCode.NeverTaken when open:
                Retry(slot, error, e.AtTicks, (long)((ulong)e.Number >> 8));
                break;
            case ResultCode.Unreachable when open:
                Park(slot, e.AtTicks);
                break;
            case ResultCode.Unknown when open:
                BecomeUnknown(slot, error, e.AtTicks);
                break;
            case ResultCode.AskedInVain when open:
                DecideBlind(slot, e.AtTicks);
                break;
            case ResultCode.Refused when open:
                Move(slot, FailedOrLost(slot));
                break;
            case ResultCode.NotSent when open:
                Move(slot, (_flags[slot] & SlotFlags.Doubtful) != 0 ? Lose(slot) : Outcome.Suppressed);
                break;
        }
        return code == ResultCode.Accepted ? Raise(slot, Evidence.Accepted) : -1;
    }

    private int ApplyReceipt(int slot, in LedgerEvent e)
    {
        var level = (Evidence)e.Code;
        // Whoever reports on it has taken it, also when it reports a failure before the answer to the request has come.
        _flags[slot] |= SlotFlags.MayHave;
        if (level == Evidence.Planned)
        {
            if (IsNewFailure(slot, e.Attempt)) Move(slot, Outcome.Failed);
            return -1;
        }
        if (level >= Evidence.Delivered && _outcome[slot] is Outcome.InFlight or Outcome.Unknown or Outcome.Retrying or Outcome.Accepted or Outcome.Failed) Find(slot);
        return Raise(slot, level);
    }

    /// <summary>Pushed into a connection; the device has not said that it has it.</summary>
    private bool IsHeldByConnection(int slot) => Channel == ChannelKind.Push && _outcome[slot] == Outcome.Accepted && _attempts[slot] < AttemptsMax;

    private void Retry(int slot, DispatchError error, long atTicks, long afterMilliseconds)
    {
        if (IsOver(slot))
        {
            Move(slot, (_flags[slot] & SlotFlags.Doubtful) != 0 ? Lose(slot) : Outcome.Suppressed);
            return;
        }
        if (_attempts[slot] >= AttemptsMax)
        {
            Move(slot, FailedOrLost(slot));
            return;
        }
        Move(slot, Outcome.Retrying);
        _whenTicks[slot] = atTicks + RetrySchedule.DelayTicks(_attempts[slot], Endpoints[slot], error, afterMilliseconds);
        _retries.Enqueue(slot, _whenTicks[slot]);
    }

    private void Park(int slot, long atTicks)
    {
        if (IsOver(slot))
        {
            Move(slot, (_flags[slot] & SlotFlags.Doubtful) != 0 ? Lose(slot) : Outcome.Suppressed);
            return;
        }
        if (_attempts[slot] >= AttemptsMax)
        {
            Move(slot, FailedOrLost(slot));
            return;
        }
        Move(slot, Outcome.Retrying);
        _flags[slot] |= SlotFlags.Parked | SlotFlags.Unreached;
        _whenTicks[slot] = atTicks;
        _parked.Enqueue((slot, atTicks));
    }

    private void BecomeUnknown(int slot, DispatchError error, long atTicks)
    {
        _flags[slot] |= SlotFlags.Doubtful;
        switch (Class)
        {
            case AdapterClass.Idempotent:
                // Nobody at the far side is to blame for a restart; whoever fell silent is given time, longer each time.
                Retry(slot, error == DispatchError.GatewayCrashed ? DispatchError.None : DispatchError.TimedOut, atTicks, 0);
                break;
            case AdapterClass.Queryable:
                Move(slot, Outcome.Unknown);
                _whenTicks[slot] = atTicks + RetrySchedule.AskAfterTicks;
                _asks.Enqueue(slot, _whenTicks[slot]);
                break;
            default:
                DecideBlind(slot, atTicks);
                break;
        }
    }

    private void DecideBlind(int slot, long atTicks)
    {
        if (_lifeThreat && (_flags[slot] & SlotFlags.PossibleDuplicate) == 0 && !IsOver(slot)) Retry(slot, DispatchError.None, atTicks, 0);
        else Move(slot, Lose(slot));
    }

    // An earlier attempt may have been taken, whatever became of the last one.
    private Outcome FailedOrLost(int slot) => (_flags[slot] & SlotFlags.Doubtful) != 0 ? Lose(slot) : Outcome.Failed;

    private Outcome Lose(int slot)
    {
        if ((_flags[slot] & SlotFlags.PossibleLoss) == 0)
        {
            _flags[slot] |= SlotFlags.PossibleLoss;
            _possibleLoss++;
        }
        return Outcome.Failed;
    }

    /// <summary>The device has it: nothing is lost, whatever was said or feared before.</summary>
    private void Find(int slot)
    {
        if ((_flags[slot] & SlotFlags.PossibleLoss) != 0)
        {
            _flags[slot] &= ~SlotFlags.PossibleLoss;
            _possibleLoss--;
        }
        Move(slot, Outcome.Delivered);
    }

    private void Close(DispatchError because)
    {
        if (ClosedBecause is not null) return;
        ClosedBecause = because;
        for (int slot = 0; slot < Count; slot++) Suppress(slot);
    }

    private void Suppress(int slot)
    {
        if (_outcome[slot] is Outcome.Planned) Move(slot, Outcome.Suppressed);
        else if (_outcome[slot] is Outcome.Retrying) Move(slot, (_flags[slot] & SlotFlags.Doubtful) != 0 ? Lose(slot) : Outcome.Suppressed);
    }

    private void CloseReceipts(long beforeTicks)
    {
        while (TryPeekAwaited(out var head) && head.AtTicks <= beforeTicks)
        {
            _awaitingReceipt.Dequeue();
            Move(head.Slot, Outcome.HandedOff);
        }
    }

    /// <summary>In the queue's order times never fall, so that whoever rebuilds the queue from the slots has the same one.</summary>
    private void Await(int slot, long atTicks)
    {
        _whenTicks[slot] = _lastAcceptedTicks = Math.Max(atTicks, _lastAcceptedTicks);
        _awaitingReceipt.Enqueue((slot, _lastAcceptedTicks));
    }

    private void Move(int slot, Outcome to)
    {
        _byOutcome[(int)_outcome[slot]]--;
        _byOutcome[(int)to]++;
        _outcome[slot] = to;
        if (to != Outcome.Retrying) _flags[slot] &= ~(SlotFlags.Parked | SlotFlags.Unreached);
    }

    private int Raise(int slot, Evidence level)
    {
        if (level <= _evidence[slot]) return -1;
        _evidence[slot] = level;
        return slot;
    }
}
