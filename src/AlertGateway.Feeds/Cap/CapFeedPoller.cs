using System.Net.Http.Headers;
using System.Security.Cryptography;
using AlertGateway.Cap;
using AlertGateway.Core.Ingest;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Feeds.Cap;

/// <summary>
/// Polls one Atom or RSS feed and hands on every document once per (id, updated, address), oldest first. A document that cannot be had, or read, delays only itself and is asked for again as long as the feed lists it.
/// What disappears from a feed is never a cancel.
/// One poll at a time; <see cref="Health"/> may be read from anywhere.
/// </summary>
/// <param name="submit">Takes the bytes; completes when what follows from them is durable. Only then is the entry done with.</param>
public sealed class CapFeedPoller(CapFeedOptions options, TimeProvider clock, Func<ReadOnlyMemory<byte>, SubmissionSource, CancellationToken, Task> submit) : IFeedAdapter
{
    private const int DocumentsPerPollMax = 500;
    private const int RememberedMax = 20_000;
    private const int TriesMax = 10;

    /// <summary>A document that failed so often is asked for only at every tenth poll.</summary>
    private const int RareTries = 10;

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

    /// <summary>One poll. What the far side does wrong ends up in <see cref="Health"/>, and so does a full disk; whatever else <c>submit</c> throws comes through, since then nothing more can be kept safe.</summary>
    public async Task PollAsync(CancellationToken cancellationToken)
    {
        var fetcher = new FeedFetcher(options, _http, clock);
        var index = await fetcher.GetAsync(options.Url, _etag, _lastModified, cancellationToken);
        var now = clock.GetUtcNow();
        if (index.NotModified)
        {
            _health = _health.Good(now).Listing(now, _health.Entries);
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
                error = IsReadable(index.Body!) ? null : "The answer is neither an Atom nor an RSS feed.";
                if (error is null && !await OnceAsync("document " + Convert.ToHexStringLower(SHA256.HashData(index.Body!)), index.Body!, cancellationToken)) error = FeedHealth.NoRoom;
            }
        }

        if (error is not null)
        {
            (_etag, _lastModified) = error == FeedHealth.NoRoom ? (null, null) : (_etag, _lastModified);
            _health = _health.Bad(now, error);
            return;
        }

        _health = _health.Good(now).Listing(now, feed?.Entries.Count ?? 1);
        var complete = feed is null || await TakeAsync(feed, fetcher, cancellationToken);
        // With work left over the next poll must see the feed again, changed or not.
        (_etag, _lastModified) = complete ? (index.ETag, index.LastModified) : (null, null);
    }

    public void Dispose() => _http.Dispose();

    private static string KeyOf(FeedEntry entry) => $"{entry.Id} {entry.Updated?.UtcTicks ?? 0} {entry.CapHref}";

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
                var kept = 0;
                foreach (var message in entry.Messages) kept += await SubmitAsync(message.RawBytes, cancellationToken) ? 1 : 0;
                if (kept == entry.Messages.Count)
                {
                    Done(key);
                    Count(taken: kept);
                }
                else complete = false;
                continue;
            }

            var tries = _failures.GetValueOrDefault(key) + 1;
            if (tries > TriesMax && tries % RareTries != 0)
            {
                _failures[key] = tries;
                complete = false;
                continue;
            }

            var fetched = entry.CapHref is { } href && Uri.TryCreate(options.Url, href, out var uri)
                ? await fetcher.GetAsync(uri, null, null, cancellationToken)
                : new Fetched(null, false, null, null, "The entry has neither an alert nor a link.");
            if (fetched.Body is { } body)
            {
                if (IsReadable(body))
                {
                    if (await SubmitAsync(body, cancellationToken))
                    {
                        Done(key);
                        Count(taken: 1);
                    }
                    else complete = false;
                    continue;
                }

                // Handed on as it is, so that somebody sees what came; but an error page with status 200 is no document, and the next answer may be it.
                await OnceAsync($"unreadable {key} {Convert.ToHexStringLower(SHA256.HashData(body))}", body, cancellationToken);
            }

            _failures[key] = tries;
            complete = false;
            _health = _health with { LastError = fetched.Error ?? "The document cannot be read.", DocumentsFailed = _health.DocumentsFailed + (tries == TriesMax ? 1 : 0) };
        }

        foreach (var gone in _failures.Keys.Except(feed.Entries.Select(KeyOf)).ToList()) _failures.Remove(gone);
        return complete;
    }

    private bool IsReadable(byte[] body) => options.Kind == CapFeedDecoder.Kind
        ? CapReader.Read(body, new CapReaderOptions { ValidateSchema = false, VerifySignatures = false, AgeMax = null }).Messages.Any(m => m.Disposition != Disposition.Reject)
        : FeedDecoders.ByKind[options.Kind](body, null).Records.Count > 0;

    /// <summary>False when it waits for the next poll.</summary>
    private async Task<bool> OnceAsync(string key, byte[] body, CancellationToken cancellationToken)
    {
        if (_done.Contains(key)) return true;
        if (!await SubmitAsync(body, cancellationToken)) return false;
        Done(key);
        Count(taken: 1);
        return true;
    }

    /// <summary>False when the disk has no room for it: it stays listed, and others are tried, since a cancel goes through.</summary>
    private async Task<bool> SubmitAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        try
        {
            await submit(body, _source, cancellationToken);
            return true;
        }
        catch (LedgerFullException)
        {
            _health = _health with { LastError = FeedHealth.NoRoom };
            return false;
        }
    }

    private void Done(string key)
    {
        _failures.Remove(key);
        if (!_done.Add(key)) return;
        _doneInOrder.Enqueue(key);
        if (_doneInOrder.Count > RememberedMax) _done.Remove(_doneInOrder.Dequeue());
    }

    private void Count(int taken) => _health = _health.Took(clock.GetUtcNow(), taken);
}
