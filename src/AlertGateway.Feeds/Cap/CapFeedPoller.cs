using System.Net.Http.Headers;
using System.Security.Cryptography;
using AlertGateway.Cap;
using AlertGateway.Core.Ingest;

namespace AlertGateway.Feeds.Cap;

/// <summary>
/// Polls one Atom or RSS feed and hands on every document once per (id, updated), oldest first. A document that cannot be had delays only itself. What disappears from a feed is never a cancel.
/// One poll at a time; <see cref="Health"/> may be read from anywhere.
/// </summary>
/// <param name="submit">Takes the bytes; completes when what follows from them is durable. Only then is the entry done with.</param>
public sealed class CapFeedPoller(CapFeedOptions options, TimeProvider clock, Func<ReadOnlyMemory<byte>, SubmissionSource, CancellationToken, Task> submit) : IFeedAdapter
{
    private const int DocumentsPerPollMax = 500;
    private const int RememberedMax = 20_000;
    private const int TriesMax = 10;

    private readonly HttpMessageInvoker _http = FeedFetcher.ClientOf(options);
    private readonly SubmissionSource _source = new("feed:" + options.Name, options.Official, 0);
    private readonly HashSet<string> _done = [];
    private readonly Queue<string> _doneInOrder = new();
    private readonly Dictionary<string, int> _failures = [];
    private EntityTagHeaderValue? _etag;
    private DateTimeOffset? _lastModified;
    private volatile FeedHealth _health = FeedHealth.Of(options, clock);

    public FeedHealth Health => _health;

    /// <summary>Polls until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await PollAsync(cancellationToken);
            await Task.Delay(TimeSpan.FromSeconds(options.IntervalSeconds), clock, cancellationToken);
        }
    }

    /// <summary>One poll. What the far side does wrong ends up in <see cref="Health"/>; what <c>submit</c> throws comes through, since then nothing more can be kept safe.</summary>
    public async Task PollAsync(CancellationToken cancellationToken)
    {
        var fetcher = new FeedFetcher(options, _http, clock);
        var index = await fetcher.GetAsync(options.Url, _etag, _lastModified, cancellationToken);
        var now = clock.GetUtcNow();
        if (index.NotModified)
        {
            _health = _health with { LastPoll = now, LastGoodPoll = now, ConsecutiveErrors = 0, LastError = "" };
            return;
        }

        var error = index.Error;
        FeedDocument? feed = null;
        if (error is null)
        {
            feed = FeedReader.Read(index.Body, new CapReaderOptions { BytesMax = FeedFetcher.BytesMax, ReceivedAt = now });
            if (!feed.IsFeed)
            {
                feed = null;
                error = CapReader.Read(index.Body).Messages.All(m => m.Disposition == Disposition.Reject) ? "The answer is neither an Atom nor an RSS feed." : null;
                if (error is null && await OnceAsync("document " + Convert.ToHexStringLower(SHA256.HashData(index.Body!)), index.Body!, cancellationToken)) Count(taken: 1);
            }
        }

        if (error is not null)
        {
            _health = _health with { LastPoll = now, ConsecutiveErrors = _health.ConsecutiveErrors + 1, LastError = error };
            return;
        }

        _health = _health with { LastPoll = now, LastGoodPoll = now, ConsecutiveErrors = 0, LastError = "", Entries = feed?.Entries.Count ?? 1 };
        var complete = feed is null || await TakeAsync(feed, fetcher, cancellationToken);
        // With work left over the next poll must see the feed again, changed or not.
        (_etag, _lastModified) = complete ? (index.ETag, index.LastModified) : (null, null);
    }

    public void Dispose() => _http.Dispose();

    private static string KeyOf(FeedEntry entry) => $"{entry.Id} {entry.Updated?.UtcTicks ?? 0}";

    /// <summary>False when some entries wait for the next poll.</summary>
    private async Task<bool> TakeAsync(FeedDocument feed, FeedFetcher fetcher, CancellationToken cancellationToken)
    {
        // Feeds are written newest first; a chain is best taken in the order in which it happened.
        var fresh = feed.Entries.Where(e => !_done.Contains(KeyOf(e))).DistinctBy(KeyOf).ToList();
        var now = fresh.Select((e, i) => (Entry: e, Index: i)).OrderByDescending(x => x.Entry.Updated ?? DateTimeOffset.MinValue).ThenBy(x => x.Index).Take(DocumentsPerPollMax).Reverse().Select(x => x.Entry).ToList();
        var complete = now.Count == fresh.Count;
        foreach (var entry in now)
        {
            var key = KeyOf(entry);
            if (entry.Messages.Count > 0)
            {
                foreach (var message in entry.Messages) await submit(message.RawBytes, _source, cancellationToken);
                Done(key);
                Count(taken: entry.Messages.Count);
                continue;
            }

            var fetched = entry.CapHref is { } href && Uri.TryCreate(options.Url, href, out var uri)
                ? await fetcher.GetAsync(uri, null, null, cancellationToken)
                : new Fetched(null, false, null, null, "The entry has neither an alert nor a link.");
            if (fetched.Body is { } body)
            {
                await OnceAsync(key, body, cancellationToken);
                Count(taken: 1);
                continue;
            }

            _health = _health with { LastError = fetched.Error ?? "The document did not come." };
            var tries = _failures[key] = _failures.GetValueOrDefault(key) + 1;
            if (tries < TriesMax) complete = false;
            else
            {
                Done(key);
                _health = _health with { DocumentsFailed = _health.DocumentsFailed + 1 };
            }
        }

        foreach (var gone in _failures.Keys.Except(feed.Entries.Select(KeyOf)).ToList()) _failures.Remove(gone);
        return complete;
    }

    private async Task<bool> OnceAsync(string key, byte[] body, CancellationToken cancellationToken)
    {
        if (_done.Contains(key)) return false;
        await submit(body, _source, cancellationToken);
        Done(key);
        return true;
    }

    private void Done(string key)
    {
        _failures.Remove(key);
        if (!_done.Add(key)) return;
        _doneInOrder.Enqueue(key);
        if (_doneInOrder.Count > RememberedMax) _done.Remove(_doneInOrder.Dequeue());
    }

    private void Count(int taken) => _health = _health with { DocumentsTaken = _health.DocumentsTaken + taken };
}
