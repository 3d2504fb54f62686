using System.Globalization;
using System.Text;
using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Feeds.Hydrology;

namespace AlertGateway.Feeds.Sl651;

/// <summary>Decodes recorded frames of SL 651-2014: the bytes as they came over the line, or a text with one frame of hexadecimal digits a line (lines that begin with # are remarks).</summary>
public static class Sl651Decoder
{
    public const string Kind = "sl651";

    public static FeedDecode Decode(ReadOnlyMemory<byte> bytes, DateTimeOffset? receivedAt)
    {
        var into = new HydroRecords(Kind, receivedAt);
        var reader = new Sl651FrameReader();
        var assembler = new Sl651Assembler();
        var number = 0;
        if (!IsText(bytes.Span))
        {
            reader.Append(bytes.Span);
            number = Take(reader, assembler, into, number);
        }
        else
        {
            foreach (var line in Encoding.UTF8.GetString(bytes.Span).Split('\n'))
            {
                if (line.TrimStart().StartsWith('#') || line.AsSpan().Trim().IsEmpty) continue;
                if (FromHex(line) is { } frame)
                {
                    reader.Append(frame);
                    number = Take(reader, assembler, into, number);
                }
                else
                {
                    into.Add(FindingCodes.Sl651Frame, $"/frame[{number}]", "A line holds no frame.");
                }
            }
        }

        if (number == 0 && into.Count == 0) into.Add(FindingCodes.Sl651Frame, "", "There is no frame.");
        return into.Done();
    }

    /// <summary>The records of one good frame of a station.</summary>
    public static FeedDecode Decode(Sl651Frame frame, DateTimeOffset? receivedAt)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var into = new HydroRecords(Kind, receivedAt);
        Records(frame, into, "/frame[0]");
        return Marked(frame, into.Done());
    }

    private static int Take(Sl651FrameReader reader, Sl651Assembler assembler, HydroRecords into, int number)
    {
        while (reader.TryRead(out var item))
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"/frame[{number++}]");
            Skipped(item, into, path);
            switch (assembler.Add(item.Frame!, out var whole))
            {
                case Sl651Assembly.Whole:
                    var own = new HydroRecords(Kind, null);
                    Records(whole, own, path);
                    foreach (var finding in own.Done().Findings) into.Add(FindingCodes.All.First(c => c.Code == finding.Code), finding.Path, finding.Message);
                    foreach (var record in Marked(whole, own.Done()).Records)
                    {
                        List<Finding> findings = [.. record.Findings];
                        into.JudgeTime(record.EventTime, path, findings);
                        into.Add(record with { Findings = findings.DistinctBy(f => f.Code).ToList() }, path);
                    }

                    break;
                case Sl651Assembly.Missing:
                    into.Add(FindingCodes.Sl651Parts, path, "Packets of the message are missing.");
                    break;
            }
        }

        if (reader.Complete() is { } left) Skipped(left, into, string.Create(CultureInfo.InvariantCulture, $"/frame[{number}]"));
        return number;
    }

    private static void Skipped(Sl651Item item, HydroRecords into, string path)
    {
        if (item.BadChecksums > 0) into.Add(FindingCodes.Sl651Checksum, path, "A frame's checksum does not fit its bytes.");
        else if (item.SkippedBytes > 0) into.Add(FindingCodes.Sl651Frame, path, string.Create(CultureInfo.InvariantCulture, $"{item.SkippedBytes} bytes are no frame."));
    }

    private static void Records(Sl651Frame frame, HydroRecords into, string path)
    {
        if (!frame.Uplink)
        {
            into.Add(FindingCodes.Sl651Downlink, path, "The frame goes from the centre to a station.");
            return;
        }

        // Answers about configuration, events and clocks (40 and up) measure nothing; neither do pictures and keep-alives.
        if (frame.Function is Sl651Marks.Link or Sl651Marks.Picture or >= 0x40 or < Sl651Marks.Link) return;
        if (frame.Ascii) Sl651AsciiBody.Read(frame, into, path);
        else Sl651BodyReader.Read(frame, into, path);
    }

    /// <summary>A test report (function 30) is never Actual.</summary>
    private static FeedDecode Marked(Sl651Frame frame, FeedDecode decoded) =>
        frame.Function == Sl651Marks.Test ? decoded with { Records = [.. decoded.Records.Select(r => r with { Status = "Test" })] } : decoded;

    private static bool IsText(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes[..Math.Min(bytes.Length, 4096)])
        {
            if (b < 0x20 && b is not ((byte)'\t' or (byte)'\r' or (byte)'\n')) return false;
        }

        return bytes.Length > 0;
    }

    /// <summary>The frame in a line of hexadecimal digits, with or without spaces, perhaps with words before it; null when there is none.</summary>
    private static byte[]? FromHex(string line)
    {
        var digits = string.Concat(line.Where(c => !char.IsWhiteSpace(c) && c != '-'));
        var at = digits.IndexOf("7E7E", StringComparison.OrdinalIgnoreCase);
        if (at < 0 && digits.StartsWith("01", StringComparison.Ordinal)) at = 0;
        if (at < 0) return null;
        var end = at;
        while (end < digits.Length && char.IsAsciiHexDigit(digits[end])) end++;
        return end - at < 2 ? null : Convert.FromHexString(digits.AsSpan(at, (end - at) & ~1));
    }
}
