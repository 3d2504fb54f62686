using System.Globalization;
using System.Text;

namespace AlertGateway.Server.Web;

/// <summary>Fits places into a drawing 1,000 units wide: equirectangular around the middle, good for a county.</summary>
internal sealed class MapFrame
{
    public const double Width = 1000;
    private const double Margin = 20;
    private const double HeightMax = 1400;

    private readonly double _west;
    private readonly double _north;
    private readonly double _scale;
    private readonly double _squeeze;

    public double Height { get; }

    public string ViewBox => string.Create(CultureInfo.InvariantCulture, $"0 0 {Width:0} {Height:0}");

    private MapFrame(double west, double south, double east, double north)
    {
        _squeeze = Math.Max(0.05, Math.Cos((south + north) / 2 * Math.PI / 180));
        double width = Math.Max(1e-4, (east - west) * _squeeze);
        double height = Math.Max(1e-4, north - south);
        _scale = Math.Min((Width - 2 * Margin) / width, (HeightMax - 2 * Margin) / height);
        _west = west - ((Width - 2 * Margin) / _scale - width) / 2 / _squeeze;
        _north = north;
        Height = Math.Max(200, height * _scale + 2 * Margin);
    }

    /// <summary>A frame around all the points; null when there are none.</summary>
    public static MapFrame? Around(IEnumerable<MapPoint> points)
    {
        double west = double.PositiveInfinity, south = double.PositiveInfinity, east = double.NegativeInfinity, north = double.NegativeInfinity;
        foreach (var p in points)
        {
            if (!double.IsFinite(p.Longitude) || !double.IsFinite(p.Latitude)) continue;
            (west, east) = (Math.Min(west, p.Longitude), Math.Max(east, p.Longitude));
            (south, north) = (Math.Min(south, p.Latitude), Math.Max(north, p.Latitude));
        }

        return west <= east ? new MapFrame(west, south, east, north) : null;
    }

    public (double X, double Y) Place(MapPoint p) => (Margin + (p.Longitude - _west) * _squeeze * _scale, Margin + (_north - p.Latitude) * _scale);

    public static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>An SVG path of the rings, holes cut by the even-odd rule. Points closer than half a unit are left out, so that 60,000 vertices draw as fast as 500.</summary>
    public string Path(IReadOnlyList<IReadOnlyList<MapPoint>> rings)
    {
        var d = new StringBuilder();
        foreach (var ring in rings)
        {
            double lastX = double.NaN, lastY = double.NaN;
            bool first = true;
            foreach (var point in ring)
            {
                if (!double.IsFinite(point.Longitude) || !double.IsFinite(point.Latitude)) continue;
                var (x, y) = Place(point);
                if (!first && Math.Abs(x - lastX) < 0.5 && Math.Abs(y - lastY) < 0.5) continue;
                d.Append(first ? 'M' : 'L').Append(Number(x)).Append(' ').Append(Number(y));
                (lastX, lastY, first) = (x, y, false);
            }

            if (!first) d.Append('Z');
        }

        return d.ToString();
    }

    /// <summary>Where a cell's name is written: the middle of its corners.</summary>
    public (double X, double Y) Middle(IReadOnlyList<IReadOnlyList<MapPoint>> rings)
    {
        double area = 0, cx = 0, cy = 0;
        var ring = rings[0];
        for (int i = 0; i < ring.Count; i++)
        {
            var (x1, y1) = Place(ring[i]);
            var (x2, y2) = Place(ring[(i + 1) % ring.Count]);
            double cross = x1 * y2 - x2 * y1;
            area += cross;
            cx += (x1 + x2) * cross;
            cy += (y1 + y2) * cross;
        }

        return Math.Abs(area) < 1e-9 ? Place(ring[0]) : (cx / (3 * area), cy / (3 * area));
    }
}
