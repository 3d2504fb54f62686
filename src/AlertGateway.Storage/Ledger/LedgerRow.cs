using System.Numerics;
using System.Runtime.InteropServices;

namespace AlertGateway.Storage.Ledger;

/// <summary>How an event lies in its row; <c>docs/ledger-format.md</c> must agree with this file.</summary>
internal static class LedgerRow
{
    /// <summary>Written to <c>PRAGMA application_id</c>: "AGWL".</summary>
    public const int ApplicationId = 0x4147_574C;

    /// <summary>Written to <c>PRAGMA user_version</c>; a ledger with a greater one is refused.</summary>
    public const int FormatVersion = 3;

    /// <summary>The small fields packed: kind, channel, purpose, attempt, code, from the lowest byte up.</summary>
    public static long Head(in LedgerEvent e) =>
        (byte)e.Kind | ((long)e.Channel << 8) | ((long)e.Purpose << 16) | ((long)e.Attempt << 24) | ((long)e.Code << 32);

    public static LedgerEvent Unpack(long head, long atTicks, int dissemination, int endpoint, long number, ReadOnlyMemory<byte> body) => new()
    {
        Kind = (LedgerEventKind)(byte)head,
        Channel = (byte)(head >> 8),
        Purpose = (byte)(head >> 16),
        Attempt = (byte)(head >> 24),
        Code = (byte)(head >> 32),
        AtTicks = atTicks,
        DisseminationNo = dissemination,
        EndpointNo = endpoint,
        Number = number,
        Body = body,
    };

    /// <summary>CRC-32C over sequence, predecessor, shard, fence and every field, so that a row copied, moved or changed is seen.</summary>
    public static uint Checksum(long sequence, long previous, int shard, long fence, long head, long atTicks, int dissemination, int endpoint, long number, ReadOnlySpan<byte> body)
    {
        uint crc = uint.MaxValue;
        crc = BitOperations.Crc32C(crc, (ulong)sequence);
        crc = BitOperations.Crc32C(crc, (ulong)previous);
        crc = BitOperations.Crc32C(crc, (ulong)(uint)shard);
        crc = BitOperations.Crc32C(crc, (ulong)fence);
        crc = BitOperations.Crc32C(crc, (ulong)head);
        crc = BitOperations.Crc32C(crc, (ulong)atTicks);
        crc = BitOperations.Crc32C(crc, ((ulong)(uint)dissemination << 32) | (uint)endpoint);
        crc = BitOperations.Crc32C(crc, (ulong)number);
        var words = MemoryMarshal.Cast<byte, ulong>(body);
        foreach (ulong word in words) crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word));
        foreach (byte b in body[(words.Length * 8)..]) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
