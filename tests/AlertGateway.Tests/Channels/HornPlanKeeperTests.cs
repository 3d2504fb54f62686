using System.Text.Json;
using AlertGateway.Channels.Broadcast;
using AlertGateway.Channels.Keys;
using AlertGateway.Channels.Loudspeaker;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Rendering;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MQTTnet;
using Org.BouncyCastle.Crypto.Parameters;

namespace AlertGateway.Tests.Channels;

/// <summary>The keeper over a real broker and a loudspeaker of a few lines; the clock stands still but where a test moves it.</summary>
public sealed class HornPlanKeeperTests : IAsyncLifetime
{
    private const int EndpointNo = 8001;
    private const string Tag = "d7-8001-3-0-1";
    private static readonly string Sha256 = new('5', 64);
    private static readonly Ed25519PrivateKeyParameters DeviceKey = new([.. Enumerable.Range(1, 32).Select(i => (byte)i)], 0);
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 7, 5, 2, 10, 0, TimeSpan.Zero));
    private readonly RecordingPlans _plans = new();
    private LoudspeakerChannel? _channel;
    private LoudspeakerBroker? _broker;
    private LoudspeakerFarSide? _horn;
    private HornPlanKeeper? _keeper;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var options = new LoudspeakerOptions { Port = 0 };
        var key = new OrderKey([.. Enumerable.Range(40, 32).Select(i => (byte)i)]);
        _channel = new LoudspeakerChannel(options, key, new ProgrammeTickets(key, _clock), new MonotonicSerial(_clock), _clock);
        var wakes = new RecordingWakes();
        _broker = new LoudspeakerBroker(options, _channel, _ => DeviceKey.GeneratePublicKey().GetEncoded(), new RecordingSink(), new RecordingRefusals(), wakes, _plans, new HornStock(new MonotonicSerial(_clock)), _clock, NullLogger<LoudspeakerBroker>.Instance);
        await _broker.StartAsync(Stop);
        (_horn, _) = await LoudspeakerFarSide.ConnectAsync(_broker.Port, EndpointNo, LoudspeakerFarSide.Password("H8001", DeviceKey, _clock.GetUtcNow()), Stop);
        await _horn.SubscribeAsync(null, Stop);
        await wakes.NextAsync(Stop);
        _keeper = new HornPlanKeeper(_channel, _plans, _clock, NullLogger<HornPlanKeeper>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        _keeper?.Dispose();
        if (_horn is not null) await _horn.DisposeAsync();
        if (_broker is null) return;
        await _broker.StopAsync(CancellationToken.None);
        _broker.Dispose();
    }

    private static readonly HornPlan Red = new(3, 200, 1800, UntilEvacuated: true);

    private OutgoingDelivery ADelivery() =>
        Make.ADelivery(Make.ARendition(ChannelKind.Loudspeaker, "请立即转移。", programme: Sha256, programmeBytes: 1000) with { Horns = Red }, EndpointNo, default, _clock.GetUtcNow()) with { NotAfterTicks = long.MaxValue };

    private Task<MqttClientPublishReasonCode> StateAsync(params string[] plans) => _horn!.ReportAsync(new { type = "state", state = "armed", plans }, Stop);

    [Fact]
    public async Task The_order_carries_the_plan_that_was_approved()
    {
        Assert.Equal(ResultCode.Accepted, (await _channel!.DispatchAsync(ADelivery(), Stop)).Code);
        await _horn!.NextAsync(Stop);
        var arm = await _horn.NextAsync(Stop);
        long playAt = arm.GetProperty("playAtTicks").GetInt64();
        Assert.Equal((3, 200, 1800, "evacuated"), (arm.GetProperty("repeat").GetInt32(), arm.GetProperty("repeatEverySeconds").GetInt32(), arm.GetProperty("thenEverySeconds").GetInt32(), arm.GetProperty("until").GetString()));
        Assert.Equal(playAt + (400 + 1800) * TimeSpan.TicksPerSecond, arm.GetProperty("thenAtTicks").GetInt64());
        Assert.Equal(DateTime.MaxValue.Ticks, arm.GetProperty("notAfterTicks").GetInt64()); // a warning without expiry
    }

    [Fact]
    public async Task A_loudspeaker_that_comes_after_the_first_stretch_has_its_own_and_then_the_common_beat()
    {
        await _channel!.DispatchAsync(ADelivery(), Stop);
        await _horn!.NextAsync(Stop);
        long then = (await _horn.NextAsync(Stop)).GetProperty("thenAtTicks").GetInt64();
        _clock.Advance(TimeSpan.FromMinutes(12));
        await _channel.DispatchAsync(ADelivery(), Stop);
        await _horn.NextAsync(Stop);
        var late = await _horn.NextAsync(Stop);
        Assert.Equal((then, _clock.GetUtcNow().AddSeconds(5).UtcTicks), (late.GetProperty("thenAtTicks").GetInt64(), late.GetProperty("playAtTicks").GetInt64()));
    }

    [Fact]
    public async Task A_plan_that_is_over_is_stopped_once_and_the_loudspeaker_may_go_on_with_others()
    {
        await StateAsync(Tag, "d8-8001-3-0-1");
        _plans.Over.Add(Tag);
        await Task.WhenAll(_keeper!.Look(Stop));
        var stop = await _horn!.NextAsync(Stop);
        Assert.Equal(("stop", Tag, Tag, JsonValueKind.Null), (stop.GetProperty("type").GetString(), stop.GetProperty("tag").GetString(), stop.GetProperty("stopTag").GetString(), stop.GetProperty("sha256").ValueKind));
        Assert.Empty(_keeper.Look(Stop));
        Assert.Equal(1, _horn.Received);
    }

    [Fact]
    public async Task A_stop_that_got_no_answer_is_said_again()
    {
        await StateAsync(Tag);
        _plans.Over.Add(Tag);
        _horn!.Answers = _ => null;
        var asked = _keeper!.Look(Stop);
        await _horn.NextAsync(Stop);
        Assert.Empty(_keeper.Look(Stop)); // one question at a time
        _clock.Advance(TimeSpan.FromSeconds(10));
        await Task.WhenAll(asked);
        _horn.Answers = LoudspeakerFarSide.GoodDevice;
        await Task.WhenAll(_keeper.Look(Stop));
        Assert.Equal(2, _horn.Received);
        Assert.Empty(_keeper.Look(Stop));
    }

    [Fact]
    public async Task A_loudspeaker_that_has_lost_its_plan_gets_the_later_plays_again()
    {
        _plans.ToHave.Add(ADelivery());
        Assert.Empty(_keeper!.Look(Stop)); // it has not said yet what it holds
        await StateAsync();
        await Task.WhenAll(_keeper.Look(Stop));
        Assert.Equal("prepare", (await _horn!.NextAsync(Stop)).GetProperty("type").GetString());
        var arm = await _horn.NextAsync(Stop);
        Assert.Equal((Tag, 1, _clock.GetUtcNow().AddSeconds(5).UtcTicks), (arm.GetProperty("tag").GetString(), arm.GetProperty("repeat").GetInt32(), arm.GetProperty("playAtTicks").GetInt64()));
        await StateAsync(Tag);
        Assert.Empty(_keeper.Look(Stop));
    }

    [Fact]
    public async Task The_key_on_the_loudspeaker_is_a_report_of_its_own_village_only()
    {
        Assert.Equal(MqttClientPublishReasonCode.Success, await _horn!.ReportAsync(new { type = "evacuated", tag = Tag }, Stop));
        Assert.Equal(MqttClientPublishReasonCode.NotAuthorized, await _horn.ReportAsync(new { type = "evacuated", tag = "d7-8002-3-0-1" }, Stop));
        Assert.Equal([Tag], _plans.Evacuated.Select(t => t.ToString()));
    }
}
