using System.Globalization;
using System.Net;
using System.Text;
using AlertGateway.Emulators.Hosting;

namespace AlertGateway.Emulators.SmsProvider;

/// <summary>
/// The part that many callback URLs share: everything up to and including the last slash of the path. What follows it
/// (the tag, a query) stays with the message.
/// </summary>
internal sealed class CallbackTarget
{
    private CallbackTarget(byte[] prefix, byte[] pathPrefix, IPEndPoint endPoint, byte[] host)
    {
        Prefix = prefix;
        PathPrefix = pathPrefix;
        EndPoint = endPoint;
        Host = host;
    }

    /// <summary>The URL's beginning, exactly as given: the signature covers it.</summary>
    public byte[] Prefix { get; }

    /// <summary>The path's beginning, as sent in the request line.</summary>
    public byte[] PathPrefix { get; }

    /// <summary>Where to connect.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Value of the Host header.</summary>
    public byte[] Host { get; }

    /// <summary>Length of the shareable part of a URL, or -1 when the URL has no path or holds bytes no URL may hold.</summary>
    public static int PrefixLength(ReadOnlySpan<byte> url)
    {
        if (url.IndexOfAnyExceptInRange((byte)0x21, (byte)0x7E) >= 0) return -1;
        var end = url.IndexOfAny((byte)'?', (byte)'#');
        var path = end < 0 ? url : url[..end];
        var slash = path.LastIndexOf((byte)'/');
        return slash >= "http://h".Length ? slash + 1 : -1;
    }

    /// <summary>Reads a prefix; null unless it is plain http to this machine and its host has no underscore (21609).</summary>
    public static CallbackTarget? Parse(ReadOnlySpan<byte> prefix)
    {
        var text = Encoding.ASCII.GetString(prefix);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri)
            || uri.Scheme != Uri.UriSchemeHttp
            || uri.UserInfo.Length > 0
            || !Loopback.TryAddress(uri, out var address))
        {
            return null;
        }

        var host = uri.IsDefaultPort ? uri.Host : string.Create(CultureInfo.InvariantCulture, $"{uri.Host}:{uri.Port}");
        var path = text[text.IndexOf('/', "http://".Length)..];
        return new CallbackTarget(prefix.ToArray(), Encoding.ASCII.GetBytes(path), new IPEndPoint(address, uri.Port), Encoding.ASCII.GetBytes(host));
    }
}
