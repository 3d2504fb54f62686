using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace AlertGateway.Server.Demo;

/// <summary>
/// Ports that a process is told before it starts. They lie below the ports that systems give to outgoing connections (32768 and up on Linux), so that no connection made meanwhile takes one away.
/// </summary>
internal static class LoopbackPort
{
    private const int Tries = 100, Lowest = 20_000, Highest = 32_000;
    private static readonly ConcurrentDictionary<int, bool> Given = [];

    /// <param name="wanted">The wanted port, or the next free one after it; 0 takes any.</param>
    public static int Free(int wanted = 0)
    {
        int from = wanted == 0 ? Random.Shared.Next(Lowest, Highest) : wanted;
        for (int port = from; port < from + Tries; port++)
        {
            if (wanted == 0 && Given.ContainsKey(port)) continue; // for another process of this house, which has not bound it yet
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                Given[port] = true;
                return port;
            }
            catch (SocketException)
            {
                // Taken; the next one.
            }
        }
        throw new InvalidOperationException($"127.0.0.1:{from} 起一百个端口都被占用 · a hundred ports from {from} on are taken.");
    }
}
