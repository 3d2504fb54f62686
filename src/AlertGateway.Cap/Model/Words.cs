using System.Collections.Frozen;

namespace AlertGateway.Cap;

/// <summary>The words of one CAP enumeration, read without regard to case and written as the standard spells them.</summary>
internal static class Words<T> where T : struct, Enum
{
    private static readonly FrozenDictionary<string, T> ByText =
        Enum.GetValues<T>().Where(IsWord).ToFrozenDictionary(v => v.ToString(), v => v, StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<T, string> ByValue =
        Enum.GetValues<T>().Where(IsWord).ToFrozenDictionary(v => v, v => v.ToString());

    /// <summary>True when the text is one of the words. <paramref name="exact"/> is false when only the case differs.</summary>
    public static bool TryRead(string text, out T value, out bool exact)
    {
        exact = false;
        if (!ByText.TryGetValue(text, out value)) return false;
        exact = ByValue[value] == text;
        return true;
    }

    /// <summary>The standard's spelling, or null for a value that the standard has no word for.</summary>
    public static string? Write(T value) => ByValue.GetValueOrDefault(value);

    // "Unknown" is a word of the standard in urgency, severity and certainty only; elsewhere it is our mark for "not recognised".
    private static bool IsWord(T value) =>
        Convert.ToInt32(value, System.Globalization.CultureInfo.InvariantCulture) != 0
        || typeof(T) == typeof(Urgency) || typeof(T) == typeof(Severity) || typeof(T) == typeof(Certainty);
}
