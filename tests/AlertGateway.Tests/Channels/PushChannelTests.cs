using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AlertGateway.Channels.Keys;
using AlertGateway.Channels.Push;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AlertGateway.Tests.Channels;

public sealed partial class PushChannelTests : ChannelCompliance
{
    private const int EndpointNo = 123456;
    private const string Token = "token-of-a-phone";

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 7, 5, 2, 10, 0, TimeSpan.Zero));
    private readonly RecordingSink _sink = new();
    private readonly RecordingRefusals _refusals = new();
    private readonly RecordingWakes _wakes = new();
    private WebApplication? _server;
    private Uri _url = new("http://127.0.0.1:9");
    private ResidentFarSide? _app;

    protected override IChannel Channel => _server!.Services.GetRequiredService<PushChannel>();

    protected override int ReceivedCount => _app!.Received;

    public override async ValueTask InitializeAsync()
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(Token));
        ResidentTokenLookup lookup = sha256 => sha256.Span.SequenceEqual(hash) ? EndpointNo : 0;
        (_server, _url) = await LoopbackHost.StartAsync(
            services => services.AddSingleton<TimeProvider>(_clock).AddSingleton(new MonotonicSerial(_clock)).AddSingleton<IReceiptSink>(_sink).AddSingleton<IRefusalLog>(_refusals)
                .AddSingleton<IWakeSink>(_wakes).AddSingleton(lookup).AddResidentPush(),
            app =>
            {
                app.UseAuthentication();
                app.UseAuthorization();
                app.MapResidentHub();
                app.MapGet("/other", () => "open");
            }, Stop);
        _app = await ResidentFarSide.ConnectAsync(_url, Token, inQuery: true, Stop);
        await _app.HelloAsync(0, Stop);
        Assert.Equal(EndpointNo, await _wakes.NextAsync(Stop));
    }

    public override async ValueTask DisposeAsync()
    {
        if (_app is { } app) await app.DisposeAsync();
        if (_server is { } server) await server.DisposeAsync();
    }

    private static string Mark(string status, bool marked) => status != "Actual" && marked ? "【演练】" : "";

    protected override Rendition ARendition(string status = "Actual", bool marked = true) => Make.ARendition(ChannelKind.Push,
        $$"""{"purpose":"original","alertId":"a","colour":"red","status":"{{status}}","language":"zh","title":"{{Mark(status, marked)}}暴雨红色预警{{Mark(status, marked)}}","body":"{{Mark(status, marked)}}请立即转移。{{Mark(status, marked)}}","sha256":"ab"}""", status);

    private protected override OutgoingDelivery ADelivery(Rendition rendition, SwitchGate gate, bool exerciseEndpoint) => Make.ADelivery(rendition, EndpointNo, default, _clock.GetUtcNow(), gate, exerciseEndpoint);

    protected override async Task<string> ReceivedAsync()
    {
        string message = await _app!.NextAsync(Stop);
        return "{" + message[message.IndexOf("\"purpose\"", StringComparison.Ordinal)..];
    }

    protected override string Expected(Rendition rendition) => rendition.Text;

    /// <summary>The server learns of a cut connection a moment later: the next hello of the same device would be of another connection.</summary>
    protected override async Task GoDownAsync()
    {
        await _app!.DisposeAsync();
        var channel = (PushChannel)Channel;
        while (channel.Online > 0) await Task.Yield();
    }

    protected override void FallSilent()
    {
        // An app that answers nothing has still been sent to: its receipt is what is missing.
    }

    private ValueTask<DispatchOutcome> SendAsync(int disseminationNo = 7, ISendGate? gate = null) => Channel.DispatchAsync(Make.ADelivery(ARendition(), EndpointNo, default, _clock.GetUtcNow(), gate, disseminationNo: disseminationNo), Stop);

    private static (string Tag, long Serial) Read(string message)
    {
        using var json = JsonDocument.Parse(message);
        return (json.RootElement.GetProperty("tag").GetString()!, json.RootElement.GetProperty("serial").GetInt64());
    }

    [Fact]
    public async Task A_message_carries_its_tag_and_a_serial_that_grows()
    {
        var first = await SendAsync(7);
        var second = await SendAsync(8);
        var (tag, serial) = Read(await _app!.NextAsync(Stop));
        var (tag2, serial2) = Read(await _app.NextAsync(Stop));
        Assert.Equal(("d7-123456-2-0-1", "d8-123456-2-0-1"), (tag, tag2));
        Assert.True(serial2 > serial);
        Assert.Equal((serial.ToString(), serial2.ToString()), (first.ProviderReference, second.ProviderReference));
    }

    [Fact]
    public async Task A_payload_without_a_hash_gets_the_hash_of_its_rendition()
    {
        var rendition = Make.ARendition(ChannelKind.Push, """{"purpose":"original","title":"暴雨"}""");
        await Channel.DispatchAsync(Make.ADelivery(rendition, EndpointNo, default, _clock.GetUtcNow()), Stop);
        using var json = JsonDocument.Parse(await _app!.NextAsync(Stop));
        Assert.Equal((rendition.Sha256, "暴雨"), (json.RootElement.GetProperty("sha256").GetString(), json.RootElement.GetProperty("title").GetString()));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[1]")]
    [InlineData("""{"tag":"d1-1-2-0-1"}""")]
    public async Task A_payload_that_is_no_object_or_forges_a_tag_is_refused(string payload)
    {
        var outcome = await Channel.DispatchAsync(Make.ADelivery(Make.ARendition(ChannelKind.Push, payload), EndpointNo, default, _clock.GetUtcNow()), Stop);
        Assert.Equal(ResultCode.Refused, outcome.Code);
    }

    [Fact]
    public async Task An_app_that_returns_gets_what_it_has_not_stored_and_nothing_else()
    {
        var gate = new SwitchGate();
        await SendAsync(7);
        await SendAsync(8);
        await SendAsync(9, gate);
        var (_, stored) = Read(await _app!.NextAsync(Stop));
        gate.Close();
        await _app.DisposeAsync();
        _app = await ResidentFarSide.ConnectAsync(_url, Token, inQuery: false, Stop);
        Assert.Equal(stored, await _app.HelloAsync(stored, Stop));
        Assert.Equal(EndpointNo, await _wakes.NextAsync(Stop));
        Assert.Equal("d8-123456-2-0-1", Read(await _app.NextAsync(Stop)).Tag);
        await SendAsync(10);
        Assert.Equal("d10-123456-2-0-1", Read(await _app.NextAsync(Stop)).Tag);
        Assert.Equal(2, _app.Received);
    }

    [Theory]
    [InlineData("delivered", Evidence.Delivered)]
    [InlineData("presented", Evidence.Presented)]
    [InlineData("acknowledged", Evidence.Acknowledged)]
    [InlineData("helped", Evidence.Acknowledged)]
    public async Task An_acknowledgement_becomes_a_receipt(string level, Evidence evidence)
    {
        Assert.True(await _app!.AckAsync("d7-123456-2-0-1", level, Stop));
        Assert.Equal(new Receipt(new DeliveryTag(new DeliveryKey(7, EndpointNo, ChannelKind.Push, Purpose.Original), 1), evidence, false, DispatchError.None, 0, Helped: level == "helped"), Assert.Single(_sink.Receipts));
    }

    [Fact]
    public async Task The_app_is_answered_only_when_the_receipt_is_durable()
    {
        _sink.Hold = new TaskCompletionSource();
        var ack = _app!.AckAsync("d7-123456-2-0-1", "delivered", Stop);
        await _sink.NextAsync(Stop);
        Assert.False(ack.IsCompleted);
        _sink.Hold.SetResult();
        Assert.True(await ack);
    }

    [Theory]
    [InlineData("d7-123457-2-0-1", "delivered")]
    [InlineData("d7-123456-1-0-1", "delivered")]
    [InlineData("nonsense", "delivered")]
    [InlineData("d7-123456-2-0-1", "seen")]
    public async Task An_acknowledgement_of_what_is_not_its_own_is_refused_and_recorded(string tag, string level)
    {
        Assert.False(await _app!.AckAsync(tag, level, Stop));
        Assert.Empty(_sink.Receipts);
        Assert.Equal("push.ack.foreign", Assert.Single(_refusals.Entries).Code);
    }

    [Fact]
    public async Task An_acknowledgement_of_a_delivery_that_was_never_started_is_recorded_for_a_person_to_see()
    {
        _sink.Verdict = ReceiptVerdict.UnknownDelivery;
        Assert.False(await _app!.AckAsync("d7-123456-2-0-1", "delivered", Stop));
        Assert.Equal("push.ack.unknown-delivery", Assert.Single(_refusals.Entries).Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_unknown_token_is_refused_with_401_and_never_repeated(bool inQuery)
    {
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => ResidentFarSide.ConnectAsync(_url, "a-stolen-token", inQuery, Stop));
        Assert.Contains("401", refused.Message, StringComparison.Ordinal);
        var (code, sentence) = Assert.Single(_refusals.Entries);
        Assert.Equal("push.token.unknown", code);
        Assert.DoesNotContain("stolen", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_bearer_of_somebody_else_elsewhere_is_none_of_its_business()
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_url, "/other"));
        request.Headers.Add("Authorization", "Bearer token-of-a-station");
        using var response = await client.SendAsync(request, Stop);
        Assert.Equal("open", await response.Content.ReadAsStringAsync(Stop));
        Assert.Empty(_refusals.Entries);
    }

    [Fact]
    public async Task A_second_connection_of_a_device_takes_over()
    {
        var old = _app!;
        _app = await ResidentFarSide.ConnectAsync(_url, Token, inQuery: true, Stop);
        await _app.HelloAsync(0, Stop);
        await old.Ended.WaitAsync(Stop);
        await SendAsync();
        Assert.Equal("d7-123456-2-0-1", Read(await _app.NextAsync(Stop)).Tag);
        await old.DisposeAsync();
    }

    [Fact]
    public async Task A_connection_that_takes_nothing_for_five_seconds_is_closed()
    {
        var closed = new TaskCompletionSource();
        var connection = new ResidentConnection("slow", _ => new TaskCompletionSource().Task, () => closed.TrySetResult(), _clock);
        Assert.True(connection.TrySend(new PushMessage(default, 1, PushPayload.Of(ARendition()))));
        _clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(closed.Task.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        await closed.Task.WaitAsync(Stop);
        Assert.False(connection.TrySend(new PushMessage(default, 2, PushPayload.Of(ARendition()))));
    }

    [Fact]
    public void A_full_queue_closes_the_connection_and_holds_nobody()
    {
        bool closed = false;
        var connection = new ResidentConnection("slow", _ => new TaskCompletionSource().Task, () => closed = true, _clock);
        var message = new PushMessage(default, 1, PushPayload.Of(ARendition()));
        for (int i = 0; i < ResidentConnection.QueueMax; i++) Assert.True(connection.TrySend(message));
        Assert.False(connection.TrySend(message));
        Assert.True(closed);
    }
}
