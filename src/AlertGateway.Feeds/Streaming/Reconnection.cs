using System.Security.Authentication;
using System.Net.Sockets;
using System.Net.WebSockets;

namespace AlertGateway.Feeds.Streaming;

/// <summary>When a stream that broke is tried again: at once after a good connection, then after 1, 2, 4 … seconds, at most 60.</summary>
internal static class Reconnection
{
    private const int SecondsMax = 60;

    public static TimeSpan Delay(int failuresInARow) => failuresInARow <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(SecondsMax, 1 << Math.Min(failuresInARow - 1, 6)));

    /// <summary>What the other side or the network did; anything else is a bug and comes through.</summary>
    public static bool IsBreak(Exception e) => e is IOException or SocketException or WebSocketException or AuthenticationException or HttpRequestException;

    /// <summary>A sentence without addresses or content.</summary>
    public static string Sentence(Exception e) => e switch
    {
        SocketException s => $"The connection failed ({s.SocketErrorCode}).",
        WebSocketException w => $"The WebSocket broke ({w.WebSocketErrorCode}).",
        AuthenticationException => "The server's certificate was not accepted.",
        _ => "The connection broke.",
    };
}
