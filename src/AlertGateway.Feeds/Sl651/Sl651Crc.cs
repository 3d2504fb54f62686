namespace AlertGateway.Feeds.Sl651;

/// <summary>CRC-16 of SL 651-2014: polynomial 0xA001 (reflected), initial value 0xFFFF, no final xor; sent high byte first. The check value of "123456789" is 0x4B37.</summary>
public static class Sl651Crc
{
    public static ushort Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = 0xFFFF;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xA001 : crc >> 1;
        }

        return (ushort)crc;
    }
}
