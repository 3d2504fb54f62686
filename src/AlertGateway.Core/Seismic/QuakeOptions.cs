namespace AlertGateway.Core.Seismic;

/// <summary>Bounds and thresholds of the decision about an earthquake.</summary>
public sealed record QuakeOptions
{
    /// <summary>From this estimated intensity on a place is warned, 1 to 12. Default: 4, felt indoors by most.</summary>
    public double WarnIntensity { get; init; } = 4;

    /// <summary>Estimated intensity that makes the warning yellow, orange, red; below it is blue. Defaults: 3, 5, 7, as on the public terminals of China's early warning.</summary>
    public double YellowIntensity { get; init; } = 3;

    public double OrangeIntensity { get; init; } = 5;

    public double RedIntensity { get; init; } = 7;

    /// <summary>An origin older than this at receipt is news, not a warning. Default: 600 s.</summary>
    public TimeSpan AgeMax { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>An origin may lie this far ahead of our clock. Default: 5 s.</summary>
    public TimeSpan AheadMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Magnitudes that are believed. Default: 3 to 8.6, beyond which eastern China has no record (1668 郯城, 8.5).</summary>
    public double MagnitudeMin { get; init; } = 3;

    public double MagnitudeMax { get; init; } = 8.6;

    /// <summary>Depths that are believed, km. Default: 0 to 100; deeper ones do not occur below the county.</summary>
    public double DepthKmMax { get; init; } = 100;

    /// <summary>A village is warned over loudspeakers when the shaking is at least this far off: the order, the tone and a step to the table. Default: 2 s.</summary>
    public TimeSpan HornNeeds { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>… over the app. Default: 3 s.</summary>
    public TimeSpan AppNeeds { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Advice goes out this long after the last arrival. Default: 20 s.</summary>
    public TimeSpan AdviceAfter { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Two reports of the same event may differ by this much before the later one is doubted. Default: 1.5.</summary>
    public double MagnitudeJumpMax { get; init; } = 1.5;

    /// <summary>Likewise, km. Default: 200.</summary>
    public double MoveKmMax { get; init; } = 200;

    /// <summary>Reports of two sources mean the same earthquake within these. Defaults: 60 s, 100 km, magnitude 1.</summary>
    public TimeSpan SameWithin { get; init; } = TimeSpan.FromSeconds(60);

    public double SameWithinKm { get; init; } = 100;

    public double SameWithinMagnitude { get; init; } = 1;

    /// <summary>It is announced again when an arrival moves by more than this. Default: 10 s.</summary>
    public TimeSpan AgainShift { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>… or the place by more than this, km. Default: 20.</summary>
    public double AgainMoveKm { get; init; } = 20;

    /// <summary>… or the magnitude rises by at least this. Default: 0.3.</summary>
    public double AgainMagnitude { get; init; } = 0.3;

    /// <summary>Shaking along the rupture. Beyond some 170 km the relation across gives a little more, and the graver of both counts.</summary>
    public Attenuation Attenuation { get; init; } = Attenuation.ModerateZoneLongAxis;

    /// <summary>Shaking across the rupture.</summary>
    public Attenuation AttenuationAcross { get; init; } = Attenuation.ModerateZoneShortAxis;
}
