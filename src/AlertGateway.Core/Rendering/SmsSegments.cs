using System.Collections.Frozen;

namespace AlertGateway.Core.Rendering;

/// <summary>How many SMS segments a text takes (3GPP TS 23.038 and 23.040): 160 septets alone or 153 a part in the default alphabet, else 70 or 67 UTF-16 units.</summary>
public static class SmsSegments
{
    private const string Basic =
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

    private const string Extension = "\f^{}\\[~]|€";

    private static readonly FrozenSet<char> BasicSet = Basic.ToFrozenSet();
    private static readonly FrozenSet<char> ExtensionSet = Extension.ToFrozenSet();

    /// <summary>True when every character is in the default alphabet or its extension table.</summary>
    public static bool IsGsm7(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var c in text)
        {
            if (!BasicSet.Contains(c) && !ExtensionSet.Contains(c)) return false;
        }

        return true;
    }

    /// <summary>Segments of a text; 0 for an empty one. A character of two units (surrogate pair, escaped septet) is never split over two parts.</summary>
    public static int Count(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0) return 0;
        return IsGsm7(text) ? Count(text, 160, 153, gsm7: true) : Count(text, 70, 67, gsm7: false);
    }

    private static int Count(string text, int alone, int part, bool gsm7)
    {
        int total = 0, segments = 1, used = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var units = gsm7 ? (ExtensionSet.Contains(text[i]) ? 2 : 1) : char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]) ? 2 : 1;
            if (!gsm7 && units == 2) i++;
            total += units;
            if (used + units > part)
            {
                segments++;
                used = 0;
            }

            used += units;
        }

        return total <= alone ? 1 : segments;
    }

    /// <summary>Replaces typographic signs that would double the price of an English text by their plain forms.</summary>
    public static string Plain(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Replace('\u2018', '\'').Replace('\u2019', '\'').Replace('\u201C', '"').Replace('\u201D', '"').Replace('\u2013', '-').Replace('\u2014', '-')
            .Replace('\u00A0', ' ').Replace('\u2022', '-').Replace("\u2026", "...", StringComparison.Ordinal);
    }
}
