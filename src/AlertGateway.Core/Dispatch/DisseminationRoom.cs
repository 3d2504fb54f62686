using AlertGateway.Cap;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Core.Dispatch;

/// <summary>
/// All disseminations. Folds every durable row into the one state that lanes send from and people look at, so that what is served is what a rebuild gives (I12). Thread-safe: one lock a dissemination, held for
/// array work only.
/// </summary>
public sealed partial class DisseminationRoom : ICommitObserver, IDispatchRoom, IReceiptSink, IWakeSink, ITrackingBoard
{
    private readonly ILedger _ledger;
    private readonly RegistrySnapshot _registry;
    private readonly TimeProvider _clock;
    private readonly Func<ChannelKind, ChannelTimes> _times;
    private readonly TimeSpan _closeAfter;
    private readonly Lock _openLock = new();
    private Task _takingBack = Task.CompletedTask;
    private readonly Dictionary<AlertKey, int> _byAlert = [];
    private readonly Dictionary<int, int> _takesOver = []; // newer → older; only the fold touches it
    private volatile Held?[] _held = [];
    private int _issued;
    private Pending? _pending;

    /// <param name="closeAfter">How long a message that is over counts receipts and door-knocks before it is closed. Default: <see cref="DefaultCloseAfter"/>.</param>
    public DisseminationRoom(ILedger ledger, RegistrySnapshot registry, TimeProvider clock, Func<ChannelKind, ChannelTimes> times, TimeSpan? closeAfter = null)
    {
        (_ledger, _registry, _clock, _times, _closeAfter) = (ledger, registry, clock, times, closeAfter ?? DefaultCloseAfter);
        _villageHouseholds = new Lazy<int[][]>(HouseholdsByVillage);
        _personHasEndpoint = new Lazy<bool[]>(PersonsWithEndpoint);
        _hornVillage = new Lazy<Dictionary<int, int>>(HornVillages);
    }

    /// <summary>Pulsed whenever a lane may have something new to do.</summary>
    public WorkSignal Work { get; } = new();

    /// <summary>Marks what was in flight as unknown. Call once, after the ledger has been read into <see cref="OnCommitted"/> and before anything else is appended.</summary>
    public async Task RecoverAsync(CancellationToken cancellationToken)
    {
        var rows = new List<LedgerEvent>();
        foreach (var held in All()) lock (held.Lock) held.State.AfterCrash(Now, rows);
        foreach (var chunk in rows.Chunk(10_000)) await _ledger.AppendAsync(chunk, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<int> OpenAsync(ClearedAlert cleared, CancellationToken cancellationToken)
    {
        ValueTask<long> append;
        int no;
        lock (_openLock)
        {
            (no, var rows) = RowsOf(cleared);
            if (rows.Length == 0) return no;
            append = _ledger.AppendAsync(rows, CancellationToken.None);
        }
        await append.ConfigureAwait(false);
        return no;
    }

    /// <summary>Number and rows of a new dissemination; no rows where its alert has one. Under the lock, which must not be left before the rows are on their way unless nobody else can open the same alert.</summary>
    private (int No, LedgerEvent[] Rows) RowsOf(ClearedAlert cleared)
    {
        var proposal = cleared.Proposal;
        var alert = proposal.Submission.Alert;
        var key = alert.Key ?? throw new ArgumentException("A cleared alert has an identity.", nameof(cleared));
        if (proposal.Audience.RegistryVersion != _registry.Version) throw new InvalidOperationException("The registry has changed since the audience was frozen: the alert must be proposed again.");
        if (_byAlert.TryGetValue(key, out int known)) return (known, []);
        var info = alert.Infos.Count > 0 ? alert.Infos[0] : null;
        var record = new ClearedRecord
        {
            ProposalNo = proposal.ProposalNo, Sender = alert.Sender, Identifier = alert.Identifier, SentText = alert.SentText, SentTicks = key.Sent.UtcTicks,
            Headline = info?.Headline ?? info?.Event ?? alert.Identifier, Status = alert.Status.ToString(), Colour = proposal.Submission.Colour,
            LifeThreat = proposal.Submission.Colour >= WarningColour.Orange || info?.Severity is Severity.Extreme or Severity.Severe,
            ExpiresTicks = proposal.Hashes.ExpiresTicks, RegistryVersion = proposal.Audience.RegistryVersion, Hashes = proposal.Hashes, Signatures = proposal.Signatures,
        };
        int no = ++_issued;
        var rows = ClearedRows.For(no, cleared, record);
        return (no, proposal.TakesOverDisseminationNo > 0 ? [new LedgerEvent { Kind = LedgerEventKind.Superseded, AtTicks = cleared.ClearedTicks, DisseminationNo = proposal.TakesOverDisseminationNo, Number = no }, .. rows] : rows);
    }

    /// <inheritdoc/>
    public int? FindByAlert(AlertKey key)
    {
        lock (_openLock) return _byAlert.TryGetValue(key, out int no) ? no : null;
    }

    /// <inheritdoc/>
    public async Task CancelAsync(int disseminationNo, Actor by, string reason, bool falseAlarm, CancellationToken cancellationToken)
    {
        var held = Of(disseminationNo) ?? throw new KeyNotFoundException($"There is no dissemination {disseminationNo}.");
        if (held.IsClosed) return;
        // One at a time: whom the one tells, the next one of the chain does not.
        var done = new TaskCompletionSource(); // Who waits goes on where this one ends, not on some other thread: the simulation has one.
        Task before;
        lock (_openLock) (before, _takingBack) = (_takingBack, done.Task);
        await before.ConfigureAwait(false);
        try
        {
            lock (held.Lock)
            {
                if (held.State.Cancelled is not null) return;
            }
            var record = new CancelRecord(by.PersonId, by.Name, by.Rule, reason, falseAlarm) { ToldToAll = falseAlarm && held.Successor is null };
            LedgerEvent[] rows = [.. CancelAudiences(held, Now), .. falseAlarm ? Corrections(held, Now) : [], new() { Kind = LedgerEventKind.Cancelled, AtTicks = Now, DisseminationNo = disseminationNo, Body = ClearedRows.Body(record, DispatchJson.Default.CancelRecord) }];
            await _ledger.AppendAsync(rows, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            done.SetResult();
        }
    }

    /// <inheritdoc/>
    public async Task SupersedeAsync(int oldDisseminationNo, int newDisseminationNo, Actor by, CancellationToken cancellationToken)
    {
        var held = Of(oldDisseminationNo) ?? throw new KeyNotFoundException($"There is no dissemination {oldDisseminationNo}.");
        if (held.IsClosed) return;
        lock (held.Lock)
        {
            if (held.State.Superseded || held.State.Cancelled is not null) return;
        }
        var record = new CancelRecord(by.PersonId, by.Name, by.Rule, "superseded", FalseAlarm: false);
        var row = new LedgerEvent { Kind = LedgerEventKind.Superseded, AtTicks = Now, DisseminationNo = oldDisseminationNo, Number = newDisseminationNo, Body = ClearedRows.Body(record, DispatchJson.Default.CancelRecord) };
        await _ledger.AppendAsync(new[] { row }, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<ReceiptVerdict> ReportAsync(Receipt receipt, CancellationToken cancellationToken)
    {
        var key = receipt.Tag.Key;
        if (Of(key.DisseminationNo) is not { } held) return ReceiptVerdict.UnknownDelivery;
        if (held.IsClosed) return ReceiptVerdict.Duplicate;
        lock (held.Lock)
        {
            if (held.State.Set(key.Channel, key.Purpose) is not { } set) return ReceiptVerdict.UnknownDelivery;
            int slot = set.SlotOf(key.EndpointNo);
            if (slot < 0 || receipt.Tag.Attempt == 0 || set.AttemptsOf(slot) < receipt.Tag.Attempt) return ReceiptVerdict.UnknownDelivery;
            if (receipt.Route is { } route && receipt.Tag.Attempt == set.AttemptsOf(slot) && set.RouteOf(slot) != route) return ReceiptVerdict.UnknownDelivery;
            bool news = receipt.Failed ? set.IsNewFailure(slot, receipt.Tag.Attempt) : set.EvidenceOf(slot) < receipt.Level || (receipt.Helped && _registry.EndpointPerson[key.EndpointNo] is > 0 and var person && !held.State.Reach.HasHelped(person));
            if (!news) return ReceiptVerdict.Duplicate;
        }
        var row = new LedgerEvent
        {
            Kind = LedgerEventKind.Receipt, AtTicks = receipt.AtTicks > 0 ? receipt.AtTicks : Now, DisseminationNo = key.DisseminationNo, EndpointNo = key.EndpointNo, Channel = (byte)key.Channel, Purpose = (byte)key.Purpose,
            Attempt = receipt.Tag.Attempt, Code = receipt.Failed ? (byte)Evidence.Planned : (byte)receipt.Level, Number = (byte)receipt.Error | (receipt.Helped ? ReceiptNumbers.Helped : 0),
        };
        await _ledger.AppendAsync(new[] { row }, cancellationToken).ConfigureAwait(false);
        return ReceiptVerdict.Recorded;
    }

    /// <inheritdoc/>
    public ValueTask<ReceiptVerdict> AcknowledgeNewestAsync(int endpointNo, CancellationToken cancellationToken)
    {
        if (endpointNo <= 0 || endpointNo > _registry.Endpoints) return ValueTask.FromResult(ReceiptVerdict.UnknownDelivery);
        var channel = (ChannelKind)_registry.EndpointChannel[endpointNo];
        var held = _held;
        for (int i = held.Length - 1; i >= 0; i--)
        {
            if (held[i] is not { IsClosed: false } candidate) continue;
            byte attempt = 0;
            lock (candidate.Lock)
            {
                if (candidate.State.Cancelled is null && Now < candidate.State.Record.ExpiresTicks && candidate.State.Set(channel, Purpose.Original) is { } set && set.SlotOf(endpointNo) is >= 0 and var slot && set.MayHave(slot)) attempt = set.AttemptsOf(slot);
            }
            if (attempt == 0) continue;
            var tag = new DeliveryTag(new DeliveryKey(candidate.State.DisseminationNo, endpointNo, channel, Purpose.Original), attempt);
            return ReportAsync(new Receipt(tag, Evidence.Acknowledged, Failed: false, DispatchError.None, 0), cancellationToken);
        }
        return ValueTask.FromResult(ReceiptVerdict.UnknownDelivery);
    }

    /// <inheritdoc/>
    public void EndpointOnline(ChannelKind channel, int endpointNo)
    {
        bool woke = false;
        foreach (var held in All())
        {
            lock (held.Lock)
            {
                foreach (var set in held.State.Sets)
                {
                    if (set.Channel == channel) woke |= set.Wake(endpointNo, Now);
                }
            }
        }
        if (woke) Work.Pulse();
    }

    /// <summary>Appends what time has made due; called a few times a second.</summary>
    public async Task TickAsync(CancellationToken cancellationToken)
    {
        var rows = new List<LedgerEvent>();
        foreach (var held in All()) lock (held.Lock) held.State.Due(Now, _times, rows);
        EndNeverHad(rows);
        CloseAtRest(Now, rows);
        if (rows.Count > 0) await _ledger.AppendAsync(rows.ToArray(), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void OnCommitted(long firstSequence, ReadOnlySpan<LedgerEvent> events)
    {
        bool work = false;
        List<Held>? opened = null;
        for (int i = 0; i < events.Length;)
        {
            ref readonly var e = ref events[i];
            if (e.DisseminationNo == 0)
            {
                i++;
                continue;
            }
            if (e.Kind is LedgerEventKind.AudienceFrozen or LedgerEventKind.RenditionStored or LedgerEventKind.Cleared)
            {
                if (Prepare(firstSequence + i, in e) is { } cleared) (opened ??= []).Add(cleared);
                i++;
                continue;
            }
            int no = e.DisseminationNo;
            var held = Of(no);
            if (held is null || held.IsClosed)
            {
                i++;
                continue;
            }
            lock (held.Lock)
            {
                for (; i < events.Length && events[i].DisseminationNo == no; i++)
                {
                    held.Apply(firstSequence + i, in events[i]);
                    if (events[i] is { Kind: LedgerEventKind.Superseded, Number: > 0 and <= int.MaxValue and var newer }) TakesOver((int)newer, held);
                    work |= events[i].Kind is LedgerEventKind.Cancelled or LedgerEventKind.Result;
                }
            }
        }
        foreach (var held in opened ?? []) Opened(held);
        if (work || opened is not null) Work.Pulse();
    }

    /// <summary>What the row opens; null for nothing yet.</summary>
    private Held? Prepare(long sequence, in LedgerEvent e)
    {
        if (Of(e.DisseminationNo) is not null) return null; // A snapshot has it already.
        if (_pending?.DisseminationNo != e.DisseminationNo) _pending = new Pending(e.DisseminationNo);
        RowNumbers.Require(sequence, in e);
        switch (e.Kind)
        {
            case LedgerEventKind.AudienceFrozen:
                var (numbers, languages) = ClearedRows.ReadAudience(e.Body.Span);
                if (e.Channel == 0) _pending.Households = numbers;
                else _pending.Audience.Add(((ChannelKind)e.Channel, numbers, languages));
                break;
            case LedgerEventKind.RenditionStored:
                _pending.Renditions.Add(ClearedRows.Read(sequence, e.Body.Span, DispatchJson.Default.Rendition));
                break;
            default:
                var record = ClearedRows.Read(sequence, e.Body.Span, DispatchJson.Default.ClearedRecord);
                var held = new Held(new Dissemination(e.DisseminationNo, record, e.AtTicks, _registry, _pending.Households, _pending.Audience, _pending.Renditions), _clock);
                _pending = null;
                Hold(held);
                return held;
        }
        return null;
    }

    // The row that supersedes stands before the newer one's clearance when both come from one batch, after it when a person joins them later.
    private void TakesOver(int newer, Held older)
    {
        if (newer <= older.No || older.IsClosed) return; // Numbers rise: a chain that goes round would be waited for without end.
        _takesOver[newer] = older.No;
        if (Of(newer) is { } held) Join(held, older);
    }

    private static void Join(Held newer, Held older)
    {
        (newer.Predecessor, newer.State.OlderNo) = (older, older.No);
        older.Successor = newer;
    }

    private void Hold(Held held)
    {
        var record = held.Record;
        int no = held.No;
        if (!held.IsClosed && _takesOver.GetValueOrDefault(no, held.State.OlderNo) is > 0 and var older && Of(older) is { } predecessor) Join(held, predecessor);
        lock (_openLock)
        {
            var next = new Held?[Math.Max(_held.Length, no)];
            _held.CopyTo(next, 0);
            next[no - 1] = held;
            _held = next;
            _issued = Math.Max(_issued, no);
            _byAlert[new AlertKey(record.Sender, record.Identifier, new DateTimeOffset(record.SentTicks, TimeSpan.Zero), record.SentText)] = no;
        }
    }

    private long Now => _clock.GetUtcNow().UtcTicks;

    private Held? Of(int no)
    {
        var held = _held;
        return no >= 1 && no <= held.Length ? held[no - 1] : null;
    }

    /// <summary>Those that are not closed.</summary>
    private IEnumerable<Held> All() => _held.OfType<Held>().Where(h => !h.IsClosed);

    /// <summary>All states, oldest first; for judges that run on the same thread.</summary>
    internal IEnumerable<Dissemination> States => _held.OfType<Held>().Select(h => h.State);

    private sealed class Pending(int disseminationNo)
    {
        public int DisseminationNo { get; } = disseminationNo;

        public int[] Households { get; set; } = [];

        public List<(ChannelKind Channel, int[] Endpoints, byte[] Languages)> Audience { get; } = [];

        public List<Rendition> Renditions { get; } = [];
    }

    /// <summary>A dissemination with its lock and the gates of its sets.</summary>
    internal sealed class Held
    {
        private readonly TimeProvider _clock;
        private readonly Dictionary<DeliverySet, SetGate> _gates = [];
        private readonly WeakReference<Dissemination> _lookedAt = new(null!);
        private Dissemination? _state;
        private Func<Dissemination>? _again;
        private volatile bool _mayStart, _closed;

        public Held(Dissemination state, TimeProvider clock) => (_state, No, Record, _closed, _clock) = (state, state.DisseminationNo, state.Record, state.IsClosed, clock);

        public Held(ClosedDissemination closed, Func<Dissemination> again, TimeProvider clock) =>
            (Rested, _again, No, Record, _closed, _clock) = (closed, again, closed.View.DisseminationNo, closed.Record, true, clock);

        public Lock Lock { get; } = new();

        public int No { get; }

        public ClearedRecord Record { get; }

        /// <summary>Its state; of a closed one perhaps read from the disk again. Under the lock.</summary>
        public Dissemination State
        {
            get
            {
                if (_state is not null) return _state;
                if (!_lookedAt.TryGetTarget(out var state)) _lookedAt.SetTarget(state = _again!());
                return state;
            }
        }

        /// <summary>Nothing changes any more. Lock-free.</summary>
        public bool IsClosed => _closed;

        /// <summary>Set where the state is not held in memory any more.</summary>
        public ClosedDissemination? Rested { get; private set; }

        /// <summary>Under the lock.</summary>
        public void Rest(ClosedDissemination closed, Func<Dissemination> again)
        {
            (Rested, _again, _state) = (closed, again, null);
            _gates.Clear();
        }

        /// <summary>Some delivery has not started or is to be tried again: lanes look at no other. Lock-free.</summary>
        public bool MayStart => _mayStart;

        /// <summary>What this one takes over from; null for none, or one that is closed. Where both locks are held, this one's is taken first.</summary>
        public Held? Predecessor
        {
            get => field is { IsClosed: false } ? field : null;
            set;
        }

        /// <summary>What takes over from this one; null for none.</summary>
        public Held? Successor { get; set; }

        /// <summary>Nanoseconds of the host's monotonic clock when the cancel or supersession that this process saw had become durable; null before, and after a restart.</summary>
        public long? StopCommittedNanoseconds { get; private set; }

        /// <summary>All rows of the commit that opened it are folded: lanes may take from it.</summary>
        public void Ready()
        {
            lock (Lock) _mayStart = State.MayStart;
        }

        public void Apply(long sequence, in LedgerEvent e)
        {
            int serial = State.CancelSerial;
            State.Apply(sequence, in e);
            _mayStart = State.MayStart;
            _closed = State.IsClosed;
            if (e.Kind == LedgerEventKind.Suppressed)
            {
                // Also where the wall clock is stepped back before the expiry: what is final stays final.
                foreach (var (set, gate) in _gates)
                {
                    if (set.ClosedBecause is not null) gate.Close();
                }
            }
            if (State.CancelSerial == serial) return;
            StopCommittedNanoseconds = (long)(_clock.GetTimestamp() * (1e9 / _clock.TimestampFrequency));
            foreach (var (set, gate) in _gates)
            {
                if (set.Purpose is not (Purpose.Cancel or Purpose.Correction)) gate.Close();
            }
        }

        /// <summary>Under the lock.</summary>
        public SetGate GateOf(DeliverySet set)
        {
            if (!_gates.TryGetValue(set, out var gate))
            {
                _gates[set] = gate = new SetGate(State.NotAfterTicks(set.Purpose), _clock);
                if (set.ClosedBecause is not null) gate.Close();
            }
            return gate;
        }
    }
}

/// <summary>Closed by the commit of a cancel or supersession, or by expiry. Read by workers right before the first byte.</summary>
internal sealed class SetGate(long notAfterTicks, TimeProvider clock) : ISendGate
{
    private volatile bool _closed;

    public long NotAfterTicks => notAfterTicks;

    public bool IsOpen => !_closed && clock.GetUtcNow().UtcTicks < notAfterTicks;

    public void Close() => _closed = true;
}
