using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace AlertGateway.Feeds.Sl651;

/// <summary>What the reader met: a good frame, or bytes that are none.</summary>
/// <param name="Frame">Null for skipped bytes.</param>
/// <param name="SkippedBytes">How many bytes before this were no frame.</param>
/// <param name="BadChecksums">How many of the places skipped looked like a frame but for the checksum.</param>
public readonly record struct Sl651Item(Sl651Frame? Frame, int SkippedBytes, int BadChecksums);

/// <summary>
/// Cuts a byte stream into frames of SL 651-2014, in both codings. The result does not depend on how the stream was cut into reads. After garbage or a bad checksum it looks for the
/// next start mark. Holds at most one frame (4.2 KB) and what was appended last. Not thread-safe.
/// </summary>
public sealed class Sl651FrameReader
{
    private const int BinaryHeader = 14;  // 7E7E, centre 1, station 5, password 2, function 1, direction and length 2, start mark 1
    private const int AsciiHeader = 24;   // 01, then the same as digits, start mark 1
    private const int PacketNumbers = 3;  // total and index, 12 bits each

    private byte[] _buffer = new byte[8192];
    private int _start, _end;
    private int _skipped, _badChecksums;

    /// <summary>Bytes skipped since the last item.</summary>
    public int Skipped => _skipped;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_buffer.Length - _end < bytes.Length)
        {
            var held = _end - _start;
            var target = _buffer.Length - held >= bytes.Length ? _buffer : new byte[Math.Max(_buffer.Length, held + bytes.Length)];
            _buffer.AsSpan(_start, held).CopyTo(target);
            (_buffer, _start, _end) = (target, 0, held);
        }

        bytes.CopyTo(_buffer.AsSpan(_end));
        _end += bytes.Length;
    }

    /// <summary>The next frame; false when more bytes are needed.</summary>
    public bool TryRead(out Sl651Item item)
    {
        while (true)
        {
            var at = _buffer.AsSpan(_start, _end - _start);
            if (at.Length == 0) break;
            var (taken, frame) = at[0] == 0x7E ? Binary(at) : at[0] == 0x01 ? Ascii(at) : (-1, null);
            if (taken == 0) break;
            if (frame is not null)
            {
                item = new Sl651Item(frame, _skipped, _badChecksums);
                (_skipped, _badChecksums) = (0, 0);
                _start += taken;
                return true;
            }

            Skip(-taken, at);
        }

        item = default;
        return false;
    }

    /// <summary>At the end of the stream: what is left over is no frame. Null when nothing is.</summary>
    public Sl651Item? Complete()
    {
        _skipped += _end - _start;
        (_start, _end) = (0, 0);
        if (_skipped == 0) return null;
        var item = new Sl651Item(null, _skipped, _badChecksums);
        (_skipped, _badChecksums) = (0, 0);
        return item;
    }

    /// <summary>Passes over at least so many bytes, up to the next possible start.</summary>
    private void Skip(int bytes, ReadOnlySpan<byte> at)
    {
        var next = at[bytes..].IndexOfAny((byte)0x7E, (byte)0x01);
        var over = next < 0 ? at.Length : bytes + next;
        _start += over;
        _skipped += over;
    }

    /// <summary>Bytes taken and the frame; 0 when more bytes are needed; minus the bytes to pass over when it is none.</summary>
    private (int Taken, Sl651Frame? Frame) Binary(ReadOnlySpan<byte> at)
    {
        if (at.Length < 2) return (0, null);
        if (at[1] != 0x7E) return (-1, null);
        if (at.Length < BinaryHeader) return (0, null);
        if ((at[11] >> 4) is not (0 or 8) || at[13] is not (Sl651Marks.Stx or Sl651Marks.Syn)) return (-1, null);
        var length = BinaryPrimitives.ReadUInt16BigEndian(at[11..]) & 0x0FFF;
        var packets = at[13] == Sl651Marks.Syn ? PacketNumbers : 0;
        // Whether the length counts the three bytes of the packet numbers differs between makers: the checksum tells.
        for (var extra = 0; extra <= packets; extra += PacketNumbers)
        {
            var end = BinaryHeader + length + extra;
            if (at.Length < end + 3) return (0, null);
            if (length + extra < packets || !IsEnd(at[end]) || Sl651Crc.Of(at[..(end + 1)]) != BinaryPrimitives.ReadUInt16BigEndian(at[(end + 1)..])) continue;
            var up = at[11] >> 4 == 0;
            // Upwards the centre's address comes first, downwards the station's (tables 11 and 12).
            return (end + 3, new Sl651Frame
            {
                Ascii = false,
                Centre = up ? at[2] : at[7],
                Station = Convert.ToHexString(up ? at[3..8] : at[2..7]),
                Password = BinaryPrimitives.ReadUInt16BigEndian(at[8..]),
                Function = at[10],
                Uplink = up,
                PacketTotal = packets == 0 ? 1 : (at[14] << 4) | (at[15] >> 4),
                PacketIndex = packets == 0 ? 1 : ((at[15] & 0x0F) << 8) | at[16],
                Body = at[(BinaryHeader + packets)..end].ToArray(),
                End = at[end],
            });
        }

        _badChecksums++;
        return (-2, null);
    }

    private (int Taken, Sl651Frame? Frame) Ascii(ReadOnlySpan<byte> at)
    {
        for (var i = 1; i < Math.Min(at.Length, AsciiHeader - 1); i++)
        {
            if (!char.IsAsciiHexDigit((char)at[i])) return (-1, null);
        }

        if (at.Length < AsciiHeader) return (0, null);
        if (at[19] is not ((byte)'0' or (byte)'8') || at[23] is not (Sl651Marks.Stx or Sl651Marks.Syn)) return (-1, null);
        var packets = at[23] == Sl651Marks.Syn ? 6 : 0;
        var length = Hex(at[20..23]);
        var end = AsciiHeader + length;
        if (length < packets) return (-1, null);
        if (at.Length < end + 5) return (0, null);
        var crc = at.Slice(end + 1, 4);
        var body = at[AsciiHeader..end];
        if (!IsEnd(at[end]) || !IsHex(crc) || (packets > 0 && !IsHex(body[..6])) || Sl651Crc.Of(at[..(end + 1)]) != Hex(crc))
        {
            _badChecksums++;
            return (-1, null);
        }

        var up = at[19] == (byte)'0';
        return (end + 5, new Sl651Frame
        {
            Ascii = true,
            Centre = (byte)Hex(up ? at[1..3] : at[11..13]),
            Station = Encoding.ASCII.GetString(up ? at[3..13] : at[1..11]).ToUpperInvariant(),
            Password = (ushort)Hex(at[13..17]),
            Function = (byte)Hex(at[17..19]),
            Uplink = up,
            PacketTotal = packets == 0 ? 1 : Hex(body[..3]),
            PacketIndex = packets == 0 ? 1 : Hex(body[3..6]),
            Body = body[packets..].ToArray(),
            End = at[end],
        });
    }

    private static bool IsEnd(byte mark) => mark is Sl651Marks.Etx or Sl651Marks.Etb or Sl651Marks.Eot or Sl651Marks.Enq or Sl651Marks.Ack or Sl651Marks.Nak or Sl651Marks.Esc;

    private static bool IsHex(ReadOnlySpan<byte> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiHexDigit((char)c)) return false;
        }

        return true;
    }

    private static int Hex(ReadOnlySpan<byte> text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
