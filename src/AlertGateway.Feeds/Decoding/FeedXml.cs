using System.Text;
using System.Xml;
using System.Xml.Linq;
using AlertGateway.Cap;

namespace AlertGateway.Feeds.Decoding;

/// <summary>Bounded reading of XML without document types. Element names are compared without their namespace, since real files vary it.</summary>
internal static class FeedXml
{
    /// <summary>Largest document, in bytes.</summary>
    public const int BytesMax = 32 << 20;

    private const int DepthMax = 64;
    private const int NodesMax = 2_000_000;
    private const int PrologBytesMax = 256;

    /// <summary>The root, or null with the reason among the findings.</summary>
    public static XElement? Read(ReadOnlyMemory<byte> bytes, FindingList findings)
    {
        if (bytes.Length > BytesMax)
        {
            findings.Add(FindingCodes.TooLarge, "", $"The document has {bytes.Length} bytes; at most {BytesMax} are read.");
            return null;
        }

        if (TextOf(bytes.Span, findings) is not { } text) return null;
        try
        {
            return Build(text, findings);
        }
        catch (XmlException e)
        {
            if (text.Contains("<!DOCTYPE", StringComparison.OrdinalIgnoreCase)) findings.Add(FindingCodes.DocumentType, "", "The document has a DOCTYPE and was not read.");
            else findings.Add(FindingCodes.NotWellFormed, "", $"The document is not well-formed XML (line {e.LineNumber}, column {e.LinePosition}).");
            return null;
        }
    }

    /// <summary>The first child of that local name, whatever its namespace.</summary>
    public static XElement? Child(this XElement? parent, string name)
    {
        if (parent is null) return null;
        foreach (var child in parent.Elements())
        {
            if (child.Name.LocalName == name) return child;
        }

        return null;
    }

    public static IEnumerable<XElement> Children(this XElement? parent, string name) => parent is null ? [] : parent.Elements().Where(e => e.Name.LocalName == name);

    /// <summary>The element at the end of a path of local names.</summary>
    public static XElement? At(this XElement? parent, params ReadOnlySpan<string> path)
    {
        foreach (var name in path) parent = parent.Child(name);
        return parent;
    }

    /// <summary>The trimmed text; null for no element or nothing but white space.</summary>
    public static string? TextOrNull(this XElement? element) => element?.Value.Trim() is { Length: > 0 } text ? text : null;

    // Built by hand rather than loaded, so that depth and size are bounded before anything recurses.
    private static XElement? Build(string text, FindingList findings)
    {
        using var reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreProcessingInstructions = true });
        XElement? root = null;
        XElement? at = null;
        var nodes = 0;
        while (reader.Read())
        {
            if (reader.Depth > DepthMax || ++nodes > NodesMax)
            {
                findings.Add(reader.Depth > DepthMax ? FindingCodes.TooDeep : FindingCodes.TooLarge, "", "The document has more or deeper elements than are read.");
                return null;
            }

            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    var element = new XElement(XName.Get(reader.LocalName, reader.NamespaceURI));
                    var empty = reader.IsEmptyElement;
                    for (var more = reader.MoveToFirstAttribute(); more; more = reader.MoveToNextAttribute())
                    {
                        if (reader.Prefix != "xmlns" && reader.Name != "xmlns") element.SetAttributeValue(XName.Get(reader.LocalName, reader.NamespaceURI), reader.Value);
                    }

                    if (at is null) root = element;
                    else at.Add(element);
                    if (!empty) at = element;
                    break;
                case XmlNodeType.EndElement:
                    at = at?.Parent;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace:
                    at?.Add(new XText(reader.Value));
                    break;
            }
        }

        return root;
    }

    private static string? TextOf(ReadOnlySpan<byte> bytes, FindingList findings)
    {
        var (encoding, mark) = bytes switch
        {
            [0xEF, 0xBB, 0xBF, ..] => (Encoding.UTF8, 3),
            [0xFF, 0xFE, ..] => (Encoding.Unicode, 2),
            [0xFE, 0xFF, ..] => (Encoding.BigEndianUnicode, 2),
            [(byte)'<', 0, ..] => (Encoding.Unicode, 0),
            [0, (byte)'<', ..] => (Encoding.BigEndianUnicode, 0),
            _ => (Declared(bytes), 0),
        };
        if (encoding is null)
        {
            findings.Add(FindingCodes.EncodingUnknown, "", "The declared encoding is not known here.");
            return null;
        }

        try
        {
            var strict = (Encoding)encoding.Clone();
            strict.DecoderFallback = DecoderFallback.ExceptionFallback;
            return strict.GetString(bytes[mark..]).TrimStart();
        }
        catch (DecoderFallbackException)
        {
            findings.Add(FindingCodes.EncodingBroken, "", $"The bytes are not valid {encoding.WebName}.");
            return null;
        }
    }

    private static Encoding? Declared(ReadOnlySpan<byte> bytes)
    {
        var prolog = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, PrologBytesMax)]);
        var end = prolog.IndexOf("?>", StringComparison.Ordinal);
        var at = end < 0 ? -1 : prolog.IndexOf("encoding", 0, end, StringComparison.Ordinal);
        var open = at < 0 ? -1 : prolog.IndexOfAny(['"', '\''], at);
        var close = open < 0 ? -1 : prolog.IndexOf(prolog[open], open + 1);
        if (close < 0 || close > end) return Encoding.UTF8;
        var name = prolog[(open + 1)..close].Trim();
        // Declared ASCII is read as UTF-8, of which it is a part: real files say US-ASCII and are not.
        if (name.Equals("us-ascii", StringComparison.OrdinalIgnoreCase) || name.StartsWith("utf-16", StringComparison.OrdinalIgnoreCase)) return Encoding.UTF8;
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
