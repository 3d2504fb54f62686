using AlertGateway.Core;
using AlertGateway.Core.Dispatch;

namespace AlertGateway.Simulation;

/// <summary>
/// Everything beyond the wire: a provider, apps, loudspeakers, a transmitter. Outlives the gateway. Loses, delays, repeats and lies, but what it did to a person is written down here and is the truth.
/// </summary>
internal sealed partial class FarSide(SimRun run)
{
    /// <summary>A request that has left arrives within this, or never; shorter than any restart.</summary>
    public const int TransitMillisecondsMax = 400;

    private const long RequestTimeoutTicks = 5 * TimeSpan.TicksPerSecond;

    private readonly HashSet<(byte Route, DeliveryKey Key)> _taken = [];
    private readonly HashSet<int> _offline = [];
    private readonly Dictionary<DeliveryKey, int> _asked = [];

    /// <summary>How often a person or a device was given it.</summary>
    public Dictionary<DeliveryKey, int> Effects { get; } = [];

    /// <summary>Attempts for which a failure was reported.</summary>
    public HashSet<DeliveryTag> ReportedFailed { get; } = [];

    /// <summary>Attempts that reached for the SMS provider, answered or not.</summary>
    public int SmsAttempts { get; private set; }

    /// <summary>The first provider and the devices answer nothing.</summary>
    public bool Down { get; set; }

    /// <summary>The first provider answers nothing; the devices do.</summary>
    public bool ProviderDown { get; set; }

    /// <summary>The standby provider answers nothing.</summary>
    public bool StandbyDown { get; set; }

    /// <summary>The first provider answers that it does not know the account.</summary>
    public bool RefusesAccount { get; set; }

    public IEnumerable<int> OfflineEndpoints => _offline;

    public void GoOffline(int endpointNo, int milliseconds)
    {
        if (!_offline.Add(endpointNo)) return;
        run.Scheduler.AfterMilliseconds(1, milliseconds, () =>
        {
            _offline.Remove(endpointNo);
            run.Gateway?.Online(endpointNo);
        });
    }

    /// <summary>One request; the answer is called at most once, and never when it is lost with its sender.</summary>
    public void Send(Outgoing outgoing, SimGateway sender, Action<DispatchOutcome> answer)
    {
        var (s, tag, route) = (run.Scheduler, outgoing.Delivery.Tag, (byte)outgoing.Started.Number);
        if (RefusalOf(outgoing.Delivery) is { } refusal)
        {
            answer(DispatchOutcome.Refused(refusal));
            return;
        }
        if (tag.Key.Channel == ChannelKind.Sms) SmsAttempts++;
        bool down = tag.Key.Channel == ChannelKind.Sms ? IsDown(route) : Down;
        if (down && s.Chance(700))
        {
            answer(DispatchOutcome.RetryLater(DispatchError.LinkDown));
            return;
        }
        if (RefusesAccount && route == 0 && tag.Key.Channel == ChannelKind.Sms)
        {
            s.AfterMilliseconds(0, TransitMillisecondsMax, () => answer(DispatchOutcome.RetryLater(DispatchError.NotAuthorised)));
            return;
        }
        if (_offline.Contains(tag.Key.EndpointNo))
        {
            answer(DispatchOutcome.Unreachable);
            return;
        }
        run.Oracle.FirstByte(tag, outgoing.Delivery);
        if (down || _hanging.Contains(tag.Key.EndpointNo) || s.Chance(run.Faults.LosePerMille))
        {
            s.After(RequestTimeoutTicks, () => answer(DispatchOutcome.Unknown(DispatchError.TimedOut)));
            return;
        }
        bool vanishesWithSender = s.Chance(500);
        s.AfterMilliseconds(0, TransitMillisecondsMax, () =>
        {
            if (!sender.Alive && vanishesWithSender) return;
            Arrive(tag, route, answer);
        });
    }

    /// <summary>What became of a delivery: the provider that it went to looks it up, or has no time.</summary>
    public AskAnswer Ask(DeliveryKey key, byte route)
    {
        _asked[key] = AskedFor(key) + 1;
        if (run.Sabotage == Sabotage.AskAnother) route ^= 1;
        return IsDown(route) || run.Scheduler.Chance(run.Faults.CannotTellPerMille) ? AskAnswer.CannotTell : _taken.Contains((route, key)) ? AskAnswer.Taken : AskAnswer.NeverTaken;
    }

    /// <summary>How often somebody asked what became of it.</summary>
    public int AskedFor(DeliveryKey key) => _asked.GetValueOrDefault(key);

    /// <summary>A provider that is asked whether it is there.</summary>
    public bool Answers(byte route) => !IsDown(route) && !(route == 0 && RefusesAccount);

    private bool IsDown(byte route) => route == 0 ? Down || ProviderDown : StandbyDown;

    private void Arrive(DeliveryTag tag, byte route, Action<DispatchOutcome> answer)
    {
        var s = run.Scheduler;
        int dice = s.Below(0, 1000);
        if (dice < run.Faults.ThrottlePerMille)
        {
            Answer(answer, DispatchOutcome.RetryLater(DispatchError.Throttled, TimeSpan.FromMilliseconds(s.Below(0, 2000))));
            return;
        }
        dice -= run.Faults.ThrottlePerMille;
        if (dice < run.Faults.RefusePerMille && tag.Key.Channel == ChannelKind.Sms)
        {
            Answer(answer, DispatchOutcome.Refused(DispatchError.BadAddress));
            return;
        }
        bool breaks = s.Chance(run.Faults.BreakPerMille);
        if (breaks && s.Chance(500))
        {
            Contradict(tag, route, taken: false);
            Answer(answer, DispatchOutcome.Unknown(DispatchError.ServerError));
            return;
        }
        Take(tag, route);
        Answer(answer, breaks ? DispatchOutcome.Unknown(DispatchError.ServerError) : DispatchOutcome.Accepted("ref"));
    }

    private void Answer(Action<DispatchOutcome> answer, DispatchOutcome outcome)
    {
        var s = run.Scheduler;
        if (s.Chance(run.Faults.LosePerMille)) s.After(RequestTimeoutTicks, () => answer(DispatchOutcome.Unknown(DispatchError.TimedOut)));
        else s.AfterMilliseconds(0, 100, () => answer(outcome));
    }

    private void Take(DeliveryTag tag, byte route)
    {
        var (s, key) = (run.Scheduler, tag.Key);
        bool first = _taken.Add((route, key));
        if (first || ChannelClasses.Of(key.Channel) != AdapterClass.Idempotent)
        {
            Effects[key] = Effects.GetValueOrDefault(key) + 1;
            run.Oracle.Effect(tag);
        }
        if (key.Channel == Town.Pager) return;
        Contradict(tag, route, taken: true);
        int dice = s.Below(0, 100);
        if (dice < 12) return;
        if (dice < 16 && key.Channel == ChannelKind.Sms)
        {
            ReportedFailed.Add(tag);
            Report(new Receipt(tag, Evidence.Planned, Failed: true, DispatchError.BadAddress, 0, route));
            return;
        }
        Report(new Receipt(tag, Evidence.Delivered, Failed: false, DispatchError.None, 0, route));
        if (s.Chance(300)) Report(new Receipt(tag, Evidence.Presented, Failed: false, DispatchError.None, 0));
        if (s.Chance(100)) Report(new Receipt(tag, Evidence.Acknowledged, Failed: false, DispatchError.None, 0));
        // A lie about what was never sent to this endpoint.
        if (s.Chance(run.Faults.LiePerMille)) Report(new Receipt(new DeliveryTag(key with { DisseminationNo = key.DisseminationNo + s.Below(1, 3), Purpose = Purpose.Reminder1 }, tag.Attempt), Evidence.Acknowledged, Failed: false, DispatchError.None, 0));
        if (s.Chance(run.Faults.LiePerMille)) Report(new Receipt(tag with { Attempt = byte.MaxValue }, Evidence.Acknowledged, Failed: false, DispatchError.None, 0));
    }

    /// <summary>A failure, once or more, and that it arrived, in any order; as late as when another attempt is under way.</summary>
    private void Contradict(DeliveryTag tag, byte route, bool taken)
    {
        var (s, later) = (run.Scheduler, run.Scheduler.Later);
        if (!run.Extras.HasFlag(Extras.Contradictions) || tag.Key.Channel != ChannelKind.Sms || !later.Chance(300)) return;
        ReportedFailed.Add(tag);
        for (int i = later.Below(1, 4); i > 0; i--) s.After(later.Between(10_000, 400_000_000), () => Post(new Receipt(tag, Evidence.Planned, Failed: true, DispatchError.BadAddress, 0, route), 3));
        if (taken && later.Chance(500)) s.After(later.Between(10_000, 400_000_000), () => Post(new Receipt(tag, Evidence.Delivered, Failed: false, DispatchError.None, 0, route), 3));
    }

    /// <summary>In any order, once to four times, and again after a while when nobody answered.</summary>
    private void Report(Receipt receipt)
    {
        var s = run.Scheduler;
        int copies = s.Chance(run.Faults.RepeatPerMille) ? s.Below(2, 5) : 1;
        for (int i = 0; i < copies; i++) s.AfterMilliseconds(1, 8_000, () => Post(receipt, 3));
    }

    private void Post(Receipt receipt, int tries)
    {
        if (run.Gateway is { Ready: true } gateway) gateway.Receive(receipt, Again);
        else Again();

        void Again()
        {
            if (tries > 0) run.Scheduler.AfterMilliseconds(500, 3_000, () => Post(receipt, tries - 1));
        }
    }
}
