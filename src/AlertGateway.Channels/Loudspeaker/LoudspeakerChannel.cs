using System.Collections.Concurrent;
using System.Globalization;
using AlertGateway.Channels.Broadcast;
using AlertGateway.Channels.Keys;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Rendering;

namespace AlertGateway.Channels.Loudspeaker;

/// <summary>
/// Village loudspeakers: prepare → ready → arm → armed, then started and done as receipts. Idempotent: a device keeps one order per tag, and every attempt of a delivery carries the same tag. An attempt waits for the device's
/// download, so the lane should have as many slots as there are devices.
/// </summary>
public sealed class LoudspeakerChannel : IChannel
{
    private readonly ConcurrentDictionary<int, LoudspeakerDevice> _devices = new();
    private readonly LoudspeakerOptions _options;
    private readonly LoudspeakerOrders _orders;
    private readonly HornAlarms _alarms;
    private readonly PlayInstants _instants;
    private readonly MonotonicSerial _serials;
    private readonly TimeProvider _clock;

    public LoudspeakerChannel(LoudspeakerOptions options, OrderKey key, ProgrammeTickets tickets, MonotonicSerial serials, TimeProvider clock)
    {
        (_options, _serials, _clock) = (options, serials, clock);
        _orders = new LoudspeakerOrders(options, key, tickets);
        _alarms = new HornAlarms(_orders, serials, clock);
        _instants = new PlayInstants(clock, options.LeadTime);
    }

    public ChannelKind Kind => ChannelKind.Loudspeaker;

    public AdapterClass Class => AdapterClass.Idempotent;

    public bool ReadsAddress => false;

    /// <summary>Every loudspeaker that was ever connected since the start, by endpoint number.</summary>
    public IReadOnlyList<LoudspeakerState> States() => [.. _devices.Values.Select(d => d.State).OrderBy(s => s.EndpointNo)];

    public ValueTask<DispatchOutcome> DispatchAsync(OutgoingDelivery delivery, CancellationToken cancellationToken)
    {
        var rendition = delivery.Rendition;
        if (Renditions.RefusalOf(rendition, delivery.ExerciseEndpoint) is { } refusal) return new(DispatchOutcome.Refused(refusal));
        if (rendition.ProgrammeSha256 is null && delivery.TakesBack is null) return new(DispatchOutcome.Refused(DispatchError.DeviceRefused));
        if (cancellationToken.IsCancellationRequested || !delivery.Gate.IsOpen) return new(DispatchOutcome.NotSent);
        if (!_devices.TryGetValue(delivery.Tag.Key.EndpointNo, out var device) || !device.IsOnline) return new(DispatchOutcome.Unreachable);
        return delivery.TakesBack is { } original ? TakeBackAsync(device, delivery, original, cancellationToken) : PlayAsync(device, delivery, cancellationToken);
    }

    /// <summary>Not asked: the class is idempotent.</summary>
    public ValueTask<AskOutcome> AskAsync(OutgoingDelivery delivery, CancellationToken cancellationToken) => new(new AskOutcome(AskAnswer.CannotTell));

    /// <summary>Connected loudspeakers that hold all of these programmes.</summary>
    public int Holding(IEnumerable<string> sha256) => _devices.Values.Count(d => d.IsOnline && sha256.All(d.Holds));

    internal IEnumerable<LoudspeakerDevice> Devices => _devices.Values;

    internal LoudspeakerOrders Orders => _orders;

    /// <summary>The tag under which every attempt of this delivery is known to its loudspeaker.</summary>
    internal static string TagOf(in OutgoingDelivery delivery) => WireTag.Of(delivery.Tag).ToString();

    internal LoudspeakerDevice Device(int endpointNo) => _devices.GetOrAdd(endpointNo, static no => new LoudspeakerDevice(no));

    /// <summary>What a refusal of the device means for the delivery.</summary>
    internal static DispatchOutcome OutcomeOf(string? reason) => reason switch
    {
        "bad-signature" => DispatchOutcome.Refused(DispatchError.NotAuthorised),
        "expired" => DispatchOutcome.Refused(DispatchError.Expired),
        "exercise-refused" or "live-refused" => DispatchOutcome.Refused(DispatchError.WrongWorld),
        "not-ready" or "replayed" or "too-late" or "busy" => DispatchOutcome.RetryLater(DispatchError.DeviceRefused),
        _ => DispatchOutcome.Refused(DispatchError.DeviceRefused),
    };

    private async ValueTask<DispatchOutcome> PlayAsync(LoudspeakerDevice device, OutgoingDelivery delivery, CancellationToken cancellationToken)
    {
        string tag = WireTag.Of(delivery.Tag).ToString();
        // What is in stock sounds at once, by one order for all; whatever goes wrong with it is put right one by one.
        if (delivery.Rendition is { InStock: true, ProgrammeSha256: { } sha256 } && delivery.Tag.Attempt == 1 && device.Holds(sha256) && _alarms.For(delivery) is { } alarm)
        {
            return await AskAsync(device, delivery.Gate, tag, "armed", _options.AnswerWait, DispatchOutcome.Unknown(DispatchError.TimedOut), DispatchOutcome.Unknown(DispatchError.LinkDown), _ => alarm.Order, cancellationToken, alarm.Seq);
        }
        if (await PrepareAsync(device, delivery, tag, cancellationToken) is { } failure) return failure;
        var plan = _orders.PlanOf(delivery.Rendition);
        return await ArmAsync(device, delivery, tag, plan, _instants.For(delivery.Tag.Key, plan), cancellationToken);
    }

    /// <summary>Arms a loudspeaker that has lost a plan for the later plays only.</summary>
    internal async ValueTask<DispatchOutcome> ResumeAsync(LoudspeakerDevice device, OutgoingDelivery delivery, CancellationToken cancellationToken)
    {
        string tag = TagOf(delivery);
        if (await PrepareAsync(device, delivery, tag, cancellationToken) is { } failure) return failure;
        var plan = _orders.PlanOf(delivery.Rendition);
        return await ArmAsync(device, delivery, tag, plan with { Plays = 1 }, _instants.Resume(delivery.Tag.Key, plan), cancellationToken);
    }

    /// <summary>Ends the plays of an order that is over, with nothing to say instead. Not a delivery: whatever the loudspeaker answers or not, it is told again as long as it reports the plan.</summary>
    internal ValueTask<DispatchOutcome> StopPlanAsync(LoudspeakerDevice device, string tag, CancellationToken cancellationToken)
    {
        long now = _clock.GetUtcNow().UtcTicks;
        return AskAsync(device, AlwaysOpen.Instance, tag, "stopped", _options.AnswerWait, DispatchOutcome.Unknown(DispatchError.TimedOut), DispatchOutcome.Unknown(DispatchError.LinkDown),
            seq => _orders.Stop(device.Id, tag, seq, tag, null, now, now + TimeSpan.FromHours(1).Ticks), cancellationToken);
    }

    private async ValueTask<DispatchOutcome> ArmAsync(LoudspeakerDevice device, OutgoingDelivery delivery, string tag, HornPlan plan, (long Start, long Then) at, CancellationToken cancellationToken)
    {
        if (at.Start >= delivery.NotAfterTicks) return new DispatchOutcome(ResultCode.NotSent, DispatchError.Expired);
        return await AskAsync(device, delivery.Gate, tag, "armed", _options.AnswerWait, DispatchOutcome.Unknown(DispatchError.TimedOut), DispatchOutcome.Unknown(DispatchError.LinkDown),
            seq => _orders.Arm(device.Id, tag, seq, delivery.Rendition, plan, at.Start, at.Then, delivery.NotAfterTicks), cancellationToken);
    }

    /// <summary>Silence first, at once; then, if there is something to say, the programme that takes the warning back.</summary>
    private async ValueTask<DispatchOutcome> TakeBackAsync(LoudspeakerDevice device, OutgoingDelivery delivery, DeliveryTag original, CancellationToken cancellationToken)
    {
        string tag = WireTag.Of(delivery.Tag).ToString(), stopTag = WireTag.Of(original).ToString();
        var timedOut = DispatchOutcome.Unknown(DispatchError.TimedOut);
        var gone = DispatchOutcome.Unknown(DispatchError.LinkDown);
        var stopped = await AskAsync(device, delivery.Gate, tag, "stopped", _options.AnswerWait, timedOut, gone,
            seq => _orders.Stop(device.Id, tag, seq, stopTag, null, _clock.GetUtcNow().UtcTicks, delivery.NotAfterTicks), cancellationToken);
        if (stopped.Code != ResultCode.Accepted || delivery.Rendition.ProgrammeSha256 is not { } sha256) return stopped;
        if (await PrepareAsync(device, delivery, tag, cancellationToken) is { } failure) return failure;
        long playAt = _instants.For(delivery.Tag.Key, new HornPlan(Plays: 1, EverySeconds: 0, ThenEverySeconds: 0, UntilEvacuated: false)).Start;
        if (playAt >= delivery.NotAfterTicks) return new DispatchOutcome(ResultCode.NotSent, DispatchError.Expired);
        return await AskAsync(device, delivery.Gate, tag, "stopped", _options.AnswerWait, timedOut, gone,
            seq => _orders.Stop(device.Id, tag, seq, stopTag, sha256, playAt, delivery.NotAfterTicks), cancellationToken);
    }

    /// <summary>Null when the device holds the programme; nothing that it was told so far makes it speak.</summary>
    private async ValueTask<DispatchOutcome?> PrepareAsync(LoudspeakerDevice device, OutgoingDelivery delivery, string tag, CancellationToken cancellationToken)
    {
        if (delivery.Rendition.InStock && device.Holds(delivery.Rendition.ProgrammeSha256!)) return null;
        var ready = await AskAsync(device, delivery.Gate, tag, "ready", _options.ReadyWait, DispatchOutcome.RetryLater(DispatchError.TimedOut), DispatchOutcome.Unreachable,
            seq => _orders.Prepare(tag, seq, delivery.Rendition), cancellationToken);
        if (ready.Code == ResultCode.Accepted) return null;
        // Whatever kept it from fetching the programme (no network, a cut download, bytes that do not match) may be gone at the next attempt.
        return ready is { Code: ResultCode.Refused, Error: DispatchError.DeviceRefused } ? DispatchOutcome.RetryLater(DispatchError.DeviceRefused) : ready;
    }

    private async ValueTask<DispatchOutcome> AskAsync(
        LoudspeakerDevice device, ISendGate gate, string tag, string answer, TimeSpan wait, DispatchOutcome timedOut, DispatchOutcome gone, Func<long, byte[]> build, CancellationToken cancellationToken,
        long seq = 0)
    {
        try
        {
            var report = await device.AskAsync(tag, answer, gate, seq > 0 ? () => seq : _serials.Next, build).WaitAsync(wait, _clock, cancellationToken);
            if (report is null) return gone;
            if (ReferenceEquals(report, LoudspeakerDevice.GateClosed)) return DispatchOutcome.NotSent;
            return report.Type == answer ? DispatchOutcome.Accepted(report.Seq > 0 ? report.Seq.ToString(CultureInfo.InvariantCulture) : null) : OutcomeOf(report.Reason);
        }
        catch (Exception ex) when (ex is TimeoutException or OperationCanceledException)
        {
            device.GiveUp(tag);
            return timedOut;
        }
    }
}
