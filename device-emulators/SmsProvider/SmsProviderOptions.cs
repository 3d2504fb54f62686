using AlertGateway.Emulators.Hosting;

namespace AlertGateway.Emulators.SmsProvider;

/// <summary>What is fixed for the life of the emulator.</summary>
public sealed record SmsProviderOptions
{
    /// <summary>The command line.</summary>
    public static readonly IReadOnlyList<Option> CommandLine =
    [
        new("--port", "0", "port of HTTP/1.1 on 127.0.0.1; 0 takes a free one"),
        new("--h2-port", "0", "port of HTTP/2 with prior knowledge, without TLS; 0 takes a free one"),
        new("--account", "AC00000000000000000000000000000000", "AccountSid"),
        new("--token-file", null, "file whose first line is the auth token (without it: the token is 'token')"),
        new("--journal", null, "file that gets one line for everything that crosses the socket"),
        new("--seed", "1", "fixes every random choice"),
        new("--inbound-url", null, "where residents' answers are posted; http on this machine"),
        new("--callback-connections", "32", "connections that post callbacks, 1 to 1024"),
        new("--callbacks", "final", "none, final or all"),
        new("--callback-delay-ms", "200-3000", "from acceptance to the final callback"),
        new("--delivered", "0.97", "share delivered; of the rest half undelivered, half without any receipt"),
        new("--reply", "0", "share of delivered messages answered 1"),
        new("--reply-delay-ms", "1000-20000", "from delivery to the answer"),
        new("--throttle-per-second", "0", "more creates than that in a second get 429; 0 = no limit"),
        new("--fail5xx", "0", "share of creates accepted and then answered 500"),
        new("--cut", "0", "share of creates accepted and then cut off"),
        new("--hang", "0", "share of creates accepted and then never answered"),
        new("--callback-copies", "1", "how often each callback is posted, 1 to 100, the copies in any order"),
        new("--reject", "0", "share of numbers that always get 400 21211"),
        new("--parent", null, "end when this process is gone"),
    ];

    /// <summary>HTTP/1.1 port on 127.0.0.1; 0 = a free one.</summary>
    public int Port { get; init; }

    /// <summary>Cleartext HTTP/2 port on 127.0.0.1; 0 = a free one.</summary>
    public int H2Port { get; init; }

    /// <summary>AccountSid.</summary>
    public string Account { get; init; } = "AC00000000000000000000000000000000";

    /// <summary>The secret that callers present and callbacks are signed with.</summary>
    public string AuthToken { get; init; } = "token";

    /// <summary>Fixes every random choice.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Where residents' answers go; null = nobody answers.</summary>
    public string? InboundUrl { get; init; }

    /// <summary>Connections that post callbacks, 1…1024.</summary>
    public int CallbackConnections { get; init; } = 32;

    /// <summary>Journal file; null = none.</summary>
    public string? JournalPath { get; init; }

    /// <summary>How it behaves at first.</summary>
    public Behaviour Behaviour { get; init; } = new();

    /// <summary>Reads the command line.</summary>
    public static SmsProviderOptions From(Arguments arguments)
    {
        var account = arguments.Required("--account");
        if (account.Length is < 3 or > 64 || !account.All(char.IsAsciiLetterOrDigit)) throw new UsageException("--account must be 3 to 64 letters and digits");
        arguments.LoopbackUrl("--inbound-url");
        return new SmsProviderOptions
        {
            Port = arguments.WholeNumber("--port", most: 65535),
            H2Port = arguments.WholeNumber("--h2-port", most: 65535),
            Account = account,
            AuthToken = arguments.Text("--token-file") is { } file ? File.ReadLines(file).First().Trim() : "token",
            Seed = (ulong)arguments.WholeNumber("--seed"),
            InboundUrl = arguments.Text("--inbound-url"),
            CallbackConnections = arguments.WholeNumber("--callback-connections", 1, 1024),
            JournalPath = arguments.Text("--journal"),
            Behaviour = Behaviour.From(arguments),
        };
    }
}
