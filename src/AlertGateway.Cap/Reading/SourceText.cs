using System.Text;

namespace AlertGateway.Cap;

/// <summary>A document's bytes as text, with the place of every line, so that an alert can be cut out exactly as it was sent.</summary>
internal sealed class SourceText
{
    private const int PrologBytesMax = 512;
    private readonly int[] _lineStarts;

    private SourceText(string text, Encoding encoding)
    {
        Text = text;
        Encoding = encoding;
        _lineStarts = FindLines(text);
    }

    public string Text { get; }

    public Encoding Encoding { get; }

    public static SourceText FromString(string text) => new(text, Encoding.UTF8);

    /// <summary>Null when the bytes are not text in the encoding that the mark, the declaration or the XML default (UTF-8) says.</summary>
    public static SourceText? Decode(ReadOnlySpan<byte> bytes, FindingSink sink)
    {
        var encoding = FromMark(bytes, out var markBytes);
        var body = bytes[markBytes..];
        if (encoding is null)
        {
            var name = DeclaredName(body);
            encoding = Named(name);
            if (encoding is null)
            {
                sink.Add(FindingCodes.EncodingUnknown, "", $"The declared encoding “{name}” is not known here.");
                return null;
            }

            if (encoding is UnicodeEncoding or UTF32Encoding)
            {
                // The declaration was read byte by byte, so the bytes cannot be UTF-16 or UTF-32: a careless string writer, UTF-8 in truth.
                sink.Add(FindingCodes.EncodingMisdeclared, "", $"The document says {name} and is UTF-8.");
                encoding = Strict(Encoding.UTF8);
            }
        }

        try
        {
            var text = encoding.GetString(body);
            var start = 0;
            while (start < text.Length && (char.IsWhiteSpace(text[start]) || text[start] == '\uFEFF')) start++;
            if (start > 0 && text.AsSpan(start).StartsWith("<?xml"))
            {
                sink.Add(FindingCodes.LeadingSpace, "", "White space precedes the XML declaration.");
                text = text[start..];
            }

            return new SourceText(text, encoding);
        }
        catch (DecoderFallbackException)
        {
            sink.Add(FindingCodes.EncodingBroken, "", $"The bytes are not valid {encoding.WebName}.");
            return null;
        }
    }

    /// <summary>Offset of the character at a line and column as <see cref="System.Xml.IXmlLineInfo"/> counts them, from 1.</summary>
    public int OffsetOf(int line, int column) =>
        line < 1 || line > _lineStarts.Length ? -1 : Math.Min(_lineStarts[line - 1] + column - 1, Text.Length);

    private static int[] FindLines(string text)
    {
        var starts = new List<int> { 0 };
        for (var i = text.AsSpan().IndexOfAny('\r', '\n'); i >= 0;)
        {
            i += text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n' ? 2 : 1;
            starts.Add(i);
            var next = text.AsSpan(i).IndexOfAny('\r', '\n');
            i = next < 0 ? -1 : i + next;
        }

        return [.. starts];
    }

    private static Encoding? FromMark(ReadOnlySpan<byte> bytes, out int markBytes)
    {
        (Encoding? encoding, markBytes) = bytes switch
        {
            [0xEF, 0xBB, 0xBF, ..] => (Strict(Encoding.UTF8), 3),
            [0xFF, 0xFE, 0, 0, ..] => (Strict(Encoding.UTF32), 4),
            [0xFF, 0xFE, ..] => (Strict(Encoding.Unicode), 2),
            [0xFE, 0xFF, ..] => (Strict(Encoding.BigEndianUnicode), 2),
            [(byte)'<', 0, _, 0, ..] => (Strict(Encoding.Unicode), 0),
            [0, (byte)'<', 0, _, ..] => (Strict(Encoding.BigEndianUnicode), 0),
            _ => ((Encoding?)null, 0),
        };
        return encoding;
    }

    private static string DeclaredName(ReadOnlySpan<byte> bytes)
    {
        var prolog = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, PrologBytesMax)]);
        var end = prolog.IndexOf("?>", StringComparison.Ordinal);
        if (end < 0 || !prolog.AsSpan().TrimStart().StartsWith("<?xml")) return "utf-8";
        var at = prolog.IndexOf("encoding", 0, end, StringComparison.Ordinal);
        if (at < 0) return "utf-8";
        var open = prolog.IndexOfAny(['"', '\''], at);
        if (open < 0 || open > end) return "utf-8";
        var close = prolog.IndexOf(prolog[open], open + 1);
        return close < 0 || close > end ? "utf-8" : prolog[(open + 1)..close].Trim();
    }

    private static Encoding? Named(string name)
    {
        if (name.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || name.Equals("utf8", StringComparison.OrdinalIgnoreCase)) return Strict(Encoding.UTF8);
        try
        {
            return Strict(CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException) // unknown, or UTF-7
        {
            return null;
        }
    }

    private static Encoding Strict(Encoding encoding)
    {
        var strict = (Encoding)encoding.Clone();
        strict.DecoderFallback = DecoderFallback.ExceptionFallback;
        return strict;
    }
}
