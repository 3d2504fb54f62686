using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace AlertGateway.Tests.Channels;

/// <summary>An app of a few lines: SignalR's JSON protocol by hand over a WebSocket, frames ended by 0x1E.</summary>
internal sealed class ResidentFarSide : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly System.Threading.Channels.Channel<string> _alerts = System.Threading.Channels.Channel.CreateUnbounded<string>();
    private readonly System.Threading.Channels.Channel<JsonElement> _answers = System.Threading.Channels.Channel.CreateUnbounded<JsonElement>();
    private Task _reading = Task.CompletedTask;
    private int _invocation;
    private int _count;

    public int Received => Volatile.Read(ref _count);

    /// <summary>Completes when the connection has ended.</summary>
    public Task Ended => _reading;

    public static async Task<ResidentFarSide> ConnectAsync(Uri url, string token, bool inQuery, CancellationToken cancellationToken)
    {
        var app = new ResidentFarSide();
        var hub = new UriBuilder(url) { Scheme = "ws", Path = "/hubs/resident", Query = inQuery ? $"access_token={Uri.EscapeDataString(token)}" : "" }.Uri;
        if (!inQuery) app._socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        app._socket.Options.CollectHttpResponseDetails = true;
        await app._socket.ConnectAsync(hub, cancellationToken);
        await app.SendAsync("""{"protocol":"json","version":1}""", cancellationToken);
        app._reading = app.ReadAsync(cancellationToken);
        return app;
    }

    public async Task<long> HelloAsync(long cursor, CancellationToken cancellationToken) => (await InvokeAsync("Hello", [cursor], cancellationToken)).GetProperty("cursor").GetInt64();

    public async Task<bool> AckAsync(string tag, string level, CancellationToken cancellationToken) => (await InvokeAsync("Ack", [tag, level], cancellationToken)).GetBoolean();

    /// <summary>Raw JSON of the next message.</summary>
    public ValueTask<string> NextAsync(CancellationToken cancellationToken) => _alerts.Reader.ReadAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
    }

    private async Task<JsonElement> InvokeAsync(string target, object[] arguments, CancellationToken cancellationToken)
    {
        await SendAsync(JsonSerializer.Serialize(new { type = 1, invocationId = (++_invocation).ToString(), target, arguments }), cancellationToken);
        return await _answers.Reader.ReadAsync(cancellationToken);
    }

    private Task SendAsync(string json, CancellationToken cancellationToken) => _socket.SendAsync(Encoding.UTF8.GetBytes(json + '\u001e'), WebSocketMessageType.Text, true, cancellationToken);

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[64 * 1024];
        int length = 0;
        try
        {
            while (true)
            {
                var read = await _socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
                if (read.MessageType == WebSocketMessageType.Close) break;
                length += read.Count;
                int end;
                while ((end = buffer.AsSpan(0, length).IndexOf((byte)0x1e)) >= 0)
                {
                    Handle(Encoding.UTF8.GetString(buffer, 0, end));
                    buffer.AsSpan(end + 1, length - end - 1).CopyTo(buffer);
                    length -= end + 1;
                }
            }
        }
        catch (Exception ex) when (ex is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The connection was cut: the test asked for it.
        }
        _alerts.Writer.TryComplete();
    }

    private void Handle(string frame)
    {
        using var document = JsonDocument.Parse(frame);
        if (!document.RootElement.TryGetProperty("type", out var type)) return;
        if (type.GetInt32() == 3 && document.RootElement.TryGetProperty("result", out var result)) _answers.Writer.TryWrite(result.Clone());
        if (type.GetInt32() != 1 || document.RootElement.GetProperty("target").GetString() != "Alert") return;
        Interlocked.Increment(ref _count);
        _alerts.Writer.TryWrite(document.RootElement.GetProperty("arguments")[0].GetRawText());
    }
}
