using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AlertGateway.Core.Tracking;

/// <summary>Writes numbers and arrays as this machine holds them (little-endian; others keep no snapshots). Used again and again; not thread-safe.</summary>
internal sealed class SnapshotWriter
{
    private byte[] _buffer = new byte[64 * 1024];
    private int _used;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _used);

    public void Clear() => _used = 0;

    public void Put<T>(T value) where T : unmanaged => MemoryMarshal.Write(Room(Unsafe.SizeOf<T>()), in value);

    public void PutAll<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        Put(values.Length);
        var bytes = MemoryMarshal.AsBytes(values);
        bytes.CopyTo(Room(bytes.Length));
    }

    private Span<byte> Room(int bytes)
    {
        if (_buffer.Length - _used < bytes) Array.Resize(ref _buffer, Math.Max(checked(_used + bytes), Math.Min(Array.MaxLength, _buffer.Length * 2)));
        _used += bytes;
        return _buffer.AsSpan(_used - bytes, bytes);
    }
}

/// <summary>Reads what <see cref="SnapshotWriter"/> wrote. Every length is checked against what is left.</summary>
internal ref struct SnapshotReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _left = bytes;

    public readonly bool IsAtEnd => _left.IsEmpty;

    /// <exception cref="InvalidDataException">The snapshot ends too early.</exception>
    public T Get<T>() where T : unmanaged => MemoryMarshal.Read<T>(Take(Unsafe.SizeOf<T>()));

    /// <exception cref="InvalidDataException">The snapshot ends too early.</exception>
    public ReadOnlySpan<T> GetAll<T>() where T : unmanaged
    {
        int count = Get<int>(), size = Unsafe.SizeOf<T>();
        if (count < 0 || count > _left.Length / size) throw new InvalidDataException("A list of the snapshot is longer than the snapshot.");
        return MemoryMarshal.Cast<byte, T>(Take(count * size));
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _left.Length) throw new InvalidDataException("The snapshot ends too early.");
        var taken = _left[..count];
        _left = _left[count..];
        return taken;
    }
}
