using System.Net.Http.Headers;
using AlertGateway.Cap;
using AlertGateway.Core.Ingest;
using AlertGateway.Feeds.Cap;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Feeds.Polling;

/// <summary>
/// Polls one address whose documents one of the decoders reads, and hands on every revision of every record once, oldest first. Asks conditionally; what disappears from the document is never a cancel.
/// One poll at a time.
/// </summary>
/// <param name="take">Takes one record; completes when what follows from it is durable. Only then is the record done with.</param>
public sealed class HttpFeedPoller(CapFeedOptions options, TimeProvider clock, Func<FeedRecord, SubmissionSource, CancellationToken, Task> take) : IFeedAdapter
{
    private readonly HttpMessageInvoker _http = FeedFetcher.ClientOf(options);
    private readonly FeedDecoder _decode = FeedDecoders.ByKind[options.Kind];
    private readonly SubmissionSource _source = new("feed:" + options.Name, options.Official, 0);
    private readonly SeenRecords _seen = new();
    private EntityTagHeaderValue? _etag;
    private DateTimeOffset? _lastModified;
    private volatile FeedHealth _health = FeedHealth.Of(options, clock);

    public FeedHealth Health => _health;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await PollAsync(cancellationToken);
            await Task.Delay(TimeSpan.FromSeconds(options.IntervalSeconds), clock, cancellationToken);
        }
    }

    /// <summary>One poll.</summary>
    public async Task PollAsync(CancellationToken cancellationToken)
    {
        var answer = await new FeedFetcher(options, _http, clock).GetAsync(options.Url, _etag, _lastModified, cancellationToken);
        var now = clock.GetUtcNow();
        if (answer.NotModified)
        {
            _health = _health.Good(now).Listing(now, _health.Entries);
            return;
        }

        if (answer.Body is not { } body)
        {
            _health = _health.Bad(now, answer.Error ?? "The document did not come.");
            return;
        }

        var decoded = _decode(body, now);
        if (decoded.Records.Count == 0 && decoded.Findings.FirstOrDefault(f => f.Level == FindingLevel.Error) is { Code: not null } error)
        {
            // Not to be asked for conditionally: the next answer must be seen in full.
            (_etag, _lastModified) = (null, null);
            _health = _health.Bad(now, error.Message);
            return;
        }

        var broken = decoded.Findings.Count(f => f.Level == FindingLevel.Error);
        _health = _health.Good(now).Listing(now, decoded.Records.Count) with { DocumentsFailed = _health.DocumentsFailed + broken, LastError = broken == 0 ? "" : $"Records that cannot be read: {broken}." };
        var complete = true;
        foreach (var record in _seen.Fresh(decoded.Records))
        {
            try
            {
                await take(record, _source, cancellationToken);
                _seen.Done(record);
                _health = _health.Took(now);
            }
            catch (LedgerFullException)
            {
                // Read again with the next poll; the others are tried, since a cancel goes through.
                complete = false;
            }
        }

        if (!complete) _health = _health with { LastError = FeedHealth.NoRoom };
        (_etag, _lastModified) = complete ? (answer.ETag, answer.LastModified) : (null, null);
    }

    public void Dispose() => _http.Dispose();
}
