using AlertGateway.Cap;
using AlertGateway.Core.Approval;
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
        if (_clock is ClockWatch watch && watch.Look()) Work.Pulse();
        foreach (var held in All()) lock (held.Lock) held.State.Due(Now, _times, rows, _clock.CertainTicks);
        EndNeverHad(rows);
        CloseAtRest(_clock.CertainTicks, rows);
        if (rows.Count > 0) await _ledger.AppendAsync(rows.ToArray(), cancellationToken).ConfigureAwait(false);
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
}
