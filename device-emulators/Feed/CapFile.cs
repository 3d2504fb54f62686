using System.Xml;
using System.Xml.Linq;

namespace AlertGateway.Emulators.Feed;

/// <summary>Just enough of CAP to list a file in a feed.</summary>
public static class CapFile
{
    /// <summary>Reads XML without DTD, at most 8 Mi characters.</summary>
    /// <exception cref="XmlException">It is no such XML.</exception>
    public static XDocument Parse(ReadOnlyMemory<byte> bytes)
    {
        using var reader = XmlReader.Create(
            new MemoryStream(bytes.ToArray()),
            new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = 8 * 1024 * 1024 });
        return XDocument.Load(reader, LoadOptions.PreserveWhitespace);
    }

    /// <summary>The first <c>alert</c> element, whatever its namespace or wrapping.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static XElement Alert(XDocument document) =>
        document.Descendants().FirstOrDefault(element => element.Name.LocalName == "alert") ?? throw new FormatException("no alert");

    /// <summary>Text of a child element, or null.</summary>
    public static string? Child(XElement parent, string name) => parent.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value;

    /// <summary>Headline, else event, else identifier.</summary>
    public static string Title(XElement alert)
    {
        var info = alert.Elements().FirstOrDefault(element => element.Name.LocalName == "info");
        return (info is null ? null : Child(info, "headline") ?? Child(info, "event")) ?? Child(alert, "identifier") ?? "alert";
    }
}
