using AlertGateway.Cap;
using AlertGateway.Core.Ingest;
using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Utilities;
using NetTopologySuite.Operation.Valid;

namespace AlertGateway.Core.Targeting;

/// <summary>One ring made valid, and what had to be done to it.</summary>
internal sealed record RingRepair
{
    private static readonly GeometryFactory Factory = new(new PrecisionModel(), 4326);

    /// <summary>Valid polygons; null when nothing can be made of the ring.</summary>
    public Geometry? Shape { get; private init; }

    /// <summary>Why a person must look, whether or not there is a shape.</summary>
    public HoldReason? Hold { get; private init; }

    /// <summary>It crosses the 180° meridian and was cut there.</summary>
    public bool Crosses { get; private init; }

    /// <summary>It crossed or touched itself.</summary>
    public bool Mended { get; private init; }

    /// <summary>The mended shape covers other ground than the ring's own sum says: its lobes cancel out there, and nobody can tell what was meant.</summary>
    public bool Unclear { get; private init; }

    /// <summary>Separate pieces of the shape.</summary>
    public int Pieces => Shape?.NumGeometries ?? 0;

    public static RingRepair Of(CapPolygon polygon, TargetingConfig config)
    {
        if (polygon.Points.Count < 4) return Held(AreaHolds.Broken("点数不足", "too few points"));
        var coordinates = new Coordinate[polygon.Points.Count];
        for (int i = 0; i < coordinates.Length; i++) coordinates[i] = new Coordinate(polygon.Points[i].LongitudeDegrees, polygon.Points[i].LatitudeDegrees);
        if (!coordinates[0].Equals2D(coordinates[^1])) return Held(AreaHolds.Broken("多边形没有闭合", "the polygon is not closed"));
        if (!Antimeridian.TryUnroll(coordinates, out bool crosses)) return Held(AreaHolds.Antimeridian());
        Geometry shape = Factory.CreatePolygon(coordinates);
        if (new IsValidOp(shape).IsValid) return new RingRepair { Shape = crosses ? Antimeridian.Cut(shape) : shape, Crosses = crosses };

        // Keeps every lobe, whichever way round it is drawn.
        shape = Polygonal(GeometryFixer.Fix(shape));
        double stated = Math.Abs(GroundArea.SignedRing(coordinates)), ground = GroundArea.SquareKilometres(shape);
        if (ground <= 0) return Held(AreaHolds.Empty());
        // Doubled points, spikes and touching corners leave the ground as it was. A figure of eight does not: its lobes cancel out in the ring's own sum.
        bool unclear = Math.Abs(ground - stated) > config.RepairShareMax * ground;
        return new RingRepair
        {
            Shape = crosses ? Antimeridian.Cut(shape) : shape,
            Crosses = crosses,
            Mended = true,
            Unclear = unclear,
            Hold = unclear ? AreaHolds.Broken("多边形自相交，含义不明", "the polygon crosses itself and its meaning is unclear") : null,
        };
    }

    private static RingRepair Held(HoldReason reason) => new() { Hold = reason };

    private static Geometry Polygonal(Geometry geometry)
    {
        var polygons = new List<Polygon>();
        for (int i = 0; i < geometry.NumGeometries; i++)
        {
            if (geometry.GetGeometryN(i) is Polygon { IsEmpty: false } polygon) polygons.Add(polygon);
        }
        return polygons.Count == 1 ? polygons[0] : Factory.CreateMultiPolygon([.. polygons]);
    }
}
