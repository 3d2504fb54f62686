using System.Text;

namespace AlertGateway.Cap;

/// <summary>Alerts that a feed carries as escaped text or CDATA instead of elements.</summary>
internal static class EmbeddedText
{
    /// <summary>A cheap look: XML whose first element is an alert.</summary>
    public static bool MayBeAlert(string text)
    {
        var t = text.AsSpan().TrimStart();
        if (t.Length < 20 || t[0] != '<') return false;
        var head = t[..Math.Min(t.Length, 400)];
        return head.Contains("<alert", StringComparison.Ordinal) || head.Contains(":alert", StringComparison.Ordinal);
    }

    /// <summary>Appends the alerts of the text; one that is broken becomes a rejected message and leaves the others alone.</summary>
    public static void Read(string text, List<CapMessage> messages, CapReaderOptions options)
    {
        foreach (var message in CapReader.Read(Encoding.UTF8.GetBytes(Undeclared(text)), options, lookIntoText: false).Messages)
            messages.Add(message with { Index = messages.Count });
    }

    // The text has been decoded already, so its own encoding declaration no longer says anything about the bytes made from it.
    private static string Undeclared(string text)
    {
        var t = text.TrimStart();
        if (!t.StartsWith("<?xml", StringComparison.Ordinal)) return t;
        var end = t.IndexOf("?>", StringComparison.Ordinal);
        return end < 0 ? t : t[(end + 2)..].TrimStart();
    }
}
