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

    private static string Tidy(string text)
    {
        var tidy = new StringBuilder(text.Length);
        foreach (var raw in text)
        {
            var c = raw switch { '(' or ')' or '[' or ']' or '【' or '】' or '，' or '、' or '…' or '—' => ',', '。' or '\n' => '.', '；' => ';', '：' => ':', '！' => '!', '？' => '?', _ => raw };
            if (c is ' ' or ',' && (tidy.Length == 0 || tidy[^1] is ' ' or ',' && c == tidy[^1])) continue;
            if (c is ',' or '.' or ';' or ':' or '!' or '?' && tidy.Length > 0 && tidy[^1] == ' ') tidy.Length--;
            if (c is ',' or '.' or ';' or ':' or '!' or '?' && (tidy.Length == 0 || tidy[^1] is ',' or '.' or ';' or ':' or '!' or '?'))
            {
                if (tidy.Length > 0 && tidy[^1] == ',') tidy[^1] = c;
                continue;
            }
            if (c is '*' or '#' or '_' or '"' or '“' or '”' or '<' or '>' or '|') continue;
            tidy.Append(c);
        }
        return tidy.ToString().Trim();
    }

    [GeneratedRegex(@"(?:https?://|www\.)[!-~]{1,500}", Options | RegexOptions.IgnoreCase)] private static partial Regex Url { get; }

    [GeneratedRegex(@"(?<![\d.])(?:\+?\d{1,3}[- ])?0\d{2,3}[- ]\d{7,8}(?!\d)|(?<![\d.])1[3-9]\d{9}(?!\d)|(?<=(?:call|dial|phone|ring|Call|Dial|Phone|Ring)\s{1,3})\d{3,8}(?!\d)", Options)] private static partial Regex Telephone { get; }

    [GeneratedRegex(@"(\d) ?(mm/h|km/h|m/s|mph|mm|cm|km|kg|m|°C|°F|%)(?![A-Za-z/])", Options)] private static partial Regex Unit { get; }

    [GeneratedRegex(@"(?<![\d-])(\d{1,4}(?:\.\d)?) ?[-~] ?(\d{1,4}(?:\.\d)?)(?![\d-])", Options)] private static partial Regex Range { get; }

    [GeneratedRegex(@"(?<=^|[ (])-(?=\d)", Options)] private static partial Regex Minus { get; }
}
