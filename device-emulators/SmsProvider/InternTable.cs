using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace AlertGateway.Emulators.SmsProvider;

/// <summary>
/// Values made once for each distinct run of bytes. Bounded: past <paramref name="capacity"/> new values are made but not kept.
/// </summary>
/// <param name="capacity">Most values kept.</param>
internal sealed class InternTable<T>(int capacity)
    where T : class
{
    private readonly ConcurrentDictionary<byte[], T> _values = new(ByteComparer.Instance);
    private int _count;

    /// <summary>Makes the value of some bytes.</summary>
    public delegate T? Make(ReadOnlySpan<byte> bytes);

    /// <summary>The kept value, or a new one; null when <paramref name="make"/> refuses the bytes.</summary>
    public T? Get(ReadOnlySpan<byte> bytes, Make make)
    {
        var lookup = _values.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (lookup.TryGetValue(bytes, out var value)) return value;
        value = make(bytes);
        if (value is null || Volatile.Read(ref _count) >= capacity) return value;
        if (lookup.TryAdd(bytes, value)) Interlocked.Increment(ref _count);
        return value;
    }

    private sealed class ByteComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly ByteComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
