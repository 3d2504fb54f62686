using System.Text.RegularExpressions;

namespace AlertGateway.Cap;

/// <summary>China Meteorological Administration messages: the colour stands in the text only, and severity follows from it.</summary>
public static partial class CmaProfile
{
    /// <summary>The valueName of 12-digit (sometimes 6-digit) division codes, hierarchical from the left.</summary>
    public const string GeocodeName = "CPEAS Geographic Code";

    /// <summary>
    /// The colour that the message states, from a colour parameter, else the headline, else the event, else the description's first sentence.
    /// A text that names two colours ("变更为", "升级为", "downgraded to") means the last one named before the level.
    /// </summary>
    public static WarningColour ColourOf(Info info)
    {
        ArgumentNullException.ThrowIfNull(info);
        foreach (var p in info.Parameters)
        {
            if (ColourParameter.IsMatch(p.ValueName) && InText(p.Value, wordAlone: true) is var c and not WarningColour.None) return c;
        }

        var colour = InText(info.Headline, wordAlone: false);
        if (colour == WarningColour.None) colour = InText(info.Event, wordAlone: false);
        if (colour == WarningColour.None) colour = InText(FirstSentence(info.Description), wordAlone: false);
        return colour;
    }

    /// <summary>The colour's severity where a colour is stated, else what the message says.</summary>
    public static Severity SeverityOf(Info info)
    {
        ArgumentNullException.ThrowIfNull(info);
        return ColourOf(info) is var colour and not WarningColour.None ? colour.ToSeverity() : info.Severity;
    }

    /// <summary>True when the identifier has the form 14 digits, underscore, 14 digits (the last optionally followed by a serial).</summary>
    public static bool IsIdentifier(string identifier) => Identifier.IsMatch(identifier);

    /// <summary>The six-digit division code that the identifier begins with, or null when it has another form.</summary>
    public static string? DivisionOf(string identifier) => IsIdentifier(identifier) ? identifier[..6] : null;

    private static WarningColour InText(string? text, bool wordAlone)
    {
        if (string.IsNullOrEmpty(text)) return WarningColour.None;
        var found = WarningColour.None;
        foreach (Match m in (wordAlone ? ColourWord : ColourPhrase).Matches(text)) found = Of(m.Groups["c"].Value);
        return found;
    }

    private static WarningColour Of(string word) => word.ToLowerInvariant() switch
    {
        "红" or "red" => WarningColour.Red,
        "橙" or "orange" => WarningColour.Orange,
        "黄" or "yellow" => WarningColour.Yellow,
        "蓝" or "blue" => WarningColour.Blue,
        _ => WarningColour.None,
    };

    private static string? FirstSentence(string? text)
    {
        var end = text?.IndexOfAny(['。', '\n']) ?? -1;
        return end < 0 ? text : text![..end];
    }

    // No time limit: on a busy machine it would strike on any text, and these patterns cannot backtrack far (atomic groups over disjoint classes).
    // A bare colour word is no signal ("Red River flood", "黄河"), so the word must stand with 色, 预警 or warning, alert, signal.
    [GeneratedRegex(@"(?<c>[红橙黄蓝])(?:色|预警)|\b(?<c>red|orange|yellow|blue)\b(?=(?>\W+)(?:(?>\w+)(?>\W+)){0,4}?(?:warning|alert|signal)|\W*$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ColourPhrase { get; }

    [GeneratedRegex(@"(?<c>[红橙黄蓝])|\b(?<c>red|orange|yellow|blue)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ColourWord { get; }

    [GeneratedRegex(@"colou?r\z|颜色|^awareness_level\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ColourParameter { get; }

    [GeneratedRegex(@"^[0-9]{14}_[0-9]{14}(?:_[0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Identifier { get; }
}
