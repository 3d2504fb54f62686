using System.Net;

namespace AlertGateway.Emulators.Hosting;

/// <summary>Emulators talk to this machine only: a mistyped address must never load or alarm anybody else.</summary>
public static class Loopback
{
    /// <summary>True when the URI's host is <c>localhost</c>, in 127.0.0.0/8 or ::1.</summary>
    public static bool IsTarget(Uri uri) => TryAddress(uri, out _);

    /// <summary>The address to connect to, without asking a resolver.</summary>
    public static bool TryAddress(Uri uri, out IPAddress address)
    {
        address = IPAddress.Loopback;
        if (string.Equals(uri.Host, "localhost", StringComparison.OrdinalIgnoreCase)) return true;
        if (!IPAddress.TryParse(uri.Host.Trim('[', ']'), out var parsed) || !IPAddress.IsLoopback(parsed)) return false;
        address = parsed;
        return true;
    }
}
