using System.Globalization;
using System.Text.RegularExpressions;

namespace AlertGateway.Feeds.Jma;

/// <summary>ISO 6709 as the Japan Meteorological Agency writes it: <c>+37.5+141.6-50000/</c> in degrees, <c>+3730.1+14136.2-50000/</c> in degrees and minutes; metres, negative below the ground.</summary>
internal static partial class JmaCoordinate
{
    /// <param name="DepthKm">Positive downwards; null when the source does not say.</param>
    public readonly record struct Point(double Lat, double Lon, double? DepthKm);

    public static Point? Read(string? text)
    {
        if (text is null || text.Length > 60 || !Form.IsMatch(text)) return null;
        var match = Form.Match(text);
        if (Degrees(match.Groups["lat"].Value, 2) is not { } lat || Degrees(match.Groups["lon"].Value, 3) is not { } lon) return null;
        double? depth = match.Groups["h"] is { Success: true } h ? 0 - double.Parse(h.Value, CultureInfo.InvariantCulture) / 1000 : null;
        return new Point(lat, lon, depth);
    }

    private static double? Degrees(string text, int degreeDigits)
    {
        var whole = text.AsSpan(1).IndexOf('.') is var dot and >= 0 ? dot : text.Length - 1;
        var value = double.Parse(text.AsSpan(1), NumberStyles.Float, CultureInfo.InvariantCulture);
        double? degrees = null;
        if (whole <= degreeDigits) degrees = value;
        else if (whole == degreeDigits + 2) degrees = Math.Floor(value / 100) + value % 100 / 60;
        else if (whole == degreeDigits + 4) degrees = Math.Floor(value / 10_000) + Math.Floor(value % 10_000 / 100) / 60 + value % 100 / 3600;
        return text[0] == '-' ? -degrees : degrees;
    }

    [GeneratedRegex(@"^(?<lat>[+-][0-9]{1,6}(?:\.[0-9]{1,6})?)(?<lon>[+-][0-9]{1,7}(?:\.[0-9]{1,6})?)(?<h>[+-][0-9]{1,7}(?:\.[0-9]{1,3})?)?/?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form { get; }
}
