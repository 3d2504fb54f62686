using System.Text;
using System.Text.RegularExpressions;

namespace AlertGateway.Audio.SpokenText;

/// <summary>What an English engine would misread in a warning, written out: telephone numbers digit by digit, units, times, signs. Other numbers it reads well itself.</summary>
public static partial class EnglishNormaliser
{
    private const RegexOptions Options = RegexOptions.CultureInvariant;

    private static readonly Dictionary<string, string> UnitNames = new(StringComparer.Ordinal)
    {
        ["mm/h"] = "millimetres per hour", ["km/h"] = "kilometres per hour", ["m/s"] = "metres per second", ["mph"] = "miles per hour",
        ["mm"] = "millimetres", ["cm"] = "centimetres", ["km"] = "kilometres", ["m"] = "metres", ["kg"] = "kilograms", ["°C"] = "degrees Celsius", ["°F"] = "degrees Fahrenheit", ["%"] = "percent",
    };

    public static string Normalise(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > 2 * SpeechNormaliser.CharactersMax) throw new ArgumentException("The text is too long to be read out.", nameof(text));
        var spoken = TextFolding.Fold(text);
        spoken = Url.Replace(spoken, " ");
        spoken = Telephone.Replace(spoken, static m => string.Join(' ', m.Value.Where(char.IsAsciiDigit)));
        spoken = Unit.Replace(spoken, static m => $"{m.Groups[1].Value} {UnitNames[m.Groups[2].Value]}");
        spoken = Range.Replace(spoken, static m => $"{m.Groups[1].Value} to {m.Groups[2].Value}");
        spoken = Minus.Replace(spoken, "minus ");
        return Tidy(spoken);
    }

    // Chinese signs become English ones, hanzi go (an English voice spells them as "Chinese letter"), and several pauses in a row become the first strong one.
    private static string Tidy(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            switch (c)
            {
                case '(' or ')' or '[' or ']' or '【' or '】' or '，' or '、' or '…' or '—': plain.Append(", "); break;
                case '。' or '\n': plain.Append(". "); break;
                case '；': plain.Append("; "); break;
                case '：': plain.Append(": "); break;
                case '！': plain.Append("! "); break;
                case '？': plain.Append("? "); break;
                case '*' or '#' or '_' or '"' or '“' or '”' or '<' or '>' or '|': break;
                default: if (c is not (>= '\u3400' and <= '\u9FFF')) plain.Append(c); break;
            }
        }
        var joined = Pauses.Replace(plain.ToString(), static m => (m.Value.FirstOrDefault(c => c is '.' or '!' or '?') is var strong && strong != 0 ? strong : m.Groups[1].Value[0]) + " ");
        return Blanks.Replace(joined, " ").Trim().TrimStart(',', ';', ':', '.', ' ').TrimEnd(',', ';', ':', ' ');
    }

    [GeneratedRegex(@" *([,;:.!?])(?:(?: *[,;:.!?])+(?!\d) *| +|\z)", Options)] private static partial Regex Pauses { get; }

    [GeneratedRegex(" {2,}", Options)] private static partial Regex Blanks { get; }

    [GeneratedRegex(@"(?:https?://|www\.)[!-~]{1,500}", Options | RegexOptions.IgnoreCase)] private static partial Regex Url { get; }

    [GeneratedRegex(@"(?<![\d.])(?:\+?\d{1,3}[- ])?0\d{2,3}[- ]\d{7,8}(?!\d)|(?<![\d.])1[3-9]\d{9}(?!\d)|(?<=(?:call|dial|phone|ring|Call|Dial|Phone|Ring)\s{1,3})\d{3,8}(?!\d)", Options)] private static partial Regex Telephone { get; }

    [GeneratedRegex(@"(\d) ?(mm/h|km/h|m/s|mph|mm|cm|km|kg|m|°C|°F|%)(?![A-Za-z/])", Options)] private static partial Regex Unit { get; }

    [GeneratedRegex(@"(?<![\d-])(\d{1,4}(?:\.\d)?) ?[-~] ?(\d{1,4}(?:\.\d)?)(?![\d-])", Options)] private static partial Regex Range { get; }

    [GeneratedRegex(@"(?<=^|[ (])-(?=\d)", Options)] private static partial Regex Minus { get; }
}
