using AlertGateway.Cap;

namespace AlertGateway.Core.Ingest;

/// <summary>When an alert's life ends, and how bad it is.</summary>
public static class AlertLife
{
    /// <summary>
    /// UTC ticks of the last instant of its last info (CAP 1.2 §3.2.2). Without <c>expires</c> a Chinese signal lives until it is changed or lifted (<see cref="long.MaxValue"/>); any other alert
    /// lives <paramref name="defaultLife"/> from <c>sent</c>.
    /// </summary>
    public static long ExpiresTicks(Alert alert, TimeSpan defaultLife)
    {
        ArgumentNullException.ThrowIfNull(alert);
        if (alert.MsgType == MsgType.Cancel) return long.MaxValue; // A cancel stays true after the alert's own end.
        long last = 0;
        foreach (var info in alert.Infos)
        {
            if (info.Expires is { } expires) last = Math.Max(last, expires.UtcTicks);
            else if (IsChineseSignal(alert)) return long.MaxValue;
            else last = Math.Max(last, (alert.Sent?.UtcTicks ?? 0) + defaultLife.Ticks);
        }

        return alert.Infos.Count == 0 ? (alert.Sent?.UtcTicks ?? 0) + defaultLife.Ticks : last;
    }

    /// <summary>A warning signal of the Chinese system, by its identifier or its area codes.</summary>
    public static bool IsChineseSignal(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return CmaProfile.IsIdentifier(alert.Identifier)
            || alert.Infos.Any(i => i.Areas.Any(a => a.Geocodes.Any(g => string.Equals(g.ValueName, CmaProfile.GeocodeName, StringComparison.OrdinalIgnoreCase))));
    }

    /// <summary>The worst colour of its infos: stated where one is stated, else by severity; none when neither says.</summary>
    public static WarningColour ColourOf(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        var worst = WarningColour.None;
        foreach (var info in alert.Infos)
        {
            var colour = CmaProfile.ColourOf(info) is var stated and not WarningColour.None ? stated : WarningColours.FromSeverity(info.Severity);
            if (colour > worst) worst = colour;
        }

        return worst;
    }
}
