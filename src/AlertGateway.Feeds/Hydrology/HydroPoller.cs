using System.Net.Http.Headers;
using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Feeds.Cap;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Feeds.Health;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Feeds.Hydrology;

/// <summary>A hydrological feed over HTTP: a file of <c>config/feeds/hydrology/</c>.</summary>
public sealed record HydroFeedOptions
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow };

    /// <summary>Small letters, digits and hyphens.</summary>
    public required string Name { get; init; }

    /// <summary><c>usgs-iv</c>, <c>uk-flood</c> or <c>sl323</c>.</summary>
    public required string Kind { get; init; }

    public required Uri Url { get; init; }

    public bool Enabled { get; init; } = true;

    /// <summary>Seconds between polls, 1 to 86,400. Two of them without an answer make the feed stale. Default: 900, as both services ask.</summary>
    public int IntervalSeconds { get; init; } = 900;

    /// <summary>Hours without any record after which the feed counts as dead however well it answers, 1 to 168. Default: 6.</summary>
    public int CanaryHours { get; init; } = 6;

    /// <summary>PEM file with the certificate authority of this feed alone; empty means the system's. Certificates are always checked.</summary>
    public string CaFile { get; init; } = "";

    /// <exception cref="InvalidDataException">The file does not say what it must; every problem is listed.</exception>
    public static HydroFeedOptions Parse(ReadOnlySpan<byte> json)
    {
        HydroFeedOptions options;
        try
        {
            options = JsonSerializer.Deserialize<HydroFeedOptions>(json, Json) ?? throw new InvalidDataException("The feed's file is empty.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The feed's file cannot be read: {e.Message}", e);
        }

        var problems = new List<string>();
        if (options.Name.Length is 0 or > 40 || options.Name.Any(c => !(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))) problems.Add("name: small letters, digits and hyphens, at most 40.");
        if (options.Kind is not ("usgs-iv" or "uk-flood" or "sl323")) problems.Add("kind: usgs-iv, uk-flood or sl323.");
        if (!options.Url.IsAbsoluteUri || options.Url.Scheme is not ("http" or "https") || options.Url.UserInfo.Length > 0) problems.Add("url: an absolute http or https address without a password.");
        if (options.IntervalSeconds is < 1 or > 86_400) problems.Add("intervalSeconds: 1 to 86400.");
        if (options.CanaryHours is < 1 or > 168) problems.Add("canaryHours: 1 to 168.");
        if (options.CaFile.Length > 0 && !File.Exists(options.CaFile)) problems.Add($"caFile: {options.CaFile} is not there.");
        return problems.Count == 0 ? options : throw new InvalidDataException($"Feed {options.Name}: " + string.Join(" ", problems));
    }
}

/// <summary>Polls one hydrological feed with conditional requests and hands on what it decodes. One poll at a time; a bad record stops no other.</summary>
public sealed class HydroPoller : IDisposable
{
    private readonly HydroFeedOptions _options;
    private readonly CapFeedOptions _fetch;
    private readonly FeedDecoder _decode;
    private readonly Action<FeedDecode> _take;
    private readonly TimeProvider _clock;
    private readonly HttpMessageInvoker _http;
    private EntityTagHeaderValue? _etag;
    private DateTimeOffset? _lastModified;

    /// <param name="take">Keeps the records; returns when they are durable. Only then does the next poll ask for changes alone.</param>
    public HydroPoller(HydroFeedOptions options, Action<FeedDecode> take, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _take, _clock) = (options, take, clock);
        _fetch = new CapFeedOptions { Name = options.Name, Url = options.Url, CaFile = options.CaFile };
        _decode = FeedDecoders.ByKind[options.Kind];
        _http = FeedFetcher.ClientOf(_fetch);
        Pulse = new FeedPulse(options.Name, options.Kind, false, TimeSpan.FromSeconds(options.IntervalSeconds), TimeSpan.FromHours(options.CanaryHours), clock);
    }

    public FeedPulse Pulse { get; }

    /// <summary>Polls until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await PollAsync(cancellationToken);
            await Task.Delay(TimeSpan.FromSeconds(_options.IntervalSeconds), _clock, cancellationToken);
        }
    }

    /// <summary>One poll. What the far side does wrong ends up in <see cref="Pulse"/>; so does a full disk, and the document is read again; whatever else <c>take</c> throws comes through.</summary>
    public async Task PollAsync(CancellationToken cancellationToken)
    {
        var answer = await new FeedFetcher(_fetch, _http, _clock).GetAsync(_options.Url, _etag, _lastModified, cancellationToken);
        if (answer.NotModified)
        {
            Pulse.Good(0, null);
            return;
        }

        if (answer.Body is not { } body)
        {
            Pulse.Failed(answer.Error ?? "There was no answer.");
            return;
        }

        var decoded = _decode(body, _clock.GetUtcNow());
        if (decoded.Records.Count == 0 && decoded.Findings.Any(f => f.Level == FindingLevel.Error))
        {
            Pulse.Failed($"The answer is no {_options.Kind} document ({decoded.Findings.First(f => f.Level == FindingLevel.Error).Code}).");
            return;
        }

        try
        {
            _take(decoded);
        }
        catch (LedgerFullException)
        {
            (_etag, _lastModified) = (null, null);
            Pulse.Failed(FeedHealth.NoRoom);
            return;
        }

        (_etag, _lastModified) = (answer.ETag, answer.LastModified);
        Pulse.Good(decoded.Records.Count, decoded.Records.Max(r => r.EventTime));
    }

    public void Dispose() => _http.Dispose();
}
