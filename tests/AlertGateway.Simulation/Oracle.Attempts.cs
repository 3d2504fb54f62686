using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Simulation;

/// <summary>What the rows say of each delivery's attempts: who may be sent again, and with which label.</summary>
internal sealed partial class Oracle
{
    private readonly Dictionary<DeliveryKey, Attempts> _attempts = [];
    private readonly Dictionary<int, HashSet<DeliveryKey>> _labelledByCrash = [];
    private readonly HashSet<DeliveryTag> _onTheWire = [];

    private bool IsLabelled(DeliveryKey key) => _attempts.TryGetValue(key, out var attempts) && attempts.Labelled;

    private Attempts Of(DeliveryKey key)
    {
        if (!_attempts.TryGetValue(key, out var attempts)) _attempts[key] = attempts = new Attempts();
        return attempts;
    }

    private void StartedIsDurable(DeliveryKey key, in LedgerEvent e)
    {
        var attempts = Of(key);
        _onTheWire.Add(new DeliveryTag(key, e.Attempt));
        bool asked = ChannelClasses.Of(key.Channel) != AdapterClass.Queryable || run.Far.AskedFor(key) > attempts.AskedWhenDoubted;
        if (attempts.Doubted && !asked) Fail($"I2: attempt {e.Attempt} of {key} started and nobody had asked what became of the one before", key.EndpointNo);
        if (e.Code != StartedCodes.PossibleDuplicate) return;
        // A label excuses an extra message: only what may have been taken may have one.
        if (!attempts.Doubted) Fail($"I2: attempt {e.Attempt} of {key} is labelled and no earlier one was in doubt", key.EndpointNo);
        if (ChannelClasses.Of(key.Channel) == AdapterClass.Idempotent) Fail($"I2: attempt {e.Attempt} of {key} is labelled where the far side keeps one", key.EndpointNo);
        attempts.Labelled = true;
        if (attempts.InFlightAtCrash == 0) return;
        if (!_labelledByCrash.TryGetValue(attempts.InFlightAtCrash, out var labelled)) _labelledByCrash[attempts.InFlightAtCrash] = labelled = [];
        if (labelled.Add(key) && labelled.Count > run.Faults.Window) Fail($"I2: one crash labels {labelled.Count}, W is {run.Faults.Window}", key.EndpointNo);
    }

    private void ResultIsDurable(DeliveryKey key, in LedgerEvent e)
    {
        var attempts = Of(key);
        bool wasOnTheWire = _onTheWire.Remove(new DeliveryTag(key, e.Attempt));
        if ((ResultCode)e.Code != ResultCode.Unknown) return;
        (attempts.Doubted, attempts.AskedWhenDoubted) = (true, run.Far.AskedFor(key));
        if ((DispatchError)(byte)e.Number != DispatchError.GatewayCrashed || ChannelClasses.Of(key.Channel) == AdapterClass.Idempotent) return;
        if (!wasOnTheWire) Fail($"I2: attempt {e.Attempt} of {key} is in doubt for a crash, and was not in flight", key.EndpointNo);
        attempts.InFlightAtCrash = run.Crashes;
    }

    private sealed class Attempts
    {
        /// <summary>One of them ended unknown: it may have been taken.</summary>
        public bool Doubted { get; set; }

        /// <summary>How often the far side had been asked when the last one became unknown.</summary>
        public int AskedWhenDoubted { get; set; }

        /// <summary>One of them started as a possible duplicate.</summary>
        public bool Labelled { get; set; }

        /// <summary>Number of the last crash that caught one of them on the wire; 0 for none.</summary>
        public int InFlightAtCrash { get; set; }
    }
}
