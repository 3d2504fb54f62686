using System.Buffers;
using System.Text;
using System.Xml;

namespace AlertGateway.Cap;

/// <summary>The canonical forms that signatures are made over: Canonical XML 1.0 and 1.1, and Exclusive XML Canonicalization 1.0.</summary>
/// <param name="exclusive">Whether only the namespaces that an element uses are written.</param>
/// <param name="inclusivePrefixes">Prefixes that the exclusive form treats like the inclusive one; "" for the default namespace.</param>
internal sealed class Canonical(bool exclusive, IReadOnlyList<string> inclusivePrefixes, bool withComments)
{
    private const string XmlnsNamespace = "http://www.w3.org/2000/xmlns/";
    private readonly Utf8Text _out = new();
    private IReadOnlyCollection<XmlElement> _omitted = [];

    /// <summary>A whole document without some elements: what an enveloped signature covers.</summary>
    /// <param name="rootOnly">Leaves out processing instructions and comments beside the root, as the widespread signer of Python does.</param>
    public byte[] Document(XmlDocument document, IReadOnlyCollection<XmlElement> omitted, bool rootOnly)
    {
        _omitted = omitted;
        _out.Clear();
        var afterRoot = false;
        foreach (XmlNode node in document.ChildNodes)
        {
            if (node is XmlElement root)
            {
                Element(root, [], []);
                afterRoot = true;
            }
            else if (!rootOnly && (node is XmlProcessingInstruction || (withComments && node is XmlComment)))
            {
                if (afterRoot) _out.Append('\n');
                Leaf(node);
                if (!afterRoot) _out.Append('\n');
            }
        }

        return _out.ToArray();
    }

    /// <summary>
    /// One element with all inside it. In the inclusive forms it takes over <c>xml:lang</c> and <c>xml:space</c> from around it, as 1.0 and 1.1 both say; null when <c>xml:base</c> or <c>xml:id</c> stand there, where they part ways.
    /// </summary>
    public byte[]? Subtree(XmlElement apex)
    {
        _omitted = [];
        _out.Clear();
        var scope = new Dictionary<string, string>(StringComparer.Ordinal);
        var around = new List<XmlAttribute>();
        for (var up = apex.ParentNode as XmlElement; up is not null; up = up.ParentNode as XmlElement)
        {
            foreach (XmlAttribute a in up.Attributes)
            {
                if (a.NamespaceURI == XmlnsNamespace) scope.TryAdd(PrefixOf(a), a.Value);
                else if (a.Prefix == "xml" && !exclusive)
                {
                    if (a.LocalName is not ("lang" or "space")) return null;
                    if (!apex.HasAttribute(a.Name) && !around.Exists(o => o.Name == a.Name)) around.Add(a);
                }
            }
        }

        Element(apex, scope, [], around);
        return _out.ToArray();
    }

    private void Element(XmlElement element, Dictionary<string, string> inherited, Dictionary<string, string> rendered, List<XmlAttribute>? around = null)
    {
        var scope = inherited;
        List<XmlAttribute>? attributes = around is { Count: > 0 } ? [.. around] : null;
        foreach (XmlAttribute a in element.Attributes)
        {
            if (a.NamespaceURI != XmlnsNamespace) (attributes ??= []).Add(a);
            else
            {
                if (ReferenceEquals(scope, inherited)) scope = new(inherited, StringComparer.Ordinal);
                scope[PrefixOf(a)] = a.Value;
            }
        }

        _out.Append('<').Append(element.Name);
        var inner = Namespaces(element, attributes, scope, rendered);
        if (attributes is not null)
        {
            attributes.Sort((x, y) => string.CompareOrdinal(x.NamespaceURI, y.NamespaceURI) is var c and not 0 ? c : string.CompareOrdinal(x.LocalName, y.LocalName));
            foreach (var a in attributes)
            {
                _out.Append(' ').Append(a.Name).Append("=\"");
                AttributeText(a.Value);
                _out.Append('"');
            }
        }

        _out.Append('>');
        for (var node = element.FirstChild; node is not null; node = node.NextSibling)
        {
            if (node is XmlElement child)
            {
                if (_omitted.Count == 0 || !_omitted.Contains(child)) Element(child, scope, inner);
            }
            else Leaf(node);
        }

        _out.Append("</").Append(element.Name).Append('>');
    }

    private Dictionary<string, string> Namespaces(XmlElement element, List<XmlAttribute>? attributes, Dictionary<string, string> scope, Dictionary<string, string> rendered)
    {
        IEnumerable<string> candidates = scope.Keys;
        if (exclusive)
        {
            var used = new HashSet<string>(inclusivePrefixes.Where(scope.ContainsKey), StringComparer.Ordinal) { element.Prefix };
            foreach (var a in attributes ?? []) if (a.Prefix.Length > 0) used.Add(a.Prefix);
            candidates = used;
        }

        var inner = rendered;
        foreach (var prefix in candidates.Where(p => p != "xml").Order(StringComparer.Ordinal).ToList())
        {
            var ns = scope.GetValueOrDefault(prefix, "");
            if (rendered.TryGetValue(prefix, out var before) ? before == ns : ns.Length == 0) continue;
            if (ReferenceEquals(inner, rendered)) inner = new(rendered, StringComparer.Ordinal);
            inner[prefix] = ns;
            if (prefix.Length == 0) _out.Append(" xmlns=\"");
            else _out.Append(" xmlns:").Append(prefix).Append("=\"");
            AttributeText(ns);
            _out.Append('"');
        }

        return inner;
    }

    private void Leaf(XmlNode node)
    {
        switch (node)
        {
            case XmlProcessingInstruction pi:
                _out.Append("<?").Append(pi.Target);
                if (pi.Data.Length > 0) _out.Append(' ').Append(pi.Data);
                _out.Append("?>");
                break;
            case XmlComment comment:
                if (withComments) _out.Append("<!--").Append(comment.Value).Append("-->");
                break;
            case XmlCharacterData text:
                ContentText(text.Value ?? "");
                break;
        }
    }

    private void AttributeText(ReadOnlySpan<char> text) => Escaped(text, "&<\"\t\n\r");

    // A polygon is one long text in which nothing needs escaping, so it is copied in one piece.
    private void ContentText(ReadOnlySpan<char> text) => Escaped(text, "&<>\r");

    private void Escaped(ReadOnlySpan<char> text, ReadOnlySpan<char> special)
    {
        for (var at = text.IndexOfAny(special); at >= 0; at = text.IndexOfAny(special))
        {
            _out.Append(text[..at]).Append(text[at] switch { '&' => "&amp;", '<' => "&lt;", '>' => "&gt;", '"' => "&quot;", '\t' => "&#x9;", '\n' => "&#xA;", _ => "&#xD;" });
            text = text[(at + 1)..];
        }

        _out.Append(text);
    }

    private static string PrefixOf(XmlAttribute declaration) => declaration.Prefix.Length == 0 ? "" : declaration.LocalName;

    /// <summary>Text as its UTF-8 bytes, so that a polygon of a megabyte is copied once. A lone surrogate counts as U+FFFD, as in every encoder.</summary>
    private sealed class Utf8Text
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();

        public Utf8Text Append(ReadOnlySpan<char> text)
        {
            Encoding.UTF8.GetBytes(text, _bytes);
            return this;
        }

        public Utf8Text Append(char one) => Append(new ReadOnlySpan<char>(in one));

        public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

        public void Clear() => _bytes.ResetWrittenCount();
    }
}
