using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Prepared;
using NetTopologySuite.Operation.Buffer;
using NetTopologySuite.Simplify;

namespace AlertGateway.Core.Targeting;

/// <summary>Fewer corners for a shape, without cutting anybody off: the outline always covers the original. Warning too many by a little is the lesser fault.</summary>
public static class OutwardOutline
{
    // A corner of a buffered convex angle stays one corner; longer spikes than this are cut, and the check below tells when that went too far.
    private const double MitreLimit = 2;

    /// <summary>
    /// A shape of at most <paramref name="verticesMax"/> vertices that covers all of the original, as tight as can be had in about ten attempts; the original itself when it is small enough.
    /// Where no attempt covers it the convex hull does, and at last the bounding box.
    /// </summary>
    /// <param name="verticesMax">5 or more, closing points included.</param>
    public static Geometry Of(Geometry original, int verticesMax)
    {
        ArgumentNullException.ThrowIfNull(original);
        ArgumentOutOfRangeException.ThrowIfLessThan(verticesMax, 5);
        if (original.IsEmpty || original.NumPoints <= verticesMax) return original;
        var envelope = original.EnvelopeInternal;
        var widest = Math.Max(envelope.Width, envelope.Height);
        var thinned = original;
        for (var tolerance = widest / 4_096; tolerance <= widest / 4; tolerance *= 2)
        {
            thinned = Attempt(thinned, tolerance);
            // Later attempts build on earlier ones, so what covers a covering shape covers the original too.
            if (thinned.NumPoints <= verticesMax && Covers(thinned, original)) return thinned;
        }

        var hull = original.ConvexHull();
        if (hull.NumPoints <= verticesMax && Covers(hull, original)) return hull;
        return original.Factory.ToGeometry(envelope);
    }

    /// <summary>Grown by the tolerance, then simplified by less, so that no simplified edge comes back across the original's.</summary>
    private static Geometry Attempt(Geometry shape, double tolerance)
    {
        var grown = BufferOp.Buffer(shape, tolerance, new BufferParameters(2, EndCapStyle.Round, JoinStyle.Mitre, MitreLimit));
        return TopologyPreservingSimplifier.Simplify(grown, tolerance * 0.9);
    }

    private static bool Covers(Geometry outline, Geometry original) =>
        outline.IsValid && PreparedGeometryFactory.Prepare(outline).Covers(original);
}
