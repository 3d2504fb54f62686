using System.Text;

namespace AlertGateway.Audio.SpokenText;

/// <summary>Numbers as Mandarin speakers read them, in hanzi.</summary>
public static class ChineseNumber
{
    /// <summary>More digits than this are read one by one: nobody hears a quantity in them.</summary>
    public const int CardinalDigitsMax = 12;

    private const string Digits = "零一二三四五六七八九";

    /// <summary>As a quantity: 1030 → 一千零三十, 15 → 十五, 2000 → 两千. Leading zeros are dropped.</summary>
    public static string Cardinal(string digits)
    {
        ArgumentNullException.ThrowIfNull(digits);
        var significant = digits.TrimStart('0');
        if (significant.Length == 0) return "零";
        if (significant.Length > CardinalDigitsMax) return OneByOne(digits);
        var spoken = new StringBuilder();
        var groups = (significant.Length + 3) / 4;
        var padded = significant.PadLeft(groups * 4, '0');
        var zeroPending = false;
        for (var group = 0; group < groups; group++)
        {
            var four = padded.Substring(group * 4, 4);
            var value = int.Parse(four, System.Globalization.CultureInfo.InvariantCulture);
            if (value == 0) { zeroPending = spoken.Length > 0; continue; }
            if (spoken.Length > 0 && (zeroPending || value < 1000)) spoken.Append('零');
            zeroPending = false;
            var unit = (groups - group - 1) switch { 2 => "亿", 1 => "万", _ => "" };
            // A bare two before 万 or 亿 counts things: 两万, 两亿.
            if (value == 2 && unit.Length > 0) spoken.Append('两');
            else AppendThousands(spoken, four);
            spoken.Append(unit);
        }
        // 一十五 is said 十五 when the number begins with it.
        return spoken.Length > 1 && spoken[0] == '一' && spoken[1] == '十' ? spoken.ToString(1, spoken.Length - 1) : spoken.ToString();
    }

    /// <summary>Digit by digit, as years and decimals are read: 2026 → 二零二六.</summary>
    public static string OneByOne(string digits) => Each(digits, '一');

    /// <summary>Digit by digit with 幺 for one, as telephone and road numbers are read: 119 → 幺幺九.</summary>
    public static string Telephone(string digits) => Each(digits, '幺');

    /// <summary>A quantity that may have a decimal part: 3.50 → 三点五零.</summary>
    public static string Decimal(string number)
    {
        ArgumentNullException.ThrowIfNull(number);
        var point = number.IndexOf('.', StringComparison.Ordinal);
        return point < 0 ? Cardinal(number) : Cardinal(number[..point]) + "点" + OneByOne(number[(point + 1)..]);
    }

    private static string Each(string digits, char one)
    {
        ArgumentNullException.ThrowIfNull(digits);
        return string.Create(digits.Length, (digits, one), static (span, state) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                if (!char.IsAsciiDigit(state.digits[i])) throw new ArgumentException("Digits only.", nameof(digits));
                span[i] = state.digits[i] == '1' ? state.one : Digits[state.digits[i] - '0'];
            }
        });
    }

    private static void AppendThousands(StringBuilder spoken, string four)
    {
        var zero = false;
        var started = false;
        for (var place = 0; place < 4; place++)
        {
            var digit = four[place] - '0';
            if (digit == 0) { zero = started; continue; }
            if (zero) spoken.Append('零');
            zero = false;
            started = true;
            spoken.Append(digit == 2 && place == 0 ? '两' : Digits[digit]);
            spoken.Append(place switch { 0 => "千", 1 => "百", 2 => "十", _ => "" });
        }
    }
}
