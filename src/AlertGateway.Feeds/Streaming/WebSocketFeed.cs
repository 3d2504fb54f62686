using System.Net.WebSockets;
using AlertGateway.Cap;
using AlertGateway.Core.Ingest;
using AlertGateway.Feeds.Cap;
using AlertGateway.Feeds.Decoding;

namespace AlertGateway.Feeds.Streaming;

/// <summary>
/// Reads a WebSocket whose messages one of the decoders reads (EMSC, Wolfx): pings it, reconnects when it breaks or is silent, and after each connection reads the service's documents over HTTP,
/// so that what was said in between is not lost. Every revision of every record is handed on once.
/// </summary>
/// <param name="take">Takes one record; completes when what follows from it is durable.</param>
public sealed class WebSocketFeed(CapFeedOptions options, TimeProvider clock, Func<FeedRecord, SubmissionSource, CancellationToken, Task> take) : IFeedAdapter
{
    private const int MessageBytesMax = 1 << 20;
    private static readonly TimeSpan ConnectDeadline = TimeSpan.FromSeconds(10);

    private readonly HttpMessageInvoker _http = FeedFetcher.ClientOf(options);
    private readonly FeedDecoder _decode = FeedDecoders.ByKind[options.Kind];
    private readonly SubmissionSource _source = new("feed:" + options.Name, options.Official, 0);
    private readonly SeenRecords _seen = new();
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

    public void Dispose() => _http.Dispose();

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        using var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(15);
        socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(20); // A dead line is noticed although an event may be hours away.
        using (var deadline = new CancellationTokenSource(ConnectDeadline, clock))
        using (var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token)) await socket.ConnectAsync(options.Url, _http, linked.Token);
        _health = _health.Good(clock.GetUtcNow());
        await CatchUpAsync(cancellationToken);

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

            if (part.MessageType == WebSocketMessageType.Text) await TakeAsync(buffer.AsMemory(0, count).ToArray(), cancellationToken);
        }
    }

    private async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        foreach (var address in options.Recovery)
        {
            var answer = await new FeedFetcher(options with { Url = address }, _http, clock).GetAsync(address, null, null, cancellationToken);
            if (answer.Body is { } body) await TakeAsync(body, cancellationToken);
            else _health = _health with { LastError = answer.Error ?? "The document did not come." };
        }
    }

    private async Task TakeAsync(byte[] message, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var decoded = _decode(message, now);
        var broken = decoded.Findings.Count(f => f.Level == FindingLevel.Error);
        _health = _health.Good(now) with { Entries = _health.Entries + 1, DocumentsFailed = _health.DocumentsFailed + broken, LastError = broken == 0 ? "" : "A message could not be read." };
        foreach (var record in _seen.Fresh(decoded.Records))
        {
            await take(record, _source, cancellationToken);
            _seen.Done(record);
            _health = _health with { DocumentsTaken = _health.DocumentsTaken + 1 };
        }
    }

    private void Broken(string error) => _health = _health.Bad(clock.GetUtcNow(), error) with { Reconnects = _health.Reconnects + 1 };
}
