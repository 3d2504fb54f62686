namespace AlertGateway.Cap;

/// <summary>How a time text departs from CAP 1.2 §3.3.2; all but <see cref="NoOffset"/> leave the instant certain.</summary>
[Flags]
internal enum TimeFlaws
{
    None = 0,
    Zulu = 1,
    PositiveZero = 2,
    Fraction = 4,
    Form = 8,
    NoOffset = 16,
}

/// <summary>Reads <c>YYYY-MM-DDThh:mm:ss±hh:mm</c> and the departures from it that real senders make.</summary>
internal static class CapTime
{
    private const int TextCharsMax = 64;

    /// <summary>False when no instant can be made of the text. With <see cref="TimeFlaws.NoOffset"/> the value is only an assumption (UTC).</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out DateTimeOffset value, out TimeFlaws flaws)
    {
        value = default;
        flaws = TimeFlaws.None;
        text = text.Trim();
        if (text.Length is < 16 or > TextCharsMax) return false;
        if (!Digits(text, 0, 4, out var year) || text[4] != '-' || !Digits(text, 5, 2, out var month)
            || text[7] != '-' || !Digits(text, 8, 2, out var day)) return false;
        if (text[10] is 't' or ' ') flaws |= TimeFlaws.Form;
        else if (text[10] != 'T') return false;
        if (!Digits(text, 11, 2, out var hour) || text[13] != ':' || !Digits(text, 14, 2, out var minute)) return false;

        var at = 16;
        var second = 0;
        long fractionTicks = 0;
        if (at < text.Length && text[at] == ':')
        {
            if (!Digits(text, 17, 2, out second)) return false;
            at = 19;
            if (at < text.Length && text[at] == '.' && !Fraction(text, ref at, ref fractionTicks, ref flaws)) return false;
        }
        else flaws |= TimeFlaws.Form;

        if (!Offset(text[at..], out var offsetMinutes, ref flaws)) return false;
        if (year is < 2 or > 9998 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        // The end of the day, as XML Schema 1.0 §3.2.7 allows to write it.
        var isMidnight = hour == 24 && minute == 0 && second == 0 && fractionTicks == 0;
        if (isMidnight) (hour, flaws) = (0, flaws | TimeFlaws.Form);
        if (hour > 23 || minute > 59 || second > 60) return false;
        if (second == 60) // a leap second: the last instant that .NET can name
        {
            second = 59;
            flaws |= TimeFlaws.Form;
        }

        value = new DateTimeOffset(new DateTime(year, month, day, hour, minute, second).AddDays(isMidnight ? 1 : 0).AddTicks(fractionTicks), TimeSpan.FromMinutes(offsetMinutes));
        return true;
    }

    private static bool Fraction(ReadOnlySpan<char> text, ref int at, ref long ticks, ref TimeFlaws flaws)
    {
        flaws |= TimeFlaws.Fraction;
        var unit = TimeSpan.TicksPerSecond;
        var first = ++at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            unit /= 10;
            ticks += unit * (text[at++] - '0');
        }

        return at > first;
    }

    private static bool Offset(ReadOnlySpan<char> text, out int minutes, ref TimeFlaws flaws)
    {
        minutes = 0;
        if (text.IsEmpty)
        {
            flaws |= TimeFlaws.NoOffset;
            return true;
        }

        if (text is "Z" or "z")
        {
            flaws |= TimeFlaws.Zulu;
            return true;
        }

        var sign = text[0];
        // The standard's pattern "[-,+]" also admits a comma, which means nothing.
        if (sign is not ('+' or '-') || !Digits(text, 1, 2, out var hours)) return false;
        var rest = 0;
        var wellFormed = text.Length == 6 && text[3] == ':' && Digits(text, 4, 2, out rest);
        if (!wellFormed)
        {
            if (text.Length == 3) rest = 0;
            else if (text.Length != 5 || !Digits(text, 3, 2, out rest)) return false;
            flaws |= TimeFlaws.Form;
        }

        minutes = hours * 60 + rest;
        if (rest > 59 || minutes > 14 * 60) return false;
        if (minutes == 0 && sign == '+') flaws |= TimeFlaws.PositiveZero;
        if (sign == '-') minutes = -minutes;
        return true;
    }

    private static bool Digits(ReadOnlySpan<char> text, int start, int count, out int value)
    {
        value = 0;
        if (start + count > text.Length) return false;
        for (var i = start; i < start + count; i++)
        {
            if (!char.IsAsciiDigit(text[i])) return false;
            value = value * 10 + (text[i] - '0');
        }

        return true;
    }
}
