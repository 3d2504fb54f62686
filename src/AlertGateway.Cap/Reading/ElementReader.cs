using System.Text;
using System.Xml;

namespace AlertGateway.Cap;

/// <summary>Walks the children of the element that the reader stands on. Every child must be consumed by <see cref="Text"/>, <see cref="Skip"/> or a walk of its own.</summary>
internal sealed class ElementReader(XmlReader xml, int depthMax)
{
    private const int StrayCharsMax = 4096;
    private readonly StringBuilder _text = new();

    public string LocalName => xml.LocalName;

    public string NamespaceUri => xml.NamespaceURI;

    public int Depth => xml.Depth;

    public bool IsEmpty => xml.IsEmptyElement;

    /// <summary>Moves to the next child element of the element at <paramref name="depth"/>; false at its end. Text between children goes to <paramref name="strayText"/>.</summary>
    public bool NextChild(int depth, ref string? strayText)
    {
        while (xml.Read())
        {
            if (xml.Depth > depthMax) throw new DepthExceededException();
            if (xml.NodeType == XmlNodeType.Element) return true;
            if (xml.NodeType == XmlNodeType.EndElement && xml.Depth == depth) return false;
            if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA)
            {
                // Only the first piece may be long: joining many would cost the square of their number.
                if (strayText is null) strayText = xml.Value;
                else if (strayText.Length < StrayCharsMax) strayText += xml.Value;
            }
        }

        return false;
    }

    /// <summary>The text of the current element without surrounding white space; elements inside it are passed over and reported.</summary>
    public string Text(out bool hadChildren)
    {
        hadChildren = false;
        if (xml.IsEmptyElement) return "";
        var depth = xml.Depth;
        string? single = null;
        _text.Clear();
        while (xml.Read())
        {
            switch (xml.NodeType)
            {
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace:
                    if (single is null && _text.Length == 0) single = xml.Value;
                    else
                    {
                        if (single is not null) _text.Append(single);
                        single = null;
                        _text.Append(xml.Value);
                    }

                    break;
                case XmlNodeType.Element:
                    hadChildren = true;
                    Skip();
                    break;
                case XmlNodeType.EndElement when xml.Depth == depth:
                    return (single ?? _text.ToString()).Trim();
            }
        }

        return "";
    }

    /// <summary>Passes over the current element and all inside it, still bounded in depth.</summary>
    public void Skip()
    {
        if (xml.IsEmptyElement) return;
        var depth = xml.Depth;
        while (xml.Read() && !(xml.NodeType == XmlNodeType.EndElement && xml.Depth == depth))
        {
            if (xml.Depth > depthMax) throw new DepthExceededException();
        }
    }
}

/// <summary>The document nests deeper than the options allow. Never leaves this library.</summary>
internal sealed class DepthExceededException : Exception;
