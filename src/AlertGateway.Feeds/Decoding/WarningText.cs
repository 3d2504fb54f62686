using AlertGateway.Cap;

namespace AlertGateway.Feeds.Decoding;

/// <summary>What the title of a Chinese warning says besides its words: the colour, and whether it lifts the signal.</summary>
internal static class WarningText
{
    /// <summary>The colour that the text names, as for messages in CAP.</summary>
    public static WarningColour ColourOf(string? text) => string.IsNullOrEmpty(text) ? WarningColour.None : CmaProfile.ColourOf(new Info { Headline = text });

    /// <summary>By a single word: 红, 红色, red, RED.</summary>
    public static WarningColour ColourOfWord(string? word) => word?.Trim().ToLowerInvariant() switch
    {
        "红" or "红色" or "red" => WarningColour.Red,
        "橙" or "橙色" or "orange" => WarningColour.Orange,
        "黄" or "黄色" or "yellow" => WarningColour.Yellow,
        "蓝" or "蓝色" or "blue" => WarningColour.Blue,
        _ => WarningColour.None,
    };

    /// <summary>解除 or 取消 as the verb of the title; a signal that is changed (变更, 降级) is not lifted.</summary>
    public static bool Lifts(string? title) =>
        title is not null && (title.Contains("解除", StringComparison.Ordinal) || title.Contains("取消", StringComparison.Ordinal) || title.Contains("撤销", StringComparison.Ordinal));

    public static string? SeverityOf(WarningColour colour) => colour == WarningColour.None ? null : colour.ToSeverity().ToString();

    /// <summary>The graver of the colours; a contradiction is remarked.</summary>
    public static WarningColour Graver(string path, FindingList findings, params ReadOnlySpan<WarningColour> colours)
    {
        var (worst, conflict) = (WarningColour.None, false);
        foreach (var colour in colours)
        {
            if (colour == WarningColour.None) continue;
            conflict |= worst != WarningColour.None && colour != worst;
            if (colour > worst) worst = colour;
        }

        if (conflict) findings.Add(FindingCodes.ColourConflict, path, "The warning names more than one colour.");
        return worst;
    }

    /// <summary>A word of CAP with its own capitals, or null with a finding when it is none.</summary>
    public static T? Word<T>(string? word, string path, FindingList findings)
        where T : struct, Enum
    {
        if (word is null) return null;
        if (char.IsAsciiLetter(word.FirstOrDefault()) && Enum.TryParse<T>(word, ignoreCase: true, out var value) && Enum.IsDefined(value)) return value;
        findings.Add(FindingCodes.WordUnknown, path, "The word is not one of the enumeration.");
        return null;
    }
}
