namespace AlertGateway.Cap;

/// <summary>The colour of a Chinese warning signal; a larger number is worse (红 I, 橙 II, 黄 III, 蓝 IV).</summary>
public enum WarningColour { None = 0, Blue = 1, Yellow = 2, Orange = 3, Red = 4 }

/// <summary>The one map between colour and CAP severity.</summary>
public static class WarningColours
{
    public static Severity ToSeverity(this WarningColour colour) => colour switch
    {
        WarningColour.Red => Severity.Extreme,
        WarningColour.Orange => Severity.Severe,
        WarningColour.Yellow => Severity.Moderate,
        WarningColour.Blue => Severity.Minor,
        _ => Severity.Unknown,
    };

    public static WarningColour FromSeverity(Severity severity) => severity switch
    {
        Severity.Extreme => WarningColour.Red,
        Severity.Severe => WarningColour.Orange,
        Severity.Moderate => WarningColour.Yellow,
        Severity.Minor => WarningColour.Blue,
        _ => WarningColour.None,
    };

    /// <summary>红色, 橙色, 黄色, 蓝色; empty for <see cref="WarningColour.None"/>.</summary>
    public static string ToChinese(this WarningColour colour) => colour switch
    {
        WarningColour.Red => "红色",
        WarningColour.Orange => "橙色",
        WarningColour.Yellow => "黄色",
        WarningColour.Blue => "蓝色",
        _ => "",
    };
}
