using System.Globalization;
using System.Text;
using System.Text.Json;
using NetTopologySuite.Geometries;

namespace AlertGateway.Core.Targeting;

/// <summary>Polygons from and to GeoJSON (RFC 7946): lon, lat; seven decimals, about a centimetre.</summary>
public static class GeoJsonShape
{
    private static readonly GeometryFactory Factory = new(new PrecisionModel(), 4326);

    /// <summary>The union of all polygons of a geometry, feature or feature collection.</summary>
    /// <exception cref="InvalidDataException">Another geometry than Polygon or MultiPolygon, or an open ring.</exception>
    public static Geometry Parse(string geoJson)
    {
        using var document = JsonDocument.Parse(geoJson);
        var polygons = new List<Polygon>();
        Collect(document.RootElement, polygons);
        return polygons.Count == 1 ? polygons[0] : NetTopologySuite.Operation.Union.UnaryUnionOp.Union(polygons) ?? Factory.CreatePolygon();
    }

    /// <summary>A Polygon or MultiPolygon geometry object. Equal shapes give equal text.</summary>
    public static string Write(Geometry geometry)
    {
        ArgumentNullException.ThrowIfNull(geometry);
        var shape = geometry.Normalized();
        var text = new StringBuilder();
        if (shape.NumGeometries == 1 && shape.GetGeometryN(0) is Polygon single)
        {
            text.Append("{\"type\":\"Polygon\",\"coordinates\":");
            WritePolygon(text, single);
        }
        else
        {
            text.Append("{\"type\":\"MultiPolygon\",\"coordinates\":[");
            bool first = true;
            for (int i = 0; i < shape.NumGeometries; i++)
            {
                if (shape.GetGeometryN(i) is not Polygon polygon) continue;
                if (!first) text.Append(',');
                first = false;
                WritePolygon(text, polygon);
            }
            text.Append(']');
        }
        return text.Append('}').ToString();
    }

    private static void WritePolygon(StringBuilder text, Polygon polygon)
    {
        text.Append('[');
        WriteRing(text, polygon.ExteriorRing.Coordinates);
        foreach (var hole in polygon.InteriorRings)
        {
            text.Append(',');
            WriteRing(text, hole.Coordinates);
        }
        text.Append(']');
    }

    private static void WriteRing(StringBuilder text, Coordinate[] ring)
    {
        text.Append('[');
        for (int i = 0; i < ring.Length; i++)
        {
            if (i > 0) text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $"[{ring[i].X:0.#######},{ring[i].Y:0.#######}]");
        }
        text.Append(']');
    }

    private static void Collect(JsonElement element, List<Polygon> polygons)
    {
        switch (element.GetProperty("type").GetString())
        {
            case "FeatureCollection":
                foreach (var feature in element.GetProperty("features").EnumerateArray()) Collect(feature, polygons);
                break;
            case "Feature":
                Collect(element.GetProperty("geometry"), polygons);
                break;
            case "Polygon":
                polygons.Add(ReadPolygon(element.GetProperty("coordinates")));
                break;
            case "MultiPolygon":
                foreach (var polygon in element.GetProperty("coordinates").EnumerateArray()) polygons.Add(ReadPolygon(polygon));
                break;
            default:
                throw new InvalidDataException("Only polygons describe an area.");
        }
    }

    private static Polygon ReadPolygon(JsonElement rings)
    {
        var read = new List<LinearRing>();
        foreach (var ring in rings.EnumerateArray())
        {
            var points = new List<Coordinate>(ring.GetArrayLength());
            foreach (var point in ring.EnumerateArray()) points.Add(new Coordinate(point[0].GetDouble(), point[1].GetDouble()));
            if (points.Count < 4 || !points[0].Equals2D(points[^1])) throw new InvalidDataException("A ring needs four points, the last equal to the first.");
            read.Add(Factory.CreateLinearRing([.. points]));
        }
        if (read.Count == 0) throw new InvalidDataException("A polygon needs a ring.");
        return Factory.CreatePolygon(read[0], [.. read.Skip(1)]);
    }
}
