using System.Text;
using System.Text.RegularExpressions;

namespace AlertGateway.Audio.SpokenText;

/// <summary>
/// Turns a written Chinese warning into the words that will be spoken, in hanzi without any digit: what the approver reads is what the village hears.
/// A pure function: no engine, no lexicon, no culture.
/// </summary>
public static class SpeechNormaliser
{
    /// <summary>Longer texts are refused: at three characters a second this is already half an hour.</summary>
    public const int CharactersMax = 6_000;

    /// <summary>The spoken form of <paramref name="text"/>.</summary>
    /// <exception cref="ArgumentException">Longer than <see cref="CharactersMax"/>.</exception>
    public static string Normalise(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > CharactersMax) throw new ArgumentException($"The text has {text.Length} characters; at most {CharactersMax} are read out.", nameof(text));
        var folded = TextFolding.Fold(text);
        var spoken = new StringBuilder(folded.Length + folded.Length / 2);
        var at = 0;
        while (at < folded.Length)
        {
            var taken = TryRules(folded, at, spoken);
            if (taken > 0) { at += taken; continue; }
            AppendPlain(folded[at], spoken);
            at++;
        }
        return Tidy(spoken.ToString());
    }

    private static int TryRules(string text, int at, StringBuilder spoken)
    {
        foreach (var rule in ChineseRules.InOrder)
        {
            if (!rule.MayStartWith(text[at])) continue;
            var match = rule.Pattern.Match(text, at);
            if (!match.Success || match.Length == 0) continue;
            spoken.Append(rule.Speak(match));
            return match.Length;
        }
        return 0;
    }

    private static void AppendPlain(char c, StringBuilder spoken)
    {
        switch (c)
        {
            case '(' or ')' or '[' or ']' or '【' or '】' or '〔' or '〕' or '{' or '}' or ',' or '—' or '…' or '（' or '）': spoken.Append('，'); break;
            case ';' or '；': spoken.Append('；'); break;
            case ':' or '：': spoken.Append('：'); break;
            case '.' or '!' or '?' or '\n': spoken.Append(c switch { '!' => '！', '?' => '？', _ => '。' }); break;
            case '/' or '·' or '•' or '|': spoken.Append('、'); break;
            case '&': spoken.Append('和'); break;
            case '=': spoken.Append("等于"); break;
            case '+': spoken.Append('加'); break;
            case '〇': spoken.Append('零'); break;
            case ' ': spoken.Append(' '); break;
            case '。' or '，' or '、' or '！' or '？': spoken.Append(c); break;
            default:
                // Hanzi and Latin letters are spoken; quotes, stars, arrows and the like are not.
                if (c is >= '\u3400' and <= '\u9FFF' or >= 'A' and <= 'Z' or >= 'a' and <= 'z' or '\'') spoken.Append(c);
                break;
        }
    }

    // Several pauses in a row are one, the strongest; none begins the text; blanks stay only between Latin words.
    private static string Tidy(string spoken)
    {
        var tidy = new StringBuilder(spoken.Length);
        foreach (var c in spoken)
        {
            if (c == ' ') { if (tidy.Length > 0 && char.IsAsciiLetter(tidy[^1])) tidy.Append(' '); continue; }
            var strength = Strength(c);
            if (tidy.Length > 0 && tidy[^1] == ' ' && !char.IsAsciiLetter(c)) tidy.Length--;
            if (strength > 0)
            {
                if (tidy.Length == 0) continue;
                var last = Strength(tidy[^1]);
                if (last > 0)
                {
                    if (strength > last) tidy[^1] = c;
                    continue;
                }
            }
            tidy.Append(c);
        }
        while (tidy.Length > 0 && (tidy[^1] == ' ' || Strength(tidy[^1]) is > 0 and < 5)) tidy.Length--;
        return tidy.ToString();
    }

    private static int Strength(char c) => c switch { '、' => 1, '，' => 2, '：' => 3, '；' => 4, '。' or '！' or '？' => 5, _ => 0 };
}

/// <summary>One written form and how it is said.</summary>
/// <param name="Pattern">Anchored with \G at the position looked at.</param>
internal sealed record ChineseRule(Regex Pattern, Func<char, bool> MayStartWith, Func<Match, string> Speak);
