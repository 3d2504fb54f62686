using AlertGateway.Emulators.Hosting;

namespace AlertGateway.Emulators.BroadcastEncoder;

/// <summary>What is fixed for the life of the encoder.</summary>
public sealed record EncoderOptions
{
    /// <summary>The command line.</summary>
    public static readonly IReadOnlyList<Option> CommandLine =
    [
        new("--server", null, "base URL of the gateway; http on this machine"),
        new("--token-file", null, "file whose first line is the station's bearer token"),
        new("--order-key", null, "the gateway's Ed25519 order key, 32 bytes in base64; never fetched"),
        new("--journal", null, "file that gets one line for every order and every play"),
        new("--record", null, "directory for one WAV of what went on air"),
        new("--speed", "1.0", "how much faster than life programmes are played, 0.1 to 1000"),
        new("--station", "encoder", "name of the station and of the recording"),
        new("--seed", "1", "fixes the pauses between reconnects"),
        new("--parent", null, "end when this process is gone"),
    ];

    /// <summary>Base URL of the gateway.</summary>
    public required Uri Server { get; init; }

    /// <summary>The station's bearer.</summary>
    public required string Token { get; init; }

    /// <summary>The pinned order key, 32 bytes.</summary>
    public required byte[] OrderKey { get; init; }

    /// <summary>Journal file; null = none.</summary>
    public string? JournalPath { get; init; }

    /// <summary>Directory of the recording; null = none.</summary>
    public string? RecordDirectory { get; init; }

    /// <summary>1 = life; 10 plays a minute in six seconds.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>Name of the station: letters, digits, dash, dot.</summary>
    public string Station { get; init; } = "encoder";

    /// <summary>Fixes the pauses between reconnects.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Wall clock of windows and reports, and of play time.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Reads the command line.</summary>
    public static EncoderOptions From(Arguments arguments)
    {
        var key = new byte[33];
        if (!Convert.TryFromBase64String(arguments.Required("--order-key"), key, out var length) || length != 32)
            throw new UsageException("--order-key must be 32 bytes in base64");
        var station = arguments.Required("--station");
        if (station.Length is 0 or > 64 || station[0] == '.' || !station.All(c => char.IsLetterOrDigit(c) || c is '-' or '.'))
            throw new UsageException("--station must be letters, digits, dash and dot");
        return new EncoderOptions
        {
            Server = arguments.LoopbackUrl("--server") ?? throw new UsageException("--server is required"),
            Token = File.ReadLines(arguments.Required("--token-file")).FirstOrDefault()?.Trim() ?? throw new UsageException("--token-file is empty"),
            OrderKey = key[..32],
            JournalPath = arguments.Text("--journal"),
            RecordDirectory = arguments.Text("--record"),
            Speed = arguments.Number("--speed", 0.1, 1000),
            Station = station,
            Seed = (ulong)arguments.WholeNumber("--seed"),
        };
    }
}
