using System.Net;
using AlertGateway.Emulators.Hosting;

namespace AlertGateway.Emulators.Loudspeaker;

/// <summary>How the fleet behaves; see <c>--help</c> for the meaning and the default of each.</summary>
internal sealed record LoudspeakerOptions
{
    public required IPEndPoint Broker { get; init; }
    public required OrderKey OrderKey { get; init; }
    public bool Exercise { get; init; }
    public string? SequencePath { get; init; }
    public int Seed { get; init; } = 1;
    public double Speed { get; init; } = 1;
    public int ConnectPerSecond { get; init; } = 500;
    public double OfflineShare { get; init; } = 0.02;
    public double AmpDeadShare { get; init; } = 0.01;
    public int WrongKeys { get; init; }
    public int EvacuatedAfterPlays { get; init; }
    public int NeverAnswer { get; init; }
    public int Recorded { get; init; }
    public string RecordDirectory { get; init; } = ".";
    public int DownloadConcurrency { get; init; } = 16;
    public double ClockErrorMilliseconds { get; init; } = 3;
    public TimeSpan StateEvery { get; init; } = TimeSpan.FromSeconds(60);

    public static IReadOnlyList<Option> All { get; } =
    [
        new("--broker", null, "MQTT broker HOST:PORT, on the loopback"),
        new("--devices", null, "file, mode 0600: endpointNo TAB deviceId TAB private key (base64 of the 32-byte Ed25519 seed)"),
        new("--order-key", null, "public order key of the gateway (base64 of 32 bytes)"),
        new("--order-key-id", null, "its key id"),
        new("--exercise", null, "exercise devices: they refuse Actual orders and take the others") { IsSwitch = true },
        new("--journal", null, "append what happens to this file"),
        new("--state-file", null, "keep the highest accepted order number of each device in this file"),
        new("--seed", "1", "fixes every random choice"),
        new("--speed", "1.0", "programmes play and repeat this many times faster; playAt stays real"),
        new("--connect-per-second", "500", "pace of connecting"),
        new("--offline", "0.02", "share of devices that never connect"),
        new("--amp-dead", "0.01", "share of devices whose amplifier gives no sound"),
        new("--wrong-key", "0", "number of devices that sign CONNECT with a wrong key"),
        new("--evacuated-after", "0", "play after which the village reports 已转移 on the device, where the order asks for it; 0 for never"),
        new("--never-answer", "0", "number of devices that stay connected and never answer an order, not even on the wire"),
        new("--record", "0", "number of devices that write each play as a WAV file"),
        new("--record-dir", ".", "where they write"),
        new("--download-concurrency", "16", "downloads at a time"),
        new("--clock-error-ms", "3", "devices' clocks are wrong by up to this much, either way"),
        new("--state-every", "60", "seconds between state reports of a device"),
        new("--port", "0", "accepted and ignored: this emulator listens nowhere"),
        new("--parent", null, "end when the process of this id is gone"),
    ];

    public static LoudspeakerOptions Read(Arguments line) => new()
    {
        Broker = line.LoopbackEndpoint("--broker"),
        OrderKey = ReadOrderKey(line.Required("--order-key-id"), line.Required("--order-key")),
        Exercise = line.Switch("--exercise"),
        SequencePath = line.Text("--state-file"),
        Seed = line.WholeNumber("--seed", int.MinValue, int.MaxValue),
        Speed = line.Number("--speed", 0.1, 1000),
        ConnectPerSecond = line.WholeNumber("--connect-per-second", 1, 100_000),
        OfflineShare = line.Number("--offline", 0, 1),
        AmpDeadShare = line.Number("--amp-dead", 0, 1),
        WrongKeys = line.WholeNumber("--wrong-key", 0, 1_000_000),
        EvacuatedAfterPlays = line.WholeNumber("--evacuated-after", 0, 1000),
        NeverAnswer = line.WholeNumber("--never-answer", 0, 1_000_000),
        Recorded = line.WholeNumber("--record", 0, 1000),
        RecordDirectory = line.Required("--record-dir"),
        DownloadConcurrency = line.WholeNumber("--download-concurrency", 1, 1000),
        ClockErrorMilliseconds = line.Number("--clock-error-ms", 0, 60_000),
        StateEvery = TimeSpan.FromSeconds(line.WholeNumber("--state-every", 1, 3600)),
    };

    private static OrderKey ReadOrderKey(string id, string base64)
    {
        try
        {
            return new OrderKey(id, Convert.FromBase64String(base64));
        }
        catch (Exception ex) when (ex is FormatException or ArgumentException)
        {
            throw new UsageException("--order-key must be the base64 of an Ed25519 public key of 32 bytes");
        }
    }
}
