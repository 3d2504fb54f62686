using NetTopologySuite.Geometries;

namespace AlertGateway.Core.Targeting;

/// <summary>
/// Points sorted into a grid of cells, for the question which of them lie in a shape. Cells that no edge of the shape passes are decided once for a whole run of them; only points of cells on the edge are tested one by one. Immutable; safe for concurrent readers.
/// </summary>
public sealed class HouseholdGrid
{
    private const int Side = 512;

    private readonly double[] _latitude, _longitude;
    private readonly double _minX, _minY, _cellWidth, _cellHeight;
    private readonly int[] _cellStart, _byCell;

    /// <param name="latitude">Degrees; element 0 is unused, as in the registry's columns.</param>
    /// <param name="longitude">Parallel.</param>
    public HouseholdGrid(double[] latitude, double[] longitude)
    {
        ArgumentNullException.ThrowIfNull(latitude);
        ArgumentNullException.ThrowIfNull(longitude);
        (_latitude, _longitude) = (latitude, longitude);
        (_minX, _minY) = (double.PositiveInfinity, double.PositiveInfinity);
        double maxX = double.NegativeInfinity, maxY = double.NegativeInfinity;
        for (int i = 1; i < latitude.Length; i++)
        {
            (_minX, maxX) = (Math.Min(_minX, longitude[i]), Math.Max(maxX, longitude[i]));
            (_minY, maxY) = (Math.Min(_minY, latitude[i]), Math.Max(maxY, latitude[i]));
        }
        _cellWidth = Math.Max((maxX - _minX) / Side, 1e-9);
        _cellHeight = Math.Max((maxY - _minY) / Side, 1e-9);
        _cellStart = new int[Side * Side + 1];
        for (int i = 1; i < latitude.Length; i++) _cellStart[CellOf(i) + 1]++;
        for (int cell = 0; cell < Side * Side; cell++) _cellStart[cell + 1] += _cellStart[cell];
        _byCell = new int[Math.Max(0, latitude.Length - 1)];
        var next = _cellStart.AsSpan(0, Side * Side).ToArray();
        for (int i = 1; i < latitude.Length; i++) _byCell[next[CellOf(i)]++] = i;
    }

    /// <summary>Sets <paramref name="marks"/> for every point in or on the shape; leaves the others as they are.</summary>
    /// <param name="geometry">Valid polygons.</param>
    /// <param name="marks">As long as the columns.</param>
    public void Mark(Geometry geometry, bool[] marks)
    {
        ArgumentNullException.ThrowIfNull(geometry);
        ArgumentNullException.ThrowIfNull(marks);
        if (geometry.IsEmpty || _byCell.Length == 0) return;
        var rings = new RingIndex(geometry, Math.Clamp(geometry.NumPoints / 4, 64, 8_192));
        var edgeCell = new bool[Side * Side];
        rings.ForEachEdge((x1, y1, x2, y2) => MarkEdge(edgeCell, x1, y1, x2, y2));
        var extent = geometry.EnvelopeInternal;
        int firstRow = Row(extent.MinY), lastRow = Row(extent.MaxY), firstColumn = Column(extent.MinX), lastColumn = Column(extent.MaxX);
        for (int row = firstRow; row <= lastRow; row++)
        {
            bool known = false, inside = false;
            for (int column = firstColumn; column <= lastColumn; column++)
            {
                int cell = row * Side + column, start = _cellStart[cell], end = _cellStart[cell + 1];
                if (edgeCell[cell])
                {
                    known = false;
                    for (int i = start; i < end; i++)
                    {
                        int point = _byCell[i];
                        if (!marks[point] && rings.Covers(_longitude[point], _latitude[point])) marks[point] = true;
                    }
                    continue;
                }
                if (start == end) continue;
                if (!known)
                {
                    // Any of its points speaks for the cell, and for all following cells up to the next edge.
                    inside = rings.Covers(_longitude[_byCell[start]], _latitude[_byCell[start]]);
                    known = true;
                }
                if (!inside) continue;
                for (int i = start; i < end; i++) marks[_byCell[i]] = true;
            }
        }
    }

    private int CellOf(int point) => Row(_latitude[point]) * Side + Column(_longitude[point]);

    private int Row(double latitude) => (int)Math.Clamp((latitude - _minY) / _cellHeight, 0, Side - 1);

    private int Column(double longitude) => (int)Math.Clamp((longitude - _minX) / _cellWidth, 0, Side - 1);

    // Marks a superset of the cells that the edge passes: row by row, the columns between its crossings of the row's borders, one more on each side against rounding.
    private void MarkEdge(bool[] edgeCell, double x1, double y1, double x2, double y2)
    {
        if (y1 > y2) (x1, y1, x2, y2) = (x2, y2, x1, y1);
        int lastRow = Math.Min(Row(y2) + 1, Side - 1);
        for (int row = Math.Max(Row(y1) - 1, 0); row <= lastRow; row++)
        {
            double low = Math.Clamp(_minY + (row - 0.01) * _cellHeight, y1, y2), high = Math.Clamp(_minY + (row + 1.01) * _cellHeight, y1, y2);
            double xLow = y2 > y1 ? x1 + (low - y1) / (y2 - y1) * (x2 - x1) : x1, xHigh = y2 > y1 ? x1 + (high - y1) / (y2 - y1) * (x2 - x1) : x2;
            int last = Math.Min(Column(Math.Max(xLow, xHigh)) + 1, Side - 1);
            for (int column = Math.Max(Column(Math.Min(xLow, xHigh)) - 1, 0); column <= last; column++) edgeCell[row * Side + column] = true;
        }
    }
}
