using System.Net.WebSockets;
using AlertGateway.Cap;
using AlertGateway.Core.Ingest;
using AlertGateway.Feeds.Cap;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Feeds.Streaming;

/// <summary>
/// Reads a WebSocket whose messages one of the decoders reads (EMSC, Wolfx): pings it, reconnects when it breaks or is silent, and after each connection reads the service's documents over HTTP,
/// so that what was said in between is not lost; it does so again when that failed, and when a message came that cannot be read. Every revision of every record is handed on once. What a full disk refuses waits here.
/// </summary>
/// <param name="take">Takes one record; completes when what follows from it is durable.</param>
public sealed class WebSocketFeed(CapFeedOptions options, TimeProvider clock, Func<FeedRecord, SubmissionSource, CancellationToken, Task> take) : IFeedAdapter
{
    private const int MessageBytesMax = 1 << 20;

    /// <summary>Refused records that wait for space; beyond it the oldest are left to the service's documents.</summary>
    private const int RefusedMax = 1_000;

    private static readonly TimeSpan ConnectDeadline = TimeSpan.FromSeconds(10);

    private readonly HttpMessageInvoker _http = FeedFetcher.ClientOf(options);
    private readonly FeedDecoder _decode = FeedDecoders.ByKind[options.Kind];
    private readonly SubmissionSource _source = new("feed:" + options.Name, options.Official, 0);
    private readonly SeenRecords _seen = new();
    private readonly List<FeedRecord> _refused = [];
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly SemaphoreSlim _asked = new(0);
    private volatile FeedHealth _health = FeedHealth.Of(options, clock);

    public FeedHealth Health => _health;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var failures = 0;
        while (true)
        {
            var before = _health.Entries;
            try
            {
                await ConnectAsync(cancellationToken);
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

            failures = _health.Entries > before ? 1 : failures + 1;
            await Task.Delay(Reconnection.Delay(failures), clock, cancellationToken);
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _one.Dispose();
        _asked.Dispose();
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        using var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(15);
        socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(20); // A dead line is noticed although an event may be hours away.
        using (var deadline = new CancellationTokenSource(ConnectDeadline, clock))
        using (var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token)) await socket.ConnectAsync(options.Url, _http, linked.Token);
        _health = _health.Good(clock.GetUtcNow());
        _asked.Release();
        using var session = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] both = [ReadAsync(socket, session.Token), RecoverAsync(session.Token)];
        var first = await Task.WhenAny(both);
        await session.CancelAsync();
        foreach (var task in both) await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    private async Task ReadAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[16_384];
        while (true)
        {
            using var silence = new CancellationTokenSource(TimeSpan.FromSeconds(options.SilenceSeconds), clock);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
            var count = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                if (count == buffer.Length) Array.Resize(ref buffer, Math.Min(MessageBytesMax + 1, buffer.Length * 2));
                part = await socket.ReceiveAsync(buffer.AsMemory(count), linked.Token);
                if (part.MessageType == WebSocketMessageType.Close) return;
                count += part.Count;
                if (count > MessageBytesMax) throw new IOException("A message is larger than is read.");
            }
            while (!part.EndOfMessage);

            if (part.MessageType == WebSocketMessageType.Text && !await TakeAsync(buffer.AsMemory(0, count).ToArray(), cancellationToken)) _asked.Release();
        }
    }

    /// <summary>Reads the documents when it is asked to, and again and again, ever more rarely, until all of them came.</summary>
    private async Task RecoverAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _asked.WaitAsync(cancellationToken);
            while (_asked.Wait(0, CancellationToken.None))
            {
                // Several wishes are one.
            }

            for (var failures = 1; !await CatchUpAsync(cancellationToken); failures++) await Task.Delay(Reconnection.Delay(failures), clock, cancellationToken);
        }
    }

    private async Task<bool> CatchUpAsync(CancellationToken cancellationToken)
    {
        var all = await AgainAsync(cancellationToken);
        foreach (var address in options.Recovery)
        {
            var answer = await new FeedFetcher(options with { Url = address }, _http, clock).GetAsync(address, null, null, cancellationToken);
            all &= answer.Body is { } body && await TakeAsync(body, cancellationToken);
            if (answer.Body is null) await MarkAsync(h => h with { LastError = answer.Error ?? "The document did not come." }, cancellationToken);
        }

        return all;
    }

    private async Task MarkAsync(Func<FeedHealth, FeedHealth> change, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        _health = change(_health);
        _one.Release();
    }

    /// <summary>False when the message cannot be read, or not be kept.</summary>
    private async Task<bool> TakeAsync(byte[] message, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var decoded = _decode(message, now);
        var broken = decoded.Findings.Count(f => f.Level == FindingLevel.Error);
        await _one.WaitAsync(cancellationToken);
        try
        {
            _health = _health.Good(now) with { Entries = _health.Entries + 1, DocumentsFailed = _health.DocumentsFailed + broken, LastError = broken > 0 ? "A message could not be read." : _refused.Count > 0 ? FeedHealth.NoRoom : "" };
            return await HandOnAsync(_seen.Fresh(decoded.Records), cancellationToken) && broken == 0;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>What was refused before; false when some still is.</summary>
    private async Task<bool> AgainAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var waiting = _seen.Fresh(_refused);
            _refused.Clear();
            if (waiting.Count == 0) return true;
            _health = _health with { LastError = "" };
            return await HandOnAsync(waiting, cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>False when the disk had no room for some of them; the others are tried, since a cancel goes through.</summary>
    private async Task<bool> HandOnAsync(List<FeedRecord> records, CancellationToken cancellationToken)
    {
        var all = true;
        foreach (var record in records)
        {
            try
            {
                await take(record, _source, cancellationToken);
                _seen.Done(record);
                _health = _health.Took(clock.GetUtcNow());
            }
            catch (LedgerFullException)
            {
                all = false;
                if (_refused.Count == RefusedMax) _refused.RemoveAt(0);
                _refused.Add(record);
                _health = _health with { LastError = FeedHealth.NoRoom };
            }
        }

        return all;
    }

    private void Broken(string error) => _health = _health.Bad(clock.GetUtcNow(), error) with { Reconnects = _health.Reconnects + 1 };
}
