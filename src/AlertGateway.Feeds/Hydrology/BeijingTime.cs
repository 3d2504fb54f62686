using System.Globalization;

namespace AlertGateway.Feeds.Hydrology;

/// <summary>Wall-clock times of Chinese hydrology: UTC+8 all year, without an offset of their own.</summary>
internal static class BeijingTime
{
    public static readonly TimeSpan Offset = TimeSpan.FromHours(8);

    private static readonly string[] Forms =
    [
        "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd'T'HH:mm",
        "yyyy/M/d H:mm:ss", "yyyy/M/d H:mm", "yyyy-M-d H:mm:ss", "yyyy-M-d H:mm", "yyyyMMddHHmmss", "yyyyMMddHHmm", "yyyyMMddHH", "yyyy-MM-dd", "yyyy/M/d",
    ];

    /// <summary>Null when the text is no such time.</summary>
    public static DateTimeOffset? Read(string text)
    {
        text = text.Trim();
        if (DateTime.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var wall)) return new DateTimeOffset(wall, Offset);
        return text.Length is >= 20 and <= 40 && DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ssK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var full) ? full : null;
    }

    /// <summary>Year of two digits of this century, and the rest; null when there is no such time.</summary>
    public static DateTimeOffset? Of(int yy, int month, int day, int hour, int minute, int second)
    {
        if (yy is < 0 or > 99 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(2000 + yy, month) || hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 59) return null;
        return new DateTimeOffset(2000 + yy, month, day, hour, minute, second, Offset);
    }
}
