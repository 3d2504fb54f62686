using System.Globalization;
using System.Text;
using System.Xml;

namespace AlertGateway.Cap;

/// <summary>
/// Writes strict CAP 1.2: schema order, times without fractions and with <c>-00:00</c> for UTC, coordinates with at least four decimals.
/// What CAP 1.2 has no place for (unreadable shapes, other namespaces, signatures) is left out; mandatory words that the message
/// lacks become <c>Unknown</c>, <c>Other</c> or <c>application/octet-stream</c>. The same alert always gives the same bytes.
/// </summary>
public static class CapWriter
{
    private const string Namespace = CapNames.V12;

    /// <summary>Why the alert cannot be written, or null when it can: identity, status, message type and scope must be known.</summary>
    public static string? Obstacle(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        if (alert.Key is null) return "The alert has no complete identity (sender, identifier, readable sent).";
        if (alert.Status == AlertStatus.Unknown) return "The status is not known.";
        if (alert.MsgType == MsgType.Unknown) return "The message type is not known.";
        return alert.Scope == AlertScope.Unknown ? "The scope is not known." : null;
    }

    /// <summary>The document as UTF-8 without a byte order mark.</summary>
    /// <exception cref="ArgumentException">There is an <see cref="Obstacle"/>, or a text has characters that XML cannot hold.</exception>
    public static byte[] Write(Alert alert)
    {
        if (Obstacle(alert) is { } obstacle) throw new ArgumentException(obstacle, nameof(alert));
        using var bytes = new MemoryStream();
        var settings = new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n", NewLineHandling = NewLineHandling.Entitize };
        using (var xml = XmlWriter.Create(bytes, settings))
        {
            xml.WriteStartDocument();
            WriteAlert(xml, alert);
            xml.WriteEndDocument();
        }

        return bytes.ToArray();
    }

    /// <summary>A time in the only form that CAP 1.2 §3.3.2 allows.</summary>
    public static string Time(DateTimeOffset time) =>
        time.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture)
        + (time.Offset == TimeSpan.Zero ? "-00:00" : time.ToString("zzz", CultureInfo.InvariantCulture));

    private static void WriteAlert(XmlWriter xml, Alert alert)
    {
        xml.WriteStartElement("alert", Namespace);
        Element(xml, "identifier", alert.Identifier);
        Element(xml, "sender", alert.Sender);
        Element(xml, "sent", Time(alert.Sent!.Value));
        Element(xml, "status", Words<AlertStatus>.Write(alert.Status));
        Element(xml, "msgType", Words<MsgType>.Write(alert.MsgType));
        Optional(xml, "source", alert.Source);
        Element(xml, "scope", Words<AlertScope>.Write(alert.Scope));
        Optional(xml, "restriction", alert.Restriction);
        Optional(xml, "addresses", Quoted(alert.Addresses));
        foreach (var code in alert.Codes) Element(xml, "code", code);
        Optional(xml, "note", alert.Note);
        Optional(xml, "references", References(alert.References));
        Optional(xml, "incidents", Quoted(alert.Incidents));
        foreach (var info in alert.Infos) WriteInfo(xml, info);
        xml.WriteEndElement();
    }

    private static void WriteInfo(XmlWriter xml, Info info)
    {
        xml.WriteStartElement("info", Namespace);
        Optional(xml, "language", Language(info.Language));
        if (info.Categories.Count == 0) Element(xml, "category", nameof(Category.Other));
        foreach (var category in info.Categories) Element(xml, "category", Words<Category>.Write(category));
        Element(xml, "event", info.Event);
        foreach (var response in info.ResponseTypes) Element(xml, "responseType", Words<ResponseType>.Write(response));
        Element(xml, "urgency", Words<Urgency>.Write(info.Urgency));
        Element(xml, "severity", Words<Severity>.Write(info.Severity));
        Element(xml, "certainty", Words<Certainty>.Write(info.Certainty));
        Optional(xml, "audience", info.Audience);
        Pairs(xml, "eventCode", info.EventCodes);
        OptionalTime(xml, "effective", info.Effective);
        OptionalTime(xml, "onset", info.Onset);
        OptionalTime(xml, "expires", info.Expires);
        Optional(xml, "senderName", info.SenderName);
        Optional(xml, "headline", info.Headline);
        Optional(xml, "description", info.Description);
        Optional(xml, "instruction", info.Instruction);
        Optional(xml, "web", info.Web);
        Optional(xml, "contact", info.Contact);
        Pairs(xml, "parameter", info.Parameters);
        foreach (var resource in info.Resources) WriteResource(xml, resource);
        foreach (var area in info.Areas) WriteArea(xml, area);
        xml.WriteEndElement();
    }

    private static void WriteResource(XmlWriter xml, Resource resource)
    {
        xml.WriteStartElement("resource", Namespace);
        Element(xml, "resourceDesc", resource.ResourceDesc);
        Element(xml, "mimeType", string.IsNullOrEmpty(resource.MimeType) ? "application/octet-stream" : resource.MimeType);
        Optional(xml, "size", resource.SizeBytes?.ToString(CultureInfo.InvariantCulture));
        Optional(xml, "uri", resource.Uri);
        Optional(xml, "derefUri", resource.DerefUri);
        Optional(xml, "digest", resource.Digest);
        xml.WriteEndElement();
    }

    private static void WriteArea(XmlWriter xml, Area area)
    {
        xml.WriteStartElement("area", Namespace);
        Element(xml, "areaDesc", area.AreaDesc);
        foreach (var polygon in area.Polygons) Element(xml, "polygon", Ring(polygon));
        foreach (var circle in area.Circles) Element(xml, "circle", $"{Point(circle.Center)} {circle.RadiusKm.ToString("0.0##########", CultureInfo.InvariantCulture)}");
        Pairs(xml, "geocode", area.Geocodes);
        Optional(xml, "altitude", area.AltitudeFeet?.ToString("0.##########", CultureInfo.InvariantCulture));
        Optional(xml, "ceiling", area.CeilingFeet?.ToString("0.##########", CultureInfo.InvariantCulture));
        xml.WriteEndElement();
    }

    private static string Ring(CapPolygon polygon)
    {
        var text = new StringBuilder(polygon.Points.Count * 20);
        foreach (var point in polygon.Points) text.Append(text.Length == 0 ? "" : " ").Append(Point(point));
        return text.ToString();
    }

    private static string Point(GeoPoint point) => $"{Degrees(point.LatitudeDegrees)},{Degrees(point.LongitudeDegrees)}";

    // The shortest text that reads back as the same number, filled up to four decimals.
    private static string Degrees(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        if (text.Contains('E', StringComparison.Ordinal)) return value.ToString("0.0000########################", CultureInfo.InvariantCulture);
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var decimals = point < 0 ? 0 : text.Length - point - 1;
        return decimals >= 4 ? text : (point < 0 ? text + "." : text) + new string('0', 4 - decimals);
    }

    // The time inside a reference is rewritten only as far as the form goes. A triple that came without a time goes out without one:
    // inventing one would name a message that does not exist.
    private static string? References(IReadOnlyList<Reference> references) => references.Count == 0
        ? null
        : string.Join(' ', references.Select(r => r.Sent is { } sent ? $"{r.Sender},{r.Identifier},{Time(sent)}"
            : r.SentText.Length > 0 ? $"{r.Sender},{r.Identifier},{r.SentText}" : $"{r.Sender},{r.Identifier}"));

    private static string? Quoted(IReadOnlyList<string> items) => items.Count == 0
        ? null
        : string.Join(' ', items.Select(i => i.Any(char.IsWhiteSpace) ? $"\"{i}\"" : i));

    // xs:language: letters, then parts of letters and digits. An underscore is a common slip for the hyphen; anything else is no tag.
    private static string? Language(string? language)
    {
        var tag = language?.Replace('_', '-');
        if (string.IsNullOrEmpty(tag)) return null;
        var parts = tag.Split('-');
        var fits = parts[0].All(char.IsAsciiLetter) && parts.All(p => p.Length is >= 1 and <= 8 && p.All(char.IsAsciiLetterOrDigit));
        return fits ? tag : null;
    }

    private static void Pairs(XmlWriter xml, string name, IReadOnlyList<NamedValue> pairs)
    {
        foreach (var pair in pairs)
        {
            xml.WriteStartElement(name, Namespace);
            Element(xml, "valueName", pair.ValueName);
            Element(xml, "value", pair.Value);
            xml.WriteEndElement();
        }
    }

    private static void OptionalTime(XmlWriter xml, string name, DateTimeOffset? time) => Optional(xml, name, time is { } t ? Time(t) : null);

    private static void Optional(XmlWriter xml, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value)) Element(xml, name, value);
    }

    private static void Element(XmlWriter xml, string name, string? value) => xml.WriteElementString(name, Namespace, value ?? "");
}
