using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Simulation;

/// <summary>The tasks of a lane, played by the scheduler: pump, slots, settling, asking. Every decision is <see cref="LaneSteps"/>'s.</summary>
internal sealed class SimLane(ChannelKind kind, SimGateway gateway, SimRun run) : ILaneHead
{
    private readonly LaneSteps _steps = new(Routes(kind, run), kind, new LaneOptions { Slots = run.Faults.Slots, Window = run.Faults.Window * (run.Sabotage == Sabotage.WideWindow ? 4 : 1), RatePerSecond = run.Faults.RatePerSecond }, gateway.Room, run.Town.Registry.EndpointFlags, gateway.Clock);
    private readonly TakenDelivery[] _batch = new TakenDelivery[run.Faults.Slots];
    private readonly LedgerEvent[] _rows = new LedgerEvent[run.Faults.Slots];
    private List<LedgerEvent> _results = [];
    private bool _pumping;
    private bool _settling;
    private bool _poked;
    private long _wakeAt = long.MaxValue;

    public ChannelKind Channel => kind;

    public LaneSteps Steps => _steps;

    public void SendFirst(TakenDelivery[] taken) => Send(taken);

    /// <summary>There may be something to do.</summary>
    public void Poke()
    {
        if (_poked || !gateway.Ready) return;
        _poked = true;
        run.Scheduler.After(1_000, () =>
        {
            _poked = false;
            if (!gateway.Alive || _pumping) return;
            _pumping = true;
            Pump();
        });
    }

    public void AskRound()
    {
        if (ChannelClasses.Of(kind) != AdapterClass.Queryable || !gateway.Alive) return;
        foreach (var route in _steps.ProbesDue.ToArray())
        {
            run.Scheduler.AfterMilliseconds(1, 300, () =>
            {
                if (!gateway.Alive) return;
                if (run.Far.Answers(route.Route.Number)) route.Answers();
                else route.Rests();
            });
        }
        var asks = new TakenDelivery[8];
        int count = gateway.Room.TakeAsks(kind, asks);
        for (int i = 0; i < count; i++)
        {
            var taken = asks[i];
            run.Scheduler.AfterMilliseconds(1, 300, () =>
            {
                if (!gateway.Alive) return;
                var key = new DeliveryKey(taken.Started.DisseminationNo, taken.Started.EndpointNo, kind, (Purpose)taken.Started.Purpose);
                var row = run.Sabotage == Sabotage.AskNobody ? taken.Started with { Code = (byte)ResultCode.AskedInVain, AtTicks = run.Scheduler.Clock.WallTicks } : _steps.Decide(in taken, new AskOutcome(run.Far.Ask(key, taken.Route), "ref"));
                if (row is { } answer) gateway.Do(async () => await gateway.Ledger.AppendAsync(new[] { answer }));
            });
        }
    }

    private static ChannelRoute[] Routes(ChannelKind kind, SimRun run) => [.. Enumerable.Range(0, kind == ChannelKind.Sms && run.Standby ? 2 : 1).Select(n => new ChannelRoute(null!, (byte)n))];

    private void Pump()
    {
        while (gateway.Alive)
        {
            int count = 0;
            var why = LaneWait.Work;
            if (!Holds) count = _steps.Take(_batch, _rows, out why);
            if (count == 0)
            {
                _pumping = false;
                Rest(why);
                return;
            }
            if (run.Sabotage is Sabotage.LabelAll or Sabotage.Unlabelled) Relabel(count);
            foreach (ref readonly var row in _rows.AsSpan(0, count)) run.Oracle.Taken(in row);
            // As in the lane: the next batch does not wait for this one's commit.
            var (taken, rows) = (_batch[..count], _rows[..count]);
            gateway.Do(() => SendWhenDurableAsync(taken, rows));
        }
    }

    private void Relabel(int count)
    {
        for (int i = 0; i < count; i++)
        {
            byte code = run.Sabotage == Sabotage.Unlabelled ? StartedCodes.Plain : StartedCodes.PossibleDuplicate;
            if (_rows[i].Attempt > 1) _rows[i] = _batch[i].Started = _rows[i] with { Code = code };
        }
    }

    private bool Holds => run.Sabotage switch
    {
        Sabotage.NothingOnReserve => gateway.Ledger.IsShortOfSpace,
        Sabotage.WaitsForOthers => gateway.InFlightBeside(kind) > 0,
        Sabotage.OneAtATime => _steps.InFlight > 0,
        Sabotage.PoisonStops => run.Far.HasSpoilt(kind),
        _ => false,
    };

    private async Task SendWhenDurableAsync(TakenDelivery[] taken, LedgerEvent[] rows)
    {
        if (run.Sabotage == Sabotage.SendFirst) Send(taken);
        await gateway.Ledger.AppendAsync(rows);
        if (!gateway.Alive) return;
        if (run.Sabotage != Sabotage.SendFirst) Send(taken);
    }

    private void Send(TakenDelivery[] taken)
    {
        foreach (var one in taken)
        {
            var outgoing = Altered(_steps.Make(in one, "+8612"u8.ToArray()));
            run.Scheduler.AfterMilliseconds(0, 3, () => Dispatch(outgoing));
        }
    }

    private void Rest(LaneWait why)
    {
        if (Holds) why = LaneWait.Pace;
        if (why == LaneWait.Capacity) return; // a result pokes
        if (gateway.Ledger.IsShortOfSpace) why = LaneWait.Pace; // a retry that is due is not taken: the clock would not go on
        long wait = gateway.Ledger.IsShortOfSpace ? TimeSpan.TicksPerSecond / 10 : why == LaneWait.Pace ? 50_000 : Math.Clamp(gateway.Room.NextDueTicks(kind) - gateway.Clock.GetUtcNow().UtcTicks, 10_000, TimeSpan.TicksPerSecond);
        if (why == LaneWait.Work && gateway.Room.NextDueTicks(kind) == long.MaxValue) return; // a commit or a device coming online pokes
        long at = run.Scheduler.Clock.Now + wait;
        if (_wakeAt > run.Scheduler.Clock.Now && _wakeAt <= at) return;
        _wakeAt = at;
        run.Scheduler.After(wait, Poke);
    }

    private Outgoing Altered(Outgoing outgoing) => run.Sabotage switch
    {
        Sabotage.EditsOnTheWire => outgoing with { Delivery = outgoing.Delivery with { Rendition = outgoing.Delivery.Rendition with { Segments = 2 } } },
        Sabotage.SwapsWorlds => outgoing with { Delivery = outgoing.Delivery with { ExerciseEndpoint = !outgoing.Delivery.ExerciseEndpoint } },
        _ => outgoing,
    };

    private void Dispatch(Outgoing outgoing)
    {
        if (!gateway.Alive) return;
        if (run.Far.IsSpoilt(outgoing.Started.EndpointNo)) Finish(outgoing, DispatchOutcome.RetryLater(DispatchError.RecordUnreadable)); // as Lane, which reads the address first
        else if (!outgoing.Delivery.Gate.IsOpen && run.Sabotage != Sabotage.IgnoreGate) Finish(outgoing, DispatchOutcome.NotSent);
        else run.Far.Send(outgoing, gateway, outcome => Finish(outgoing, outcome));
    }

    private void Finish(Outgoing outgoing, DispatchOutcome outcome)
    {
        if (!gateway.Alive) return;
        if (run.Sabotage is Sabotage.NeverAsk or Sabotage.LabelAll && outcome.Code == ResultCode.Unknown) outcome = DispatchOutcome.RetryLater(outcome.Error);
        if (run.Sabotage == Sabotage.TakenForRefused && outcome.Code == ResultCode.Accepted && gateway.Room.States.Any(s => s.DisseminationNo == outgoing.Started.DisseminationNo && s.Set(kind, Purpose.Original)?.PossibleLoss > 0)) outcome = DispatchOutcome.Refused(DispatchError.BadAddress);
        _results.Add(_steps.Finish(in outgoing, outcome));
        if (_settling) return;
        _settling = true;
        gateway.Do(SettleAsync);
    }

    private async Task SettleAsync()
    {
        while (_results.Count > 0 && gateway.Alive)
        {
            var rows = _results;
            _results = [];
            await gateway.Ledger.AppendAsync(rows.ToArray());
            _steps.Settled(rows.Count);
        }
        _settling = false;
        Poke();
    }
}
