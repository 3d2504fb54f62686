using AlertGateway.Core.Rendering;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Core.Dispatch;

/// <summary>Times that differ by channel; from configuration.</summary>
/// <param name="ReceiptTimeout">How long an accepted delivery waits for its receipt. Default 30 min.</param>
/// <param name="UnreachableTimeout">How long a delivery waits for its endpoint to come online. Default: until expiry.</param>
public sealed record ChannelTimes(TimeSpan ReceiptTimeout, TimeSpan UnreachableTimeout);

/// <summary>
/// The running record of one alert: pure state, a fold of ledger rows, and the rows that time makes due. No clock, no I/O. Not thread-safe: <see cref="DisseminationRoom"/> holds its lock.
/// </summary>
public sealed partial class Dissemination
{
    /// <summary>A cancel lives at least this long, whatever the original's expiry.</summary>
    public static readonly TimeSpan CancelLife = TimeSpan.FromHours(24);

    private const int RowsPerTickMax = 5_000;

    private readonly RegistrySnapshot _registry;
    private readonly List<DeliverySet> _sets = [];
    private readonly List<Rendition> _renditions;
    private readonly List<TimelineEntry> _timeline;
    private readonly SortedSet<int> _evacuated = [];
    private readonly List<(ChannelKind Channel, int[] Endpoints, byte[] Languages, byte Code)> _alsoTold = []; // of the append that is being folded
    private long _sequence;

    internal Dissemination(int disseminationNo, ClearedRecord record, long clearedTicks, RegistrySnapshot registry, int[] households, IEnumerable<(ChannelKind Channel, int[] Endpoints, byte[] Languages)> audience, List<Rendition> renditions, long[]? villageEnds = null)
        : this(disseminationNo, record, clearedTicks, registry, new ReachBook(registry, households), renditions, [], villageEnds ?? [])
    {
        Note(clearedTicks, "cleared", "已签发，开始发布", "cleared, dissemination begins");
        foreach (var (channel, endpoints, languages) in audience) Add(NewSet(channel, Purpose.Original, endpoints, languages), clearedTicks);
    }

    private Dissemination(int disseminationNo, ClearedRecord record, long clearedTicks, RegistrySnapshot registry, ReachBook reach, List<Rendition> renditions, List<TimelineEntry> timeline, long[] villageEnds)
    {
        (DisseminationNo, Record, ClearedTicks, _registry, Reach, _renditions, _timeline, _villageEnds) = (disseminationNo, record, clearedTicks, registry, reach, renditions, timeline, villageEnds);
        _ends = villageEnds.Length == 0 ? null : new EndpointEnds(registry, villageEnds, record.ExpiresTicks);
    }

    public int DisseminationNo { get; }

    public ClearedRecord Record { get; }

    public long ClearedTicks { get; }

    public ReachBook Reach { get; }

    public IReadOnlyList<DeliverySet> Sets => _sets;

    public IReadOnlyList<TimelineEntry> Timeline => _timeline;

    /// <summary>Rises with every cancel, correction or supersession; workers compare it right before the first byte.</summary>
    public int CancelSerial { get; private set; }

    public CancelRecord? Cancelled { get; private set; }

    public long CancelledTicks { get; private set; }

    public bool Superseded { get; private set; }

    /// <summary>Closed: its numbers stay as they are, whatever comes.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Number of the dissemination that this one takes over from; 0 for none.</summary>
    internal int OlderNo { get; set; }

    /// <summary>Some loudspeaker plays until its village reports 已转移.</summary>
    public bool WaitsForEvacuation => _renditions.Exists(r => r is { Channel: ChannelKind.Loudspeaker, Purpose: Purpose.Original, Horns.UntilEvacuated: true });

    /// <summary>Indexes of the villages that have reported 已转移.</summary>
    public IReadOnlyCollection<int> Evacuated => _evacuated;

    /// <summary>Ledger position this state includes.</summary>
    public long Sequence => _sequence;

    public int Open => _sets.Sum(s => s.Open);

    /// <summary>Every delivery is final, and its time and that of taking it back ended before the instant.</summary>
    internal bool IsAtRest(long ticks) => Open == 0 && ticks >= (Cancelled is not null ? NotAfterTicks(Purpose.Cancel) : Superseded ? ClearedTicks : Record.ExpiresTicks);

    /// <summary>Some delivery has not started or is to be tried again.</summary>
    internal bool MayStart
    {
        get
        {
            foreach (var set in _sets)
            {
                if (set.Of(Outcome.Planned) + set.Of(Outcome.Retrying) > 0) return true;
            }
            return false;
        }
    }

    /// <summary>When deliveries of this purpose may no longer start.</summary>
    public long NotAfterTicks(Purpose purpose) => purpose is Purpose.Cancel or Purpose.Correction ? CancelledTicks + CancelLife.Ticks : Record.ExpiresTicks;

    public DeliverySet? Set(ChannelKind channel, Purpose purpose) => _sets.Find(s => s.Channel == channel && s.Purpose == purpose);

    /// <summary>The approved rendition for a delivery. A cancel of a false alarm carries the correction's words.</summary>
    public Rendition RenditionFor(ChannelKind channel, Purpose purpose, byte language) =>
        FindRendition(channel, purpose, language) ?? throw new InvalidOperationException($"No rendition for {channel}/{purpose} was approved.");

    private Rendition? FindRendition(ChannelKind channel, Purpose purpose, byte language)
    {
        var wanted = purpose == Purpose.Original ? Purpose.Original : Cancelled is { FalseAlarm: true } ? Purpose.Correction : purpose;
        // A loudspeaker's byte says which of the programmes, in the order in which they were approved.
        if (channel == ChannelKind.Loudspeaker && language > 0 && _renditions.Where(r => r.Channel == channel && r.Purpose == wanted).Skip(language).FirstOrDefault() is { } ordered) return ordered;
        string code = language == 1 ? "en" : "zh";
        return _renditions.Find(r => r.Channel == channel && r.Purpose == wanted && r.Language == code)
            ?? _renditions.Find(r => r.Channel == channel && r.Purpose == wanted);
    }

    /// <summary>Rows that have become due: expiry, receipts that will not be waited for any longer, endpoints that never came online.</summary>
    /// <param name="certainTicks">What has passed for certain; less than <paramref name="nowTicks"/> where the clock is in doubt, and then this decides what is over.</param>
    public void Due(long nowTicks, Func<ChannelKind, ChannelTimes> times, List<LedgerEvent> rows, long certainTicks = long.MaxValue)
    {
        certainTicks = Math.Min(nowTicks, certainTicks);
        Span<int> slots = stackalloc int[256];
        foreach (var set in _sets)
        {
            if (set.Open == 0) continue;
            var time = times(set.Channel);
            long notAfter = NotAfterTicks(set.Purpose);
            if (set.ClosedBecause is null && certainTicks >= notAfter) rows.Add(Suppression(set, DispatchError.Expired, nowTicks));
            else if (set.EndedRow(DisseminationNo, nowTicks, certainTicks) is { } ended) rows.Add(ended);
            if (set.AwaitsReceiptSince(certainTicks - time.ReceiptTimeout.Ticks))
            {
                rows.Add(new LedgerEvent { Kind = LedgerEventKind.ReceiptsClosed, AtTicks = nowTicks, DisseminationNo = DisseminationNo, Channel = (byte)set.Channel, Purpose = (byte)set.Purpose, Number = certainTicks - time.ReceiptTimeout.Ticks });
            }
            if (time.UnreachableTimeout >= TimeSpan.FromDays(365)) continue;
            for (int count; rows.Count < RowsPerTickMax && (count = set.TakeParked(certainTicks - time.UnreachableTimeout.Ticks, slots)) > 0;)
            {
                foreach (int slot in slots[..count]) rows.Add(ResultRow(set, slot, nowTicks, ResultCode.Refused, DispatchError.NotConnected));
            }
        }
    }

    /// <summary>Rows that a restart needs: whatever was in flight, or only in the dead process's memory, has an unknown outcome.</summary>
    public void AfterCrash(long nowTicks, List<LedgerEvent> rows)
    {
        foreach (var set in _sets)
        {
            foreach (int slot in set.SlotsLostWithTheProcess(nowTicks)) rows.Add(ResultRow(set, slot, nowTicks, ResultCode.Unknown, DispatchError.GatewayCrashed));
        }
    }

    /// <summary>What takes this one back has come to its end at the endpoint, or never was for it: a newer message of the chain may go there.</summary>
    public bool TakingBackIsSettled(ChannelKind channel, int endpointNo)
    {
        foreach (var set in _sets)
        {
            if (set.Channel == channel && set.Purpose is Purpose.Cancel or Purpose.Correction && set.SlotOf(endpointNo) is >= 0 and var slot && IsUnderWay(set.OutcomeOf(slot))) return false;
        }
        return true;
    }

    private static bool IsUnderWay(Outcome outcome) => outcome is Outcome.Planned or Outcome.InFlight or Outcome.Retrying or Outcome.Unknown;

    /// <summary>Something of this one is on the wire, or taking it back is not at its end.</summary>
    internal bool HoldsUpNewer(ChannelKind channel)
    {
        foreach (var set in _sets)
        {
            if (set.Channel != channel) continue;
            if (set.Of(Outcome.InFlight) > 0) return true;
            if (set.Purpose is Purpose.Cancel or Purpose.Correction && set.Of(Outcome.Planned) + set.Of(Outcome.Retrying) + set.Of(Outcome.Unknown) > 0) return true;
        }
        return false;
    }

    /// <summary>May a cancel to this endpoint start? Only once the original is no longer in flight.</summary>
    public bool OriginalIsSettled(ChannelKind channel, int endpointNo)
    {
        if (Set(channel, Purpose.Original) is not { } original) return true;
        int slot = original.SlotOf(endpointNo);
        return slot < 0 || original.OutcomeOf(slot) != Outcome.InFlight;
    }

    public LedgerEvent StartedRow(DeliverySet set, int slot, long nowTicks) => new()
    {
        Kind = LedgerEventKind.Started, AtTicks = nowTicks, DisseminationNo = DisseminationNo, EndpointNo = set.Endpoints[slot], Channel = (byte)set.Channel, Purpose = (byte)set.Purpose,
        Attempt = (byte)(set.AttemptsOf(slot) + 1), Code = set.NextStartIsLabelled(slot) ? StartedCodes.PossibleDuplicate : StartedCodes.Plain,
    };

    public LedgerEvent ResultRow(DeliverySet set, int slot, long nowTicks, ResultCode code, DispatchError error) => new()
    {
        Kind = LedgerEventKind.Result, AtTicks = nowTicks, DisseminationNo = DisseminationNo, EndpointNo = set.Endpoints[slot], Channel = (byte)set.Channel, Purpose = (byte)set.Purpose,
        Attempt = set.AttemptsOf(slot), Code = (byte)code, Number = (byte)error,
    };

    private LedgerEvent Suppression(DeliverySet set, DispatchError because, long atTicks) =>
        new() { Kind = LedgerEventKind.Suppressed, AtTicks = atTicks, DisseminationNo = DisseminationNo, Channel = (byte)set.Channel, Purpose = (byte)set.Purpose, Code = (byte)because };

    public bool IsEvacuated(int villageIndex) => _evacuated.Contains(villageIndex);

    /// <summary>The plan that was approved for this loudspeaker; null for one stretch only.</summary>
    public HornPlan? HornPlanOf(DeliverySet set, int endpointNo) => set.SlotOf(endpointNo) is >= 0 and var slot ? RenditionFor(set.Channel, set.Purpose, set.Languages[slot]).Horns : null;

    private DeliverySet NewSet(ChannelKind channel, Purpose purpose, int[] endpoints, byte[] languages) =>
        new(channel, purpose, ChannelClasses.Of(channel), endpoints, languages, Record.LifeThreat) { Ends = purpose == Purpose.Original ? _ends : null };
}
