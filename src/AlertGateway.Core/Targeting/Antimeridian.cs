using NetTopologySuite.Geometries;
using NetTopologySuite.Operation.Overlay;
using NetTopologySuite.Operation.OverlayNG;

namespace AlertGateway.Core.Targeting;

/// <summary>Shapes that cross the 180° meridian: drawn as one piece on a continuous strip of longitudes, then cut into pieces within ±180.</summary>
internal static class Antimeridian
{
    /// <summary>
    /// True when the ring crosses: a longitude past ±180, or a step of more than 180° between neighbouring points, which is shorter the other way round. The points are changed to continuous longitudes.
    /// False also for a ring around a pole, which no cut makes right.
    /// </summary>
    public static bool TryUnroll(Coordinate[] ring, out bool crosses)
    {
        crosses = false;
        double turn = 0;
        var before = ring[0].X;
        for (var i = 0; i < ring.Length; i++)
        {
            var x = ring[i].X;
            if (i > 0)
            {
                if (x - before > 180) turn -= 360;
                else if (x - before < -180) turn += 360;
            }

            before = x;
            ring[i].X = x + turn;
            crosses |= turn != 0 || Math.Abs(x) > 180;
        }

        return turn == 0;
    }

    /// <summary>The pieces of a valid shape on continuous longitudes, each moved to within ±180.</summary>
    public static Geometry Cut(Geometry shape)
    {
        var factory = shape.Factory;
        var pieces = new List<Polygon>();
        var (first, last) = ((int)Math.Floor((shape.EnvelopeInternal.MinX + 180) / 360), (int)Math.Floor((shape.EnvelopeInternal.MaxX + 180) / 360));
        for (var turn = first; turn <= last; turn++)
        {
            var strip = factory.ToGeometry(new Envelope(360.0 * turn - 180, 360.0 * turn + 180, -90, 90));
            // A copy, because a piece may share its points with the shape that the next strip is cut from.
            var piece = OverlayNGRobust.Overlay(shape, strip, SpatialFunction.Intersection).Copy();
            if (turn != 0) piece.Apply(new Shift(-360.0 * turn));
            for (var i = 0; i < piece.NumGeometries; i++)
            {
                if (piece.GetGeometryN(i) is Polygon { IsEmpty: false } polygon) pieces.Add(polygon);
            }
        }

        return pieces.Count == 1 ? pieces[0] : factory.CreateMultiPolygon([.. pieces]);
    }

    private sealed class Shift(double degrees) : ICoordinateSequenceFilter
    {
        public bool Done => false;

        public bool GeometryChanged => true;

        public void Filter(CoordinateSequence sequence, int index) => sequence.SetX(index, Math.Clamp(sequence.GetX(index) + degrees, -180, 180));
    }
}
