using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace AlertGateway.Emulators.SmsProvider;

/// <summary>
/// The <c>X-Twilio-Signature</c> header: base64 of HMAC-SHA1 under the auth token over the URL followed by every name and value,
/// names in ordinal order, each name's distinct values in ordinal order, all UTF-8.
/// </summary>
public static class TwilioSignature
{
    /// <summary>Length of the base64 text of a 20-byte digest.</summary>
    public const int TextLength = 28;

    /// <summary>Signature of a form that is posted to <paramref name="url"/>.</summary>
    public static string Compute(ReadOnlySpan<byte> authToken, string url, IEnumerable<KeyValuePair<string, string>> form)
    {
        var signed = new StringBuilder(url);
        foreach (var (name, value) in form
            .Distinct()
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .ThenBy(pair => pair.Value, StringComparer.Ordinal))
        {
            signed.Append(name).Append(value);
        }

        Span<byte> text = stackalloc byte[TextLength];
        Sign(authToken, Encoding.UTF8.GetBytes(signed.ToString()), text);
        return Encoding.ASCII.GetString(text);
    }

    /// <summary>Signs bytes that are already in the order above; writes <see cref="TextLength"/> characters.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "Twilio defines this header as HMAC-SHA1.")]
    public static void Sign(ReadOnlySpan<byte> authToken, ReadOnlySpan<byte> urlAndFields, Span<byte> text)
    {
        Span<byte> digest = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(authToken, urlAndFields, digest);
        System.Buffers.Text.Base64.EncodeToUtf8(digest, text, out _, out _);
    }
}
