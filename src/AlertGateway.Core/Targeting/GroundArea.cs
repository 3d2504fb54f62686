using NetTopologySuite.Geometries;

namespace AlertGateway.Core.Targeting;

/// <summary>Areas and distances on a sphere of 6,371.0088 km; good to half a percent, which is enough for a bound of 120 %.</summary>
public static class GroundArea
{
    public const double EarthRadiusKm = 6371.0088;

    /// <summary>Square kilometres of polygons (holes taken off) with x = longitude, y = latitude.</summary>
    public static double SquareKilometres(Geometry geometry)
    {
        ArgumentNullException.ThrowIfNull(geometry);
        double sum = 0;
        for (int i = 0; i < geometry.NumGeometries; i++)
        {
            if (geometry.GetGeometryN(i) is not Polygon { IsEmpty: false } polygon) continue;
            sum += Math.Abs(SignedRing(polygon.ExteriorRing.Coordinates));
            foreach (var hole in polygon.InteriorRings) sum -= Math.Abs(SignedRing(hole.Coordinates));
        }
        return sum;
    }

    /// <summary>Signed area of a closed ring: lobes of a figure of eight cancel each other.</summary>
    internal static double SignedRing(Coordinate[] ring)
    {
        double sum = 0;
        for (int i = 1; i < ring.Length; i++)
        {
            sum += double.DegreesToRadians(ring[i].X - ring[i - 1].X) * (Math.Sin(double.DegreesToRadians(ring[i].Y)) + Math.Sin(double.DegreesToRadians(ring[i - 1].Y)));
        }
        return sum / 2 * EarthRadiusKm * EarthRadiusKm;
    }

    /// <summary>Great-circle distance in kilometres.</summary>
    public static double DistanceKm(double latitude1, double longitude1, double latitude2, double longitude2)
    {
        double dLat = double.DegreesToRadians(latitude2 - latitude1), dLon = double.DegreesToRadians(longitude2 - longitude1);
        double h = Square(Math.Sin(dLat / 2)) + Math.Cos(double.DegreesToRadians(latitude1)) * Math.Cos(double.DegreesToRadians(latitude2)) * Square(Math.Sin(dLon / 2));
        return 2 * EarthRadiusKm * Math.Asin(Math.Min(1, Math.Sqrt(h)));
    }

    private static double Square(double x) => x * x;
}
