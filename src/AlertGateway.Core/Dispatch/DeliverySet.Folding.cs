using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core.Dispatch;

/// <summary>What each row makes of a delivery.</summary>
public sealed partial class DeliverySet
{
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
