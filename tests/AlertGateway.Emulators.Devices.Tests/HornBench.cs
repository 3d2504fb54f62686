using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using AlertGateway.Emulators.Hosting;
using AlertGateway.Emulators.Loudspeaker;
using Microsoft.Extensions.Time.Testing;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace AlertGateway.Emulators.Devices.Tests;

/// <summary>One loudspeaker on a fake clock, and the gateway's side of the protocol written out by hand.</summary>
internal sealed class HornBench : IDisposable
{
    public const string DeviceId = "H8001";
    public const string Tag = "d7-8001-3-0-1";
    private static readonly byte[] OrderSeed = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    private readonly HttpClient _http;
    private readonly ProgrammeStore _store;
    private readonly Journal _journal;

    public HornBench(HornTraits? traits = null, byte[]? file = null, SequenceFile? sequences = null, double speed = 1, string? journal = null)
    {
        File = file ?? Tone(seconds: 2, amplitude: 8192);
        _http = new HttpClient(new OneFile(File));
        _store = new ProgrammeStore(_http, 4);
        _journal = new Journal(journal);
        Firmware = new HornFirmware(Clock, new OrderKey("k1", PublicKey(OrderSeed)), sequences ?? new SequenceFile(null), _store, _journal, speed);
        Horn = new Horn(traits ?? new HornTraits(DeviceId), Firmware);
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 7, 5, 4, 0, 0, TimeSpan.Zero));

    public HornFirmware Firmware { get; }

    public Horn Horn { get; }

    public byte[] File { get; }

    public string Sha256 => Programme.HashOf(File);

    public long Now => Clock.GetUtcNow().UtcTicks;

    public static byte[] PublicKey(byte[] seed)
    {
        var key = new byte[32];
        Ed25519.GeneratePublicKey(seed, 0, key, 0);
        return key;
    }

    public static string Sign(string line, byte[]? seed = null)
    {
        var (bytes, signature) = (Encoding.UTF8.GetBytes(line), new byte[64]);
        Ed25519.Sign(seed ?? OrderSeed, 0, bytes, 0, bytes.Length, signature, 0);
        return Convert.ToBase64String(signature);
    }

    /// <summary>A square wave of 16-bit mono at 8 kHz, whose RMS and peak are the amplitude itself.</summary>
    public static byte[] Tone(double seconds, short amplitude)
    {
        var samples = (int)(seconds * 8000);
        var wav = new byte[44 + (samples * 2)];
        "RIFF"u8.CopyTo(wav);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(4), wav.Length - 8);
        "WAVEfmt "u8.CopyTo(wav.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(24), 8000);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(28), 16000);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(32), 2);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(34), 16);
        "data"u8.CopyTo(wav.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(40), samples * 2);
        for (var i = 0; i < samples; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(44 + (i * 2)), (i / 8) % 2 == 0 ? amplitude : (short)-amplitude);
        }

        return wav;
    }

    public Task PrepareAsync(long seq, string? sha256 = null, string tag = Tag) => SendAsync($$"""
        {"type":"prepare","tag":"{{tag}}","seq":{{seq}},"sha256":"{{sha256 ?? Sha256}}","bytes":{{File.Length}},"url":"http://127.0.0.1:1/p.wav","ticket":"t","ttlSeconds":3600}
        """);

    public Task ArmAsync(long seq, double playInSeconds = 10, double liveSeconds = 600, int repeat = 1, int every = 20, int volume = 100,
        string status = "Actual", string tag = Tag, byte[]? seed = null, int priority = 255,
        double thenInSeconds = 0, int thenEvery = 0, string until = "change") =>
        SendAsync(Arm(DeviceId, tag, seq, Sha256, Now + Seconds(playInSeconds), Now + Seconds(liveSeconds), volume, repeat, every, status, seed, priority,
            thenEvery == 0 ? 0 : Now + Seconds(thenInSeconds), thenEvery, until));

    public static string Arm(string deviceId, string tag, long seq, string sha256, long playAt, long notAfter, int volume = 100, int repeat = 1,
        int every = 20, string status = "Actual", byte[]? seed = null, int priority = 255, long thenAt = 0, int thenEvery = 0, string until = "change")
    {
        var signature = Sign(string.Create(CultureInfo.InvariantCulture,
            $"agw-arm-v2|{deviceId}|{tag}|{seq}|{sha256}|{playAt}|{notAfter}|{volume}|{priority}|{repeat}|{every}|{thenAt}|{thenEvery}|{until}|{status}"), seed);
        return string.Create(CultureInfo.InvariantCulture, $$"""
            {"type":"arm","tag":"{{tag}}","seq":{{seq}},"sha256":"{{sha256}}","playAtTicks":{{playAt}},"notAfterTicks":{{notAfter}},"volume":{{volume}},
             "priority":{{priority}},"repeat":{{repeat}},"repeatEverySeconds":{{every}},"thenAtTicks":{{thenAt}},"thenEverySeconds":{{thenEvery}},"until":"{{until}}","status":"{{status}}","keyId":"k1","signature":"{{signature}}"}
            """);
    }

    /// <summary>An order for many, signed once.</summary>
    public Task AlarmAsync(long seq, string to, string? signedTo = null, string status = "Actual")
    {
        long playAt = Now, notAfter = Now + Seconds(600);
        var signature = Sign(string.Create(CultureInfo.InvariantCulture, $"agw-alarm-v1|7|{seq}|{Sha256}|{signedTo ?? to}|{playAt}|{notAfter}|100|255|3|20|{status}"));
        return SendAsync(string.Create(CultureInfo.InvariantCulture, $$"""
            {"type":"alarm","dissemination":7,"seq":{{seq}},"sha256":"{{Sha256}}","to":"{{to}}","playAtTicks":{{playAt}},"notAfterTicks":{{notAfter}},"volume":100,"priority":255,"repeat":3,"repeatEverySeconds":20,"status":"{{status}}","keyId":"k1","signature":"{{signature}}"}
            """));
    }

    public Task StopAsync(long seq, string tag, string stopTag, string? sha256, double playInSeconds)
    {
        var (playAt, notAfter) = (Now + Seconds(playInSeconds), Now + Seconds(600));
        var signature = Sign($"agw-stop-v1|{DeviceId}|{tag}|{seq}|{stopTag}|{sha256 ?? "-"}|{playAt}|{notAfter}");
        var hash = sha256 is null ? "null" : $"\"{sha256}\"";
        return SendAsync($$"""
            {"type":"stop","tag":"{{tag}}","seq":{{seq}},"stopTag":"{{stopTag}}","sha256":{{hash}},"playAtTicks":{{playAt}},"notAfterTicks":{{notAfter}},"keyId":"k1","signature":"{{signature}}"}
            """);
    }

    public Task SendAsync(string order) => Horn.ReceiveAsync(Encoding.UTF8.GetBytes(order), TestContext.Current.CancellationToken);

    /// <summary>Lets the clock run in blocks of 20 ms, as the wheel of the process does.</summary>
    public void Run(double seconds)
    {
        for (var end = Now + Seconds(seconds); Now < end;)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(20));
            Firmware.Tick();
        }
    }

    /// <summary>The reports since the last call, as <c>type reason-or-tag</c> documents.</summary>
    public List<JsonElement> Reports()
    {
        var reports = new List<JsonElement>();
        while (Horn.TryPeekReport(out var report))
        {
            Horn.Acknowledged(report);
            reports.Add(JsonDocument.Parse(report).RootElement);
        }

        return reports;
    }

    public string[] ReportTypes() => [.. Reports().Select(r => r.GetProperty("type").GetString()!
        + (r.TryGetProperty("reason", out var reason) ? ":" + reason.GetString() : ""))];

    public void Dispose()
    {
        Horn.Dispose();
        _store.Dispose();
        _http.Dispose();
        _journal.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private static long Seconds(double seconds) => (long)(seconds * TimeSpan.TicksPerSecond);

    private sealed class OneFile(byte[] file) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(
            request.Headers.Authorization?.ToString() == "Bearer t"
                ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(file) }
                : new HttpResponseMessage(HttpStatusCode.Unauthorized));
    }
}
