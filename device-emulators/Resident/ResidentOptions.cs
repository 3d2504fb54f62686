using AlertGateway.Emulators.Hosting;

namespace AlertGateway.Emulators.Resident;

/// <summary>How the residents behave; see <c>--help</c> for the meaning and the default of each.</summary>
internal sealed record ResidentOptions
{
    public required Uri Server { get; init; }
    public int Count { get; init; } = int.MaxValue;
    public int Seed { get; init; } = 1;
    public double NapShare { get; init; } = 0.05;
    public MillisecondRange Nap { get; init; } = new(2000, 15000);
    public MillisecondRange Awake { get; init; } = new(5000, 30000);
    public double AckShare { get; init; } = 0.35;
    public MillisecondRange AckDelay { get; init; } = new(1000, 20000);
    public double HelpedShare { get; init; }
    public int ConnectPerSecond { get; init; } = 1000;
    public int NeverRead { get; init; }

    public static IReadOnlyList<Option> All { get; } =
    [
        new("--server", null, "base URL of the gateway, on the loopback"),
        new("--devices", null, "file, mode 0600: endpointNo TAB token"),
        new("--count", "0", "use only the first N devices; 0 = all"),
        new("--journal", null, "append what happens to this file"),
        new("--seed", "1", "fixes every random choice"),
        new("--nap", "0.05", "share of apps that disconnect now and then"),
        new("--nap-ms", "2000-15000", "how long such a nap is"),
        new("--awake-ms", "5000-30000", "how long such an app is awake between two naps"),
        new("--ack", "0.35", "share of persons who tap 'I know'"),
        new("--ack-delay-ms", "1000-20000", "how long a person takes to tap"),
        new("--helped", "0", "share of persons who confirm, after tapping, that they have reached their family"),
        new("--connect-per-second", "1000", "pace of connecting"),
        new("--never-read", "0", "number of apps that stay connected and never read what is sent to them"),
        new("--port", "0", "accepted and ignored: this emulator listens nowhere"),
        new("--parent", null, "end when the process of this id is gone"),
    ];

    public static ResidentOptions Read(Arguments line) => new()
    {
        Server = line.LoopbackUrl("--server") ?? throw new UsageException("--server is required"),
        Count = line.WholeNumber("--count", 0, 1_000_000) is > 0 and var count ? count : int.MaxValue,
        Seed = line.WholeNumber("--seed", int.MinValue, int.MaxValue),
        NapShare = line.Number("--nap", 0, 1),
        Nap = line.Milliseconds("--nap-ms"),
        Awake = line.Milliseconds("--awake-ms"),
        AckShare = line.Number("--ack", 0, 1),
        AckDelay = line.Milliseconds("--ack-delay-ms"),
        HelpedShare = line.Number("--helped", 0, 1),
        ConnectPerSecond = line.WholeNumber("--connect-per-second", 1, 100_000),
        NeverRead = line.WholeNumber("--never-read", 0, 1_000_000),
    };
}
