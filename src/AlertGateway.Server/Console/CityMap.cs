using System.Text.Json;
using AlertGateway.Core.Targeting;

namespace AlertGateway.Server.Web;

/// <summary>A point of a drawing, WGS-84.</summary>
public readonly record struct MapPoint(double Longitude, double Latitude);

/// <summary>A town's cell on the drawing.</summary>
/// <param name="Schematic">Not a real boundary: the drawing must say 示意.</param>
public sealed record MapCell(string Code, string Name, bool Schematic, IReadOnlyList<IReadOnlyList<MapPoint>> Rings);

/// <summary>What the board draws behind the villages. A drawing aid only: never an alert area.</summary>
public sealed record CityMap
{
    /// <summary>Short name that people type when they sign, such as 溧阳.</summary>
    public required string Name { get; init; }

    public required string NameEnglish { get; init; }

    /// <summary>Households are made up: pages say 合成数据.</summary>
    public required bool Synthetic { get; init; }

    /// <summary>Rings of the outline; empty when there is none.</summary>
    public required IReadOnlyList<IReadOnlyList<MapPoint>> Outline { get; init; }

    public required IReadOnlyList<MapCell> Cells { get; init; }

    /// <summary>Reads an outline and the cells from GeoJSON feature collections; either may be null.</summary>
    /// <exception cref="JsonException">A document is not GeoJSON.</exception>
    public static CityMap Read(string name, string nameEnglish, bool synthetic, string? outlineGeoJson, string? cellsGeoJson)
    {
        List<IReadOnlyList<MapPoint>> outline = [];
        List<MapCell> cells = [];
        if (outlineGeoJson is not null)
        {
            using var document = JsonDocument.Parse(outlineGeoJson);
            foreach (var feature in Features(document.RootElement)) outline.AddRange(GeoRings.Of(feature.GetProperty("geometry")));
        }

        if (cellsGeoJson is not null)
        {
            using var document = JsonDocument.Parse(cellsGeoJson);
            foreach (var feature in Features(document.RootElement))
            {
                var properties = feature.GetProperty("properties");
                cells.Add(new MapCell(Text(properties, "code"), Text(properties, "name"),
                    properties.TryGetProperty("schematic", out var s) && s.ValueKind == JsonValueKind.True, GeoRings.Of(feature.GetProperty("geometry"))));
            }
        }

        return new CityMap { Name = name, NameEnglish = nameEnglish, Synthetic = synthetic, Outline = outline, Cells = cells };
    }

    private static JsonElement.ArrayEnumerator Features(JsonElement root) =>
        root.TryGetProperty("features", out var features) && features.ValueKind == JsonValueKind.Array ? features.EnumerateArray() : throw new JsonException("Not a feature collection.");

    private static string Text(JsonElement properties, string name) =>
        properties.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}

/// <summary>Rings out of GeoJSON geometry.</summary>
internal static class GeoRings
{
    /// <summary>More rings than this are not drawn.</summary>
    private const int RingsMax = 2000;

    /// <summary>A shape of tens of thousands of points is drawn by an outline of at most so many, which covers it: no pixel of the alert is missing.</summary>
    private const int DrawnMax = 4_000;

    private const int PlainCharsMax = 200_000;

    /// <summary>Rings of the resolved area; empty when codes alone describe it.</summary>
    public static IReadOnlyList<IReadOnlyList<MapPoint>> Of(AlertArea area)
    {
        if (area.GeoJson is null) return [];
        string shape = area.GeoJson.Length <= PlainCharsMax ? area.GeoJson : GeoJsonShape.Write(OutwardOutline.Of(GeoJsonShape.Parse(area.GeoJson), DrawnMax));
        using var document = JsonDocument.Parse(shape);
        return Of(document.RootElement);
    }

    public static IReadOnlyList<IReadOnlyList<MapPoint>> Of(JsonElement geometry)
    {
        List<IReadOnlyList<MapPoint>> rings = [];
        Collect(geometry, rings);
        return rings;
    }

    private static void Collect(JsonElement geometry, List<IReadOnlyList<MapPoint>> rings)
    {
        string? type = geometry.TryGetProperty("type", out var t) ? t.GetString() : null;
        switch (type)
        {
            case "GeometryCollection":
                foreach (var part in geometry.GetProperty("geometries").EnumerateArray()) Collect(part, rings);
                break;
            case "Polygon":
                Polygon(geometry.GetProperty("coordinates"), rings);
                break;
            case "MultiPolygon":
                foreach (var polygon in geometry.GetProperty("coordinates").EnumerateArray()) Polygon(polygon, rings);
                break;
            default:
                break; // points and lines have no area to draw
        }
    }

    private static void Polygon(JsonElement coordinates, List<IReadOnlyList<MapPoint>> rings)
    {
        foreach (var ring in coordinates.EnumerateArray())
        {
            if (rings.Count >= RingsMax) return;
            List<MapPoint> points = [];
            foreach (var p in ring.EnumerateArray()) points.Add(new MapPoint(p[0].GetDouble(), p[1].GetDouble()));
            if (points.Count >= 3) rings.Add(points);
        }
    }
}
