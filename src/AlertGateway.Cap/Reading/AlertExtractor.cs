using System.Text;
using System.Xml;

namespace AlertGateway.Cap;

/// <summary>Takes alerts out of a document that is being read, each with its own text cut from the source.</summary>
internal sealed class AlertExtractor(SourceText source, XmlReader xml, CapReaderOptions options)
{
    /// <summary>What was read of one alert before the document around it is known to be well-formed.</summary>
    public sealed record Taken(Alert Alert, FindingSink Sink, string Xml, int Signatures);

    public List<Taken> All { get; } = [];

    /// <summary>True when the reader stands on an alert's start element.</summary>
    public static bool IsAlert(XmlReader xml) =>
        xml.NodeType == XmlNodeType.Element && xml.LocalName == "alert" && CapNames.MayHoldAlert(xml.NamespaceURI);

    /// <summary>Reads the alert on which the reader stands, to its end element.</summary>
    public void Take()
    {
        var sink = new FindingSink();
        var start = Here() - 1;
        var prefixes = xml.Depth == 0 ? "" : InheritedNamespaces();
        var parser = new AlertParser(xml, options, sink);
        var empty = xml.IsEmptyElement;
        var alert = parser.Parse();
        AlertRules.Check(alert, options, sink);
        All.Add(new Taken(alert, sink, Cut(start, prefixes, empty), parser.Signatures));
    }

    private int Here() => xml is IXmlLineInfo at && at.HasLineInfo() ? source.OffsetOf(at.LineNumber, at.LinePosition) : -1;

    // The cut text must stand alone, so prefixes that were declared further out go into its start tag. That does not touch the bytes of
    // an alert that declares its own namespaces, which is what signers do.
    private string InheritedNamespaces()
    {
        if (xml is not IXmlNamespaceResolver resolver) return "";
        var own = new HashSet<string>(StringComparer.Ordinal);
        for (var more = xml.MoveToFirstAttribute(); more; more = xml.MoveToNextAttribute())
        {
            if (xml.NamespaceURI == "http://www.w3.org/2000/xmlns/") own.Add(xml.Prefix.Length == 0 ? "" : xml.LocalName);
        }

        xml.MoveToElement();
        var declarations = new StringBuilder();
        foreach (var (prefix, ns) in resolver.GetNamespacesInScope(XmlNamespaceScope.ExcludeXml))
        {
            if (own.Contains(prefix) || ns.Length == 0 && prefix.Length == 0) continue;
            declarations.Append(prefix.Length == 0 ? " xmlns=\"" : $" xmlns:{prefix}=\"")
                .Append(ns.Replace("&", "&amp;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal))
                .Append('"');
        }

        return declarations.ToString();
    }

    private string Cut(int start, string prefixes, bool empty)
    {
        var end = start < 0 ? -1 : source.Text.IndexOf('>', empty ? start : Here());
        if (end < 0) return "";
        var text = source.Text[start..(end + 1)];
        if (prefixes.Length == 0) return text;
        var name = 1;
        while (name < text.Length && !char.IsWhiteSpace(text[name]) && text[name] is not ('>' or '/')) name++;
        return text.Insert(name, prefixes);
    }
}
