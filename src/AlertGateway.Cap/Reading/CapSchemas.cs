using System.Xml;
using System.Xml.Schema;

namespace AlertGateway.Cap;

/// <summary>Validates one alert against the content model of its CAP version. Thread-safe: a compiled schema set is read-only.</summary>
internal static class CapSchemas
{
    private const int ErrorsReported = 5;
    private static readonly Lazy<XmlSchemaSet> V10 = new(() => Load("CAP-v1.0.xsd"));
    private static readonly Lazy<XmlSchemaSet> V11 = new(() => Load("CAP-v1.1.xsd"));
    private static readonly Lazy<XmlSchemaSet> V12 = new(() => Load("CAP-v1.2.xsd"));

    /// <summary>False for an alert of no known version. Never throws for well-formed text.</summary>
    public static bool IsValid(string alertXml, CapVersion version, FindingSink sink)
    {
        if (version == CapVersion.Unknown) return false;
        var errors = 0;
        var settings = CapXml.Settings();
        settings.ValidationType = ValidationType.Schema;
        settings.ValidationFlags = XmlSchemaValidationFlags.None; // no schema location from the document is ever followed
        settings.Schemas = (version switch { CapVersion.V10 => V10, CapVersion.V11 => V11, _ => V12 }).Value;
        settings.ValidationEventHandler += (_, e) =>
        {
            if (e.Severity != XmlSeverityType.Error) return;
            if (++errors <= ErrorsReported) sink.Add(FindingCodes.SchemaInvalid, "/alert", AlertParser.Shown(e.Message, 240));
        };
        using var reader = XmlReader.Create(new StringReader(alertXml), settings);
        // The verdict is clear and no more is reported: thousands of further errors would only cost time.
        while (errors <= ErrorsReported && reader.Read())
        {
        }

        return errors == 0;
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
