using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace AlertGateway.Emulators.Feed;

/// <summary>One document of the feed. A file that is no CAP is listed all the same: feeds do contain rubbish.</summary>
/// <param name="Name">Name in its URL.</param>
/// <param name="Bytes">What is served.</param>
/// <param name="Identifier">Its CAP identifier, or its name.</param>
/// <param name="Title">What the feed calls it.</param>
/// <param name="Updated">When it was released, to the second.</param>
/// <param name="Listed">False once withdrawn: gone from the feed, still at its URL.</param>
public sealed record FeedDocument(string Name, byte[] Bytes, string Identifier, string Title, DateTimeOffset Updated, bool Listed)
{
    /// <summary>Strong entity tag.</summary>
    public string ETag { get; } = FeedShelf.ETagOf(Bytes);
}

/// <summary>The documents released so far; readers see one immutable state.</summary>
public sealed class FeedShelf(TimeProvider clock)
{
    /// <summary>Most documents.</summary>
    public const int DocumentsMax = 10_000;

    private static readonly XNamespace Atom = "http://www.w3.org/2005/Atom";
    private readonly Lock _gate = new();
    private ImmutableSortedDictionary<string, FeedDocument> _documents = ImmutableSortedDictionary.Create<string, FeedDocument>(StringComparer.Ordinal);
    private DateTimeOffset _updated = Second(clock.GetUtcNow());

    /// <summary>When the feed last changed, to the second.</summary>
    public DateTimeOffset Updated { get { lock (_gate) return _updated; } }

    /// <summary>Letters, digits, dot, dash and underscore, at most 100.</summary>
    public static bool IsName(string? name) =>
        name is { Length: > 0 and <= 100 } && name[0] != '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    /// <summary>Entity tag of some bytes.</summary>
    public static string ETagOf(ReadOnlySpan<byte> bytes) => $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..32]}\"";

    /// <summary>Releases a document, or a new version of it; false when the shelf is full.</summary>
    public bool Publish(string name, byte[] bytes)
    {
        var (identifier, title) = Describe(name, bytes);
        lock (_gate)
        {
            if (_documents.Count >= DocumentsMax && !_documents.ContainsKey(name)) return false;
            _updated = Second(clock.GetUtcNow());
            _documents = _documents.SetItem(name, new FeedDocument(name, bytes, identifier, title, _updated, Listed: true));
            return true;
        }
    }

    /// <summary>Takes an entry out of the feed; false when it is not there.</summary>
    public bool Withdraw(string name)
    {
        lock (_gate)
        {
            if (!_documents.TryGetValue(name, out var document) || !document.Listed) return false;
            _updated = Second(clock.GetUtcNow());
            _documents = _documents.SetItem(name, document with { Listed = false });
            return true;
        }
    }

    /// <summary>The document of this name, listed or withdrawn.</summary>
    public FeedDocument? Find(string name)
    {
        lock (_gate) return _documents.GetValueOrDefault(name);
    }

    /// <summary>The feed as Atom 1.0, newest first.</summary>
    public byte[] ToAtom(string baseUrl)
    {
        var (documents, updated) = Snapshot();
        return Serialize(new XElement(
            Atom + "feed",
            new XElement(Atom + "id", $"{baseUrl}/atom"),
            new XElement(Atom + "title", "预警信息 Alerts (emulator)"),
            new XElement(Atom + "updated", Iso(updated)),
            new XElement(Atom + "author", new XElement(Atom + "name", "feed emulator")),
            new XElement(Atom + "link", new XAttribute("rel", "self"), new XAttribute("href", $"{baseUrl}/atom")),
            documents.Select(document => new XElement(
                Atom + "entry",
                new XElement(Atom + "id", $"urn:alert:{Uri.EscapeDataString(document.Identifier)}"),
                new XElement(Atom + "title", document.Title),
                new XElement(Atom + "updated", Iso(document.Updated)),
                new XElement(
                    Atom + "link",
                    new XAttribute("rel", "alternate"),
                    new XAttribute("type", "application/cap+xml"),
                    new XAttribute("href", $"{baseUrl}/cap/{document.Name}.xml"))))));
    }

    /// <summary>The feed as RSS 2.0, newest first.</summary>
    public byte[] ToRss(string baseUrl)
    {
        var (documents, updated) = Snapshot();
        return Serialize(new XElement(
            "rss",
            new XAttribute("version", "2.0"),
            new XElement(
                "channel",
                new XElement("title", "预警信息 Alerts (emulator)"),
                new XElement("link", $"{baseUrl}/rss"),
                new XElement("description", "CAP documents by link"),
                new XElement("lastBuildDate", updated.ToString("R", CultureInfo.InvariantCulture)),
                documents.Select(document => new XElement(
                    "item",
                    new XElement("title", document.Title),
                    new XElement("link", $"{baseUrl}/cap/{document.Name}.xml"),
                    new XElement("guid", new XAttribute("isPermaLink", "false"), document.Identifier),
                    new XElement("pubDate", document.Updated.ToString("R", CultureInfo.InvariantCulture)))))));
    }

    private (FeedDocument[] Documents, DateTimeOffset Updated) Snapshot()
    {
        lock (_gate) return ([.. _documents.Values.Where(document => document.Listed).OrderByDescending(document => document.Updated)], _updated);
    }

    private static (string Identifier, string Title) Describe(string name, byte[] bytes)
    {
        try
        {
            var alert = CapFile.Alert(CapFile.Parse(bytes));
            return (CapFile.Child(alert, "identifier")?.Trim() ?? name, CapFile.Title(alert).Trim());
        }
        catch (Exception ex) when (ex is XmlException or FormatException)
        {
            return (name, name);
        }
    }

    private static byte[] Serialize(XElement root) =>
        Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + root.ToString(SaveOptions.DisableFormatting));

    private static string Iso(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static DateTimeOffset Second(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());
}
