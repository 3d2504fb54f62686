namespace AlertGateway.Feeds.Hydrology;

/// <summary>
/// The names of what stations measure, the same for every source. A record's id is <c>STATION/QUANTITY</c>, so that the rules and the operator meet one word for one thing.
/// Levels are metres above the station's datum, rain is millimetres, flow cubic metres a second.
/// </summary>
public static class Quantities
{
    /// <summary>River stage, m.</summary>
    public const string Stage = "stage";

    /// <summary>Reservoir (or above a weir, sluice, pump), m.</summary>
    public const string ReservoirStage = "reservoir-stage";

    /// <summary>Below a reservoir, weir or pump, m.</summary>
    public const string TailStage = "tail-stage";

    /// <summary>m³/s.</summary>
    public const string Flow = "flow";

    /// <summary>Into a reservoir, m³/s.</summary>
    public const string Inflow = "inflow";

    /// <summary>Out of a reservoir or through gates together, m³/s.</summary>
    public const string Outflow = "outflow";

    /// <summary>Height by which gates stand open, m.</summary>
    public const string GateOpening = "gate-opening";

    /// <summary>Rain in the five minutes that end at the record's time, mm.</summary>
    public const string Rain5Min = "rain-5min";

    /// <summary>Rain in the hour that ends at the record's time, mm.</summary>
    public const string Rain1Hour = "rain-1h";

    /// <summary>Rain since 08:00 Beijing time, mm.</summary>
    public const string RainNow = "rain-now";

    /// <summary>A counter that only grows until it wraps, mm.</summary>
    public const string RainTotal = "rain-total";

    /// <summary>Rain of a whole day, mm.</summary>
    public const string RainDay = "rain-day";

    /// <summary>Volume in a reservoir, million m³.</summary>
    public const string Storage = "storage";

    /// <summary>Supply voltage of the station, V.</summary>
    public const string Battery = "battery";

    /// <summary>Rain in a period of that many minutes, mm.</summary>
    public static string Rain(int minutes) => minutes switch
    {
        5 => Rain5Min,
        60 => Rain1Hour,
        _ when minutes % 60 == 0 => FormattableString.Invariant($"rain-{minutes / 60}h"),
        _ => FormattableString.Invariant($"rain-{minutes}min"),
    };

    public static string Id(string station, string quantity) => station + "/" + quantity;

    /// <summary>Station and quantity of an id; null when it is none.</summary>
    public static (string Station, string Quantity)? Split(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        int at = id.LastIndexOf('/');
        return at > 0 && at < id.Length - 1 ? (id[..at], id[(at + 1)..]) : null;
    }

    /// <summary>Bounds beyond which no instrument on Earth is right; null where none are known.</summary>
    public static (double Min, double Max)? Plausible(string quantity) => quantity switch
    {
        Stage or ReservoirStage or TailStage => (-500, 9000),
        Flow => (-50_000, 500_000),
        Inflow or Outflow => (-50_000, 500_000),
        Rain5Min => (0, 100),
        Rain1Hour => (0, 500),
        _ when quantity.StartsWith("rain-", StringComparison.Ordinal) => (0, 100_000),
        _ => null,
    };
}
