using System.Globalization;
using AlertGateway.Cap;
using AlertGateway.Core.Ingest;
using NetTopologySuite.Geometries;
using NetTopologySuite.Operation.Union;

namespace AlertGateway.Core.Targeting;

/// <summary>
/// The shapes of an alert as one valid geometry. Polygons and circles of all areas of all infos are a union (CAP 1.2 §3.2.4); what an area excludes is cut out of that area only. Infos in several languages repeat the same areas, so equal ones count once.
/// </summary>
public sealed class AreaShapes
{
    private static readonly GeometryFactory Factory = new(new PrecisionModel(), 4326);

    // Corners of the polygon drawn around a circle; it is drawn outside, so that nobody within the radius is cut off (0.06 % of the radius).
    private const int CircleCorners = 90;

    private AreaShapes(Geometry? geometry, IReadOnlyList<HoldReason> holds, bool hasShapes, bool crossesAntimeridian) => (Geometry, Holds, HasShapes, CrossesAntimeridian) = (geometry, holds, hasShapes, crossesAntimeridian);

    /// <summary>Valid polygons, x = longitude; null when no shape could be used.</summary>
    public Geometry? Geometry { get; }

    public IReadOnlyList<HoldReason> Holds { get; }

    /// <summary>The alert has polygons or circles, usable or not.</summary>
    public bool HasShapes { get; }

    /// <summary>A shape crosses the 180° meridian and was cut there. Far from that meridian it is more likely a slip of the pen.</summary>
    public bool CrossesAntimeridian { get; }

    public static AreaShapes Of(Alert alert, TargetingConfig config)
    {
        ArgumentNullException.ThrowIfNull(alert);
        ArgumentNullException.ThrowIfNull(config);
        var areas = Distinct(alert);
        bool hasShapes = areas.Any(a => a.Polygons.Count + a.Circles.Count + a.UnreadablePolygons.Count + a.UnreadableCircles.Count > 0);
        var holds = new List<HoldReason>();
        // A reader with the same bound leaves a polygon beyond it unread: its commas still say how many vertices it has.
        int vertices = areas.Sum(a => a.Polygons.Concat(a.ExcludedPolygons).Sum(p => p.Points.Count) + (a.Circles.Count * CircleCorners) + a.UnreadablePolygons.Sum(text => text.AsSpan().Count(',')));
        if (vertices > config.VerticesMax)
        {
            holds.Add(AreaHolds.TooManyVertices(vertices, config.VerticesMax));
            return new AreaShapes(null, holds, hasShapes, false);
        }
        int unreadable = areas.Sum(a => a.UnreadablePolygons.Count + a.UnreadableCircles.Count);
        if (unreadable > 0) holds.Add(AreaHolds.Unreadable(unreadable, areas.Any(a => a.UnreadablePolygons.Concat(a.UnreadableCircles).Any(LooksSwapped))));
        var parts = new List<Geometry>();
        bool crosses = false;
        foreach (var area in areas)
        {
            var shape = ShapeOf(area, config, holds, ref crosses);
            if (shape is { IsEmpty: false }) parts.Add(shape);
        }
        var union = parts.Count switch { 0 => null, 1 => parts[0], _ => UnaryUnionOp.Union(parts) };
        if (union is null && hasShapes && holds.Count == 0) holds.Add(AreaHolds.Empty());
        return new AreaShapes(union, holds, hasShapes, crosses);
    }

    /// <summary>All areas of all infos, equal ones once.</summary>
    internal static List<Area> Distinct(Alert alert)
    {
        var areas = new List<Area>();
        foreach (var area in alert.Infos.SelectMany(i => i.Areas))
        {
            if (!areas.Any(a => SameGround(a, area))) areas.Add(area);
        }
        return areas;
    }

    private static bool SameGround(Area a, Area b) =>
        a.Geocodes.SequenceEqual(b.Geocodes) && a.Circles.Count == b.Circles.Count && a.Polygons.Count == b.Polygons.Count && a.ExcludedPolygons.Count == b.ExcludedPolygons.Count
        && a.UnreadablePolygons.SequenceEqual(b.UnreadablePolygons) && a.UnreadableCircles.SequenceEqual(b.UnreadableCircles)
        && a.Circles.Zip(b.Circles).All(c => c.First.Center == c.Second.Center && c.First.RadiusKm == c.Second.RadiusKm)
        && a.Polygons.Concat(a.ExcludedPolygons).Zip(b.Polygons.Concat(b.ExcludedPolygons)).All(p => p.First.Points.SequenceEqual(p.Second.Points));

    private static Geometry? ShapeOf(Area area, TargetingConfig config, List<HoldReason> holds, ref bool crosses)
    {
        var parts = new List<Geometry>();
        foreach (var polygon in area.Polygons)
        {
            if (Ring(polygon, config, holds, ref crosses) is { } ring) parts.Add(ring);
        }
        foreach (var circle in area.Circles)
        {
            if (Disc(circle, config, holds, ref crosses) is { } disc) parts.Add(disc);
        }
        if (parts.Count == 0) return null;
        var shape = parts.Count == 1 ? parts[0] : UnaryUnionOp.Union(parts);
        foreach (var excluded in area.ExcludedPolygons)
        {
            // A hole that cannot be read cleanly holds the alert, and cuts nothing off.
            if (Ring(excluded, config, holds, ref crosses) is { } hole) shape = shape.Difference(hole);
        }
        return shape;
    }

    private static Geometry? Ring(CapPolygon polygon, TargetingConfig config, List<HoldReason> holds, ref bool crosses)
    {
        var ring = RingRepair.Of(polygon, config);
        if (ring.Hold is { } hold) holds.Add(hold);
        crosses |= ring.Crosses;
        return ring.Shape;
    }

    private static Geometry? Disc(CapCircle circle, TargetingConfig config, List<HoldReason> holds, ref bool crosses)
    {
        double angle = Math.Max(circle.RadiusKm, config.MinimumRadiusKm) / GroundArea.EarthRadiusKm / Math.Cos(Math.PI / CircleCorners);
        double latitude = double.DegreesToRadians(circle.Center.LatitudeDegrees), longitude = circle.Center.LongitudeDegrees;
        if (Math.Abs(latitude) + angle > double.DegreesToRadians(89)) return Hold(holds, AreaHolds.Antimeridian());
        double widest = double.RadiansToDegrees(Math.Asin(Math.Sin(angle) / Math.Cos(latitude)));
        bool cut = longitude - widest < -180 || longitude + widest > 180;
        crosses |= cut;
        var corners = new Coordinate[CircleCorners + 1];
        for (int i = 0; i < CircleCorners; i++)
        {
            double bearing = 2 * Math.PI * i / CircleCorners;
            double y = Math.Asin(Math.Sin(latitude) * Math.Cos(angle) + Math.Cos(latitude) * Math.Sin(angle) * Math.Cos(bearing));
            double dx = Math.Atan2(Math.Sin(bearing) * Math.Sin(angle) * Math.Cos(latitude), Math.Cos(angle) - Math.Sin(latitude) * Math.Sin(y));
            corners[i] = new Coordinate(longitude + double.RadiansToDegrees(dx), double.RadiansToDegrees(y));
        }
        corners[CircleCorners] = corners[0].Copy();
        var disc = Factory.CreatePolygon(corners);
        return cut ? Antimeridian.Cut(disc) : disc;
    }

    private static Polygon? Hold(List<HoldReason> holds, HoldReason reason)
    {
        holds.Add(reason);
        return null;
    }

    // Pairs such as "119.4,31.4": the first number is no latitude, the second one would be.
    private static bool LooksSwapped(string text)
    {
        var span = text.AsSpan().TrimStart();
        int comma = span.IndexOf(',');
        if (comma <= 0 || !double.TryParse(span[..comma], NumberStyles.Float, CultureInfo.InvariantCulture, out double first)) return false;
        var rest = span[(comma + 1)..];
        int end = rest.IndexOfAny(" \t\r\n");
        return double.TryParse(end < 0 ? rest : rest[..end], NumberStyles.Float, CultureInfo.InvariantCulture, out double second) && Math.Abs(first) is > 90 and <= 180 && Math.Abs(second) <= 90;
    }
}
