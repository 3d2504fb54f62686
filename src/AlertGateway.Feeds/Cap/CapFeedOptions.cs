using System.Text.Json;
using System.Text.RegularExpressions;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Feeds.Emsc;
using AlertGateway.Feeds.Naads;
using AlertGateway.Feeds.Wolfx;

namespace AlertGateway.Feeds.Cap;

/// <summary>A key that a feed's sender signs with.</summary>
/// <param name="Sender">CAP <c>sender</c>, exactly as in its messages.</param>
/// <param name="File">PEM file with a certificate or a public key.</param>
public sealed record SenderKey(string Sender, string File);

/// <summary>One CAP feed: a file of <c>config/feeds/</c>.</summary>
public sealed partial record CapFeedOptions
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Small letters, digits and hyphens; alerts from here have the source <c>feed:NAME</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is: http or https, for streams also <c>tcp</c> or <c>tls</c> (naads) and <c>ws</c> or <c>wss</c> (emsc, wolfx).</summary>
    public required Uri Url { get; init; }

    /// <summary>What it speaks: a kind of <c>agw feed decode</c>. Default: <c>cap-feed</c>.</summary>
    public string Kind { get; init; } = CapFeedDecoder.Kind;

    /// <summary>For streams: http or https addresses that give back what was missed. For naads the archives' roots, for WebSockets documents of the same kind. Default: none.</summary>
    public IReadOnlyList<Uri> Recovery { get; init; } = [];

    /// <summary>For streams: seconds of silence after which the connection counts as dead, 5 to 86,400. Default: 150, for a heartbeat every 60; services without heartbeats (emsc) need an hour or more.</summary>
    public int SilenceSeconds { get; init; } = 150;

    /// <summary>A standing order may fire live from it. Default: no.</summary>
    public bool Official { get; init; }

    /// <summary>Earthquake feeds: the office that the source speaks for, such as 江苏省地震局. Without it a person must look whether it may warn. Default: empty.</summary>
    public string SenderName { get; init; } = "";

    public bool Enabled { get; init; } = true;

    /// <summary>Seconds between polls, 1 to 86,400. Default: 60.</summary>
    public int IntervalSeconds { get; init; } = 60;

    /// <summary>Hosts (<c>host</c> or <c>host:port</c>) that documents may come from, besides the feed's own.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Seconds without a good poll after which the feed counts as stale, where that is less than two intervals; never later than two intervals. Default: 900.</summary>
    public int StaleAfterSeconds { get; init; } = 900;

    /// <summary>Division codes of the place that the feed is asked for, where its warnings do not name one themselves (qweather). Default: none, and such a warning waits for a person with no area.</summary>
    public IReadOnlyList<string> Areas { get; init; } = [];

    /// <summary>Hours without any item, listed or brought, after which the feed counts as dead however well it answers, 0 to 8,760; 0 for a feed that may rightly be empty. Default: 72.</summary>
    public double CanaryHours { get; init; } = 72;

    /// <summary>How often it should speak, in seconds: two of these without anything good are an alarm.</summary>
    internal int PaceSeconds => Url.Scheme is "http" or "https" ? IntervalSeconds : SilenceSeconds;

    /// <summary>PEM file with the certificate authority of this feed alone; empty means the system's. Certificates are always checked.</summary>
    public string CaFile { get; init; } = "";

    /// <summary>Whether every message must have a valid signature by one of <see cref="Keys"/>; without one it waits for a person. Default: no.</summary>
    public bool RequireSignature { get; init; }

    /// <summary>Keys pinned per sender; only they can make a signature valid.</summary>
    public IReadOnlyList<SenderKey> Keys { get; init; } = [];

    /// <exception cref="InvalidDataException">The file does not say what it must; every problem is listed.</exception>
    public static CapFeedOptions Parse(ReadOnlySpan<byte> json)
    {
        CapFeedOptions options;
        try
        {
            options = JsonSerializer.Deserialize<CapFeedOptions>(json, Json) ?? throw new InvalidDataException("The feed's file is empty.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The feed's file cannot be read: {e.Message}", e);
        }

        var problems = new List<string>();
        if (!NameForm.IsMatch(options.Name)) problems.Add("name: small letters, digits and hyphens, at most 40.");
        if (!FeedDecoders.ByKind.ContainsKey(options.Kind)) problems.Add($"kind: one of {string.Join(' ', FeedDecoders.ByKind.Keys)}.");
        if (!options.Url.IsAbsoluteUri || !Schemes(options.Kind).Contains(options.Url.Scheme) || options.Url.UserInfo.Length > 0) problems.Add($"url: an absolute {string.Join(" or ", Schemes(options.Kind))} address without a password.");
        if (options.Recovery.Any(r => !r.IsAbsoluteUri || r.Scheme is not ("http" or "https") || r.UserInfo.Length > 0)) problems.Add("recovery: absolute http or https addresses without a password.");
        if (options.SilenceSeconds is < 5 or > 86_400) problems.Add("silenceSeconds: 5 to 86400.");
        if (options.IntervalSeconds is < 1 or > 86_400) problems.Add("intervalSeconds: 1 to 86400.");
        if (options.StaleAfterSeconds is < 1 or > 604_800) problems.Add("staleAfterSeconds: 1 to 604800.");
        if (options.Areas.Any(a => a.Length is < 6 or > 12 || !a.All(char.IsAsciiDigit))) problems.Add("areas: division codes of 6 to 12 digits.");
        if (!(options.CanaryHours is >= 0 and <= 8_760)) problems.Add("canaryHours: 0 to 8760.");
        if (options.CaFile.Length > 0 && !File.Exists(options.CaFile)) problems.Add($"caFile: {options.CaFile} is not there.");
        foreach (var key in options.Keys.Where(k => !File.Exists(k.File))) problems.Add($"keys: {key.File} is not there.");
        if (options.RequireSignature && options.Keys.Count == 0) problems.Add("requireSignature: without keys no signature can be valid.");
        return problems.Count == 0 ? options : throw new InvalidDataException($"Feed {options.Name}: " + string.Join(" ", problems));
    }

    private static string[] Schemes(string kind) => kind switch
    {
        NaadsDecoder.Kind => ["tcp", "tls"],
        EmscDecoder.Kind or WolfxDecoder.Kind => ["ws", "wss", "http", "https"],
        _ => ["http", "https"],
    };

    /// <summary>Whether a document may be fetched from there: the feed's own host and port, or one of the list.</summary>
    public bool Allows(Uri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (!uri.IsAbsoluteUri || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0) return false;
        if (Url.Scheme == "https" && uri.Scheme != "https") return false; // What a secure feed names must not come over an open line.
        if (string.Equals(uri.Authority, Url.Authority, StringComparison.OrdinalIgnoreCase)) return true;
        return Hosts.Any(h => string.Equals(h, uri.Authority, StringComparison.OrdinalIgnoreCase) || (uri.IsDefaultPort && string.Equals(h, uri.Host, StringComparison.OrdinalIgnoreCase)));
    }

    [GeneratedRegex(@"^[a-z][a-z0-9-]{0,39}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NameForm { get; }
}
