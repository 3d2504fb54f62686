using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Simulation;

/// <summary>
/// Judges every effect and every durable row as it happens, and the end, by what docs/simulation.md lists of I1–I12. Knows only the disk, the wire and what the far side did; of the gateway it looks at the outcomes that it serves, to compare them.
/// </summary>
internal sealed partial class Oracle(SimRun run)
{
    private readonly HashSet<DeliveryTag> _started = [];
    private readonly HashSet<DeliveryKey> _originalStarted = [];
    private readonly HashSet<DeliveryKey> _mayHave = [];
    private readonly HashSet<(DeliveryKey Key, byte Level)> _receipts = [];
    private readonly Dictionary<int, int> _chainOf = [];
    private readonly Dictionary<int, int> _olderOf = [];
    private readonly Dictionary<int, long> _expires = [];
    private readonly HashSet<int> _cleared = [];
    private readonly HashSet<int> _stopped = [];
    private readonly HashSet<int> _acknowledged = [];
    private readonly Dictionary<(int Chain, int Endpoint), int> _newest = [];

    /// <summary>Null while nothing is wrong.</summary>
    public string? Violation { get; private set; }

    /// <summary>Whom the violation is about; 0 for nobody in particular.</summary>
    public int Endpoint { get; private set; }

    public void Fail(string what, int endpointNo = 0)
    {
        if (Violation is not null) return;
        run.Note("VIOLATION {0}", what);
        (Violation, Endpoint) = (what, endpointNo);
    }

    /// <summary>A row is on the disk.</summary>
    public void Durable(long sequence, LedgerEvent e)
    {
        run.Mark((byte)e.Kind, e.DisseminationNo, e.EndpointNo, e.Code);
        var key = new DeliveryKey(e.DisseminationNo, e.EndpointNo, (ChannelKind)e.Channel, (Purpose)e.Purpose);
        switch (e.Kind)
        {
            case LedgerEventKind.Cleared:
                if (!_cleared.Add(e.DisseminationNo)) Fail($"I2: dissemination {e.DisseminationNo} was opened twice");
                _chainOf.TryAdd(e.DisseminationNo, e.DisseminationNo);
                ClearedIsDurable(in e);
                break;
            case LedgerEventKind.Superseded:
                _stopped.Add(e.DisseminationNo);
                if (e.Number > 0 && !_history.Contains(e.DisseminationNo)) (_chainOf[(int)e.Number], _olderOf[(int)e.Number]) = (_chainOf.GetValueOrDefault(e.DisseminationNo, e.DisseminationNo), e.DisseminationNo);
                break;
            case LedgerEventKind.Cancelled:
                CancelledIsDurable(in e);
                _stopped.Add(e.DisseminationNo);
                _cancelledAt.TryAdd(e.DisseminationNo, run.Scheduler.Clock.Now);
                break;
            case LedgerEventKind.Started:
                if (!_cleared.Contains(e.DisseminationNo)) Fail($"I7: {key} started before its clearance was durable", key.EndpointNo);
                if (!_started.Add(new DeliveryTag(key, e.Attempt))) Fail($"I2: attempt {e.Attempt} of {key} started twice", key.EndpointNo);
                StartedIsDurable(key, in e);
                NothingOfHistory(key, e.Attempt);
                if (key.Purpose == Purpose.Original) _originalStarted.Add(key);
                break;
            case LedgerEventKind.Result:
                ResultIsDurable(key, in e);
                if ((ResultCode)e.Code is ResultCode.Accepted or ResultCode.Unknown) _mayHave.Add(key);
                break;
            case LedgerEventKind.Receipt:
                _mayHave.Add(key);
                _receipts.Add((key, e.Code));
                ReceiptIsDurable(key, in e);
                break;
            case LedgerEventKind.Closed:
                ClosedIsDurable(in e);
                break;
            case LedgerEventKind.Suppressed:
                _closed.Add((key.DisseminationNo, key.Channel, key.Purpose));
                JudgeExpiry(in e);
                break;
        }
    }

    /// <summary>A lane takes a delivery in hand, by what is durable by now.</summary>
    public void Taken(in LedgerEvent started)
    {
        var key = new DeliveryKey(started.DisseminationNo, started.EndpointNo, (ChannelKind)started.Channel, (Purpose)started.Purpose);
        if (FinalBecause(key) is { } final) Fail($"I1: {key} is taken in hand again: {final}", key.EndpointNo);
        if (key.Purpose != Purpose.Cancel || CorrectsForAll(key)) return;
        var original = key with { Purpose = Purpose.Original };
        // Nothing starts any more of what is taken back: an attempt that is on the wire is the last one.
        if (!Chain(original).Any(k => _mayHave.Contains(k) || _onTheWire.Any(t => t.Key == k))) Fail($"I5: endpoint {original.EndpointNo} is told to forget what it certainly never had", original.EndpointNo);
    }

    /// <summary>The first byte of an attempt leaves.</summary>
    public void FirstByte(DeliveryTag tag, in OutgoingDelivery delivery)
    {
        var key = tag.Key;
        run.Mark(100, key.DisseminationNo, key.EndpointNo, (byte)((byte)key.Channel | ((byte)key.Purpose << 4)));
        if (!_started.Contains(tag)) Fail($"I1: the first byte of {tag} left before its Started row was durable", tag.Key.EndpointNo);
        if (key.Purpose == Purpose.Original && _stopped.Contains(key.DisseminationNo)) Fail($"I5: {tag} left after the commit that stopped it", tag.Key.EndpointNo);
        JudgeLife(tag);
        if (!IsInAudience(key) || run.Town.Registry.EndpointChannel[key.EndpointNo] != (byte)key.Channel) Fail($"I3: {tag} is not in the audience", tag.Key.EndpointNo);
        if (key.Purpose == Purpose.Cancel && !Chain(key with { Purpose = Purpose.Original }).Any(_originalStarted.Contains)) Fail($"I5: {tag} takes back what never started", tag.Key.EndpointNo);
        if (key.Purpose == Purpose.Correction && key.Channel is not (ChannelKind.Loudspeaker or ChannelKind.Broadcast)) Fail($"I5: {tag} corrects where a cancel belongs", tag.Key.EndpointNo);
        OnTheWire(tag, delivery.Rendition);
    }

    /// <summary>A person or device got it.</summary>
    public void Effect(DeliveryTag tag)
    {
        var key = tag.Key;
        run.Mark(101, key.DisseminationNo, key.EndpointNo, tag.Attempt);
        int given = run.Far.Effects[key];
        if (given > (IsLabelled(key) ? 2 : 1)) Fail($"I2: {key} was given {given} times, {(IsLabelled(key) ? "labelled" : "without a label")}", key.EndpointNo);
        int chain = ChainOf(key.DisseminationNo);
        int rank = (key.DisseminationNo * 2) + (key.Purpose == Purpose.Original ? 0 : 1);
        if (_newest.TryGetValue((chain, key.EndpointNo), out int newest) && newest > rank && !IsLabelled(key)) Fail($"I6: endpoint {key.EndpointNo} got {tag} after a newer message of its chain (rank {newest})", tag.Key.EndpointNo);
        _newest[(chain, key.EndpointNo)] = Math.Max(newest, rank);
    }

    /// <summary>The approver was told that the alert is on its way.</summary>
    public void Opened(int no, long expiresTicks)
    {
        if (!_cleared.Contains(no)) Fail($"I9: dissemination {no} was acknowledged before it was durable");
        _acknowledged.Add(no);
        _expires[no] = expiresTicks;
    }

    /// <summary>Whoever took the message back was told that its cancel is on its way.</summary>
    public void CancelAnswered(int no)
    {
        if (!_cancelledAt.ContainsKey(no) && !_history.Contains(no)) Fail($"I9: the cancel of dissemination {no} was acknowledged before it was durable");
    }

    /// <summary>The far side was told what became of its receipt.</summary>
    public void Answered(in Receipt receipt, ReceiptVerdict verdict)
    {
        if (_history.Contains(receipt.Tag.Key.DisseminationNo) && verdict == ReceiptVerdict.Duplicate) return; // Nothing of it changes any more.
        if (verdict != ReceiptVerdict.UnknownDelivery && !receipt.Failed && receipt.Level >= Evidence.Delivered) Of(receipt.Tag.Key).SaidDelivered = true;
        if (verdict == ReceiptVerdict.UnknownDelivery && _started.Contains(receipt.Tag)) Fail($"I9: the receipt for {receipt.Tag} was turned away though it had started");
        if (verdict != ReceiptVerdict.UnknownDelivery && !_started.Contains(receipt.Tag)) Fail($"a receipt for {receipt.Tag}, which never started, was taken");
        byte level = receipt.Failed ? (byte)Evidence.Planned : (byte)receipt.Level;
        if (verdict == ReceiptVerdict.Recorded && !_receipts.Contains((receipt.Tag.Key, level))) Fail($"I9: the receipt for {receipt.Tag} was acknowledged before it was durable");
    }

    /// <summary>State served and state rebuilt from the disk are one (I12).</summary>
    public void CompareWithRebuilt(DisseminationRoom served, int rows)
    {
        var rebuilt = run.Rebuild(rows);
        string a = Fingerprint.Of(served), b = Fingerprint.Of(rebuilt);
        if (a != b) Fail($"I12: served and rebuilt state differ: {Fingerprint.FirstDifference(a, b)}");
        string c = Fingerprint.Of(run.SavedAndLoaded(served));
        if (a != c) Fail($"I12: served and saved state differ: {Fingerprint.FirstDifference(a, c)}");
    }

    /// <summary>Everything is final: who got what?</summary>
    public void AtTheEnd(DisseminationRoom room, FarSide far)
    {
        foreach (int no in _acknowledged)
        {
            if (room.States.All(s => s.DisseminationNo != no)) Fail($"I1: dissemination {no} was acknowledged and is gone");
        }
        foreach (var state in room.States)
        {
            JudgeAudience(state);
            JudgeCorrection(state);
            foreach (var set in state.Sets)
            {
                for (int slot = 0; slot < set.Count; slot++) Judge(room, state, set, slot, far);
                JudgeLosses(state, set);
                int lost = Enumerable.Range(0, set.Count).Count(s => set.OutcomeOf(s) == Outcome.Failed && far.Effects.ContainsKey(KeyOf(state, set, s)) && !FailureWasReported(KeyOf(state, set, s), far));
                if (lost > set.PossibleLoss) Fail($"I1: {lost} of d{state.DisseminationNo} {set.Channel} {set.Purpose} are failed and somebody got them, {set.PossibleLoss} are counted as possible losses");
            }
        }
        JudgeToldOnce(far);
    }

    private static DeliveryKey KeyOf(Dissemination state, DeliverySet set, int slot) => new(state.DisseminationNo, set.Endpoints[slot], set.Channel, set.Purpose);

    // A failure of an older attempt says nothing of the newest.
    private bool FailureWasReported(DeliveryKey key, FarSide far) => far.ReportedFailed.Contains(new DeliveryTag(key, Of(key).Newest));

    private void Judge(DisseminationRoom room, Dissemination state, DeliverySet set, int slot, FarSide far)
    {
        var key = KeyOf(state, set, slot);
        int effects = far.Effects.GetValueOrDefault(key);
        switch (set.OutcomeOf(slot))
        {
            case Outcome.Delivered or Outcome.HandedOff when effects == 0:
                Fail($"I1: {key} is {set.OutcomeOf(slot)} and nobody got it", key.EndpointNo);
                break;
            case Outcome.Suppressed when effects > 0:
                Fail($"I1: {key} is suppressed and somebody got it", key.EndpointNo);
                break;
            case Outcome.Failed when effects > 0 && !FailureWasReported(key, far) && !Of(key).Doubted:
                Fail($"I1: {key} failed without doubt and somebody got it", key.EndpointNo);
                break;
            case Outcome.Failed when Of(key) is { SaidDelivered: true } attempts && (attempts.GivenUp || !attempts.Doubted):
                Fail($"I1: {key} is failed, though the far side delivered it and was heard", key.EndpointNo);
                break;
            case < Outcome.Delivered:
                Fail($"I1: {key} is still {set.OutcomeOf(slot)}", key.EndpointNo);
                break;
        }
        if (set.Purpose == Purpose.Original && effects > 0) IsTakenBack(room, state, key, far);
    }

    /// <summary>Who holds a message is told by its cancel, or by that of a newer one of the chain; or has a newer one.</summary>
    private void IsTakenBack(DisseminationRoom room, Dissemination held, DeliveryKey key, FarSide far)
    {
        bool stopped = false;
        for (var state = held; state is not null; state = room.States.FirstOrDefault(s => _olderOf.GetValueOrDefault(s.DisseminationNo) == state.DisseminationNo))
        {
            if (state != held && far.Effects.ContainsKey(key with { DisseminationNo = state.DisseminationNo })) return; // that one is judged for itself
            if (state.Cancelled is null) continue;
            stopped = true;
            if (state.Set(key.Channel, Purpose.Cancel) is not { } cancel || cancel.SlotOf(key.EndpointNo) is not (>= 0 and var at)) continue;
            if (cancel.OutcomeOf(at) == Outcome.Suppressed && state.CancelledTicks + Dissemination.CancelLife.Ticks > run.Scheduler.Clock.WallTicks) Fail($"I5: {key} was given and its cancel was suppressed", key.EndpointNo);
            return;
        }
        if (stopped) Fail($"I5: {key} was given and nobody takes it back", key.EndpointNo);
    }

    /// <summary>The same delivery of this message and of those that it took over from.</summary>
    private IEnumerable<DeliveryKey> Chain(DeliveryKey key)
    {
        for (int no = key.DisseminationNo; no > 0; no = _olderOf.GetValueOrDefault(no)) yield return key with { DisseminationNo = no };
    }
}
