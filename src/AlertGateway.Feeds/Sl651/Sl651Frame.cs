namespace AlertGateway.Feeds.Sl651;

/// <summary>Control characters and function codes of SL 651-2014.</summary>
internal static class Sl651Marks
{
    public const byte Stx = 0x02, Etx = 0x03, Eot = 0x04, Enq = 0x05, Ack = 0x06, Nak = 0x15, Syn = 0x16, Etb = 0x17, Esc = 0x1B;

    /// <summary>Function codes: keep-alive, test, uniform series, timed, alarm, hourly, typed in by hand, picture.</summary>
    public const byte Link = 0x2F, Test = 0x30, Uniform = 0x31, Timed = 0x32, Alarm = 0x33, Hourly = 0x34, Manual = 0x35, Picture = 0x36;
}

/// <summary>One frame whose checksum was good. The station's password is kept for comparison only and printed nowhere.</summary>
public sealed record Sl651Frame
{
    /// <summary>True when the characters of header and body are ASCII text (start 01), false for the HEX/BCD coding (start 7E7E).</summary>
    public required bool Ascii { get; init; }

    /// <summary>Address of the centre, 1 to 255.</summary>
    public required byte Centre { get; init; }

    /// <summary>Address of the station: ten hexadecimal digits, capitals.</summary>
    public required string Station { get; init; }

    internal ushort Password { get; init; }

    public required byte Function { get; init; }

    /// <summary>From a station to the centre.</summary>
    public required bool Uplink { get; init; }

    /// <summary>Packets of the message, 1 for a message in one frame; at most 4095.</summary>
    public required int PacketTotal { get; init; }

    /// <summary>From 1.</summary>
    public required int PacketIndex { get; init; }

    /// <summary>Between the start mark (and the packet numbers) and the end mark.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>ETX and ETB upwards; EOT, ENQ, ACK, NAK, ESC downwards.</summary>
    public required byte End { get; init; }
}
