namespace AlertGateway.Cap;

/// <summary>A WGS-84 point. Latitude is within ±90; longitude within ±360, because rings that cross the antimeridian are written past ±180.</summary>
public readonly record struct GeoPoint(double LatitudeDegrees, double LongitudeDegrees);

/// <summary>A closed ring of at least four points, the last equal to the first. Self-intersection is not judged here.</summary>
public sealed record CapPolygon(IReadOnlyList<GeoPoint> Points)
{
    /// <summary>The element's text as received, or null when the ring was made in code.</summary>
    public string? Text { get; init; }
}

/// <summary>A circle on the ground. A radius of zero means the point itself; the recipient chooses a minimum (CAP 1.2 §3.2.4).</summary>
/// <param name="RadiusKm">Kilometres, 0 to 20 040.</param>
public sealed record CapCircle(GeoPoint Center, double RadiusKm)
{
    /// <summary>The element's text as received, or null when the circle was made in code.</summary>
    public string? Text { get; init; }
}

/// <summary>A name and value pair of <c>eventCode</c>, <c>parameter</c> or <c>geocode</c>.</summary>
public readonly record struct NamedValue(string ValueName, string Value);
