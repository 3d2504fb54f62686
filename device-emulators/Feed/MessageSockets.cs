using System.Net.WebSockets;

namespace AlertGateway.Emulators.Feed;

/// <summary>A WebSocket on which every reader gets the same text messages, as the earthquake services send them.</summary>
public sealed class MessageSockets
{
    private readonly List<WebSocket> _sockets = [];
    private readonly Lock _gate = new();
    private TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Connections since start.</summary>
    public int Accepted { get; private set; }

    /// <summary>Completes when a reader is connected.</summary>
    public Task ConnectedAsync()
    {
        lock (_gate) return _sockets.Count > 0 ? Task.CompletedTask : _connected.Task;
    }

    /// <summary>Holds a connection until it ends.</summary>
    public async Task HoldAsync(WebSocket socket, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _sockets.Add(socket);
            Accepted++;
            _connected.TrySetResult();
        }

        var buffer = new byte[1_024];
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken)).MessageType != WebSocketMessageType.Close)
            {
                // What readers ask is not answered.
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            // The reader is gone, or was dropped.
        }

        Forget(socket);
    }

    /// <summary>Sends one text message to all, in frames of at most <paramref name="frameBytes"/>.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> message, int frameBytes = int.MaxValue)
    {
        WebSocket[] sockets;
        lock (_gate) sockets = [.. _sockets];
        foreach (var socket in sockets)
        {
            try
            {
                for (var at = 0; at < message.Length; at += frameBytes)
                {
                    var piece = message.Slice(at, Math.Min(frameBytes, message.Length - at));
                    await socket.SendAsync(piece, WebSocketMessageType.Text, at + piece.Length == message.Length, CancellationToken.None);
                    if (frameBytes == int.MaxValue) break;
                }
            }
            catch (Exception e) when (e is WebSocketException or ObjectDisposedException or IOException or OperationCanceledException)
            {
                Forget(socket);
            }
        }
    }

    /// <summary>Drops every connection without a word.</summary>
    public void Drop()
    {
        WebSocket[] sockets;
        lock (_gate) sockets = [.. _sockets];
        foreach (var socket in sockets)
        {
            socket.Abort();
            Forget(socket);
        }
    }

    private void Forget(WebSocket socket)
    {
        lock (_gate)
        {
            if (_sockets.Remove(socket) && _sockets.Count == 0) _connected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
