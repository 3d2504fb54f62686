using AlertGateway.Cap;

namespace AlertGateway.Feeds.Decoding;

/// <summary>Reads the times that feeds write, and doubts those that cannot be.</summary>
internal static class FeedTime
{
    /// <summary>China and Taiwan, whose services write wall-clock time without an offset.</summary>
    public static readonly TimeSpan Beijing = TimeSpan.FromHours(8);

    /// <summary>Japan, likewise.</summary>
    public static readonly TimeSpan Japan = TimeSpan.FromHours(9);

    private const int TextCharsMax = 40;
    private const int YearMin = 1000; // Catalogues reach back centuries; a Republic of China year (113) does not pass.
    private const int YearMax = 2100; // A Buddhist year (2568) does not pass either.
    private static readonly TimeSpan AheadMax = TimeSpan.FromMinutes(5);

    /// <summary>
    /// <c>yyyy-MM-dd</c> or <c>yyyy/MM/dd</c>, <c>T</c> or a space, <c>HH:mm</c>, optional seconds, a fraction of any length, and <c>Z</c> or an offset.
    /// Without an offset the source's own is taken. False when no instant can be made of it.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<char> text, TimeSpan offsetOfSource, out DateTimeOffset time)
    {
        time = default;
        text = text.Trim();
        if (text.Length is < 14 or > TextCharsMax) return false;
        var at = 0;
        if (!Number(text, ref at, 4, 4, out var year) || !Mark(text, ref at, '-', '/') || !Number(text, ref at, 1, 2, out var month)
            || !Mark(text, ref at, '-', '/') || !Number(text, ref at, 1, 2, out var day) || !Mark(text, ref at, 'T', ' ')
            || !Number(text, ref at, 1, 2, out var hour) || !Mark(text, ref at, ':', ':') || !Number(text, ref at, 2, 2, out var minute)) return false;
        var second = 0;
        long fraction = 0;
        if (Mark(text, ref at, ':', ':'))
        {
            if (!Number(text, ref at, 2, 2, out second)) return false;
            if (Mark(text, ref at, '.', ','))
            {
                var unit = TimeSpan.TicksPerSecond;
                var first = at;
                for (; at < text.Length && char.IsAsciiDigit(text[at]); at++) fraction += (unit /= 10) * (text[at] - '0');
                if (at == first) return false;
            }
        }

        if (!Offset(text[at..].TrimStart(), offsetOfSource, out var offset)) return false;
        if (year is < 2 or > 9998 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 60) return false;
        time = new DateTimeOffset(new DateTime(year, month, day, hour, minute, Math.Min(second, 59)).AddTicks(fraction), offset);
        return true;
    }

    /// <summary>Milliseconds since 1970; null beyond what a calendar can hold.</summary>
    public static DateTimeOffset? FromUnixMilliseconds(double milliseconds) =>
        milliseconds is > -60_000_000_000_000 and < 250_000_000_000_000 ? DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds) : null;

    /// <summary>The time of a text, judged; null with a finding when it is missing or unreadable.</summary>
    /// <param name="happened">True for what has happened already and so cannot lie ahead of the receiver's clock.</param>
    public static DateTimeOffset? Read(string? text, TimeSpan offsetOfSource, DateTimeOffset? receivedAt, bool happened, string path, FindingList findings)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            findings.Add(FindingCodes.TimeMissing, path, "There is no time.");
            return null;
        }

        if (!TryRead(text, offsetOfSource, out var time))
        {
            findings.Add(FindingCodes.TimeUnreadable, path, "The time cannot be read.");
            return null;
        }

        Judge(time, receivedAt, happened, path, findings);
        return time;
    }

    public static void Judge(DateTimeOffset time, DateTimeOffset? receivedAt, bool happened, string path, FindingList findings)
    {
        if (time.Year is < YearMin or > YearMax) findings.Add(FindingCodes.TimeImplausible, path, $"The year {time.Year} cannot be right; another calendar may be in use.");
        else if (happened && receivedAt is { } now && time > now + AheadMax) findings.Add(FindingCodes.TimeImplausible, path, "The time lies ahead of the time of receipt.");
    }

    private static bool Offset(ReadOnlySpan<char> text, TimeSpan offsetOfSource, out TimeSpan offset)
    {
        offset = offsetOfSource;
        if (text.IsEmpty) return true;
        if (text is "Z" or "z" or "UTC" or "GMT")
        {
            offset = TimeSpan.Zero;
            return true;
        }

        var at = 1;
        if (text[0] is not ('+' or '-') || !Number(text, ref at, 2, 2, out var hours)) return false;
        Mark(text, ref at, ':', ':');
        var minutes = 0;
        if (at < text.Length && !Number(text, ref at, 2, 2, out minutes)) return false;
        if (at != text.Length || minutes > 59 || hours > 14 || (hours == 14 && minutes > 0)) return false;
        offset = TimeSpan.FromMinutes(hours * 60 + minutes);
        if (text[0] == '-') offset = -offset;
        return true;
    }

    private static bool Mark(ReadOnlySpan<char> text, ref int at, char either, char or)
    {
        if (at >= text.Length || (text[at] != either && text[at] != or)) return false;
        at++;
        return true;
    }

    private static bool Number(ReadOnlySpan<char> text, ref int at, int digitsMin, int digitsMax, out int value)
    {
        value = 0;
        var first = at;
        for (; at < text.Length && at - first < digitsMax && char.IsAsciiDigit(text[at]); at++) value = value * 10 + (text[at] - '0');
        return at - first >= digitsMin;
    }
}
