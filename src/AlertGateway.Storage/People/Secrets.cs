using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace AlertGateway.Storage.People;

/// <summary>Tokens: 256 random bits that are shown once. Only their SHA-256 is kept; with that much entropy no slow hash is needed.</summary>
internal static class Secrets
{
    private const string Prefix = "agw_";
    private const int SecretBytes = 32;

    /// <summary>Length of every token's text.</summary>
    public static readonly int TokenChars = Prefix.Length + 43;

    public static string New(RandomNumberGenerator randomness)
    {
        var bytes = new byte[SecretBytes];
        randomness.GetBytes(bytes);
        return Prefix + Base64Url.EncodeToString(bytes);
    }

    /// <summary>Null for a text that cannot be a token.</summary>
    public static byte[]? HashOf(string? token)
    {
        if (token is null || token.Length != TokenChars || !token.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        return SHA256.HashData(Encoding.UTF8.GetBytes(token));
    }
}
