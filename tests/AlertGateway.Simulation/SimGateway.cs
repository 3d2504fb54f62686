using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Simulation;

/// <summary>One life of the gateway process: the real dissemination room and the real lane decisions over a ledger and links that the seed plays.</summary>
internal sealed class SimGateway : ICommitObserver
{
    private const long TickEvery = 500 * TimeSpan.TicksPerMillisecond;

    private readonly SimRun _run;
    private readonly SimLane[] _lanes;
    private readonly ClockWatch _watch;

    public SimGateway(SimRun run)
    {
        (_run, _watch) = (run, new ClockWatch(run.Scheduler.Clock));
        Ledger = new SimLedger(run.Disk, run.Scheduler, () => Alive, () => run.Crash(Tear.Lost, "the disk is full"), run.Oracle.Durable, SimSabotage.Mishearing(run),
            run.Sabotage == Sabotage.SpendsReserve, run.Sabotage == Sabotage.NoCancelOnReserve ? e => e.Kind == LedgerEventKind.Cancelled : null, run.Oracle.OnReserve);
        if (run.ReckonedTicks is { } reckoned) _watch.BeginAt(Math.Max(reckoned, run.NewestTicks));
        else _watch.BeginNotBefore(run.NewestTicks);
        Room = run.NewRoom(run.Sabotage == Sabotage.TellsAgain ? new RetellingLedger(Ledger, run.Town) : Ledger, Clock);
        Ledger.Observe(Room);
        Ledger.Observe(this);
        Ledger.Read(run.TakeUpSnapshot(Room), Room.OnCommitted);
        _lanes = [.. run.Town.Kinds.Select(k => new SimLane(k, this, run))];
    }

    public bool Alive { get; private set; } = true;

    /// <summary>The time that it reckons with.</summary>
    public TimeProvider Clock => _run.Sabotage == Sabotage.BelievesWall ? _run.Scheduler.Clock : _watch;

    /// <summary>Recovered; takes requests.</summary>
    public bool Ready { get; private set; }

    /// <summary>When it became ready, monotonic ticks.</summary>
    public long ReadyTicks { get; private set; }

    public DisseminationRoom Room { get; }

    public SimLedger Ledger { get; }

    public void Start() => Do(async () =>
    {
        await Room.RecoverAsync(CancellationToken.None);
        (Ready, ReadyTicks) = (true, _run.Scheduler.Clock.Now);
        foreach (var lane in _lanes) Room.Join(lane);
        foreach (var lane in _lanes) lane.Poke();
        for (int endpoint = 1; endpoint <= _run.Town.Registry.Endpoints; endpoint++)
        {
            if (!_run.Far.OfflineEndpoints.Contains(endpoint)) Online(endpoint);
        }
        Tick();
    });

    public void Kill() => Alive = Ready = false;

    public void Online(int endpointNo)
    {
        if (!Ready) return;
        var kind = _run.Town.KindOf(endpointNo);
        Room.EndpointOnline(kind, endpointNo);
        Array.Find(_lanes, l => l.Channel == kind)!.Poke();
    }

    /// <summary>As the pipeline does with an earthquake: opened and begun in one append.</summary>
    public async Task<int> OpenAtOnceAsync(ClearedAlert cleared)
    {
        var key = cleared.Proposal.Submission.Alert.Key!.Value;
        using (var opening = Room.Opening(cleared))
        {
            if (opening.Rows.Count > 0) await Ledger.AppendAsync(opening.Rows.ToArray());
        }
        return Room.FindByAlert(key)!.Value;
    }

    /// <summary>A receipt that the disk has no room for is refused: whoever sent it comes again.</summary>
    public void Receive(Receipt receipt, Action refused) => Do(async () =>
    {
        if (_run.Sabotage == Sabotage.StaleFailureCounts && receipt.Failed) receipt = receipt with { Tag = receipt.Tag with { Attempt = _run.Oracle.NewestAttempt(receipt.Tag.Key) } };
        try
        {
            var verdict = await Room.ReportAsync(receipt, CancellationToken.None);
            if (Alive) _run.Oracle.Answered(receipt, verdict);
        }
        catch (LedgerFullException)
        {
            refused();
        }
    });

    /// <summary>Attempts of other lanes that were handed over and are not answered.</summary>
    public int InFlightBeside(ChannelKind kind) => _lanes.Where(l => l.Channel != kind).Sum(l => l.Steps.InFlight);

    /// <summary>There is room on the disk again: lanes look by themselves ten times a second.</summary>
    public void RoomAgain()
    {
        foreach (var lane in _lanes) lane.Poke();
    }

    /// <summary>Runs a request of the outside; an error that is not the disk's is a violation.</summary>
    public async void Do(Func<Task> request)
    {
        try
        {
            await request();
        }
        catch (LedgerException)
        {
            // The process stops by itself: the disk said so.
        }
#pragma warning disable CA1031 // Whatever else comes is what the simulation looks for.
        catch (Exception ex)
#pragma warning restore CA1031
        {
            if (Alive) _run.Oracle.Fail($"threw {ex}");
        }
    }

    public void OnCommitted(long firstSequence, ReadOnlySpan<LedgerEvent> events)
    {
        foreach (ref readonly var e in events)
        {
            if (e.Kind is not (LedgerEventKind.Cleared or LedgerEventKind.Cancelled or LedgerEventKind.Result or LedgerEventKind.Superseded)) continue;
            foreach (var lane in _lanes) lane.Poke();
            return;
        }
    }

    private void Tick()
    {
        if (!Alive) return;
        bool inDoubt = _watch.InDoubt;
        Do(() => Room.TickAsync(CancellationToken.None));
        _run.Reckons(_watch);
        if (_watch.InDoubt != inDoubt)
        {
            _run.Note(inDoubt ? "the clocks agree again" : "the clock is in doubt");
            foreach (var lane in _lanes) lane.Poke();
        }
        foreach (var lane in _lanes) lane.AskRound();
        _run.Oracle.Progress(this);
        if (_run.Scheduler.Chance(30)) _run.KeepSnapshot(Room);
        if (!_run.Finished) _run.Scheduler.After(TickEvery, Tick);
    }
}
