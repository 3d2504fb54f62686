using NetTopologySuite.Geometries;

namespace AlertGateway.Core.Targeting;

/// <summary>
/// The edges of polygons, sorted into horizontal bands, for many point-in-polygon questions. A point on an edge or corner is inside: whoever lives on the line is warned. Each polygon is asked by itself, so that two which overlap by a sliver (a repair rounds its new corners) do not cancel each other there. Immutable; safe for concurrent readers.
/// </summary>
public sealed class RingIndex
{
    private readonly double[] _x1, _y1, _x2, _y2;
    private readonly int[] _polygon, _bandStart, _bandEdges;
    private readonly double _bandHeight;
    private readonly int _bands;

    /// <param name="geometry">Valid polygons, x = longitude; holes are outside.</param>
    /// <param name="bands">1 or more; about as many as edges is plenty.</param>
    public RingIndex(Geometry geometry, int bands = 512)
    {
        ArgumentNullException.ThrowIfNull(geometry);
        ArgumentOutOfRangeException.ThrowIfLessThan(bands, 1);
        Envelope = geometry.EnvelopeInternal;
        _bands = bands;
        var x1 = new List<double>();
        var (y1, x2, y2) = (new List<double>(), new List<double>(), new List<double>());
        var owner = new List<int>();
        for (int g = 0; g < geometry.NumGeometries; g++)
        {
            if (geometry.GetGeometryN(g) is not Polygon { IsEmpty: false } polygon) continue;
            AddRing(g, polygon.ExteriorRing.Coordinates);
            foreach (var hole in polygon.InteriorRings) AddRing(g, hole.Coordinates);
        }
        (_x1, _y1, _x2, _y2, _polygon) = ([.. x1], [.. y1], [.. x2], [.. y2], [.. owner]);
        _bandHeight = Edges == 0 ? 0 : Envelope.Height / bands;
        (_bandStart, _bandEdges) = SortIntoBands();

        void AddRing(int polygon, Coordinate[] ring)
        {
            for (int i = 1; i < ring.Length; i++)
            {
                if (ring[i].Equals2D(ring[i - 1])) continue;
                x1.Add(ring[i - 1].X);
                y1.Add(ring[i - 1].Y);
                x2.Add(ring[i].X);
                y2.Add(ring[i].Y);
                owner.Add(polygon);
            }
        }
    }

    public Envelope Envelope { get; }

    public int Edges => _x1.Length;

    /// <summary>True inside and on the boundary.</summary>
    public bool Covers(double longitude, double latitude)
    {
        if (Edges == 0 || !Envelope.Covers(longitude, latitude)) return false;
        int band = BandOf(latitude);
        int crossings = 0, polygon = -1;
        for (int i = _bandStart[band]; i < _bandStart[band + 1]; i++)
        {
            // A band keeps the order of the edges, so the edges of one polygon stand together.
            int edge = _bandEdges[i];
            if (_polygon[edge] != polygon)
            {
                if ((crossings & 1) == 1) return true;
                (crossings, polygon) = (0, _polygon[edge]);
            }
            double ax = _x1[edge], ay = _y1[edge], bx = _x2[edge], by = _y2[edge];
            if (ax < longitude && bx < longitude) continue;
            if ((ax == longitude && ay == latitude) || (bx == longitude && by == latitude)) return true;
            if (ay == latitude && by == latitude)
            {
                if (longitude >= Math.Min(ax, bx) && longitude <= Math.Max(ax, bx)) return true;
                continue;
            }
            // Half-open in y, so that a ray through a corner counts it once.
            if (ay > latitude == by > latitude) continue;
            // Points to the left of an upward edge lie before the crossing.
            int side = ExactOrientation.Sign(ax, ay, bx, by, longitude, latitude);
            if (side == 0) return true;
            if (by < ay) side = -side;
            if (side > 0) crossings++;
        }
        return (crossings & 1) == 1;
    }

    /// <summary>Tells every edge to a raster: the part of it within a band of latitudes.</summary>
    internal void ForEachEdge(Action<double, double, double, double> onEdge)
    {
        for (int edge = 0; edge < Edges; edge++) onEdge(_x1[edge], _y1[edge], _x2[edge], _y2[edge]);
    }

    private int BandOf(double latitude) => _bandHeight <= 0 ? 0 : Math.Clamp((int)((latitude - Envelope.MinY) / _bandHeight), 0, _bands - 1);

    private (int[] Start, int[] Edges) SortIntoBands()
    {
        var start = new int[_bands + 1];
        for (int edge = 0; edge < Edges; edge++)
        {
            int last = BandOf(Math.Max(_y1[edge], _y2[edge]));
            for (int band = BandOf(Math.Min(_y1[edge], _y2[edge])); band <= last; band++) start[band + 1]++;
        }
        for (int band = 0; band < _bands; band++) start[band + 1] += start[band];
        var edges = new int[start[_bands]];
        var next = start.AsSpan(0, _bands).ToArray();
        for (int edge = 0; edge < Edges; edge++)
        {
            int last = BandOf(Math.Max(_y1[edge], _y2[edge]));
            for (int band = BandOf(Math.Min(_y1[edge], _y2[edge])); band <= last; band++) edges[next[band]++] = edge;
        }
        return (start, edges);
    }
}
