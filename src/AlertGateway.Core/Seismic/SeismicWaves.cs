namespace AlertGateway.Core.Seismic;

/// <summary>When waves arrive: straight rays at constant speed, as early-warning terminals reckon within a few hundred kilometres. The error is about a second per hundred kilometres.</summary>
public static class SeismicWaves
{
    /// <summary>Speed of the P wave, km/s.</summary>
    public const double PKmPerSecond = 6.0;

    /// <summary>Speed of the S wave, which does the harm, km/s.</summary>
    public const double SKmPerSecond = 3.5;

    /// <summary>Depth where a report gives none, km: usual in the crust of eastern China, and shallow enough to be on the safe side.</summary>
    public const double UnknownDepthKm = 10;

    private const double EarthRadiusKm = 6371.0088;

    /// <summary>Great-circle distance on a sphere, km.</summary>
    public static double EpicentralKm(double latA, double lonA, double latB, double lonB)
    {
        var (a, b) = (double.DegreesToRadians(latA), double.DegreesToRadians(latB));
        var (dLat, dLon) = (b - a, double.DegreesToRadians(lonB - lonA));
        var h = Math.Pow(Math.Sin(dLat / 2), 2) + Math.Cos(a) * Math.Cos(b) * Math.Pow(Math.Sin(dLon / 2), 2);
        return 2 * EarthRadiusKm * Math.Asin(Math.Min(1, Math.Sqrt(h)));
    }

    /// <summary>From the focus to the surface point, km.</summary>
    public static double HypocentralKm(double epicentralKm, double? depthKm)
    {
        var depth = Math.Max(0, depthKm ?? UnknownDepthKm);
        return Math.Sqrt(epicentralKm * epicentralKm + depth * depth);
    }

    /// <summary>From the origin to the arrival of the S wave.</summary>
    public static TimeSpan STravel(double hypocentralKm) => TimeSpan.FromSeconds(hypocentralKm / SKmPerSecond);

    /// <summary>From the origin to the arrival of the P wave.</summary>
    public static TimeSpan PTravel(double hypocentralKm) => TimeSpan.FromSeconds(hypocentralKm / PKmPerSecond);
}
