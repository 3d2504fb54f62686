using System.Buffers.Binary;

namespace AlertGateway.Core.Targeting;

/// <summary>Until when each village may be warned, as the ledger keeps it and hashes are over it: a count (int32), then UTC ticks (int64) by the village's index in the registry, little-endian.</summary>
internal static class VillageEnds
{
    public static byte[] Body(ReadOnlySpan<long> ends)
    {
        var body = new byte[4 + (8 * ends.Length)];
        BinaryPrimitives.WriteInt32LittleEndian(body, ends.Length);
        for (int i = 0; i < ends.Length; i++) BinaryPrimitives.WriteInt64LittleEndian(body.AsSpan(4 + (8 * i)), ends[i]);
        return body;
    }

    /// <param name="body">A whole one.</param>
    public static long[] Read(ReadOnlySpan<byte> body)
    {
        var ends = new long[BinaryPrimitives.ReadInt32LittleEndian(body)];
        for (int i = 0; i < ends.Length; i++) ends[i] = BinaryPrimitives.ReadInt64LittleEndian(body[(4 + (8 * i))..]);
        return ends;
    }

    public static bool IsWhole(ReadOnlySpan<byte> body) => body.Length >= 4 && BinaryPrimitives.ReadInt32LittleEndian(body) is >= 0 and var count && body.Length == 4 + (8L * count);
}
