using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace AlertGateway.Channels.Sms;

/// <summary><c>X-Twilio-Signature</c>: base64(HMAC-SHA1(token, public URL + every name and value of the form, names in ordinal order, the distinct values of a name in ordinal order)). Thread-safe.</summary>
internal sealed class TwilioSignature(string authToken)
{
    /// <summary>Base64 of 20 bytes.</summary>
    public const int Length = 28;

    // Keyed once a thread, for as long as one provider's receipts come: every receipt of a city is checked.
    [ThreadStatic]
    private static (TwilioSignature Owner, IncrementalHash Hmac)? _keyed;

    private readonly byte[] _key = Encoding.UTF8.GetBytes(authToken);

    /// <summary>True when <paramref name="given"/> signs exactly this URL and form. The comparison takes the same time wherever the two differ.</summary>
    public bool Verify(ReadOnlySpan<char> given, ReadOnlySpan<char> publicUrl, scoped in CallbackForm form)
    {
        Span<byte> claimed = stackalloc byte[Length];
        Span<byte> expected = stackalloc byte[Length];
        if (given.Length != Length || !Encoding.ASCII.TryGetBytes(given, claimed, out int written) || written != Length) return false;
        Compute(publicUrl, form, expected);
        return CryptographicOperations.FixedTimeEquals(claimed, expected);
    }

    [SuppressMessage("Security", "CA5350", Justification = "Twilio defines this header as HMAC-SHA1.")]
    public void Compute(ReadOnlySpan<char> publicUrl, scoped in CallbackForm form, Span<byte> base64)
    {
        byte[] text = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(publicUrl.Length) + form.SignedBytesMax);
        int length = Encoding.UTF8.GetBytes(publicUrl, text);
        length += form.WriteSigned(text.AsSpan(length));
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        if (_keyed is not { } keyed || keyed.Owner != this)
        {
            _keyed?.Hmac.Dispose();
            _keyed = keyed = (this, IncrementalHash.CreateHMAC(HashAlgorithmName.SHA1, _key));
        }
        var hmac = keyed.Hmac;
        hmac.AppendData(text.AsSpan(0, length));
        hmac.GetHashAndReset(hash);
        ArrayPool<byte>.Shared.Return(text);
        Base64.EncodeToUtf8(hash, base64, out _, out _);
    }
}
