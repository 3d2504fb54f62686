using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AlertGateway.Cap;

/// <summary>The public keys that the operator trusts, each for one sender only. Immutable, so safe to share between threads.</summary>
public sealed class PinnedKeys
{
    private readonly Dictionary<string, List<byte[]>> _bySender = new(StringComparer.Ordinal);

    /// <summary>No key is trusted: no signature can be <see cref="SignatureOutcome.Valid"/>.</summary>
    public static PinnedKeys None { get; } = new([]);

    /// <param name="keys">CAP <c>sender</c>, compared character by character, and the key as SubjectPublicKeyInfo in DER.</param>
    public PinnedKeys(IEnumerable<(string Sender, byte[] SubjectPublicKeyInfo)> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        foreach (var (sender, key) in keys)
        {
            if (!_bySender.TryGetValue(sender, out var list)) _bySender.Add(sender, list = []);
            list.Add([.. key]);
        }
    }

    /// <summary>The public key in a PEM certificate or a PEM public key. The certificate's dates do not matter: an alert is checked years later too.</summary>
    /// <exception cref="CryptographicException">The text is neither.</exception>
    public static byte[] FromPem(string pem)
    {
        ArgumentNullException.ThrowIfNull(pem);
        if (pem.Contains("BEGIN CERTIFICATE", StringComparison.Ordinal))
        {
            using var certificate = X509Certificate2.CreateFromPem(pem);
            return certificate.PublicKey.ExportSubjectPublicKeyInfo();
        }

        var fields = PemEncoding.TryFind(pem, out var found) ? found : throw new CryptographicException("The text holds no PEM.");
        return pem.AsSpan()[fields.Label] is "PUBLIC KEY"
            ? Convert.FromBase64String(pem[fields.Base64Data])
            : throw new CryptographicException("The PEM is neither a certificate nor a public key.");
    }

    internal IReadOnlyList<byte[]> For(string sender) => _bySender.TryGetValue(sender, out var keys) ? keys : [];
}
