using System.Text;

namespace AlertGateway.Audio.SpokenText;

/// <summary>Brings the many written forms of one character together before rules look at the text: full-width forms, ligature units, dashes, minus signs.</summary>
internal static class TextFolding
{
    private static readonly Dictionary<char, string> Forms = new()
    {
        ['〜'] = "~", ['∼'] = "~", ['–'] = "-", ['−'] = "-", ['‐'] = "-", ['‑'] = "-", ['－'] = "-", ['﹣'] = "-",
        ['\u3000'] = " ", ['\u00A0'] = " ", ['\u2009'] = " ", ['\u202F'] = " ", ['\t'] = " ", ['\r'] = "", ['\uFEFF'] = "", ['\u200B'] = "",
        ['㎜'] = "mm", ['㎝'] = "cm", ['㎞'] = "km", ['㎏'] = "kg", ['㎡'] = "m²", ['㎥'] = "m³", ['㏄'] = "ml", ['㎎'] = "mg",
        ['℃'] = "°C", ['℉'] = "°F", ['º'] = "°", ['˚'] = "°", ['µ'] = "μ", ['﹪'] = "%",
        ['Ⅰ'] = "Ⅰ", ['ⅰ'] = "Ⅰ", ['ⅱ'] = "Ⅱ", ['ⅲ'] = "Ⅲ", ['ⅳ'] = "Ⅳ", ['ⅴ'] = "Ⅴ",
        ['∶'] = ":", ['≧'] = "≥", ['≦'] = "≤", ['⩾'] = "≥", ['⩽'] = "≤", ['○'] = "〇", ['⁄'] = "/", ['∕'] = "/", ['№'] = "No.",
        ['，'] = "，", ['。'] = "。", ['：'] = "：", ['；'] = "；", ['？'] = "？", ['！'] = "！", ['（'] = "（", ['）'] = "）",
        ['½'] = "1/2", ['⅓'] = "1/3", ['⅔'] = "2/3", ['¼'] = "1/4", ['¾'] = "3/4",
    };

    public static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is '：' or ':' && Between(text, i)) folded.Append(':');
            else if (c is '—' && (i == 0 || text[i - 1] != '—') && NextIsDigit(text, i)) folded.Append('-');
            else if (Forms.TryGetValue(c, out var form)) folded.Append(form);
            else if (c is >= '\uFF01' and <= '\uFF5E') folded.Append((char)(c - 0xFEE0));
            else if (char.IsSurrogate(c) || (char.IsControl(c) && c != '\n')) continue; // emoji, control: nothing to say
            else folded.Append(c);
        }
        return folded.ToString();
    }

    private static bool Between(string text, int i) => i > 0 && IsDigit(text[i - 1]) && NextIsDigit(text, i);

    private static bool NextIsDigit(string text, int i) => i + 1 < text.Length && IsDigit(text[i + 1]);

    private static bool IsDigit(char c) => c is >= '0' and <= '9' or >= '０' and <= '９';
}
