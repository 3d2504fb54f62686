using System.Text;
using System.Xml;

namespace AlertGateway.Cap;

/// <summary>One alert of a feed that is offered to others.</summary>
/// <param name="Id">Absolute and never changed, such as <c>urn:…</c>.</param>
/// <param name="Href">Where the CAP document is, relative to the feed or absolute.</param>
public sealed record AtomAlert(string Id, string Title, string Summary, DateTimeOffset Updated, string Href);

/// <summary>Writes an Atom feed (RFC 4287) whose entries link to CAP documents. The same alerts give the same bytes.</summary>
public static class AtomFeedWriter
{
    private const string Ns = CapNames.Atom;

    /// <param name="id">The feed's own permanent name.</param>
    /// <param name="self">Where the feed is, relative or absolute.</param>
    public static byte[] Write(string id, string title, string author, string self, DateTimeOffset updated, IReadOnlyList<AtomAlert> alerts)
    {
        ArgumentNullException.ThrowIfNull(alerts);
        using var bytes = new MemoryStream();
        using (var xml = XmlWriter.Create(bytes, new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n" }))
        {
            xml.WriteStartElement("feed", Ns);
            xml.WriteElementString("id", Ns, id);
            xml.WriteElementString("title", Ns, title);
            xml.WriteElementString("updated", Ns, Time(updated));
            xml.WriteStartElement("author", Ns);
            xml.WriteElementString("name", Ns, author);
            xml.WriteEndElement();
            Link(xml, "self", "application/atom+xml", self);
            foreach (var alert in alerts)
            {
                xml.WriteStartElement("entry", Ns);
                xml.WriteElementString("id", Ns, alert.Id);
                xml.WriteElementString("title", Ns, alert.Title);
                xml.WriteElementString("updated", Ns, Time(alert.Updated));
                xml.WriteElementString("summary", Ns, alert.Summary);
                Link(xml, "alternate", "application/cap+xml", alert.Href);
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        return bytes.ToArray();
    }

    private static void Link(XmlWriter xml, string rel, string type, string href)
    {
        xml.WriteStartElement("link", Ns);
        xml.WriteAttributeString("rel", rel);
        xml.WriteAttributeString("type", type);
        xml.WriteAttributeString("href", href);
        xml.WriteEndElement();
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
