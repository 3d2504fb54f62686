using System.Buffers;
using System.Security.Cryptography;

namespace AlertGateway.Channels.Broadcast;

/// <summary>
/// A folder of <c>{sha256}.wav</c>, each with its map <c>{sha256}.json</c>. A programme is durable when <see cref="Put"/> returns. Each is read and checked against its name once, then served from memory: 2,000 loudspeakers fetch the same one. Thread-safe.
/// </summary>
public sealed class ProgrammeStore : IProgrammeStore
{
    /// <summary>Largest programme, in bytes: about 25 minutes.</summary>
    public const int BytesMax = 64 * 1024 * 1024;

    /// <summary>Programmes held in memory; the one opened longest ago leaves first.</summary>
    public const int MemoryMax = 16;

    /// <summary>Largest map, in bytes.</summary>
    public const int MapBytesMax = 1024 * 1024;

    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    private readonly string _folder;
    private readonly Lock _lock = new();
    private readonly LinkedList<(string Sha256, byte[] Wav)> _memory = [];

    public ProgrammeStore(string folder)
    {
        _folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(_folder);
    }

    /// <summary>Stores a programme and returns its hash; a programme that is there already is left alone.</summary>
    public string Put(ReadOnlySpan<byte> wav)
    {
        if (wav.Length is 0 or > BytesMax) throw new ArgumentException($"A programme has 1…{BytesMax} bytes.", nameof(wav));
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(wav));
        string path = PathOf(sha256);
        lock (_lock)
        {
            if (TryRead(sha256, out _)) return sha256;
            string temporary = path + ".new";
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            {
                file.Write(wav);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        return sha256;
    }

    public bool TryOpen(string sha256, out ReadOnlyMemory<byte> wav)
    {
        wav = default;
        if (!IsSha256(sha256)) return false;
        lock (_lock)
        {
            for (var node = _memory.First; node is not null; node = node.Next)
            {
                if (node.Value.Sha256 != sha256) continue;
                _memory.Remove(node);
                _memory.AddFirst(node);
                wav = node.Value.Wav;
                return true;
            }
            if (!TryRead(sha256, out byte[] bytes)) return false;
            _memory.AddFirst((sha256, bytes));
            if (_memory.Count > MemoryMax) _memory.RemoveLast();
            wav = bytes;
            return true;
        }
    }

    /// <summary>Keeps the map of a programme beside it, over an older one. It helps people look; nothing that is sent hangs on it.</summary>
    public void PutMap(string sha256, ReadOnlySpan<byte> map)
    {
        if (!IsSha256(sha256)) throw new ArgumentException("Not a SHA-256.", nameof(sha256));
        if (map.Length is 0 or > MapBytesMax) throw new ArgumentException($"A map has 1…{MapBytesMax} bytes.", nameof(map));
        string path = MapPathOf(sha256);
        lock (_lock)
        {
            File.WriteAllBytes(path + ".new", map);
            File.Move(path + ".new", path, overwrite: true);
        }
    }

    public bool TryOpenMap(string sha256, out ReadOnlyMemory<byte> map)
    {
        map = default;
        if (!IsSha256(sha256)) return false;
        var file = new FileInfo(MapPathOf(sha256));
        if (!file.Exists || file.Length > MapBytesMax) return false;
        map = File.ReadAllBytes(file.FullName);
        return true;
    }

    /// <summary>64 lower-case hexadecimal digits: nothing else ever becomes part of a path.</summary>
    internal static bool IsSha256(string text) => text.Length == 64 && !text.AsSpan().ContainsAnyExcept(Hex);

    private string MapPathOf(string sha256) => Path.Combine(_folder, sha256 + ".json");

    private string PathOf(string sha256) => Path.Combine(_folder, sha256 + ".wav");

    private bool TryRead(string sha256, out byte[] bytes)
    {
        bytes = [];
        var file = new FileInfo(PathOf(sha256));
        if (!file.Exists || file.Length > BytesMax) return false;
        byte[] read = File.ReadAllBytes(file.FullName);
        if (Convert.ToHexStringLower(SHA256.HashData(read)) != sha256) return false;
        bytes = read;
        return true;
    }
}
