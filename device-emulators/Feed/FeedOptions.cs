using AlertGateway.Emulators.Hosting;

namespace AlertGateway.Emulators.Feed;

/// <summary>How the feed answers badly on purpose.</summary>
public enum Misbehaviour
{
    None,

    /// <summary>Answers dribble out over 30 s, longer than a poller waits.</summary>
    Slow,

    /// <summary>The announced length is not reached: the connection is cut half way.</summary>
    Truncated,

    /// <summary>200 with an HTML error page.</summary>
    Html,

    /// <summary>The document begins with a DTD whose entities grow.</summary>
    Dtd,

    /// <summary>The document is 32 MiB.</summary>
    Huge,

    /// <summary>500 without a body.</summary>
    Status500,

    /// <summary>The connection ends before an answer.</summary>
    Drop,

    /// <summary>304 although the document has changed, as a stale cache between says.</summary>
    Unchanged,

    /// <summary>200 with bytes that are nothing.</summary>
    Garbage,

    /// <summary>No answer until the reader gives up.</summary>
    Hang,
}

/// <summary>What is fixed for the life of the feed.</summary>
public sealed record FeedOptions
{
    /// <summary>The command line.</summary>
    public static readonly IReadOnlyList<Option> CommandLine =
    [
        new("--port", "0", "port on 127.0.0.1; 0 takes a free one"),
        new("--dir", null, "directory of CAP files (*.xml, *.cap) to serve, in order of name"),
        new("--journal", null, "file that gets one line for every request"),
        new("--seed", "1", "accepted for uniformity; nothing here is random"),
        new("--replay", null, "shift every file's times so that it was sent when it is released, with a new identifier") { IsSwitch = true },
        new("--misbehave", "none", "slow, truncated, html, dtd, huge, status500, drop, unchanged, garbage, hang or none"),
        new("--interval-ms", "0", "release one file each interval; 0 = all at once"),
        new("--stream-port", "0", "port on 127.0.0.1 of the socket of concatenated alerts; 0 takes a free one"),
        new("--script", null, "file of steps for that socket: send, twice, miss, cut FILE; heartbeat; garbage, wait N; drop; loop"),
        new("--sl651", null, "be a station instead: port of a centre on 127.0.0.1 that speaks SL 651-2014"),
        new("--station", "0012345678", "with --sl651, --push: the station's address, ten hexadecimal digits"),
        new("--stages", "4.10,4.30,4.60,4.70,4.20", "with --sl651, --push: the stages to report, in metres, one each --interval-ms"),
        new("--push", null, "be a monitoring system instead: address of a gateway's /push/observations on 127.0.0.1"),
        new("--sender", "water-works", "with --push: name of the system, as in config/push-senders.json"),
        new("--key-file", null, "with --push: file with the shared secret (HMAC-SHA-256) in base64"),
        new("--cut", "0", "with --sl651, --push: part of the reports whose line breaks in the middle"),
        new("--lost", "0", "with --push: part of the reports whose line breaks before the answer"),
        new("--twice", "0", "with --sl651, --push: part of the reports that are sent twice"),
        new("--noise", "0", "with --sl651, --push: part of the reports with noise before them; pushes also with a wrong signature"),
        new("--parent", null, "end when this process is gone"),
    ];

    /// <summary>Port on 127.0.0.1; 0 = a free one.</summary>
    public int Port { get; init; }

    /// <summary>Port of the alert socket on 127.0.0.1; 0 = a free one.</summary>
    public int StreamPort { get; init; }

    /// <summary>What the alert socket does; null = only what is asked for in process.</summary>
    public StreamScript? Script { get; init; }

    /// <summary>Directory of CAP files; null = begin empty.</summary>
    public string? Directory { get; init; }

    /// <summary>Journal file; null = none.</summary>
    public string? JournalPath { get; init; }

    /// <summary>Whether files are moved to the present.</summary>
    public bool Replay { get; init; }

    /// <summary>How it answers badly.</summary>
    public Misbehaviour Misbehave { get; init; }

    /// <summary>Between two releases; zero = all at once.</summary>
    public TimeSpan Interval { get; init; }

    /// <summary>Clock of releases and replays.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Reads the command line.</summary>
    public static FeedOptions From(Arguments arguments) => new()
    {
        Port = arguments.WholeNumber("--port", most: 65535),
        Directory = arguments.Text("--dir") is not { } dir || System.IO.Directory.Exists(dir) ? arguments.Text("--dir") : throw new UsageException($"--dir {dir} does not exist"),
        StreamPort = arguments.WholeNumber("--stream-port", most: 65535),
        Script = arguments.Text("--script") is { } script ? ReadScript(script) : null,
        JournalPath = arguments.Text("--journal"),
        Replay = arguments.Switch("--replay"),
        Misbehave = Enum.TryParse<Misbehaviour>(arguments.Required("--misbehave"), ignoreCase: true, out var kind) && Enum.IsDefined(kind)
            ? kind
            : throw new UsageException("--misbehave is none of slow, truncated, html, dtd, huge, status500, drop, unchanged, garbage, hang, none"),
        Interval = TimeSpan.FromMilliseconds(arguments.WholeNumber("--interval-ms")),
    };

    private static StreamScript ReadScript(string file)
    {
        try
        {
            return StreamScript.Parse(File.ReadLines(file));
        }
        catch (Exception e) when (e is IOException or FormatException)
        {
            throw new UsageException($"--script {file}: {e.Message}");
        }
    }
}
