using System.Text;

namespace AlertGateway.Core.Rendering;

/// <summary>Fills a template and shortens it until it fits: whole clauses go, never half a word where a clause can go.</summary>
internal static class TextComposer
{
    public static string Compose(IReadOnlyList<WordingPart> template, AlertWords words, Func<string, bool> fits)
    {
        var parts = new List<Part>();
        foreach (var part in template)
        {
            if (Fill(part.Text, words.Values) is { Length: > 0 } text) parts.Add(new Part(part.Clauses ? Clauses(text) : [text], part.Clauses, part.Optional, part.Action));
        }

        while (!fits(Join(parts)))
        {
            if (Shorten(parts)) continue;
            return Cut(Join(parts), fits);
        }

        return Join(parts);
    }

    // First the clauses of earlier parts down to one each, then optional parts, then a first clause of a part that has others before the last part: the action stays longest, wherever it stands.
    private static bool Shorten(List<Part> parts)
    {
        foreach (var part in parts.OrderBy(p => p.Action))
        {
            if (!part.MayShorten || part.Clauses.Count <= 1) continue;
            part.Clauses.RemoveAt(part.Clauses.Count - 1);
            EndSentence(part.Clauses);
            return true;
        }

        var optional = parts.FindLastIndex(p => p.Optional);
        if (optional < 0) optional = parts.Count(p => p.MayShorten) > 1 ? parts.FindIndex(p => p.MayShorten && !p.Action) : -1;
        if (optional < 0) return false;
        parts.RemoveAt(optional);
        return true;
    }

    private static void EndSentence(List<string> clauses)
    {
        var last = clauses[^1].TrimEnd();
        if (last.EndsWith('，') || last.EndsWith('；') || last.EndsWith('、')) clauses[^1] = last[..^1] + "。";
        else if (last.EndsWith(',') || last.EndsWith(';')) clauses[^1] = last[..^1] + ". ";
    }

    private static string Cut(string text, Func<string, bool> fits)
    {
        int low = 0, high = text.Length;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (fits(At(text, middle))) low = middle;
            else high = middle - 1;
        }

        return At(text, low);

        static string At(string text, int length)
        {
            if (length > 0 && length < text.Length && char.IsHighSurrogate(text[length - 1])) length--;
            return length == text.Length ? text : text[..length] + "...";
        }
    }

    private static string Join(List<Part> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            foreach (var clause in part.Clauses) text.Append(clause);
        }

        return text.ToString().Trim();
    }

    /// <summary>Null when a placeholder has no value.</summary>
    private static string? Fill(string template, IReadOnlyDictionary<string, string> values)
    {
        var text = new StringBuilder();
        for (var at = 0; at < template.Length;)
        {
            var open = template.IndexOf('{', at);
            var close = open < 0 ? -1 : template.IndexOf('}', open);
            if (close < 0) return text.Append(template, at, template.Length - at).ToString();
            text.Append(template, at, open - at);
            if (!values.TryGetValue(template[(open + 1)..close], out var value) || value.Length == 0) return null;
            text.Append(value);
            at = close + 1;
        }

        return text.ToString();
    }

    private static List<string> Clauses(string text)
    {
        var clauses = new List<string>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var ends = text[i] is '。' or '；' or '，' or '！' or '？' || (text[i] is '.' or ',' or ';' or '!' or '?' && i + 1 < text.Length && text[i + 1] == ' ');
            if (!ends) continue;
            var end = i + 1;
            while (end < text.Length && text[end] == ' ') end++;
            clauses.Add(text[start..end]);
            start = end;
            i = end - 1;
        }

        if (start < text.Length) clauses.Add(text[start..]);
        return clauses;
    }

    private sealed record Part(List<string> Clauses, bool MayShorten, bool Optional, bool Action);
}
