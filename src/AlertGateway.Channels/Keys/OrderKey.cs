using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace AlertGateway.Channels.Keys;

/// <summary>The gateway's one Ed25519 key (RFC 8032): its signature is what makes a loudspeaker or a transmitter speak. Thread-safe.</summary>
public sealed class OrderKey
{
    private readonly byte[] _seed;
    private readonly byte[] _publicKey = new byte[Ed25519.PublicKeySize];

    /// <param name="seed">32 secret bytes.</param>
    public OrderKey(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != Ed25519.SecretKeySize) throw new ArgumentException("An Ed25519 seed has 32 bytes.", nameof(seed));
        _seed = seed.ToArray();
        Ed25519.GeneratePublicKey(_seed, 0, _publicKey, 0);
        KeyId = Convert.ToHexStringLower(SHA256.HashData(_publicKey).AsSpan(0, 8));
    }

    /// <summary>The first 16 hexadecimal digits of the public key's SHA-256.</summary>
    public string KeyId { get; }

    /// <summary>32 bytes; installed on the devices by hand, never trusted on first use.</summary>
    public ReadOnlyMemory<byte> PublicKey => _publicKey;

    public string PublicKeyBase64 => Convert.ToBase64String(_publicKey);

    /// <summary>Reads the key, or makes one on the first run (mode 0600, durable before it is used).</summary>
    /// <exception cref="InvalidOperationException">The file is open to others, or is no key.</exception>
    public static OrderKey LoadOrCreate(string path)
    {
        if (!File.Exists(path)) Create(path);
        byte[] seed = new byte[Ed25519.SecretKeySize];
        if (!Convert.TryFromBase64String(SecretFile.Read(path), seed, out int length) || length != seed.Length) throw new InvalidOperationException($"The key file {path} does not hold the base64 of 32 bytes.");
        return new OrderKey(seed);
    }

    /// <summary>Signature over the UTF-8 bytes of a line.</summary>
    public string SignBase64(string line)
    {
        byte[] message = Encoding.UTF8.GetBytes(line);
        byte[] signature = new byte[Ed25519.SignatureSize];
        Ed25519.Sign(_seed, 0, message, 0, message.Length, signature, 0);
        return Convert.ToBase64String(signature);
    }

    /// <summary>True when <paramref name="signature"/> is this key's over the UTF-8 bytes of <paramref name="line"/>. False also for keys and signatures of a wrong length.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, string line, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != Ed25519.PublicKeySize || signature.Length != Ed25519.SignatureSize) return false;
        byte[] message = Encoding.UTF8.GetBytes(line);
        return Ed25519.Verify(signature.ToArray(), 0, publicKey.ToArray(), 0, message, 0, message.Length);
    }

    /// <summary>A secret for another purpose that needs no file of its own and survives restarts.</summary>
    internal byte[] Derive(string purpose) => HMACSHA256.HashData(_seed, Encoding.UTF8.GetBytes(purpose));

    private static void Create(string path)
    {
        string temporary = path + ".new";
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(temporary, options))
        {
            file.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(Ed25519.SecretKeySize))));
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: false);
    }
}
