using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Feeds.Hydrology;

namespace AlertGateway.Feeds.UsgsIv;

/// <summary>WaterML 1.0 and 1.1 as XML, whatever its namespace. Times without an offset are local time of the site, whose offset the document states (winter time; summer time only where a value says so).</summary>
internal static class WaterMlXml
{
    private const int CharactersMax = 64 << 20;
    private const int DepthMax = 64;

    public static FeedDecode Decode(ReadOnlyMemory<byte> bytes, DateTimeOffset? receivedAt)
    {
        XDocument document;
        try
        {
            if (!IsWaterMl(bytes)) return UsgsIvDecoder.NoDocument("The document is no WaterML response, or is nested too deep.");
            using var reader = Open(bytes);
            document = XDocument.Load(reader);
        }
        catch (XmlException)
        {
            return UsgsIvDecoder.NoDocument("The document is not well-formed XML.");
        }

        if (document.Root is not { } root || root.Name.LocalName != "timeSeriesResponse") return UsgsIvDecoder.NoDocument("The document is no WaterML response.");
        var into = new HydroRecords(UsgsIvDecoder.Kind, receivedAt);
        var s = 0;
        foreach (var series in root.Elements().Where(e => e.Name.LocalName == "timeSeries")) Series(series, into, string.Create(CultureInfo.InvariantCulture, $"/timeSeries[{s++}]"));
        return into.Done();
    }

    // A tree of foreign XML costs the square of its depth, so the depth is known before one is made.
    private static bool IsWaterMl(ReadOnlyMemory<byte> bytes)
    {
        using var reader = Open(bytes);
        if (reader.MoveToContent() != XmlNodeType.Element || reader.LocalName != "timeSeriesResponse") return false;
        while (reader.Read())
        {
            if (reader.Depth > DepthMax) return false;
        }

        return true;
    }

    private static XmlReader Open(ReadOnlyMemory<byte> bytes) => XmlReader.Create(new MemoryStream(bytes.ToArray(), writable: false),
        new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = CharactersMax, IgnoreComments = true, IgnoreProcessingInstructions = true, CloseInput = true });

    private static void Series(XElement series, HydroRecords into, string path)
    {
        var source = Child(series, "sourceInfo");
        var variable = Child(series, "variable");
        var site = Child(source, "siteCode")?.Value.Trim();
        var code = Child(variable, "variableCode")?.Value.Trim();
        if (string.IsNullOrEmpty(site) || string.IsNullOrEmpty(code) || site.Contains('/', StringComparison.Ordinal))
        {
            into.Add(FindingCodes.HydroRecord, path, "A series has no site or variable code.");
            return;
        }

        var place = Child(Child(source, "geoLocation"), "geogLocation");
        var (lat, lon) = (Number(Child(place, "latitude")?.Value), Number(Child(place, "longitude")?.Value));
        var unit = Child(Child(variable, "unit"), "unitCode")?.Value.Trim() ?? Attribute(Child(variable, "units"), "unitsAbbreviation") ?? Attribute(Child(variable, "units"), "unitsCode");
        var none = Number(Child(variable, "noDataValue")?.Value ?? Child(variable, "NoDataValue")?.Value);
        var zone = Attribute(Child(Child(source, "timeZoneInfo"), "defaultTimeZone"), "zoneOffset") ?? Attribute(Child(Child(source, "timeZoneInfo"), "defaultTimeZone"), "ZoneOffset");
        var offset = zone is { Length: 6 } && TimeSpan.TryParseExact(zone.AsSpan(1), "hh\\:mm", CultureInfo.InvariantCulture, out var o) && o <= TimeSpan.FromHours(14) ? (zone[0] == '-' ? -o : o) : (TimeSpan?)null;
        var blocks = series.Elements().Where(e => e.Name.LocalName == "values").ToList();
        for (var m = 0; m < blocks.Count; m++)
        {
            // In WaterML 1.1 each method has a block of its own; in 1.0 the value names it.
            var readings = blocks[m].Elements().Where(e => e.Name.LocalName == "value").ToList();
            var several = blocks.Count > 1 || readings.Select(r => Attribute(r, "methodID")).Distinct().Count() > 1;
            var method = Attribute(Child(blocks[m], "method"), "methodID") ?? m.ToString(CultureInfo.InvariantCulture);
            for (var i = 0; i < readings.Count; i++)
            {
                var reading = readings[i];
                var quantity = UsgsCodes.Quantity(code) + (several ? "@" + (Attribute(reading, "methodID") ?? method) : "");
                var qualifiers = (Attribute(reading, "qualifiers") ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
                UsgsCodes.Add(into, site, quantity, Time(Attribute(reading, "dateTime"), offset), reading.Value.Trim(), unit, none, qualifiers, string.Create(CultureInfo.InvariantCulture, $"{path}/values[{m}]/value[{i}]"), lat, lon);
            }
        }
    }

    private static XElement? Child(XElement? of, string name) => of?.Elements().FirstOrDefault(e => e.Name.LocalName == name);

    private static string? Attribute(XElement? of, string name) => of?.Attributes().FirstOrDefault(a => a.Name.LocalName == name)?.Value;

    private static double? Number(string? text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;

    private static DateTimeOffset? Time(string? text, TimeSpan? offset)
    {
        if (text is null) return null;
        if (DateTime.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd'T'HH:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var wall))
        {
            var back = offset ?? TimeSpan.Zero;
            return wall.Ticks < TimeSpan.TicksPerDay || wall.Ticks > DateTime.MaxValue.Ticks - TimeSpan.TicksPerDay ? null : new DateTimeOffset(wall, back);
        }

        return HydroJson.Time(text);
    }
}
