using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using AlertGateway.Emulators.BroadcastEncoder;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace AlertGateway.Emulators.Tests.BroadcastEncoder;

public sealed class StationTests : IAsyncLifetime
{
    private static readonly byte[] Seed = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private readonly byte[] _wav = Square(rate: 8000, seconds: 1, height: 8192);
    private readonly Channel<string> _orders = Channel.CreateUnbounded<string>();
    private readonly Channel<StationReport> _reports = Channel.CreateUnbounded<StationReport>();
    private readonly string _directory = Directory.CreateTempSubdirectory("encoder").FullName;
    private readonly CancellationTokenSource _ending = new();
    private WebApplication _gateway = null!;
    private Station _station = null!;
    private Task _running = Task.CompletedTask;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Sha256Hex => Convert.ToHexStringLower(SHA256.HashData(_wav));

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _gateway = builder.Build();
        _gateway.Run(HandleAsync);
        await _gateway.StartAsync(Token);
        var key = new byte[32];
        Ed25519.GeneratePublicKey(Seed, 0, key, 0);
        _station = new Station(new EncoderOptions
        {
            Server = new Uri(_gateway.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()),
            Token = "station-token",
            OrderKey = key,
            Speed = 20,
            JournalPath = Path.Combine(_directory, "journal"),
            RecordDirectory = _directory,
        });
        _running = _station.RunAsync(_ending.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _gateway.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_signed_order_is_played_reported_and_recorded()
    {
        Send(Signed(new Order { Tag = "d7-1-4-0-1", Serial = 1, Kind = "play", ProgrammeSha256 = Sha256Hex, Repeat = new(2, 0), NotAfterTicks = In(60) }));
        Assert.Equal("taken", (await NextAsync()).Level);
        Assert.Equal("started", (await NextAsync()).Level);
        var done = await NextAsync();
        Assert.Equal(("done", 2000, -12.0, null), (done.Level, (int)done.PlayedMs, done.RmsDbfs, done.Reason));
        await StopAsync();
        var events = (await File.ReadAllLinesAsync(Path.Combine(_directory, "journal"), Token)).Select(line => line.Split('\t')[1]);
        Assert.Equal(["order", "start", "done", "start", "done"], events);
        Assert.Equal(44 + (2 * 16000), new FileInfo(Path.Combine(_directory, "encoder.wav")).Length);
    }

    [Fact]
    public async Task An_order_whose_signature_covers_something_else_is_refused()
    {
        Send(Signed(new Order { Tag = "d7-1-4-0-1", Serial = 1, Kind = "play", ProgrammeSha256 = Sha256Hex, NotAfterTicks = In(60) }) with { NotAfterTicks = In(600) });
        var report = await NextAsync();
        Assert.Equal(("refused", "bad-signature"), (report.Level, report.Reason));
    }

    [Fact]
    public async Task An_order_past_its_window_is_refused()
    {
        Send(Signed(new Order { Tag = "d7-1-4-0-1", Serial = 1, Kind = "play", ProgrammeSha256 = Sha256Hex, NotAfterTicks = In(-1) }));
        var report = await NextAsync();
        Assert.Equal(("refused", "expired"), (report.Level, report.Reason));
    }

    [Fact]
    public async Task A_programme_of_another_hash_is_not_played()
    {
        Send(Signed(new Order { Tag = "d7-1-4-0-1", Serial = 1, Kind = "play", ProgrammeSha256 = new string('a', 64), ProgrammeUrl = $"/v1/programmes/{Sha256Hex}.wav", NotAfterTicks = In(60) }));
        Assert.Equal("taken", (await NextAsync()).Level);
        var report = await NextAsync();
        Assert.Equal(("refused", "bad-hash"), (report.Level, report.Reason));
    }

    [Fact]
    public async Task A_stop_ends_the_play_and_its_repeats()
    {
        Send(Signed(new Order { Tag = "d7-1-4-0-1", Serial = 1, Kind = "play", ProgrammeSha256 = Sha256Hex, Repeat = new(1000, 0), NotAfterTicks = In(600) }));
        Assert.Equal("taken", (await NextAsync()).Level);
        Assert.Equal("started", (await NextAsync()).Level);
        Send(Signed(new Order { Tag = "d9-1-4-1-1", Serial = 2, Kind = "stop", StopTag = "d7-1-4-0-1", NotAfterTicks = In(600) }));
        var reports = new[] { await NextAsync(), await NextAsync(), await NextAsync() };
        Assert.Contains(reports, report => report is { Tag: "d7-1-4-0-1", Level: "done", Reason: "stopped" });
        Assert.Contains(reports, report => report is { Tag: "d9-1-4-1-1", Level: "done" });
    }

    private static long In(int seconds) => TimeProvider.System.GetUtcNow().AddSeconds(seconds).UtcTicks;

    private static Order Signed(Order order)
    {
        var line = Encoding.UTF8.GetBytes(order.SignedLine);
        var signature = new byte[64];
        Ed25519.Sign(Seed, 0, line, 0, line.Length, signature, 0);
        return order with { Signature = Convert.ToBase64String(signature) };
    }

    private void Send(Order order) => _orders.Writer.TryWrite(JsonSerializer.Serialize(
        new { orders = new[] { order }, serial = order.Serial }, OrderPage.Json));

    private ValueTask<StationReport> NextAsync() => _reports.Reader.ReadAsync(Token);

    private async Task StopAsync()
    {
        if (_ending.IsCancellationRequested) return;
        await _ending.CancelAsync();
        await _running;
        await _station.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        if (context.Request.Headers.Authorization != "Bearer station-token")
        {
            context.Response.StatusCode = 401;
        }
        else if (context.Request.Path == "/v1/broadcast/orders")
        {
            try { await context.Response.WriteAsync(await _orders.Reader.ReadAsync(context.RequestAborted), context.RequestAborted); }
            catch (OperationCanceledException) { /* The station hung up. */ }
        }
        else if (context.Request.Path == "/v1/broadcast/reports")
        {
            await _reports.Writer.WriteAsync((await context.Request.ReadFromJsonAsync<StationReport>(context.RequestAborted))!, context.RequestAborted);
            context.Response.StatusCode = 204;
        }
        else
        {
            await context.Response.Body.WriteAsync(_wav, context.RequestAborted);
        }
    }

    /// <summary>A square wave: its RMS is its height.</summary>
    private static byte[] Square(int rate, int seconds, short height)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        var bytes = rate * seconds * 2;
        writer.Write("RIFF"u8);
        writer.Write(36 + bytes);
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1);
        writer.Write((short)1);
        writer.Write(rate);
        writer.Write(rate * 2);
        writer.Write((short)2);
        writer.Write((short)16);
        writer.Write("data"u8);
        writer.Write(bytes);
        for (var i = 0; i < rate * seconds; i++) writer.Write((short)(i / 8 % 2 == 0 ? height : -height));
        return stream.ToArray();
    }
}
