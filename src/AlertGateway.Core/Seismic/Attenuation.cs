namespace AlertGateway.Core.Seismic;

/// <summary>
/// Macroseismic intensity (GB/T 17742, degrees I to XII) against magnitude and epicentral distance: <c>I = A + B·M − C·lg(R + R0)</c>, R in km.
/// The relations are those made for the seismic zonation map of China, GB 18306-2015: 俞言祥, 李山有, 肖亮 (2013), 为新区划图编制所建立的地震动衰减关系, 震灾防御技术 8(1).
/// They were fitted for shallow crustal earthquakes; a deeper focus shakes less at the surface, so the estimate is on the safe side.
/// </summary>
/// <param name="Sigma">Standard deviation, degrees of intensity.</param>
public sealed record Attenuation(double A, double B, double C, double R0Km, double Sigma)
{
    /// <summary>The moderate-seismicity zone of eastern China, in which 溧阳 lies, along the long axis: the direction of the rupture is not known in the first seconds, so everybody counts as lying along it.</summary>
    public static Attenuation ModerateZoneLongAxis { get; } = new(5.8410, 1.0710, 3.6570, 15, 0.5200);

    /// <summary>The same zone across the rupture.</summary>
    public static Attenuation ModerateZoneShortAxis { get; } = new(3.9440, 1.0710, 2.8450, 7, 0.5200);

    /// <summary>The strong-earthquake zone of eastern China (郯庐断裂 and north of it), along the long axis.</summary>
    public static Attenuation StrongZoneLongAxis { get; } = new(5.7123, 1.3626, 4.2903, 25, 0.5826);

    /// <summary>Estimated intensity, 1 to 12.</summary>
    /// <param name="magnitude">Surface-wave magnitude, or the one that the report gives.</param>
    /// <param name="epicentralKm">Distance along the ground, 0 or more.</param>
    public double IntensityAt(double magnitude, double epicentralKm)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epicentralKm);
        return Math.Clamp(A + B * magnitude - C * Math.Log10(epicentralKm + R0Km), 1, 12);
    }
}
