using System.Globalization;
using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Feeds.Hydrology;

namespace AlertGateway.Feeds.UsgsIv;

/// <summary>
/// Decodes instantaneous values of the United States Geological Survey: WaterML 1.1 as JSON, the same as XML (WaterML 1.0 and 1.1), and the features of the OGC API that replaces it.
/// Values keep the source's unit (feet, cubic feet a second). Several methods in one series are records of their own.
/// </summary>
public static class UsgsIvDecoder
{
    public const string Kind = "usgs-iv";

    internal static FeedDecode NoDocument(string why)
    {
        var into = new HydroRecords(Kind, null);
        into.Add(FindingCodes.HydroDocument, "", why);
        return into.Done();
    }

    public static FeedDecode Decode(ReadOnlyMemory<byte> bytes, DateTimeOffset? receivedAt)
    {
        if (bytes.Span.TrimStart(" \t\r\n\uFEFF"u8) is [(byte)'<', ..]) return WaterMlXml.Decode(bytes, receivedAt);
        using var json = HydroJson.Parse(bytes);
        if (json is null) return NoDocument("The document is neither JSON nor WaterML.");
        var into = new HydroRecords(Kind, receivedAt);
        var root = json.RootElement;
        if (HydroJson.Member(root, "features") is { ValueKind: JsonValueKind.Array } features) Features(features, into);
        else if (HydroJson.Member(root, "value") is { ValueKind: JsonValueKind.Object } value && HydroJson.Member(value, "timeSeries") is { ValueKind: JsonValueKind.Array } series) Series(series, into);
        else into.Add(FindingCodes.HydroDocument, "", "The document has no timeSeries.");
        return into.Done();
    }

    private static void Series(JsonElement series, HydroRecords into)
    {
        var s = 0;
        foreach (var one in series.EnumerateArray())
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"/value/timeSeries[{s++}]");
            var source = HydroJson.Member(one, "sourceInfo");
            var variable = HydroJson.Member(one, "variable");
            var site = First(source, "siteCode");
            var code = First(variable, "variableCode");
            if (site is null || code is null)
            {
                into.Add(FindingCodes.HydroRecord, path, "A series has no site or variable code.");
                continue;
            }

            var place = source is { } from && HydroJson.Member(from, "geoLocation") is { } geo ? HydroJson.Member(geo, "geogLocation") : null;
            var (lat, lon) = place is { } p ? (HydroJson.Number(p, "latitude"), HydroJson.Number(p, "longitude")) : (null, null);
            var unit = variable is { } v && HydroJson.Member(v, "unit") is { } u ? HydroJson.Text(u, "unitCode") : null;
            var none = variable is { } w ? HydroJson.Number(w, "noDataValue") : null;
            var methods = HydroJson.Items(one, "values").ToList();
            for (var m = 0; m < methods.Count; m++)
            {
                var method = HydroJson.Items(methods[m], "method").Select(x => HydroJson.Text(x, "methodID")).FirstOrDefault() ?? m.ToString(CultureInfo.InvariantCulture);
                var quantity = UsgsCodes.Quantity(code) + (methods.Count > 1 ? "@" + method : "");
                var i = 0;
                foreach (var reading in HydroJson.Items(methods[m], "value"))
                {
                    var at = string.Create(CultureInfo.InvariantCulture, $"{path}/values[{m}]/value[{i++}]");
                    UsgsCodes.Add(into, site, quantity, HydroJson.Time(reading, "dateTime"), HydroJson.Text(reading, "value"), unit, none, Qualifiers(reading, "qualifiers"), at, lat, lon);
                }
            }
        }
    }

    private static void Features(JsonElement features, HydroRecords into)
    {
        var i = 0;
        foreach (var feature in features.EnumerateArray())
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"/features[{i++}]");
            if (HydroJson.Member(feature, "properties") is not { } p || HydroJson.Text(p, "monitoring_location_id") is not { } site || HydroJson.Text(p, "parameter_code") is not { } code)
            {
                into.Add(FindingCodes.HydroRecord, path, "A feature has no location or parameter code.");
                continue;
            }

            var point = HydroJson.Member(feature, "geometry") is { } g ? HydroJson.Items(g, "coordinates").Select(HydroJson.Number).Take(2).ToList() : [];
            UsgsCodes.Add(into, site.StartsWith("USGS-", StringComparison.Ordinal) ? site[5..] : site, UsgsCodes.Quantity(code), HydroJson.Time(p, "time"), HydroJson.Text(p, "value"), HydroJson.Text(p, "unit_of_measure"), null,
                Qualifiers(p, "qualifier"), path, point.Count == 2 ? point[1] : null, point.Count == 2 ? point[0] : null);
        }
    }

    private static string? First(JsonElement? of, string list) => HydroJson.Items(of, list).Select(x => HydroJson.Text(x, "value")).FirstOrDefault(x => x is { Length: > 0 and <= 60 } && !x.Contains('/', StringComparison.Ordinal));

    /// <summary>Written as a list or as one word.</summary>
    private static string[] Qualifiers(JsonElement of, string name) => HydroJson.Member(of, name) switch
    {
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Where(x => x.ValueKind == JsonValueKind.String).Select(x => HydroJson.Words(x) ?? "")],
        { ValueKind: JsonValueKind.String } word => (HydroJson.Words(word) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries),
        _ => [],
    };
}
