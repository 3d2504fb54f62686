using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AlertGateway.Core;

/// <summary>A hash over named fields that cannot be shifted into each other: each text goes in with its length.</summary>
internal sealed class Canon : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <param name="kind">What is hashed, with a version, so that hashes of different things never meet.</param>
    public Canon(string kind) => Text(kind);

    public Canon Text(string? value)
    {
        Span<byte> length = stackalloc byte[4];
        if (value is null)
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, -1);
            _hash.AppendData(length);
            return this;
        }

        var bytes = Encoding.UTF8.GetBytes(value);
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        _hash.AppendData(length);
        _hash.AppendData(bytes);
        return this;
    }

    public Canon Number(long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        _hash.AppendData(bytes);
        return this;
    }

    /// <summary>Seven decimals: a centimetre on the ground.</summary>
    public Canon Degrees(double value) => Text(value.ToString("F7", CultureInfo.InvariantCulture));

    public string Hex()
    {
        Span<byte> bytes = stackalloc byte[32];
        _hash.GetCurrentHash(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    public void Dispose() => _hash.Dispose();
}
