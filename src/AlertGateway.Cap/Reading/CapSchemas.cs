using System.Xml;
using System.Xml.Schema;

namespace AlertGateway.Cap;

/// <summary>Validates one alert against the content model of its CAP version. Thread-safe: a compiled schema set is read-only.</summary>
internal static class CapSchemas
{
    private const int ErrorsReported = 5;

    /// <summary>No type of CAP looks further into a text: what is longer (polygons, descriptions, embedded resources) is plain string.</summary>
    private const int TextCharsJudged = 4_096;

    private const string Xmlns = "http://www.w3.org/2000/xmlns/";
    private static readonly Lazy<XmlSchemaSet> V10 = new(() => Load("CAP-v1.0.xsd"));
    private static readonly Lazy<XmlSchemaSet> V11 = new(() => Load("CAP-v1.1.xsd"));
    private static readonly Lazy<XmlSchemaSet> V12 = new(() => Load("CAP-v1.2.xsd"));

    /// <summary>False for an alert of no known version. Never throws for well-formed text.</summary>
    public static bool IsValid(string alertXml, CapVersion version, FindingSink sink)
    {
        if (version == CapVersion.Unknown) return false;
        var errors = 0;
        using var reader = XmlReader.Create(new StringReader(alertXml), CapXml.Settings());
        // No schema location from the document is ever followed.
        var validator = new XmlSchemaValidator(reader.NameTable, (version switch { CapVersion.V10 => V10, CapVersion.V11 => V11, _ => V12 }).Value, (IXmlNamespaceResolver)reader, XmlSchemaValidationFlags.None) { XmlResolver = null };
        validator.ValidationEventHandler += (_, e) =>
        {
            if (e.Severity != XmlSeverityType.Error) return;
            if (++errors <= ErrorsReported) sink.Add(FindingCodes.SchemaInvalid, "/alert", AlertParser.Shown(e.Message, 240));
        };
        validator.Initialize();
        var text = new char[TextCharsJudged];
        // Once the verdict is clear no more is reported: thousands of further errors would only cost time.
        while (errors <= ErrorsReported && reader.Read()) Node(validator, reader, text);
        if (errors <= ErrorsReported) validator.EndValidation();
        return errors == 0;
    }

    private static void Node(XmlSchemaValidator validator, XmlReader reader, char[] text)
    {
        switch (reader.NodeType)
        {
            case XmlNodeType.Element:
                var isEmpty = reader.IsEmptyElement;
                validator.ValidateElement(reader.LocalName, reader.NamespaceURI, null, reader.GetAttribute("type", XmlSchema.InstanceNamespace), reader.GetAttribute("nil", XmlSchema.InstanceNamespace), null, null);
                while (reader.MoveToNextAttribute())
                {
                    if (reader.NamespaceURI is not (Xmlns or XmlSchema.InstanceNamespace)) validator.ValidateAttribute(reader.LocalName, reader.NamespaceURI, reader.Value, null);
                }

                reader.MoveToElement();
                validator.ValidateEndOfAttributes(null);
                if (isEmpty) validator.ValidateEndElement(null);
                break;
            case XmlNodeType.EndElement:
                validator.ValidateEndElement(null);
                break;
            case XmlNodeType.Text or XmlNodeType.CDATA:
                validator.ValidateText(new string(text, 0, reader.ReadValueChunk(text, 0, text.Length)));
                break;
            case XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                validator.ValidateWhitespace(reader.Value);
                break;
        }
    }

    private static XmlSchemaSet Load(string name)
    {
        using var stream = typeof(CapSchemas).Assembly.GetManifestResourceStream($"AlertGateway.Cap.Schemas.{name}")
            ?? throw new InvalidOperationException($"The schema {name} is missing from the assembly.");
        var set = new XmlSchemaSet { XmlResolver = null };
        set.Add(null, XmlReader.Create(stream, CapXml.Settings()));
        set.Compile();
        return set;
    }
}

/// <summary>The one way in which this library opens XML: no DTD, no resolver, no entity.</summary>
internal static class CapXml
{
    public static XmlReaderSettings Settings() => new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersFromEntities = 1,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CheckCharacters = true,
    };
}
