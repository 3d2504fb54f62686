using System.Security.Cryptography;
using AlertGateway.Channels.Keys;

namespace AlertGateway.Server.Publishing;

/// <summary>The key that signs the gateway's own alerts: ECDSA on P-256. Safe for concurrent use.</summary>
public sealed class PublishingKey : IDisposable
{
    private readonly ECDsa _key;
    private readonly Lock _lock = new();

    private PublishingKey(ECDsa key)
    {
        _key = key;
        PublicPem = key.ExportSubjectPublicKeyInfoPem();
        KeyId = Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()).AsSpan(0, 8));
    }

    /// <summary>The first 16 hexadecimal digits of the public key's SHA-256.</summary>
    public string KeyId { get; }

    /// <summary>SubjectPublicKeyInfo as PEM, for receivers to pin.</summary>
    public string PublicPem { get; }

    /// <summary>Reads the key, or makes one on the first run (mode 0600).</summary>
    /// <exception cref="InvalidOperationException">The file is open to others, or is no key.</exception>
    public static PublishingKey LoadOrCreate(string path)
    {
        if (!File.Exists(path))
        {
            using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var file = new FileStream(path, options);
            file.Write(System.Text.Encoding.ASCII.GetBytes(made.ExportPkcs8PrivateKeyPem()));
            file.Flush(flushToDisk: true);
        }

        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(SecretFile.Read(path));
            return new PublishingKey(key);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new InvalidOperationException($"The key file {path} does not hold a private key in PEM.", e);
        }
    }

    /// <summary>The document with the gateway's signature as its last child.</summary>
    public byte[] Sign(byte[] alert)
    {
        lock (_lock) return Cap.CapSigner.Sign(alert, _key, KeyId);
    }

    public void Dispose() => _key.Dispose();
}
