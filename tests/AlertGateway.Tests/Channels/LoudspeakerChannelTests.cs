using System.Text;
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
using Org.BouncyCastle.Crypto.Signers;
using Xunit;

namespace AlertGateway.Tests.Channels;

public sealed partial class LoudspeakerChannelTests : ChannelCompliance
{
    private const int EndpointNo = 8001;
    private static readonly string Sha256 = new('5', 64);
    private static readonly Ed25519PrivateKeyParameters DeviceKey = new([.. Enumerable.Range(1, 32).Select(i => (byte)i)], 0);

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 7, 5, 2, 10, 0, 300, TimeSpan.Zero));
    private readonly OrderKey _key = new([.. Enumerable.Range(40, 32).Select(i => (byte)i)]);
    private readonly RecordingSink _sink = new();
    private readonly RecordingRefusals _refusals = new();
    private readonly RecordingWakes _wakes = new();
    private readonly RecordingPlans _plans = new();
    private readonly List<LoudspeakerFarSide> _devices = [];
    private LoudspeakerChannel? _channel;
    private LoudspeakerBroker? _broker;
    private HornStock _stock = null!;
    private ProgrammeTickets? _tickets;
    private LoudspeakerFarSide? _device;

    protected override IChannel Channel => _channel!;

    protected override int ReceivedCount => _device!.Received;

    public override async ValueTask InitializeAsync()
    {
        var options = new LoudspeakerOptions { Port = 0 };
        _tickets = new ProgrammeTickets(_key, _clock);
        var serials = new MonotonicSerial(_clock);
        _stock = new HornStock(serials);
        _channel = new LoudspeakerChannel(options, _key, _tickets, serials, _clock);
        LoudspeakerKeyLookup lookup = no => no is EndpointNo or EndpointNo + 1 ? DeviceKey.GeneratePublicKey().GetEncoded() : default(ReadOnlyMemory<byte>);
        _broker = new LoudspeakerBroker(options, _channel, lookup, _sink, _refusals, _wakes, _plans, _stock, _clock, NullLogger<LoudspeakerBroker>.Instance);
        await _broker.StartAsync(Stop);
        _device = await ADeviceAsync(EndpointNo);
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var device in _devices) await device.DisposeAsync();
        if (_broker is not { } broker) return;
        await broker.StopAsync(CancellationToken.None);
        broker.Dispose();
    }

    private async Task<LoudspeakerFarSide> ADeviceAsync(int endpointNo)
    {
        var (device, code) = await LoudspeakerFarSide.ConnectAsync(_broker!.Port, endpointNo, LoudspeakerFarSide.Password($"H{endpointNo}", DeviceKey, _clock.GetUtcNow()), Stop);
        _devices.Add(device);
        Assert.Equal(MqttClientConnectResultCode.Success, code);
        Assert.Equal(MqttClientSubscribeResultCode.GrantedQoS1, await device.SubscribeAsync(null, Stop));
        Assert.Equal(endpointNo, await _wakes.NextAsync(Stop));
        return device;
    }

    protected override Rendition ARendition(string status = "Actual", bool marked = true) =>
        Make.ARendition(ChannelKind.Loudspeaker, status == "Actual" || !marked ? "暴雨红色预警。" : "演练。暴雨红色预警。演练。", status, programme: Sha256, programmeBytes: 1000);

    private protected override OutgoingDelivery ADelivery(Rendition rendition, SwitchGate gate, bool exerciseEndpoint) => Make.ADelivery(rendition, EndpointNo, default, _clock.GetUtcNow(), gate, exerciseEndpoint);

    protected override async Task<string> ReceivedAsync() => (await _device!.NextAsync(Stop)).GetProperty("sha256").GetString()!;

    protected override string Expected(Rendition rendition) => rendition.ProgrammeSha256!;

    protected override async Task GoDownAsync()
    {
        await _device!.DisposeAsync();
        while (_channel!.States().Any(s => s.Online) && !Stop.IsCancellationRequested) await Task.Yield();
    }

    protected override void FallSilent() => _device!.Answers = _ => null;

    private OutgoingDelivery ADelivery(int endpointNo = EndpointNo) => Make.ADelivery(ARendition(), endpointNo, default, _clock.GetUtcNow());

    private static bool Signed(OrderKey key, string line, JsonElement order)
    {
        var signer = new Ed25519Signer();
        signer.Init(false, new Ed25519PublicKeyParameters(key.PublicKey.ToArray(), 0));
        byte[] bytes = Encoding.UTF8.GetBytes(line);
        signer.BlockUpdate(bytes, 0, bytes.Length);
        return signer.VerifySignature(Convert.FromBase64String(order.GetProperty("signature").GetString()!));
    }

    [Fact]
    public async Task A_programme_is_prepared_then_armed_with_a_signed_order()
    {
        var delivery = ADelivery();
        Assert.Equal(ResultCode.Accepted, (await Channel.DispatchAsync(delivery, Stop)).Code);
        var prepare = await _device!.NextAsync(Stop);
        var arm = await _device.NextAsync(Stop);
        Assert.Equal(("prepare", $"http://127.0.0.1:8080/v1/programmes/{Sha256}.wav"), (prepare.GetProperty("type").GetString(), prepare.GetProperty("url").GetString()));
        Assert.True(_tickets!.Opens(prepare.GetProperty("ticket").GetString()!, Sha256));
        Assert.False(_tickets.Opens(prepare.GetProperty("ticket").GetString()!, new string('6', 64)));
        long seq = arm.GetProperty("seq").GetInt64(), playAt = arm.GetProperty("playAtTicks").GetInt64();
        Assert.True(seq > prepare.GetProperty("seq").GetInt64());
        Assert.Equal(new DateTimeOffset(2026, 7, 5, 2, 10, 6, TimeSpan.Zero).UtcTicks, playAt);
        Assert.True(Signed(_key, $"agw-arm-v2|H8001|d7-8001-3-0-1|{seq}|{Sha256}|{playAt}|{delivery.NotAfterTicks}|100|255|3|200|0|0|change|Actual", arm));
        Assert.Equal(_key.KeyId, arm.GetProperty("keyId").GetString());
    }

    private async Task<OutgoingDelivery> InStockAsync(int endpointNo, params int[] audience)
    {
        byte[] wav = new byte[1000];
        string sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(wav));
        _stock.Set([new ProgrammeAudio { Wav = wav, Sha256Hex = sha256, Duration = TimeSpan.FromSeconds(2), Segments = [], SpokenScript = [], Notes = [] }], _channel!);
        var stocked = await _device!.NextAsync(Stop);
        Assert.Equal(("prepare", $"stock-{sha256[..16]}", sha256, 30 * 86_400), (stocked.GetProperty("type").GetString(), stocked.GetProperty("tag").GetString(), stocked.GetProperty("sha256").GetString(), stocked.GetProperty("ttlSeconds").GetInt32()));
        while (_channel!.Holding([sha256]) == 0) await Task.Yield();
        return Make.ADelivery(Make.ARendition(ChannelKind.Loudspeaker, "地震！快避险！", programme: sha256, programmeBytes: 1000) with { InStock = true }, endpointNo, default, _clock.GetUtcNow()) with { Audience = audience };
    }

    [Fact(Timeout = 30_000)]
    public async Task What_is_in_stock_sounds_by_one_order_that_is_signed_once_and_names_its_loudspeakers()
    {
        var other = await ADeviceAsync(EndpointNo + 1);
        var delivery = await InStockAsync(EndpointNo, EndpointNo + 1, EndpointNo, 9);
        await other.NextAsync(Stop);
        while (_channel!.Holding([delivery.Rendition.ProgrammeSha256!]) < 2) await Task.Yield();
        _device!.Answers = order => new { type = "armed", tag = $"d7-{EndpointNo}-3-0-1", seq = order.GetProperty("seq").GetInt64() };
        other.Answers = order => new { type = "armed", tag = $"d7-{EndpointNo + 1}-3-0-1", seq = order.GetProperty("seq").GetInt64() };
        Assert.Equal(ResultCode.Accepted, (await Channel.DispatchAsync(delivery, Stop)).Code);
        var alarm = await _device.NextAsync(Stop);
        long seq = alarm.GetProperty("seq").GetInt64(), playAt = alarm.GetProperty("playAtTicks").GetInt64();
        Assert.Equal(("alarm", "9 8001-8002", _clock.GetUtcNow().UtcTicks), (alarm.GetProperty("type").GetString(), alarm.GetProperty("to").GetString(), playAt));
        Assert.True(Signed(_key, $"agw-alarm-v1|7|{seq}|{delivery.Rendition.ProgrammeSha256}|9 8001-8002|{playAt}|{delivery.NotAfterTicks}|100|255|3|200|Actual", alarm));
        var second = delivery with { Tag = new DeliveryTag(delivery.Tag.Key with { EndpointNo = EndpointNo + 1 }, 1) };
        Assert.Equal(ResultCode.Accepted, (await Channel.DispatchAsync(second, Stop)).Code);
        Assert.Equal(alarm.GetRawText(), (await other.NextAsync(Stop)).GetRawText());
    }

    [Fact]
    public async Task A_loudspeaker_that_has_lost_its_stock_is_handed_the_programme_and_armed_by_itself()
    {
        var delivery = await InStockAsync(EndpointNo, EndpointNo);
        _device!.Answers = order => order.GetProperty("type").GetString() == "alarm"
            ? new { type = "refused", tag = $"d7-{EndpointNo}-3-0-1", seq = order.GetProperty("seq").GetInt64(), reason = "not-ready" } : LoudspeakerFarSide.GoodDevice(order);
        var outcome = await Channel.DispatchAsync(delivery, Stop);
        Assert.Equal((ResultCode.RetryLater, DispatchError.DeviceRefused), (outcome.Code, outcome.Error));
        await _device.NextAsync(Stop);
        Assert.Equal(ResultCode.Accepted, (await Channel.DispatchAsync(delivery with { Tag = delivery.Tag with { Attempt = 2 } }, Stop)).Code);
        Assert.Equal(["prepare", "arm"], [(await _device.NextAsync(Stop)).GetProperty("type").GetString(), (await _device.NextAsync(Stop)).GetProperty("type").GetString()]);
    }

    [Fact]
    public async Task An_alarm_behind_a_closed_gate_leaves_every_loudspeaker_silent()
    {
        var delivery = await InStockAsync(EndpointNo, EndpointNo);
        int before = _device!.Received;
        var gate = new SwitchGate();
        gate.Close();
        Assert.Equal(DispatchOutcome.NotSent, await Channel.DispatchAsync(delivery with { Gate = gate }, Stop));
        Assert.Equal(before, _device.Received);
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("1-3 5", 3, 1, 5, 2)]
    [InlineData("7 9 11-12", 12, 7, 11, 9)]
    public void A_list_of_loudspeakers_names_runs(string list, params int[] endpoints) => Assert.Equal(list, HornAlarms.ListOf(endpoints));

    [Fact]
    public async Task Loudspeakers_of_one_dissemination_start_together_and_a_repeated_attempt_keeps_its_tag()
    {
        var other = await ADeviceAsync(EndpointNo + 1);
        await Channel.DispatchAsync(ADelivery(), Stop);
        await _device!.NextAsync(Stop);
        long first = (await _device.NextAsync(Stop)).GetProperty("playAtTicks").GetInt64();
        _clock.Advance(TimeSpan.FromSeconds(9));
        var second = ADelivery(EndpointNo + 1);
        await Channel.DispatchAsync(second with { Tag = second.Tag with { Attempt = 3 } }, Stop);
        await other.NextAsync(Stop);
        var arm = await other.NextAsync(Stop);
        Assert.Equal((first, "d7-8002-3-0-1"), (arm.GetProperty("playAtTicks").GetInt64(), arm.GetProperty("tag").GetString()));
    }

    [Fact]
    public async Task A_gate_that_closes_while_the_programme_is_fetched_keeps_the_loudspeaker_silent()
    {
        var gate = new SwitchGate();
        _device!.Answers = order =>
        {
            gate.Close();
            return LoudspeakerFarSide.GoodDevice(order);
        };
        Assert.Equal(DispatchOutcome.NotSent, await Channel.DispatchAsync(ADelivery(ARendition(), gate, false), Stop));
        Assert.Equal("prepare", (await _device.NextAsync(Stop)).GetProperty("type").GetString());
        Assert.Equal(1, _device.Received);
    }

    [Fact]
    public async Task A_programme_that_is_not_fetched_in_ten_seconds_is_put_off()
    {
        FallSilent();
        var dispatch = Channel.DispatchAsync(ADelivery(), Stop).AsTask();
        await _device!.NextAsync(Stop);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(DispatchOutcome.RetryLater(DispatchError.TimedOut), await dispatch);
    }

    [Theory]
    [InlineData("bad-signature", ResultCode.Refused, DispatchError.NotAuthorised)]
    [InlineData("expired", ResultCode.Refused, DispatchError.Expired)]
    [InlineData("exercise-refused", ResultCode.Refused, DispatchError.WrongWorld)]
    [InlineData("not-ready", ResultCode.RetryLater, DispatchError.DeviceRefused)]
    [InlineData("too-late", ResultCode.RetryLater, DispatchError.DeviceRefused)]
    public async Task A_refusal_has_its_outcome(string reason, ResultCode code, DispatchError error)
    {
        _device!.Answers = order => order.GetProperty("type").GetString() == "prepare"
            ? LoudspeakerFarSide.GoodDevice(order)
            : new { type = "refused", tag = order.GetProperty("tag").GetString(), seq = order.GetProperty("seq").GetInt64(), reason };
        var outcome = await Channel.DispatchAsync(ADelivery(), Stop);
        Assert.Equal((code, error), (outcome.Code, outcome.Error));
    }

    [Fact]
    public async Task A_download_that_failed_is_tried_again()
    {
        _device!.Answers = order => new { type = "refused", tag = order.GetProperty("tag").GetString(), seq = order.GetProperty("seq").GetInt64(), reason = "hash-mismatch" };
        Assert.Equal(DispatchOutcome.RetryLater(DispatchError.DeviceRefused), await Channel.DispatchAsync(ADelivery(), Stop));
    }

    [Fact]
    public async Task A_cancel_silences_at_once_and_then_says_so()
    {
        var original = ADelivery().Tag;
        var cancel = Make.ADelivery(Make.ARendition(ChannelKind.Loudspeaker, "解除。", purpose: Purpose.Cancel, programme: Sha256), EndpointNo, default, _clock.GetUtcNow(), takesBack: original);
        Assert.Equal(ResultCode.Accepted, (await Channel.DispatchAsync(cancel, Stop)).Code);
        var silence = await _device!.NextAsync(Stop);
        Assert.Equal(("stop", "d7-8001-3-0-1", JsonValueKind.Null), (silence.GetProperty("type").GetString(), silence.GetProperty("stopTag").GetString(), silence.GetProperty("sha256").ValueKind));
        Assert.Equal("prepare", (await _device.NextAsync(Stop)).GetProperty("type").GetString());
        var stop = await _device.NextAsync(Stop);
        long seq = stop.GetProperty("seq").GetInt64(), playAt = stop.GetProperty("playAtTicks").GetInt64();
        Assert.True(Signed(_key, $"agw-stop-v1|H8001|d7-8001-3-1-1|{seq}|d7-8001-3-0-1|{Sha256}|{playAt}|{cancel.NotAfterTicks}", stop));
        Assert.True(Signed(_key, $"agw-stop-v1|H8001|d7-8001-3-1-1|{silence.GetProperty("seq").GetInt64()}|d7-8001-3-0-1|-|{silence.GetProperty("playAtTicks").GetInt64()}|{cancel.NotAfterTicks}", silence));
    }

    [Fact]
    public async Task Started_and_done_become_receipts_and_are_acknowledged_only_when_durable()
    {
        _sink.Hold = new TaskCompletionSource();
        long started = _clock.GetUtcNow().UtcTicks;
        var report = _device!.ReportAsync(new { type = "started", tag = "d7-8001-3-0-1", actualStartTicks = started, play = 1 }, Stop);
        var receipt = await _sink.NextAsync(Stop);
        Assert.False(report.IsCompleted);
        _sink.Hold.SetResult();
        Assert.Equal(MqttClientPublishReasonCode.Success, await report);
        Assert.Equal((Evidence.Delivered, false, started), (receipt.Level, receipt.Failed, receipt.AtTicks));
        await _device.ReportAsync(new { type = "done", tag = "d7-8001-3-0-1", play = 1, audible = true }, Stop);
        Assert.Equal((Evidence.Presented, false), (await _sink.NextAsync(Stop)) is var heard ? (heard.Level, heard.Failed) : default);
        await _device.ReportAsync(new { type = "done", tag = "d7-8001-3-0-1", play = 2, audible = false }, Stop);
        Assert.Equal((true, DispatchError.DeviceSilent), (await _sink.NextAsync(Stop)) is var silent ? (silent.Failed, silent.Error) : default);
    }

    [Fact]
    public async Task A_state_report_shows_in_the_table()
    {
        await _device!.ReportAsync(new { type = "state", state = "standby", volume = 90, batteryPercent = 97, rssiDbm = -71, clockOffsetMs = 3.2, firmware = "t-1" }, Stop);
        Assert.Equal(new LoudspeakerState(EndpointNo, true, "standby", 90, 97, -71, 3.2, "t-1", _clock.GetUtcNow().UtcTicks), Assert.Single(_channel!.States()));
    }

    [Fact]
    public async Task A_wrong_key_is_refused_recorded_and_changes_nothing()
    {
        var stranger = new Ed25519PrivateKeyParameters(new byte[32], 0);
        var (device, code) = await LoudspeakerFarSide.ConnectAsync(_broker!.Port, EndpointNo, LoudspeakerFarSide.Password("H8001", stranger, _clock.GetUtcNow()), Stop);
        _devices.Add(device);
        Assert.Equal(MqttClientConnectResultCode.BadUserNameOrPassword, code);
        Assert.Equal("loudspeaker.key.wrong", Assert.Single(_refusals.Entries).Code);
        Assert.True(_device!.IsConnected);
        Assert.Equal(ResultCode.Accepted, (await Channel.DispatchAsync(ADelivery(), Stop)).Code);
    }

    [Theory]
    [InlineData(-301)]
    [InlineData(301)]
    public async Task An_old_password_cannot_be_replayed(int seconds)
    {
        var (device, code) = await LoudspeakerFarSide.ConnectAsync(_broker!.Port, EndpointNo, LoudspeakerFarSide.Password("H8001", DeviceKey, _clock.GetUtcNow().AddSeconds(seconds)), Stop);
        _devices.Add(device);
        Assert.Equal(MqttClientConnectResultCode.BadUserNameOrPassword, code);
    }

    [Theory]
    [InlineData(9999, null)]
    [InlineData(EndpointNo + 1, "H8001")]
    public async Task A_device_that_is_not_enrolled_or_goes_by_another_name_is_not_authorised(int endpointNo, string? userName)
    {
        var (device, code) = await LoudspeakerFarSide.ConnectAsync(_broker!.Port, endpointNo, LoudspeakerFarSide.Password($"H{endpointNo}", DeviceKey, _clock.GetUtcNow()), Stop, userName);
        _devices.Add(device);
        Assert.Equal(MqttClientConnectResultCode.NotAuthorized, code);
        Assert.Equal("loudspeaker.unknown", Assert.Single(_refusals.Entries).Code);
    }

    [Theory]
    [InlineData("#")]
    [InlineData("agw/1/horn/+/order")]
    [InlineData("agw/1/horn/H8002/order")]
    public async Task A_device_hears_only_its_own_orders(string topic) => Assert.Equal(MqttClientSubscribeResultCode.NotAuthorized, await _device!.SubscribeAsync(topic, Stop));

    [Fact]
    public async Task A_report_on_a_delivery_that_was_never_started_is_recorded_for_a_person_to_see()
    {
        _sink.Verdict = ReceiptVerdict.UnknownDelivery;
        Assert.Equal(MqttClientPublishReasonCode.Success, await _device!.ReportAsync(new { type = "started", tag = "d7-8001-3-0-1" }, Stop));
        Assert.Equal("loudspeaker.report.unknown-delivery", Assert.Single(_refusals.Entries).Code);
    }

    [Fact]
    public async Task A_device_reports_only_on_its_own_orders_over_its_own_topic()
    {
        Assert.Equal(MqttClientPublishReasonCode.NotAuthorized, await _device!.ReportAsync(new { type = "started", tag = "d7-8001-3-0-1" }, Stop, "agw/1/horn/H8002/report"));
        Assert.Equal(MqttClientPublishReasonCode.NotAuthorized, await _device.ReportAsync(new { type = "started", tag = "d7-8002-3-0-1" }, Stop));
        Assert.Equal(MqttClientPublishReasonCode.PayloadFormatInvalid, await _device.ReportAsync("not json", Stop));
        Assert.Equal(MqttClientPublishReasonCode.PayloadFormatInvalid, await _device.ReportAsync(new string('x', 8193), Stop));
        Assert.Empty(_sink.Receipts);
        Assert.Equal(["loudspeaker.topic.foreign", "loudspeaker.report.foreign"], _refusals.Entries.Select(e => e.Code));
    }
}
