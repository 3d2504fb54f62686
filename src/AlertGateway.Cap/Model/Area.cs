namespace AlertGateway.Cap;

/// <summary>CAP 1.2 §3.2.4 <c>area</c>. Its polygons, circles and geocodes are a union; <see cref="ExcludedPolygons"/> are cut out of it.</summary>
public sealed record Area
{
    public required string AreaDesc { get; init; }

    public IReadOnlyList<CapPolygon> Polygons { get; init; } = [];

    /// <summary>Texts of <c>polygon</c> elements that name no usable ring, empty ones included.</summary>
    public IReadOnlyList<string> UnreadablePolygons { get; init; } = [];

    public IReadOnlyList<CapCircle> Circles { get; init; } = [];

    /// <summary>Texts of <c>circle</c> elements that name no usable circle.</summary>
    public IReadOnlyList<string> UnreadableCircles { get; init; } = [];

    /// <summary>All geocodes as received, the German <c>EXCLUDE_POLYGON</c> included.</summary>
    public IReadOnlyList<NamedValue> Geocodes { get; init; } = [];

    /// <summary>Rings that the German weather service sends as geocode <c>EXCLUDE_POLYGON</c>: holes in the area.</summary>
    public IReadOnlyList<CapPolygon> ExcludedPolygons { get; init; } = [];

    /// <summary>Feet above mean sea level; null when absent.</summary>
    public double? AltitudeFeet { get; init; }

    /// <summary>Feet above mean sea level, above <see cref="AltitudeFeet"/>; null when absent.</summary>
    public double? CeilingFeet { get; init; }

    /// <summary>True when the area says where it is by something other than its description.</summary>
    public bool IsLocated => Polygons.Count > 0 || Circles.Count > 0 || Geocodes.Any(g => g.ValueName != ExcludePolygonName && g.Value.Length > 0);

    /// <summary>The valueName of a geocode that carries a hole.</summary>
    public const string ExcludePolygonName = "EXCLUDE_POLYGON";
}

/// <summary>CAP 1.2 §3.2.3 <c>resource</c>.</summary>
public sealed record Resource
{
    public required string ResourceDesc { get; init; }

    /// <summary>RFC 2046 type; mandatory since CAP 1.2, null when absent.</summary>
    public string? MimeType { get; init; }

    /// <summary>Bytes, approximate by the standard; null when absent or unreadable.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>Absolute, or a relative name for the content of <see cref="DerefUri"/>.</summary>
    public string? Uri { get; init; }

    /// <summary>The content itself in base64, for one-way links; a forwarder to a two-way network must not pass it on (§3.2.3).</summary>
    public string? DerefUri { get; init; }

    /// <summary>SHA-1 in hexadecimal, as the standard defines it.</summary>
    public string? Digest { get; init; }
}
