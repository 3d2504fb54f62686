namespace AlertGateway.Cap;

/// <summary>The white-space lists inside CAP texts: references, addresses, incidents.</summary>
internal static class CapLists
{
    /// <summary>Items between white space; an item with spaces stands in double quotes (CAP 1.2 §3.2.1).</summary>
    public static IReadOnlyList<string> Quoted(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return [];
        var items = new List<string>();
        var at = 0;
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            int end;
            if (text[at] == '"' && (end = text.IndexOf('"', at + 1)) > 0)
            {
                if (end > at + 1) items.Add(text[(at + 1)..end]);
                at = end + 1;
                continue;
            }

            end = at;
            while (end < text.Length && !char.IsWhiteSpace(text[end])) end++;
            items.Add(text[at..end]);
            at = end;
        }

        return items;
    }

    /// <summary>The triples of <c>references</c>; each part that is none is given to <paramref name="onUnreadable"/>.</summary>
    public static IReadOnlyList<Reference> References(string? text, Action<string> onUnreadable)
    {
        if (string.IsNullOrWhiteSpace(text)) return [];
        var references = new List<Reference>();
        var rest = text.AsSpan().Trim();
        while (!rest.IsEmpty)
        {
            var end = 0;
            while (end < rest.Length && !char.IsWhiteSpace(rest[end])) end++;
            if (!TryReference(rest, end, out var reference, out var used))
            {
                onUnreadable(rest[..Math.Min(end, 200)].ToString());
                used = end;
            }
            else references.Add(reference);
            rest = rest[used..].TrimStart();
        }

        return references;
    }

    // The regular case is one token with two commas. Senders with spaces in sender or identifier exist: then the triple ends with the
    // first thing after the second comma that reads as a time. A token with one comma names sender and identifier only.
    private static bool TryReference(ReadOnlySpan<char> rest, int tokenEnd, out Reference reference, out int used)
    {
        used = tokenEnd;
        var token = rest[..tokenEnd];
        if (token.Count(',') == 2) return TryParts(token, out reference);
        var first = rest.IndexOf(',');
        var second = first < 0 ? -1 : first + 1 + rest[(first + 1)..].IndexOf(',');
        if (second > first)
        {
            var end = second + 1;
            while (end < rest.Length && !char.IsWhiteSpace(rest[end])) end++;
            if (CapTime.TryRead(rest[(second + 1)..end], out _, out _) && TryParts(rest[..end], out reference))
            {
                used = end;
                return true;
            }
        }

        reference = default;
        return token.Count(',') == 1 && TryParts(token, out reference);
    }

    private static bool TryParts(ReadOnlySpan<char> triple, out Reference reference)
    {
        reference = default;
        var first = triple.IndexOf(',');
        if (first <= 0) return false;
        var sender = triple[..first].Trim();
        var tail = triple[(first + 1)..];
        var second = tail.IndexOf(',');
        var identifier = (second < 0 ? tail : tail[..second]).Trim();
        if (sender.IsEmpty || identifier.IsEmpty) return false;
        var sentText = second < 0 ? "" : tail[(second + 1)..].Trim().ToString();
        DateTimeOffset? sent = CapTime.TryRead(sentText, out var time, out _) ? time : null;
        reference = new Reference(sender.ToString(), identifier.ToString(), sentText, sent);
        return true;
    }
}
