using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using AlertGateway.Cap;
using AlertGateway.Core.Ingest;
using AlertGateway.Feeds.Cap;
using AlertGateway.Feeds.Streaming;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Feeds.Naads;

/// <summary>
/// Reads the NAADS socket: connects (to the hosts in turn), frames on bytes, reconnects when it is silent for too long, and fetches from the archives what a heartbeat names and the socket did not bring.
/// Every alert is handed on once, with its bytes as received. What a full disk refuses waits here, and is tried again with every heartbeat.
/// </summary>
/// <param name="submit">Takes the bytes; completes when what follows from them is durable.</param>
public sealed class NaadsClient(CapFeedOptions options, TimeProvider clock, Func<ReadOnlyMemory<byte>, SubmissionSource, CancellationToken, Task> submit) : IFeedAdapter
{
    /// <summary>A heartbeat names this many alerts; when all are unknown, more may have been missed than it can name.</summary>
    private const int HeartbeatReferences = 10;

    private const int RememberedMax = 50_000;
    private const int TriesMax = 10;

    /// <summary>Bytes of refused alerts that wait for space; beyond it the oldest are left to the archives.</summary>
    private const int RefusedBytesMax = 64 << 20;

    private static readonly TimeSpan ConnectDeadline = TimeSpan.FromSeconds(10);

    private readonly SubmissionSource _source = new("feed:" + options.Name, options.Official, 0);
    private readonly NaadsArchive _archive = new(options, clock);
    private readonly Lock _gate = new();
    private readonly HashSet<ChainKey> _seen = [];
    private readonly Queue<ChainKey> _seenInOrder = new();
    private readonly HashSet<string> _bytesSeen = [];
    private readonly Queue<string> _bytesSeenInOrder = new();
    private readonly Dictionary<ChainKey, int> _tries = [];
    private readonly Queue<(byte[] Bytes, ChainKey? Key)> _refused = new();
    private long _refusedBytes;
    private bool _heardBefore;
    private Task _recovery = Task.CompletedTask;
    private FeedHealth _health = FeedHealth.Of(options, clock);

    public FeedHealth Health
    {
        get { lock (_gate) return _health; }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var failures = 0;
        for (var attempt = 0; ; attempt++)
        {
            var framesBefore = Health.Entries;
            try
            {
                await ConnectAsync(attempt, cancellationToken);
                Broken("The server closed the connection.");
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                Broken("Nothing came for too long.");
            }
            catch (Exception e) when (Reconnection.IsBreak(e))
            {
                Broken(Reconnection.Sentence(e));
            }

            if (_recovery.IsFaulted) await _recovery;
            failures = Health.Entries > framesBefore ? 1 : failures + 1;
            await Task.Delay(Reconnection.Delay(failures), clock, cancellationToken);
        }
    }

    public void Dispose() => _archive.Dispose();

    private async Task ConnectAsync(int attempt, CancellationToken cancellationToken)
    {
        using var tcp = new TcpClient { NoDelay = true };
        var (host, port) = Endpoint(attempt);
        using (var deadline = new CancellationTokenSource(ConnectDeadline, clock))
        using (var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token)) await tcp.ConnectAsync(host, port, linked.Token);
        await using var stream = await OpenAsync(tcp, host, cancellationToken);

        var framer = new AlertFramer();
        var block = new byte[65_536];
        while (true)
        {
            using var silence = new CancellationTokenSource(TimeSpan.FromSeconds(options.SilenceSeconds), clock);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
            var read = await stream.ReadAsync(block, linked.Token);
            if (read == 0) return;
            foreach (var frame in framer.Push(block.AsSpan(0, read))) await TakeAsync(frame, cancellationToken);
            if (_recovery.IsFaulted) await _recovery;
        }
    }

    private (string Host, int Port) Endpoint(int attempt)
    {
        var index = attempt % (options.Hosts.Count + 1);
        if (index == 0) return (options.Url.Host, options.Url.Port);
        var other = options.Hosts[index - 1];
        var colon = other.LastIndexOf(':');
        return colon > 0 && int.TryParse(other[(colon + 1)..], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var port) ? (other[..colon], port) : (other, options.Url.Port);
    }

    private async Task<Stream> OpenAsync(TcpClient tcp, string host, CancellationToken cancellationToken)
    {
        if (options.Url.Scheme != "tls") return tcp.GetStream();
        var secure = new SslStream(tcp.GetStream());
        var authentication = new SslClientAuthenticationOptions { TargetHost = host, CertificateChainPolicy = FeedFetcher.TrustOf(options) };
        using var deadline = new CancellationTokenSource(ConnectDeadline, clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        await secure.AuthenticateAsClientAsync(authentication, linked.Token);
        return secure;
    }

    private async Task TakeAsync(byte[] frame, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        lock (_gate) _health = _health.Good(now) with { Entries = _health.Entries + 1, LastError = _refused.Count > 0 ? FeedHealth.NoRoom : "" };
        // Only to know it: ingest judges schema and signature itself.
        var alert = CapReader.Read(frame, new CapReaderOptions { ValidateSchema = false, VerifySignatures = false, AgeMax = null }).Messages[0].Alert;
        if (alert is { Sender: CapRecords.HeartbeatSender })
        {
            await AgainAsync(cancellationToken);
            Heartbeat(alert.References, cancellationToken);
            return;
        }

        await SubmitAsync(frame, alert?.Chain, cancellationToken);
    }

    private async Task SubmitAsync(byte[] bytes, ChainKey? key, CancellationToken cancellationToken)
    {
        // Only what is the same to the byte is dropped: the same identity with other bytes is for ingest to see.
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        lock (_gate)
        {
            if (_bytesSeen.Contains(hash)) return;
        }

        try
        {
            await submit(bytes, _source, cancellationToken);
        }
        catch (LedgerFullException)
        {
            lock (_gate) Refuse(bytes, key);
            return;
        }

        lock (_gate)
        {
            _bytesSeen.Add(hash);
            _bytesSeenInOrder.Enqueue(hash);
            if (_bytesSeenInOrder.Count > RememberedMax) _bytesSeen.Remove(_bytesSeenInOrder.Dequeue());
            _health = _health.Took(clock.GetUtcNow());
            if (key is { } done) Seen(done);
        }
    }

    private void Refuse(byte[] bytes, ChainKey? key)
    {
        _health = _health with { LastError = FeedHealth.NoRoom };
        // The archive may bring what waits here already.
        if (_refused.Any(r => r.Bytes.AsSpan().SequenceEqual(bytes))) return;
        _refused.Enqueue((bytes, key));
        for (_refusedBytes += bytes.Length; _refusedBytes > RefusedBytesMax; _refusedBytes -= _refused.Dequeue().Bytes.Length)
        {
            // The oldest give way.
        }
    }

    /// <summary>Hands on what was refused before, in its order.</summary>
    private async Task AgainAsync(CancellationToken cancellationToken)
    {
        List<(byte[] Bytes, ChainKey? Key)> waiting;
        lock (_gate)
        {
            waiting = [.. _refused];
            _refused.Clear();
            _refusedBytes = 0;
        }

        foreach (var (bytes, key) in waiting) await SubmitAsync(bytes, key, cancellationToken);
    }

    private void Heartbeat(IReadOnlyList<Reference> references, CancellationToken cancellationToken)
    {
        List<Reference> missing;
        lock (_gate)
        {
            foreach (var gone in _tries.Keys.Except(references.Select(r => r.Chain)).ToList()) _tries.Remove(gone);
            missing = [.. references.Where(r => !_seen.Contains(r.Chain)).DistinctBy(r => r.Chain)];
            if (_heardBefore && missing.Count >= HeartbeatReferences && missing.Count == references.Count)
                _health = _health with { Gaps = _health.Gaps + 1, LastError = "Every alert that the heartbeat names was missed; there may be more than it can name." };
            _heardBefore = true;
        }

        // One recovery at a time, beside the stream; what it does not finish is named by the next heartbeat too.
        if (missing.Count > 0 && options.Recovery.Count > 0 && _recovery.IsCompletedSuccessfully) _recovery = RecoverAsync(missing, cancellationToken);
    }

    private async Task RecoverAsync(List<Reference> missing, CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var reference in missing)
        {
            var body = await _archive.FetchAsync(reference, cancellationToken);
            if (body is not null) await SubmitAsync(body, reference.Chain, cancellationToken);
            else
            {
                lock (_gate)
                {
                    var tries = _tries[reference.Chain] = _tries.GetValueOrDefault(reference.Chain) + 1;
                    _health = _health with { LastError = "An alert that a heartbeat names could not be had from the archives." };
                    // Counted once; it is asked for as long as heartbeats name it.
                    if (tries == TriesMax) _health = _health with { DocumentsFailed = _health.DocumentsFailed + 1 };
                }
            }
        }
    }

    private void Seen(ChainKey key)
    {
        _tries.Remove(key);
        if (!_seen.Add(key)) return;
        _seenInOrder.Enqueue(key);
        if (_seenInOrder.Count > RememberedMax) _seen.Remove(_seenInOrder.Dequeue());
    }

    private void Broken(string error)
    {
        lock (_gate) _health = _health.Bad(clock.GetUtcNow(), error) with { Reconnects = _health.Reconnects + 1 };
    }
}
