using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace AlertGateway.Storage.Ledger;

/// <summary>
/// Files that spare a start the reading of the whole ledger. They are never the truth: each carries its length and check sum, and whoever finds one missing, torn or changed reads the ledger instead. Not flushed to the disk for the same
/// reason. Not thread-safe.
/// </summary>
public sealed class SnapshotFolder
{
    /// <summary>First four bytes of every file: "AGWS".</summary>
    public const uint Mark = 0x5357_4741;

    /// <summary>Form of what the files hold; others are not read.</summary>
    public const int FormatVersion = 4;

    private const int HeaderBytes = 20;
    private const string Making = ".new";

    private readonly string _folder;

    public SnapshotFolder(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
        foreach (string cut in Directory.EnumerateFiles(folder, "*" + Making)) File.Delete(cut);
    }

    /// <summary>Writes a file whole or not at all.</summary>
    /// <exception cref="IOException">It could not be written, and nothing of it stays.</exception>
    public void Write(string name, ReadOnlySpan<byte> content)
    {
        string path = Path.Combine(_folder, name);
        Span<byte> header = stackalloc byte[HeaderBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(header, Mark);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], FormatVersion);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], Checksum(content));
        try
        {
            using (var file = new FileStream(path + Making, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                file.Write(header);
                file.Write(content);
            }
            File.Move(path + Making, path, overwrite: true);
        }
        catch (IOException)
        {
            // On a full disk its space is for the ledger.
            File.Delete(path + Making);
            throw;
        }
    }

    /// <summary>Null when the file is missing, torn, changed or of another form.</summary>
    public byte[]? Read(string name)
    {
        byte[] buffer = [];
        return TryRead(name, ref buffer, out int length) ? buffer[..length] : null;
    }

    /// <summary>As <see cref="Read"/>, into a buffer that is made larger when it must be: the next file finds its pages there already. Several threads may read at once, each with a buffer of its own.</summary>
    /// <param name="length">Bytes of the buffer that are the file's content.</param>
    public bool TryRead(string name, ref byte[] buffer, out int length)
    {
        length = 0;
        string path = Path.Combine(_folder, name);
        if (!File.Exists(path)) return false;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            Span<byte> header = stackalloc byte[HeaderBytes];
            if (file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes) return false;
            long stated = BinaryPrimitives.ReadInt64LittleEndian(header[8..]);
            if (BinaryPrimitives.ReadUInt32LittleEndian(header) != Mark || BinaryPrimitives.ReadInt32LittleEndian(header[4..]) != FormatVersion || stated != file.Length - HeaderBytes || stated > Array.MaxLength) return false;
            length = (int)stated;
            if (buffer.Length < length) buffer = GC.AllocateUninitializedArray<byte>(length);
            var content = buffer.AsSpan(0, length);
            file.ReadExactly(content);
            return Checksum(content) == BinaryPrimitives.ReadUInt32LittleEndian(header[16..]);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Removes every file that is not named.</summary>
    public void KeepOnly(IReadOnlySet<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        foreach (string path in Directory.EnumerateFiles(_folder))
        {
            if (!names.Contains(Path.GetFileName(path))) File.Delete(path);
        }
    }

    private static uint Checksum(ReadOnlySpan<byte> content)
    {
        uint crc = uint.MaxValue;
        var words = MemoryMarshal.Cast<byte, ulong>(content);
        foreach (ulong word in words) crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        foreach (byte b in content[(words.Length * 8)..]) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
