using System.Text;
using System.Xml;

namespace AlertGateway.Cap;

/// <summary>
/// Reads CAP 1.0, 1.1 and 1.2 as it is really sent: any order, prefix or missing namespace, several infos, alone or in an <c>alerts</c>
/// element, an EDXL distribution, an Atom or RSS feed. Every flaw becomes a finding; hostile or broken input becomes a rejected
/// message. Thread-safe. Nothing in the bytes makes it throw.
/// </summary>
public static class CapReader
{
    /// <summary>Reads all alerts of a document. The result has at least one message.</summary>
    public static CapDocument Read(ReadOnlyMemory<byte> bytes, CapReaderOptions? options = null) =>
        Read(bytes, options ?? CapReaderOptions.Default, lookIntoText: true);

    /// <param name="lookIntoText">Whether alerts written as text count too; false inside such a text, so that nesting cannot multiply the work.</param>
    internal static CapDocument Read(ReadOnlyMemory<byte> bytes, CapReaderOptions options, bool lookIntoText)
    {
        var sink = new FindingSink();
        if (bytes.Length > options.BytesMax)
        {
            sink.Add(FindingCodes.TooLarge, "", $"The document has {bytes.Length} bytes; at most {options.BytesMax} are read.");
            return Rejected(CapRoot.None, "", sink, bytes);
        }

        return SourceText.Decode(bytes.Span, sink) is { } source ? Read(source, bytes, sink, options, lookIntoText) : Rejected(CapRoot.None, "", sink, bytes);
    }

    private static CapDocument Read(SourceText source, ReadOnlyMemory<byte> bytes, FindingSink sink, CapReaderOptions options, bool lookIntoText)
    {
        var root = CapRoot.None;
        var rootName = "";
        var embedded = new List<string>();
        using var xml = XmlReader.Create(new StringReader(source.Text), CapXml.Settings());
        var extractor = new AlertExtractor(source, xml, options);
        try
        {
            while (xml.Read())
            {
                if (xml.Depth > options.DepthMax) throw new DepthExceededException();
                if (lookIntoText && root != CapRoot.Alert && (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA) && EmbeddedText.MayBeAlert(xml.Value)) embedded.Add(xml.Value);
                if (xml.NodeType != XmlNodeType.Element) continue;
                if (root == CapRoot.None)
                {
                    rootName = xml.LocalName;
                    root = CapNames.RootOf(rootName);
                    if (root == CapRoot.Alert && !AlertExtractor.IsAlert(xml))
                    {
                        // An alert in a namespace that no CAP version has is still somebody's alert: read it and say so.
                        extractor.Take();
                        continue;
                    }
                }

                if (!AlertExtractor.IsAlert(xml)) continue;
                if (extractor.All.Count == options.AlertsMax)
                {
                    extractor.All[^1].Sink.Add(FindingCodes.TooManyAlerts, "", $"The container holds more than {options.AlertsMax} alerts.");
                    break;
                }

                extractor.Take();
            }
        }
        catch (DepthExceededException)
        {
            sink.Add(FindingCodes.TooDeep, "", $"Elements are nested deeper than {options.DepthMax}.");
            return Rejected(root, rootName, sink, bytes);
        }
        catch (XmlException e)
        {
            var documentType = source.Text.Contains("<!DOCTYPE", StringComparison.OrdinalIgnoreCase);
            if (documentType) sink.Add(FindingCodes.DocumentType, "", "The document has a DOCTYPE and was not read.");
            else sink.Add(FindingCodes.NotWellFormed, "", $"The document is not well-formed XML (line {e.LineNumber}, column {e.LinePosition}).");
            return Rejected(root, rootName, sink, bytes);
        }

        var messages = new List<CapMessage>();
        foreach (var taken in extractor.All) messages.Add(Judge(taken, messages.Count, root == CapRoot.Alert ? (bytes, source.Text) : null, sink, options));
        foreach (var text in embedded) EmbeddedText.Read(text, messages, options);
        if (messages.Count > 0) return new CapDocument(root, rootName, messages);
        sink.Add(FindingCodes.NoAlert, "", $"The document ({AlertParser.Shown(rootName)}) holds no CAP alert.");
        return Rejected(root, rootName, sink, bytes);
    }

    /// <summary>Completes what was taken from a well-formed document: schema verdict, signature, disposition.</summary>
    internal static CapMessage Judge(AlertExtractor.Taken taken, int index, (ReadOnlyMemory<byte> Bytes, string Text)? document, FindingSink shared, CapReaderOptions options)
    {
        taken.Sink.AddAll(shared);
        CapProfiles.Check(taken.Alert, options.Profile ?? CapProfiles.Of(taken.Alert), taken.Sink);
        bool? xsdValid = null;
        var wellFormed = !shared.Findings.Any(f => f.Code == FindingCodes.LeadingSpace.Code);
        if (options.ValidateSchema && wellFormed) xsdValid = CapSchemas.IsValid(taken.Xml, taken.Alert.Version, taken.Sink);
        var signature = SignatureOutcome.Unsigned;
        if (taken.Signatures > 0)
        {
            // In a container the alert is judged as the document that it was when it was signed.
            signature = options.VerifySignatures
                ? SignatureVerifier.Verify(document?.Text ?? taken.Xml, taken.Alert.Sender, options.Keys, taken.Sink)
                : SignatureOutcome.Unverifiable;
        }

        var raw = document?.Bytes ?? Encoding.UTF8.GetBytes(taken.Xml);
        return new CapMessage(taken.Alert, taken.Sink.Findings, xsdValid, signature, taken.Sink.Worst, raw, index, taken.Alert.Version);
    }

    private static CapDocument Rejected(CapRoot root, string rootName, FindingSink sink, ReadOnlyMemory<byte> bytes) =>
        new(root, rootName, [new CapMessage(null, sink.Findings, null, SignatureOutcome.Unsigned, Disposition.Reject, bytes, 0, CapVersion.Unknown)]);
}
