using System.Globalization;
using System.Xml;

namespace AlertGateway.Cap;

/// <summary>A link of a feed entry.</summary>
/// <param name="Href">As written; may be relative to the feed's address.</param>
/// <param name="Type">Media type, or null.</param>
/// <param name="Rel">Atom's relation; <c>alternate</c> where the feed does not say.</param>
public readonly record struct FeedLink(string Href, string? Type, string Rel);

/// <summary>One Atom entry or RSS item.</summary>
/// <param name="Id">Atom id or RSS guid; falls back to the first link; empty when the entry has neither.</param>
/// <param name="Messages">CAP that stands inside the entry itself; usually none, and the CAP is behind a link.</param>
public sealed record FeedEntry(string Id, string Title, IReadOnlyList<FeedLink> Links, DateTimeOffset? Updated, IReadOnlyList<CapMessage> Messages)
{
    /// <summary>The address behind which the alert itself most likely is: a CAP or XML link first, else the alternate or first one; null without links.</summary>
    public string? CapHref =>
        Links.Where(l => l.Type is not null && l.Type.Contains("cap", StringComparison.OrdinalIgnoreCase))
            .Concat(Links.Where(l => l.Type is not null && l.Type.Contains("xml", StringComparison.OrdinalIgnoreCase)))
            .Concat(Links.Where(l => l.Rel == "alternate"))
            .Concat(Links).Select(l => l.Href).FirstOrDefault();
}

/// <summary>An Atom or RSS feed.</summary>
/// <param name="Findings">Why there are no entries, or what is wrong with the feed as a whole.</param>
public sealed record FeedDocument(CapRoot Root, string Title, DateTimeOffset? Updated, IReadOnlyList<FeedEntry> Entries, IReadOnlyList<Finding> Findings)
{
    /// <summary>True for a well-formed feed, however few its entries.</summary>
    public bool IsFeed => Root is CapRoot.Feed or CapRoot.Rss;
}

/// <summary>Reads the index that a CAP publisher offers. Thread-safe; nothing in the bytes makes it throw.</summary>
public static class FeedReader
{
    private const int LinksMax = 32;
    private const int EntriesMax = 10_000;

    private static readonly CapReaderOptions FeedOptions = new() { BytesMax = 64 * 1024 * 1024, AlertsMax = EntriesMax };

    /// <summary>Reads at most 64 MiB (or what the options say) and 10,000 entries.</summary>
    public static FeedDocument Read(ReadOnlyMemory<byte> bytes, CapReaderOptions? options = null)
    {
        options ??= FeedOptions;
        var sink = new FindingSink();
        if (bytes.Length > options.BytesMax) sink.Add(FindingCodes.TooLarge, "", $"The feed has {bytes.Length} bytes; at most {options.BytesMax} are read.");
        var source = sink.Worst == Disposition.Reject ? null : SourceText.Decode(bytes.Span, sink);
        if (source is null) return new FeedDocument(CapRoot.None, "", null, [], sink.Findings);
        using var xml = XmlReader.Create(new StringReader(source.Text), CapXml.Settings());
        try
        {
            return new FeedWalk(xml, source, options, sink).Run();
        }
        catch (DepthExceededException)
        {
            sink.Add(FindingCodes.TooDeep, "", $"Elements are nested deeper than {options.DepthMax}.");
        }
        catch (XmlException e)
        {
            if (source.Text.Contains("<!DOCTYPE", StringComparison.OrdinalIgnoreCase)) sink.Add(FindingCodes.DocumentType, "", "The feed has a DOCTYPE and was not read.");
            else sink.Add(FindingCodes.NotWellFormed, "", $"The feed is not well-formed XML (line {e.LineNumber}, column {e.LinePosition}).");
        }

        return new FeedDocument(CapRoot.None, "", null, [], sink.Findings);
    }

    private sealed class FeedWalk(XmlReader xml, SourceText source, CapReaderOptions options, FindingSink sink)
    {
        private readonly ElementReader _reader = new(xml, options.DepthMax);
        private readonly AlertExtractor _extractor = new(source, xml, options);
        private readonly List<FeedEntry> _entries = [];
        private string _title = "";
        private DateTimeOffset? _updated;

        public FeedDocument Run()
        {
            if (xml.MoveToContent() != XmlNodeType.Element) throw new XmlException("no root");
            var root = CapNames.RootOf(_reader.LocalName);
            string? stray = null;
            if (root is CapRoot.Feed or CapRoot.Rss)
            {
                Level(ref stray, _reader.Depth);
                while (xml.Read())
                {
                    // What follows the root must be well-formed too.
                }
            }
            else sink.Add(FindingCodes.NoAlert, "", "The document is no Atom or RSS feed.");
            return new FeedDocument(root, _title, _updated, _entries, sink.Findings);
        }

        // RSS keeps its items in <channel>, RSS 1.0 beside it, Atom its entries in <feed>: one level deep or two.
        private void Level(ref string? stray, int depth)
        {
            if (_reader.IsEmpty) return;
            while (_reader.NextChild(depth, ref stray))
            {
                switch (_reader.LocalName)
                {
                    case "channel": Level(ref stray, _reader.Depth); break;
                    case "entry" or "item" when _entries.Count < EntriesMax: _entries.Add(Entry()); break;
                    case "title": if (_title.Length == 0) _title = _reader.Text(out _); else _reader.Skip(); break;
                    case "updated" or "lastBuildDate" or "pubDate": _updated ??= Time(_reader.Text(out _)); break;
                    default: _reader.Skip(); break;
                }
            }
        }

        private FeedEntry Entry()
        {
            string id = "", title = "";
            string? stray = null;
            DateTimeOffset? updated = null, published = null;
            var links = new List<FeedLink>();
            var messages = new List<CapMessage>();
            var depth = _reader.Depth;
            if (!_reader.IsEmpty)
            {
                while (_reader.NextChild(depth, ref stray))
                {
                    if (AlertExtractor.IsAlert(xml))
                    {
                        Embedded(messages);
                        continue;
                    }

                    switch (_reader.LocalName)
                    {
                        case "id" or "guid" when id.Length == 0: id = _reader.Text(out _); break;
                        case "title" when title.Length == 0: title = _reader.Text(out _); break;
                        case "link" when links.Count < LinksMax: Link(links); break;
                        case "enclosure" when links.Count < LinksMax && xml.GetAttribute("url") is { Length: > 0 } url:
                            links.Add(new FeedLink(url.Trim(), xml.GetAttribute("type"), "enclosure"));
                            _reader.Skip();
                            break;
                        case "updated": updated ??= Time(_reader.Text(out _)); break;
                        case "pubDate" or "published" or "date": published ??= Time(_reader.Text(out _)); break;
                        case "content" or "description" or "summary" or "encoded": Content(messages); break;
                        default: _reader.Skip(); break;
                    }
                }
            }

            if (id.Length == 0 && links.Count > 0) id = links[0].Href;
            return new FeedEntry(id, title, links, updated ?? published, messages);
        }

        private void Link(List<FeedLink> links)
        {
            var href = xml.GetAttribute("href");
            var type = xml.GetAttribute("type");
            var rel = xml.GetAttribute("rel");
            var text = _reader.Text(out _);
            var target = string.IsNullOrWhiteSpace(href) ? text : href.Trim();
            if (target.Length > 0) links.Add(new FeedLink(target, type, string.IsNullOrEmpty(rel) ? "alternate" : rel));
        }

        private void Content(List<CapMessage> messages)
        {
            if (_reader.IsEmpty) return;
            var depth = _reader.Depth;
            string? text = null;
            while (_reader.NextChild(depth, ref text))
            {
                // An alert may stand inside wrappers such as EDXL's, so its ancestors are walked, not skipped.
                if (AlertExtractor.IsAlert(xml)) Embedded(messages);
                else ContentWrapper(messages);
            }

            if (text is not null && EmbeddedText.MayBeAlert(text)) EmbeddedText.Read(text, messages, options);
        }

        private void ContentWrapper(List<CapMessage> messages)
        {
            if (_reader.IsEmpty) return;
            var depth = _reader.Depth;
            string? text = null;
            while (_reader.NextChild(depth, ref text))
            {
                if (AlertExtractor.IsAlert(xml)) Embedded(messages);
                else ContentWrapper(messages); // bounded by DepthMax
            }
        }

        private void Embedded(List<CapMessage> messages)
        {
            _extractor.Take();
            messages.Add(CapReader.Judge(_extractor.All[^1], messages.Count, null, sink, options));
        }
    }

    /// <summary>RFC 3339 as in Atom, or RFC 822 as in RSS.</summary>
    private static DateTimeOffset? Time(string text)
    {
        if (CapTime.TryRead(text, out var time, out _)) return time;
        var t = text.Trim();
        var comma = t.IndexOf(',');
        if (comma is > 0 and < 12) t = t[(comma + 1)..].TrimStart();
        t = Zone(t);
        string[] forms = ["d MMM yyyy HH:mm:ss zzz", "d MMM yyyy HH:mm zzz", "d MMM yy HH:mm:ss zzz"];
        return DateTimeOffset.TryParseExact(t, forms, CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces, out time) ? time : null;
    }

    private static string Zone(string text)
    {
        var space = text.LastIndexOf(' ');
        if (space < 0) return text;
        var zone = text[(space + 1)..];
        var offset = zone switch
        {
            "GMT" or "UT" or "UTC" or "Z" => "+00:00",
            "EST" => "-05:00",
            "EDT" => "-04:00",
            "CST" => "-06:00",
            "CDT" => "-05:00",
            "MST" => "-07:00",
            "MDT" => "-06:00",
            "PST" => "-08:00",
            "PDT" => "-07:00",
            [('+' or '-') and var sign, var a, var b, var c, var d] => $"{sign}{a}{b}:{c}{d}",
            _ => zone,
        };
        return $"{text[..space]} {offset}";
    }
}
