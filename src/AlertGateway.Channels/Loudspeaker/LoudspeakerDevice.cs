using AlertGateway.Core.Dispatch;
using MQTTnet;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace AlertGateway.Channels.Loudspeaker;

/// <summary>What the health page shows of a loudspeaker.</summary>
/// <param name="LastSeenTicks">UTC ticks of its last sign of life; 0 = never.</param>
public sealed record LoudspeakerState(int EndpointNo, bool Online, string? State, int? Volume, int? BatteryPercent, int? RssiDbm, double? ClockOffsetMs, string? Firmware, long LastSeenTicks);

/// <summary>One loudspeaker: its MQTT session, the answers that are waited for, its last state. Thread-safe.</summary>
internal sealed class LoudspeakerDevice(int endpointNo)
{
    private const int HoldsMax = 64;

    private readonly Lock _lock = new();
    private readonly List<Question> _questions = [];
    private readonly HashSet<string> _plans = new(StringComparer.Ordinal);
    private readonly HashSet<string> _holds = new(StringComparer.Ordinal);
    private readonly HashSet<string> _kept = new(StringComparer.Ordinal);
    private bool _plansAreNews;
    private MqttSessionStatus? _session;
    private bool _subscribed;
    private int _connections;
    private LoudspeakerState _state = new(endpointNo, false, null, null, null, null, null, null, 0);

    public int EndpointNo => endpointNo;

    /// <summary>Tags that may still have plays to come, by the device's own reports and answers.</summary>
    public IReadOnlyList<string> Plans
    {
        get
        {
            lock (_lock) return [.. _plans];
        }
    }

    public string Id { get; } = DeviceId.Of(endpointNo);

    public LoudspeakerState State
    {
        get
        {
            lock (_lock) return _state;
        }
    }

    /// <summary>Connected and subscribed to its orders.</summary>
    public bool IsOnline
    {
        get
        {
            lock (_lock) return _subscribed;
        }
    }

    /// <summary>It has said, since it connected, that it holds this programme.</summary>
    public bool Holds(string sha256)
    {
        lock (_lock) return _holds.Contains(sha256);
    }

    public void Connected(long nowTicks)
    {
        lock (_lock)
        {
            _connections++;
            _state = _state with { LastSeenTicks = nowTicks };
        }
    }

    /// <summary>A connection that was taken over ends too; the device is offline when none is left.</summary>
    public void Disconnected()
    {
        Question[] open;
        lock (_lock)
        {
            if (_connections > 0) _connections--;
            if (_connections > 0) return;
            (_session, _subscribed) = (null, false);
            _holds.Clear();
            _state = _state with { Online = false };
            open = [.. _questions];
            _questions.Clear();
        }
        foreach (var question in open) question.Source.TrySetResult(null);
    }

    public void Subscribing(MqttSessionStatus session)
    {
        lock (_lock) _session = session;
    }

    public void Subscribed()
    {
        lock (_lock)
        {
            if (_session is null) return;
            _subscribed = true;
            _state = _state with { Online = true };
        }
    }

    /// <summary>
    /// Sends an order and gives the report that answers it: null when the device is not connected or goes away. <paramref name="build"/> gets the order's sequence number inside the lock, so that numbers leave in order.
    /// </summary>
    /// <param name="gate">Looked at last; a closed one sends nothing and the answer is <see cref="GateClosed"/>.</param>
    /// <param name="awaited">False: nobody waits for the answer, and it is done once it is on its way.</param>
    public Task<LoudspeakerReport?> AskAsync(string tag, string answer, ISendGate gate, Func<long> nextSeq, Func<long, byte[]> build, bool awaited = true)
    {
        var question = new Question(tag, answer);
        lock (_lock)
        {
            if (!_subscribed || _session is not { } session) return Task.FromResult<LoudspeakerReport?>(null);
            if (!gate.IsOpen) return Task.FromResult<LoudspeakerReport?>(GateClosed);
            question.Seq = nextSeq();
            var message = new MqttApplicationMessage
            {
                Topic = DeviceId.OrderTopic(Id),
                PayloadSegment = build(question.Seq),
                QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
            };
            if (!session.TryEnqueueApplicationMessage(message, out _)) return Task.FromResult<LoudspeakerReport?>(null);
            if (awaited) _questions.Add(question);
        }
        return awaited ? question.Source.Task : Task.FromResult<LoudspeakerReport?>(null);
    }

    /// <summary>Stands for "the gate was closed" as an answer.</summary>
    public static LoudspeakerReport GateClosed { get; } = new() { Type = "gate-closed" };

    /// <summary>True when somebody was waiting for this report.</summary>
    public bool Answer(LoudspeakerReport report)
    {
        Question? asked;
        lock (_lock)
        {
            asked = _questions.Find(q => q.Tag == report.Tag && (report.Type == q.Answer && (report.Seq == q.Seq || report.Type == "stopped") || report.Type == "refused" && report.Seq == q.Seq));
            if (asked is null) return false;
            _questions.Remove(asked);
        }
        asked.Source.TrySetResult(report);
        return true;
    }

    public void GiveUp(string tag)
    {
        lock (_lock) _questions.RemoveAll(q => q.Tag == tag);
    }

    /// <summary>True once after each state report that names the plans: <paramref name="held"/> is what the device has.</summary>
    public bool TakePlansToCompare(out IReadOnlySet<string> held)
    {
        lock (_lock)
        {
            held = _plans.ToHashSet(StringComparer.Ordinal);
            bool news = _plansAreNews;
            _plansAreNews = false;
            return news;
        }
    }

    /// <summary>True when nobody else is about to stop or arm this plan again.</summary>
    public bool BeginKeeping(string tag)
    {
        lock (_lock) return _kept.Add(tag);
    }

    public void EndKeeping(string tag)
    {
        lock (_lock) _kept.Remove(tag);
    }

    public void Seen(LoudspeakerReport report, long nowTicks)
    {
        lock (_lock)
        {
            Note(report);
            _state = report.Type == "state"
                ? new LoudspeakerState(endpointNo, _subscribed, report.State, report.Volume, report.BatteryPercent, report.RssiDbm, report.ClockOffsetMs, report.Firmware, nowTicks)
                : _state with { LastSeenTicks = nowTicks };
        }
    }

    private void Note(LoudspeakerReport report)
    {
        switch (report.Type)
        {
            case "ready" when report.Sha256.Length > 0 && _holds.Count < HoldsMax:
                _holds.Add(report.Sha256);
                break;
            case "refused" when report.Reason == "not-ready":
                _holds.Clear();
                break;
            case "armed" when _plans.Count < LoudspeakerReport.PlansMax:
                _plans.Add(report.Tag);
                break;
            case "stopped":
                _plans.Remove(report.StopTag);
                break;
            case "state" when report.Plans is { } plans:
                _plans.Clear();
                _plans.UnionWith(plans);
                _plansAreNews = true;
                break;
        }
    }

    private sealed class Question(string tag, string answer)
    {
        public string Tag => tag;

        public string Answer => answer;

        public long Seq { get; set; }

        public TaskCompletionSource<LoudspeakerReport?> Source { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
