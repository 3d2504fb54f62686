using System.Globalization;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Simulation;

/// <summary>What came of one seed.</summary>
/// <param name="Violation">Null when all held.</param>
/// <param name="Trace">FNV-1a of every effect: the same seed gives the same number.</param>
internal sealed record SimResult(ulong Seed, string? Violation, ulong Trace, long Steps, int Rows, int Crashes, int Effects, int Endpoint, IReadOnlyList<string> Story);

/// <summary>Where and how a run crashes, beyond what its seed does.</summary>
internal sealed record CrashPoint(long Step, Tear Tear);

/// <summary>One night from one seed: alerts, updates, cancels, crashes, a full disk, clocks that step, links that lose and lie; until everything is final.</summary>
internal sealed partial class SimRun
{
    private const int StoryLines = 60;
    private const long StepsMax = 400_000;

    private readonly CrashPoint? _crashPoint;
    private readonly Queue<string>? _story;
    private readonly int _watch;
    private readonly Script _script;
    private ulong _trace = 0xCBF2_9CE4_8422_2325;
    private (int Row, List<byte[]> States)? _snapshot;
    private int _crashes;

    private SimRun(ulong seed, int households, CrashPoint? crashPoint, bool tell, bool calm, int watch, Sabotage sabotage, Faults? faults, int scale, bool standby, bool atOnce, Extras extras, int? cancelAfterMilliseconds)
    {
        (Standby, AtOnce, Extras) = (standby, atOnce, extras);
        CancelAfterMilliseconds = cancelAfterMilliseconds;
        (_crashPoint, _story, _watch) = (crashPoint, tell ? [] : null, watch);
        Sabotage = sabotage;
        Scheduler = new Scheduler(seed);
        Faults = faults ?? (calm ? Faults.None : Faults.Of(Scheduler));
        Town = new Town(households > 0 ? households : Scheduler.Below(4, 22) * scale, extras);
        Oracle = new Oracle(this);
        Far = new FarSide(this);
        Desk = new SimDesk(this);
        _script = new Script(this, calm);
    }

    public Sabotage Sabotage { get; }

    /// <summary>There is a second SMS provider.</summary>
    public bool Standby { get; }

    /// <summary>Alerts that take nothing over are opened with their first attempts in the same append, as an earthquake's are.</summary>
    public bool AtOnce { get; }

    public Extras Extras { get; }

    /// <summary>A calm night's alert is taken back as a false alarm so long after its approver was told that it is on its way; null = never.</summary>
    public int? CancelAfterMilliseconds { get; }

    public Scheduler Scheduler { get; }

    public Faults Faults { get; }

    public Town Town { get; }

    public SimDisk Disk { get; } = new();

    public Oracle Oracle { get; }

    public FarSide Far { get; }

    public SimDesk Desk { get; }

    /// <summary>Crashes so far.</summary>
    public int Crashes => _crashes;

    /// <summary>Null while the process is down.</summary>
    public SimGateway? Gateway { get; private set; }

    public bool Finished { get; private set; }

    /// <summary>Plays a seed to its end.</summary>
    /// <param name="households">0 = the seed decides.</param>
    /// <param name="tell">Keep the last lines of the story.</param>
    /// <param name="faults">Null = the seed decides.</param>
    /// <param name="scale">Multiplies the town that the seed decides.</param>
    /// <param name="weather">What else happens; called once at the beginning.</param>
    /// <param name="sabotage">A fault on purpose.</param>
    /// <param name="watch">Tell only of this endpoint; 0 = of all.</param>
    /// <param name="standby">A second SMS provider, which breaks on its own.</param>
    /// <param name="calm">One alert, no fault but the crash point.</param>
    /// <param name="atOnce">See <see cref="AtOnce"/>.</param>
    /// <param name="extras">See <see cref="Extras"/>.</param>
    /// <param name="cancelAfterMilliseconds">See <see cref="CancelAfterMilliseconds"/>.</param>
    public static SimResult Play(ulong seed, int households = 0, CrashPoint? crashPoint = null, bool tell = false, bool calm = false, int watch = 0, Sabotage sabotage = Sabotage.None, Faults? faults = null, Action<SimRun>? weather = null, int scale = 1, bool standby = false,
        bool atOnce = false, Extras extras = Extras.None, int? cancelAfterMilliseconds = null)
    {
        var run = new SimRun(seed, households, crashPoint, tell, calm, watch, sabotage, faults, scale, standby, atOnce, extras, cancelAfterMilliseconds);
        run.Begin();
        weather?.Invoke(run);
        while (run.Oracle.Violation is null && !run.Finished)
        {
            if (run._crashPoint?.Step == run.Scheduler.Steps) run.Crash(run._crashPoint.Tear, "the crash point");
            if (!run.Scheduler.Step()) run.Oracle.Fail("I1: nothing is scheduled and something is still open");
            if (run.Scheduler.Steps > StepsMax) run.Oracle.Fail("I11: the night does not end");
        }
        if (run.Oracle.Violation is null) run.Judge();
        return new SimResult(seed, run.Oracle.Violation, run._trace, run.Scheduler.Steps, run.Disk.Rows.Count, run._crashes, run.Far.Effects.Values.Sum(), run.Oracle.Endpoint, run._story is null ? [] : [.. run._story]);
    }

    public DisseminationRoom NewRoom(ILedger ledger, TimeProvider? clock = null) => new(ledger, Town.Registry, clock ?? Scheduler.Clock, _ => new ChannelTimes(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(40)), Sabotage == Sabotage.ClosesTheLiving ? TimeSpan.FromHours(-2) : Extras.HasFlag(Extras.SoonClosed) ? TimeSpan.Zero : null);

    /// <summary>Saves every state as the disk's rows have made it.</summary>
    public void KeepSnapshot(DisseminationRoom room)
    {
        _snapshot = (Disk.Rows.Count, SavedStates(room));
        Oracle.JudgeAuthority(fromTheFirst: false);
    }

    /// <summary>Three times in four a start takes the snapshot up; the row from which on the ledger must be read.</summary>
    public long TakeUpSnapshot(DisseminationRoom room)
    {
        if (_snapshot is not { } snapshot || Scheduler.Chance(250)) return 1;
        Note("snapshot of row {0} taken up", snapshot.Row);
        foreach (byte[] state in snapshot.States) room.TakeUp(Dissemination.Load(state, Town.Registry));
        return snapshot.Row + 1;
    }

    /// <summary>A room made of nothing but the saved states of another.</summary>
    public DisseminationRoom SavedAndLoaded(DisseminationRoom room)
    {
        var loaded = NewRoom(new SimLedger(new SimDisk(), Scheduler, static () => true, static () => { }, static (_, _) => { }));
        foreach (byte[] state in SavedStates(room)) loaded.TakeUp(Dissemination.Load(state, Town.Registry));
        return loaded;
    }

    /// <summary>The state as the first rows of the disk give it.</summary>
    public DisseminationRoom Rebuild(int rows)
    {
        var disk = new SimDisk();
        disk.Rows.AddRange(Disk.Rows.Take(rows));
        var ledger = new SimLedger(disk, Scheduler, static () => true, static () => { }, static (_, _) => { });
        var room = NewRoom(ledger);
        ledger.Read(1, room.OnCommitted);
        return room;
    }

    /// <summary>kill -9, and a restart after a while.</summary>
    public void Crash(Tear tear, string why)
    {
        if (Gateway is not { Alive: true } gateway) return;
        _crashes++;
        Note("{0} CRASH ({1}, {2})", why, tear, Disk.Rows.Count);
        if (_crashes < 6) Oracle.CompareWithRebuilt(gateway.Room, Disk.Rows.Count);
        gateway.Kill();
        gateway.Ledger.Crash(tear);
        Oracle.Crashed();
        Oracle.JudgeAuthority(fromTheFirst: true);
        if (Sabotage == Sabotage.ForgetfulDisk) _snapshot = null;
        if (Sabotage == Sabotage.ForgetfulDisk) Disk.Rows.RemoveRange(Math.Max(0, Disk.Rows.Count - 20), Math.Min(20, Disk.Rows.Count));
        Gateway = null;
        Scheduler.AfterMilliseconds(FarSide.TransitMillisecondsMax + 100, 4_000, Begin);
    }

    /// <summary>Everything that counts, for the number that two runs of a seed share.</summary>
    public void Mark(byte what, int a, int b, byte c)
    {
        foreach (long value in (ReadOnlySpan<long>)[what, a, b, c, Scheduler.Clock.Now]) _trace = (_trace ^ (ulong)value) * 0x0000_0100_0000_01B3;
        if (_story is not null && (_watch == 0 || b == _watch || (b == 0 && what is not ((byte)LedgerEventKind.AudienceFrozen or (byte)LedgerEventKind.RenditionStored or (byte)LedgerEventKind.ReceiptsClosed)))) Note("{0}", $"{(what < 100 ? ((LedgerEventKind)what).ToString() : what == 100 ? "first byte" : "EFFECT")} d{a} e{b} {c}");
    }

    public void Note(string format, params object?[] values)
    {
        if (_story is null) return;
        _story.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{Scheduler.Steps,6} {Scheduler.Clock.Now / 10_000.0,10:F1} ms  {string.Format(CultureInfo.InvariantCulture, format, values)}"));
        if (_story.Count > (_watch == 0 ? StoryLines : 400)) _story.Dequeue();
    }

    /// <summary>Nothing more will be asked for and nothing is open.</summary>
    public void EndWhenFinal()
    {
        if (Finished) return;
        if (_script.Done && Gateway is { Ready: true } gateway && gateway.Room.States.All(s => s.Open == 0)) Finished = true;
        else Scheduler.After(TimeSpan.TicksPerSecond, EndWhenFinal);
    }

    private static List<byte[]> SavedStates(DisseminationRoom room)
    {
        var states = new List<byte[]>();
        foreach (var state in room.States)
        {
            var to = new SnapshotWriter();
            room.Save(state.DisseminationNo, to);
            states.Add(to.Written.ToArray());
        }
        return states;
    }

    private void Begin()
    {
        Disk.Full = false;
        bool first = Gateway is null && _crashes == 0;
        Gateway = new SimGateway(this);
        Gateway.Start();
        if (!first) return;
        _script.Begin();
        Scheduler.After(TimeSpan.TicksPerSecond, EndWhenFinal);
    }

    private void Judge()
    {
        // Receipts that are still on their way may raise evidence, never open what is final.
        while (Oracle.Violation is null && Scheduler.Step() && Scheduler.Steps <= StepsMax) { }
        if (Gateway is not { Alive: true } gateway) return;
        Oracle.AtTheEnd(gateway.Room, Far);
        Oracle.JudgeAuthority(fromTheFirst: true);
        Oracle.CompareWithRebuilt(gateway.Room, Disk.Rows.Count);
    }
}
