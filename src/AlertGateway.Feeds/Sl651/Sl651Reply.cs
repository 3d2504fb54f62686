using System.Buffers.Binary;
using System.Globalization;

namespace AlertGateway.Feeds.Sl651;

/// <summary>Writes the centre's answers (SL 651-2014 tables 12 and 23): a body of the serial number that is answered and the time of sending.</summary>
public static class Sl651Reply
{
    /// <summary>The message is durable here; the station stays on line (ESC).</summary>
    public static byte[] Confirm(Sl651Frame frame, DateTimeOffset now) => Write(frame, Sl651Marks.Esc, now);

    /// <summary>All packets of the message are durable here (ACK).</summary>
    public static byte[] ConfirmPackets(Sl651Frame frame, DateTimeOffset now) => Write(frame, Sl651Marks.Ack, now);

    /// <summary>Packets are missing: send the message again (NAK).</summary>
    public static byte[] Again(Sl651Frame frame, DateTimeOffset now) => Write(frame, Sl651Marks.Nak, now);

    private static byte[] Write(Sl651Frame frame, byte end, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var time = now.ToOffset(TimeSpan.FromHours(8)).ToString("yyMMddHHmmss", CultureInfo.InvariantCulture);
        if (frame.Ascii)
        {
            var serial = frame.Body.Length >= 4 ? System.Text.Encoding.ASCII.GetString(frame.Body.Span[..4]) : "0000";
            var text = string.Create(CultureInfo.InvariantCulture, $"\u0001{frame.Station}{frame.Centre:X2}{frame.Password:X4}{frame.Function:X2}8010\u0002{serial}{time}{(char)end}");
            return System.Text.Encoding.ASCII.GetBytes(text + Sl651Crc.Of(System.Text.Encoding.ASCII.GetBytes(text)).ToString("X4", CultureInfo.InvariantCulture));
        }

        var bytes = new byte[25];
        bytes[0] = bytes[1] = 0x7E;
        Convert.FromHexString(frame.Station).CopyTo(bytes, 2);
        bytes[7] = frame.Centre;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(8), frame.Password);
        bytes[10] = frame.Function;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(11), 0x8008); // downwards, eight bytes
        bytes[13] = Sl651Marks.Stx;
        frame.Body.Span[..Math.Min(2, frame.Body.Length)].CopyTo(bytes.AsSpan(14));
        Convert.FromHexString(time).CopyTo(bytes, 16);
        bytes[22] = end;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(23), Sl651Crc.Of(bytes.AsSpan(0, 23)));
        return bytes;
    }
}
