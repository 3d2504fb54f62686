using System.Globalization;
using System.Net;

namespace AlertGateway.Emulators.ClientHost;

/// <summary>An emulator makes load, so it talks to 127.0.0.0/8 and ::1 only.</summary>
internal static class Loopback
{
    /// <summary>Reads <c>HOST:PORT</c>; a host outside the loopback is a <see cref="UsageException"/>.</summary>
    public static IPEndPoint Endpoint(string hostAndPort)
    {
        var colon = hostAndPort.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(hostAndPort.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port is < 1 or > 65535)
        {
            throw new UsageException($"'{hostAndPort}' is not HOST:PORT");
        }

        return TryAddress(hostAndPort[..colon].Trim('[', ']'), out var address)
            ? new IPEndPoint(address, port)
            : throw new UsageException($"'{hostAndPort}' is not on the loopback; an emulator refuses to put load on anything else");
    }

    /// <summary>Reads an absolute http address; one outside the loopback is a <see cref="UsageException"/>.</summary>
    public static Uri Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && IsAllowed(uri)
            ? uri
            : throw new UsageException($"'{text}' is not an http address on the loopback; an emulator refuses to put load on anything else");

    public static bool IsAllowed(Uri uri) => uri.Scheme is "http" or "https" && TryAddress(uri.Host.Trim('[', ']'), out _);

    // "localhost" is not looked up: a hosts file could send it elsewhere.
    private static bool TryAddress(string host, out IPAddress address)
    {
        if (host == "localhost")
        {
            address = IPAddress.Loopback;
            return true;
        }

        return IPAddress.TryParse(host, out address!) && IPAddress.IsLoopback(address);
    }
}
