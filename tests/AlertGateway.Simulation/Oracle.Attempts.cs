using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Simulation;

/// <summary>What the rows say of each delivery's attempts: who may be sent again, and with which label.</summary>
internal sealed partial class Oracle
{
    private readonly Dictionary<DeliveryKey, Attempts> _attempts = [];
    private readonly Dictionary<(int Crash, ChannelKind Channel), HashSet<DeliveryKey>> _labelledByCrash = [];
    private readonly HashSet<DeliveryTag> _onTheWire = [];
    private readonly Dictionary<ChannelKind, int> _unsettled = [];
    private readonly HashSet<(int No, ChannelKind Channel, Purpose Purpose)> _closed = [];

    private bool IsLabelled(DeliveryKey key) => _attempts.TryGetValue(key, out var attempts) && attempts.Labelled;

    private Attempts Of(DeliveryKey key)
    {
        if (!_attempts.TryGetValue(key, out var attempts)) _attempts[key] = attempts = new Attempts();
        return attempts;
    }

    private void StartedIsDurable(DeliveryKey key, in LedgerEvent e)
    {
        var attempts = Of(key);
        attempts.Newest = e.Attempt;
        if (e.Attempt == 1) Begins(key.Channel);
        _onTheWire.Add(new DeliveryTag(key, e.Attempt));
        int unsettled = _unsettled[key.Channel] = _unsettled.GetValueOrDefault(key.Channel) + 1;
        if (unsettled > run.Faults.Window) Fail($"I11: {unsettled} attempts of {key.Channel} have started and have no result, W is {run.Faults.Window}", key.EndpointNo);
        bool asked = ChannelClasses.Of(key.Channel) != AdapterClass.Queryable || run.Far.AskedFor(key) > attempts.AskedWhenDoubted;
        if (attempts.Doubted && !asked) Fail($"I2: attempt {e.Attempt} of {key} started and nobody had asked what became of the one before", key.EndpointNo);
        if (attempts.Doubted) JudgeExtra(key, in e);
        if (e.Code != StartedCodes.PossibleDuplicate) return;
        // A label excuses an extra message: only what may have been taken may have one.
        if (!attempts.Doubted) Fail($"I2: attempt {e.Attempt} of {key} is labelled and no earlier one was in doubt", key.EndpointNo);
        if (ChannelClasses.Of(key.Channel) == AdapterClass.Idempotent) Fail($"I2: attempt {e.Attempt} of {key} is labelled where the far side keeps one", key.EndpointNo);
        attempts.Labelled = true;
        if (attempts.InFlightAtCrash == 0) return;
        if (!_labelledByCrash.TryGetValue((attempts.InFlightAtCrash, key.Channel), out var labelled)) _labelledByCrash[(attempts.InFlightAtCrash, key.Channel)] = labelled = [];
        if (labelled.Add(key) && labelled.Count > run.Faults.Window) Fail($"I2: one crash labels {labelled.Count}, W is {run.Faults.Window}", key.EndpointNo);
    }

    private void ResultIsDurable(DeliveryKey key, in LedgerEvent e)
    {
        var attempts = Of(key);
        bool wasOnTheWire = _onTheWire.Remove(new DeliveryTag(key, e.Attempt));
        if (wasOnTheWire) _unsettled[key.Channel]--;
        if (e.Attempt == attempts.Newest) attempts.Last = (ResultCode)e.Code;
        if ((ResultCode)e.Code != ResultCode.Unknown) return;
        (attempts.Doubted, attempts.AskedWhenDoubted) = (true, run.Far.AskedFor(key));
        attempts.Doubts++;
        if ((DispatchError)(byte)e.Number != DispatchError.GatewayCrashed || ChannelClasses.Of(key.Channel) == AdapterClass.Idempotent) return;
        if (!wasOnTheWire) Fail($"I2: attempt {e.Attempt} of {key} is in doubt for a crash, and was not in flight", key.EndpointNo);
        attempts.InFlightAtCrash = run.Crashes;
    }

    /// <summary>The process is dead: for what a receipt has ended no result comes any more, and nobody waits for one.</summary>
    public void Crashed()
    {
        foreach (var tag in _onTheWire.Where(t => Of(t.Key) is { Delivered: true } or { GivenUp: true }).ToArray())
        {
            _onTheWire.Remove(tag);
            _unsettled[tag.Key.Channel]--;
        }
    }

    private void ReceiptIsDurable(DeliveryKey key, in LedgerEvent e)
    {
        var attempts = Of(key);
        if ((Evidence)e.Code >= Evidence.Delivered) attempts.Delivered = true;
        else if ((Evidence)e.Code == Evidence.Planned && e.Attempt == attempts.Newest) attempts.GivenUp = true;
    }

    public bool WasGivenUp(DeliveryKey key) => Of(key).GivenUp;

    public byte NewestAttempt(DeliveryKey key) => Of(key).Newest;

    /// <summary>Why nothing more may be sent, by what is durable; null while something may.</summary>
    private string? FinalBecause(DeliveryKey key)
    {
        var attempts = Of(key);
        if (_closed.Contains((key.DisseminationNo, key.Channel, key.Purpose))) return "its set is closed";
        if (key.Purpose == Purpose.Original && _stopped.Contains(key.DisseminationNo)) return "its message is stopped";
        if (attempts.Delivered) return "it is delivered";
        if (attempts.GivenUp) return "the far side gave its newest attempt up";
        if (_onTheWire.Contains(new DeliveryTag(key, attempts.Newest))) return "an attempt is on the wire";
        return attempts.Last switch
        {
            ResultCode.Accepted => "it was taken",
            ResultCode.Refused => "it was refused",
            ResultCode.NotSent => "its gate was closed",
            ResultCode.Unknown when ChannelClasses.Of(key.Channel) == AdapterClass.Queryable => "nobody knows yet what became of it",
            ResultCode.Unknown when ChannelClasses.Of(key.Channel) == AdapterClass.Blind => BlindIsFinalBecause(key, attempts),
            ResultCode.AskedInVain when attempts.Labelled => "it had its one extra message",
            _ => null,
        };
    }

    private sealed class Attempts
    {
        public byte Newest { get; set; }

        /// <summary>Result of the newest one; null before it has any.</summary>
        public ResultCode? Last { get; set; }

        /// <summary>A receipt says that somebody has it.</summary>
        public bool Delivered { get; set; }

        /// <summary>The far side said so and was answered.</summary>
        public bool SaidDelivered { get; set; }

        /// <summary>A receipt says that the newest attempt failed.</summary>
        public bool GivenUp { get; set; }

        /// <summary>One of them ended unknown: it may have been taken.</summary>
        public bool Doubted { get; set; }

        /// <summary>How many of them ended unknown.</summary>
        public int Doubts { get; set; }

        /// <summary>How often the far side had been asked when the last one became unknown.</summary>
        public int AskedWhenDoubted { get; set; }

        /// <summary>One of them started as a possible duplicate.</summary>
        public bool Labelled { get; set; }

        /// <summary>Number of the last crash that caught one of them on the wire; 0 for none.</summary>
        public int InFlightAtCrash { get; set; }
    }
}
