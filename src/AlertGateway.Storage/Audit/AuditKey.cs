using System.Security.Cryptography;
using System.Text;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Storage.Audit;

/// <summary>The installation's own key for audit heads: ECDSA on P-256, made on the first start with mode 0600, never shipped. The ledger's writer is its only user. Not thread-safe.</summary>
public sealed class AuditKey : IDisposable
{
    private readonly ECDsa _key;

    private AuditKey(ECDsa key)
    {
        _key = key;
        PublicPem = key.ExportSubjectPublicKeyInfoPem();
    }

    /// <summary>SubjectPublicKeyInfo as PEM: for whoever verifies, best kept elsewhere.</summary>
    public string PublicPem { get; }

    /// <summary>Reads the key, or makes one with its public half beside it (<c>.pub</c>), durable before it is used.</summary>
    /// <exception cref="LedgerException">The file is open to others, or is no such key.</exception>
    public static AuditKey LoadOrCreate(string path)
    {
        if (!File.Exists(path)) Create(path);
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0) throw new LedgerException($"The audit key {path} can be read by others: chmod 600.");
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            if (key.KeySize != 256) throw new LedgerException($"The audit key {path} is not a P-256 key.");
            return new AuditKey(key);
        }
        catch (Exception ex) when (ex is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new LedgerException($"The audit key {path} does not hold a private key in PEM.", ex);
        }
        catch (LedgerException)
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Signs a head.</summary>
    public AuditHead Sign(AuditHead unsigned)
    {
        ArgumentNullException.ThrowIfNull(unsigned);
        return unsigned with { Signature = Convert.ToBase64String(_key.SignData(Encoding.ASCII.GetBytes(unsigned.Signed), HashAlgorithmName.SHA256)) };
    }

    public void Dispose() => _key.Dispose();

    private static void Create(string path)
    {
        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write(path + ".pub", made.ExportSubjectPublicKeyInfoPem() + "\n", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        string half = path + ".new";
        Write(half, made.ExportPkcs8PrivateKeyPem() + "\n", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(half, path, overwrite: false);
    }

    private static void Write(string path, string text, UnixFileMode mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
        using var file = new FileStream(path, options);
        file.Write(Encoding.ASCII.GetBytes(text));
        file.Flush(flushToDisk: true);
    }
}

/// <summary>Checks heads against a public key. Not thread-safe.</summary>
public sealed class AuditHeadCheck : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create();

    /// <exception cref="LedgerException">No public key in PEM.</exception>
    public AuditHeadCheck(string publicPem)
    {
        try
        {
            _key.ImportFromPem(publicPem);
        }
        catch (Exception ex) when (ex is ArgumentException or CryptographicException)
        {
            _key.Dispose();
            throw new LedgerException("The audit's public key is not a public key in PEM.", ex);
        }
    }

    public bool IsSigned(AuditHead head)
    {
        ArgumentNullException.ThrowIfNull(head);
        Span<byte> signature = stackalloc byte[64];
        return head.Signature.Length == 88 && Convert.TryFromBase64String(head.Signature, signature, out int length) && length == 64 && Convert.ToBase64String(signature) == head.Signature
            && _key.VerifyData(Encoding.ASCII.GetBytes(head.Signed), signature, HashAlgorithmName.SHA256);
    }

    public void Dispose() => _key.Dispose();
}
