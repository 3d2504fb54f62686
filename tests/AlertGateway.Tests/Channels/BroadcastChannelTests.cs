using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AlertGateway.Channels.Broadcast;
using AlertGateway.Channels.Keys;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Xunit;

namespace AlertGateway.Tests.Channels;

public sealed partial class BroadcastChannelTests : ChannelCompliance
{
    private const int EndpointNo = 9001;
    private const string Token = "token-of-a-station";

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 7, 5, 2, 10, 0, TimeSpan.Zero));
    private readonly OrderKey _key = new([.. Enumerable.Range(40, 32).Select(i => (byte)i)]);
    private readonly ScratchFolder _folder = new();
    private readonly RecordingSink _sink = new();
    private readonly RecordingRefusals _refusals = new();
    private readonly RecordingWakes _wakes = new();
    private readonly HttpClient _client = new();
    private readonly ConcurrentQueue<string> _seen = [];
    private readonly System.Threading.Channels.Channel<JsonElement> _orders = System.Threading.Channels.Channel.CreateUnbounded<JsonElement>();
    private readonly CancellationTokenSource _encoderOff = new();
    private WebApplication? _server;
    private Task _encoder = Task.CompletedTask;
    private volatile bool _silent;
    private string _sha256 = "";

    protected override IChannel Channel => _server!.Services.GetRequiredService<BroadcastChannel>();

    protected override int ReceivedCount => _seen.Count;

    public override async ValueTask InitializeAsync()
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(Token));
        StationTokenLookup lookup = sha256 => sha256.Span.SequenceEqual(hash) ? EndpointNo : 0;
        (_server, var url) = await LoopbackHost.StartAsync(
            services => services.AddRouting().AddSingleton<TimeProvider>(_clock).AddSingleton(_key).AddSingleton(new MonotonicSerial(_clock)).AddSingleton<IReceiptSink>(_sink).AddSingleton<IRefusalLog>(_refusals)
                .AddSingleton<IWakeSink>(_wakes).AddSingleton(lookup).AddProgrammes(_folder["programmes"])
                .AddBroadcastPull(new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build()),
            app =>
            {
                app.MapBroadcastPull();
                app.MapProgrammes();
                app.MapOrderKey();
            }, Stop);
        _client.BaseAddress = url;
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        _sha256 = _server.Services.GetRequiredService<ProgrammeStore>().Put("RIFF of a programme"u8);
        _encoder = EncodeAsync();
        Assert.Equal(EndpointNo, await _wakes.NextAsync(Stop));
    }

    public override async ValueTask DisposeAsync()
    {
        await _encoderOff.CancelAsync();
        await _encoder;
        _client.Dispose();
        if (_server is { } server) await server.DisposeAsync();
        _encoderOff.Dispose();
        _folder.Dispose();
    }

    /// <summary>An encoder of a few lines: polls, remembers, says that it has taken the order.</summary>
    private async Task EncodeAsync()
    {
        long after = 0;
        try
        {
            while (true)
            {
                var answer = await _client.GetFromJsonAsync<JsonElement>($"/v1/broadcast/orders?after={after}&waitSeconds=20", _encoderOff.Token);
                after = answer.GetProperty("serial").GetInt64();
                foreach (var order in answer.GetProperty("orders").EnumerateArray())
                {
                    // Read before the test learns of the order, and speaks again.
                    bool silent = _silent;
                    _seen.Enqueue(order.GetProperty("tag").GetString()!);
                    _orders.Writer.TryWrite(order);
                    if (!silent) await ReportAsync(new { tag = order.GetProperty("tag").GetString(), level = "taken", atTicks = 5 });
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Switched off.
        }
    }

    private async Task<HttpStatusCode> ReportAsync(object report)
    {
        using var response = await _client.PostAsJsonAsync("/v1/broadcast/reports", report, Stop);
        return response.StatusCode;
    }

    protected override Rendition ARendition(string status = "Actual", bool marked = true) =>
        Make.ARendition(ChannelKind.Broadcast, status == "Actual" || !marked ? "暴雨红色预警。" : "演练。暴雨红色预警。演练。", status, programme: _sha256, programmeBytes: 19);

    private protected override OutgoingDelivery ADelivery(Rendition rendition, SwitchGate gate, bool exerciseEndpoint) => Make.ADelivery(rendition, EndpointNo, default, _clock.GetUtcNow(), gate, exerciseEndpoint);

    protected override async Task<string> ReceivedAsync() => (await _orders.Reader.ReadAsync(Stop)).GetProperty("programmeSha256").GetString()!;

    protected override string Expected(Rendition rendition) => rendition.ProgrammeSha256!;

    protected override async Task GoDownAsync()
    {
        await _encoderOff.CancelAsync();
        await _encoder;
        var station = ((BroadcastChannel)Channel).Station(EndpointNo);
        do
        {
            _clock.Advance(TimeSpan.FromSeconds(46));
            await Task.Yield();
        }
        while (station.IsPresent && !Stop.IsCancellationRequested);
    }

    protected override void FallSilent() => _silent = true;

    private OutgoingDelivery ADelivery() => ADelivery(ARendition(), new SwitchGate(), false);

    [Fact]
    public async Task An_order_is_signed_over_the_line_of_the_protocol_page()
    {
        var delivery = ADelivery();
        await Channel.DispatchAsync(delivery with { Tag = delivery.Tag with { Attempt = 2 } }, Stop);
        var order = await _orders.Reader.ReadAsync(Stop);
        byte[] line = Encoding.UTF8.GetBytes($"agw-broadcast-v1|d7-9001-4-0-1|{order.GetProperty("serial").GetInt64()}|play|{_sha256}|0|{delivery.NotAfterTicks}|3|200|-");
        var signer = new Ed25519Signer();
        signer.Init(false, new Ed25519PublicKeyParameters(_key.PublicKey.ToArray(), 0));
        signer.BlockUpdate(line, 0, line.Length);
        Assert.True(signer.VerifySignature(Convert.FromBase64String(order.GetProperty("signature").GetString()!)));
        Assert.Equal(("red", "Actual", 255, _key.KeyId), (order.GetProperty("colour").GetString(), order.GetProperty("status").GetString(), order.GetProperty("priority").GetInt32(), order.GetProperty("keyId").GetString()));
        var key = await _client.GetFromJsonAsync<JsonElement>("/v1/keys/orders", Stop);
        Assert.Equal((_key.KeyId, "Ed25519", _key.PublicKeyBase64), (key.GetProperty("keyId").GetString(), key.GetProperty("algorithm").GetString(), key.GetProperty("publicKey").GetString()));
    }

    [Fact]
    public async Task A_cancel_stops_the_original_and_may_carry_a_programme()
    {
        var cancel = Make.ADelivery(Make.ARendition(ChannelKind.Broadcast, "解除。", purpose: Purpose.Cancel, programme: _sha256), EndpointNo, default, _clock.GetUtcNow(), takesBack: ADelivery().Tag);
        Assert.Equal(ResultCode.Accepted, (await Channel.DispatchAsync(cancel, Stop)).Code);
        var order = await _orders.Reader.ReadAsync(Stop);
        Assert.Equal(("stop", "d7-9001-4-0-1", _sha256), (order.GetProperty("kind").GetString(), order.GetProperty("stopTag").GetString(), order.GetProperty("programmeSha256").GetString()));
    }

    [Fact]
    public async Task An_encoder_that_takes_the_order_and_never_says_so_is_unknown()
    {
        FallSilent();
        var dispatch = Channel.DispatchAsync(ADelivery(), Stop).AsTask();
        await _orders.Reader.ReadAsync(Stop);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(DispatchOutcome.Unknown(DispatchError.TimedOut), await dispatch);
    }

    [Fact]
    public async Task Reports_become_receipts_and_silence_on_air_is_a_failure()
    {
        const string tag = "d7-9001-4-0-1";
        Assert.Equal(HttpStatusCode.NoContent, await ReportAsync(new { tag, level = "started", atTicks = 9 }));
        Assert.Equal(HttpStatusCode.NoContent, await ReportAsync(new { tag, level = "done", atTicks = 9, playedMs = 2000, rmsDbfs = -18.2 }));
        Assert.Equal(HttpStatusCode.NoContent, await ReportAsync(new { tag, level = "done", atTicks = 9, playedMs = 2000, rmsDbfs = -91 }));
        Assert.Equal(HttpStatusCode.NoContent, await ReportAsync(new { tag, level = "refused", reason = "bad-signature" }));
        Assert.Equal(
            [(Evidence.Delivered, false, DispatchError.None), (Evidence.Presented, false, DispatchError.None), (Evidence.Presented, true, DispatchError.DeviceSilent), (Evidence.Accepted, true, DispatchError.NotAuthorised)],
            _sink.Receipts.Select(r => (r.Level, r.Failed, r.Error)));
    }

    [Fact]
    public async Task A_report_is_answered_only_when_it_is_durable()
    {
        _sink.Hold = new TaskCompletionSource();
        var report = ReportAsync(new { tag = "d7-9001-4-0-1", level = "started", atTicks = 9 });
        await _sink.NextAsync(Stop);
        Assert.False(report.IsCompleted);
        _sink.Hold.SetResult();
        Assert.Equal(HttpStatusCode.NoContent, await report);
    }

    [Theory]
    [InlineData("taken")]
    [InlineData("started")]
    [InlineData("done")]
    [InlineData("refused")]
    public async Task A_report_on_a_delivery_that_was_never_started_is_recorded_for_a_person_to_see(string level)
    {
        _sink.Verdict = ReceiptVerdict.UnknownDelivery;
        Assert.Equal(HttpStatusCode.NoContent, await ReportAsync(new { tag = "d7-9001-4-0-1", level, atTicks = 9, rmsDbfs = -18.2 }));
        Assert.Equal("broadcast.report.unknown-delivery", Assert.Single(_refusals.Entries).Code);
    }

    [Fact]
    public async Task What_is_no_report_of_this_station_changes_nothing()
    {
        Assert.Equal(HttpStatusCode.NotFound, await ReportAsync(new { tag = "d7-9002-4-0-1", level = "done" }));
        Assert.Equal(HttpStatusCode.BadRequest, await ReportAsync(new { tag = "d7-9001-4-0-1", level = "heard" }));
        Assert.Equal(HttpStatusCode.BadRequest, await ReportAsync(new { level = "done" }));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await ReportAsync(new { tag = new string('x', 9000), level = "done" }));
        Assert.Empty(_sink.Receipts);
        Assert.Equal("broadcast.report.foreign", Assert.Single(_refusals.Entries).Code);
    }

    [Theory]
    [InlineData("/v1/broadcast/orders")]
    [InlineData("/v1/programmes/{0}.wav")]
    public async Task An_unknown_token_is_refused(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, string.Format(null, System.Text.CompositeFormat.Parse(path), _sha256));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "stolen");
        using var response = await _client.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Single(_refusals.Entries);
    }

    [Fact]
    public async Task A_programme_is_served_by_hash_with_ranges_and_an_etag_to_token_and_ticket()
    {
        Assert.Equal("RIFF of a programme", await _client.GetStringAsync($"/v1/programmes/{_sha256}.wav", Stop));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/programmes/{_sha256}.wav");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _server!.Services.GetRequiredService<ProgrammeTickets>().Issue(_sha256, TimeSpan.FromHours(1)));
        request.Headers.Range = new RangeHeaderValue(5, 6);
        using var response = await _client.SendAsync(request, Stop);
        Assert.Equal((HttpStatusCode.PartialContent, "of", $"\"{_sha256}\"", "audio/wav"),
            (response.StatusCode, await response.Content.ReadAsStringAsync(Stop), response.Headers.ETag?.Tag, response.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task A_ticket_opens_one_programme_for_its_life_only()
    {
        var store = _server!.Services.GetRequiredService<ProgrammeStore>();
        var tickets = _server.Services.GetRequiredService<ProgrammeTickets>();
        string other = store.Put("RIFF of another"u8), ticket = tickets.Issue(_sha256, TimeSpan.FromMinutes(1));
        Assert.True(tickets.Opens(ticket, _sha256));
        Assert.False(tickets.Opens(ticket, other));
        Assert.False(tickets.Opens("9" + ticket, _sha256));
        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.False(tickets.Opens(ticket, _sha256));
        using var response = await _client.GetAsync("/v1/programmes/..%2F..%2Fetc%2Fpasswd.wav", Stop);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public void A_programme_whose_bytes_changed_is_not_served()
    {
        string sha256 = new ProgrammeStore(_folder["programmes"]).Put("RIFF to be changed"u8);
        File.WriteAllText(Path.Combine(_folder["programmes"], sha256 + ".wav"), "RIFF was changed!!");
        var store = new ProgrammeStore(_folder["programmes"]);
        Assert.False(store.TryOpen(sha256, out _));
        Assert.Equal(sha256, store.Put("RIFF to be changed"u8));
        Assert.True(store.TryOpen(sha256, out var wav));
        Assert.Equal("RIFF to be changed"u8.ToArray(), wav.ToArray());
    }
}
