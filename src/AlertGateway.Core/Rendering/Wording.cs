using System.Text.Json;
using AlertGateway.Cap;

namespace AlertGateway.Core.Rendering;

/// <summary>One part of a text. Placeholders: <c>{sender} {sent} {verb} {title} {area} {description} {instruction} {expires}</c>; a part whose placeholder is empty is left out.</summary>
public sealed record WordingPart
{
    public required string Text { get; init; }

    /// <summary>May be shortened at clause boundaries; of several the earlier ones give way first.</summary>
    public bool Clauses { get; init; }

    /// <summary>What to do: gives way last, wherever it stands.</summary>
    public bool Action { get; init; }

    /// <summary>May be left out when the text is too long.</summary>
    public bool Optional { get; init; }
}

/// <summary>The parts of one medium for the original, the cancel and the correction.</summary>
public sealed record WordingSet
{
    public required IReadOnlyList<WordingPart> Original { get; init; }

    public required IReadOnlyList<WordingPart> Cancel { get; init; }

    public required IReadOnlyList<WordingPart> Correction { get; init; }

    public IReadOnlyList<WordingPart> For(Purpose purpose) => purpose switch
    {
        Purpose.Cancel => Cancel,
        Purpose.Correction => Correction,
        _ => Original,
    };
}

/// <summary>What an event is called, and what to do when the message does not say it.</summary>
public sealed record EventWords
{
    /// <summary>National event code, such as <c>11B03</c>.</summary>
    public required string Code { get; init; }

    public required string Zh { get; init; }

    public required string En { get; init; }

    public required string ActionZh { get; init; }

    public required string ActionEn { get; init; }
}

/// <summary>A name in both languages.</summary>
public sealed record NamePair(string Zh, string En);

/// <summary>What is said when seconds count: rendered beforehand, so without any figure of the event.</summary>
public sealed record AtOnceWords
{
    public required string Title { get; init; }

    public required string Text { get; init; }

    /// <summary>Three words.</summary>
    public required string Speech { get; init; }
}

/// <summary>The same for the original, the cancel and the correction.</summary>
public sealed record AtOnceWording
{
    public required AtOnceWords Original { get; init; }

    public required AtOnceWords Cancel { get; init; }

    public required AtOnceWords Correction { get; init; }

    public AtOnceWords For(Purpose purpose) => purpose switch { Purpose.Cancel => Cancel, Purpose.Correction => Correction, _ => Original };
}

/// <summary>The wording of one language.</summary>
public sealed record LanguageWording
{
    /// <summary>Earthquake warnings that a standing order releases at once; null: none are, and they go the way of every other warning.</summary>
    public AtOnceWording? Earthquake { get; init; }

    /// <summary>A signal's title, with <c>{event}</c> and <c>{colour}</c>.</summary>
    public required string Title { get; init; }

    /// <summary>The title where no colour is stated, with <c>{event}</c>.</summary>
    public required string TitleWithoutColour { get; init; }

    /// <summary>Blue, yellow, orange, red.</summary>
    public required IReadOnlyList<string> Colours { get; init; }

    public required string Issued { get; init; }

    public required string Updated { get; init; }

    /// <summary>.NET date format of absolute times.</summary>
    public required string TimeFormat { get; init; }

    /// <summary>What to do when neither the message nor the event's row says it.</summary>
    public required string DefaultAction { get; init; }

    /// <summary>Stands before advice that is not the sender's own, such as 本地提示：.</summary>
    public required string LocalMark { get; init; }

    public required WordingSet Sms { get; init; }

    public required WordingSet PushTitle { get; init; }

    public required WordingSet PushBody { get; init; }

    public required WordingSet Speech { get; init; }

    /// <summary>Longest text of one reading, in characters: about 25 seconds.</summary>
    public required int SpeechCharsMax { get; init; }

    /// <summary>The source before a lawful publisher's own text, which follows unaltered; with <c>{sender}</c>, <c>{sent}</c>, <c>{verb}</c>.</summary>
    public string PublisherSource { get; init; } = "【{sender}】{sent}{verb}：";

    /// <summary>The same, spoken: short, for what to do follows in the same sentence.</summary>
    public string PublisherSourceSpoken { get; init; } = "{sender}{verb}：";

    /// <summary>Longest reading of a lawful publisher's own text, in characters: it is never cut, only whole parts of it are left out.</summary>
    public int PublisherSpeechCharsMax { get; init; } = 240;

    /// <summary>Stands before the title where a lawful publisher's text is told in a language that the publisher did not write.</summary>
    public string TranslationMark { get; init; } = "（参考译文）";
}

/// <summary>The wording templates: <c>config/templates/wording.json</c>. Immutable.</summary>
public sealed record Wording
{
    private static readonly string[] ProfileKeys = ["red", "orange", "yellow", "blue", "none", "exercise", "cancel"];

    /// <summary>Offset of displayed times from UTC, in minutes; never the machine's.</summary>
    public required int TimeZoneMinutes { get; init; }

    /// <summary>SMS segments at most.</summary>
    public required int SmsSegmentsMax { get; init; }

    /// <summary>SMS segments at most of a lawful publisher's own text, which is never cut. Default 6.</summary>
    public int PublisherSmsSegmentsMax { get; init; } = 6;

    /// <summary>Tone profiles of programmes (<c>config/tones/</c>): by colour, and <c>none</c>, <c>exercise</c>, <c>cancel</c>.</summary>
    public required IReadOnlyDictionary<string, string> ProgrammeProfiles { get; init; }

    public required LanguageWording Zh { get; init; }

    public required LanguageWording En { get; init; }

    public required IReadOnlyList<EventWords> Events { get; init; }

    /// <summary>Names of senders.</summary>
    public required IReadOnlyList<NamePair> Senders { get; init; }

    /// <exception cref="InvalidDataException">The file does not say what it must; every problem is listed.</exception>
    public static Wording Parse(ReadOnlySpan<byte> json)
    {
        Wording wording;
        try
        {
            wording = JsonSerializer.Deserialize<Wording>(json, ConfigJson.Options) ?? throw new InvalidDataException("wording.json is empty.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"wording.json cannot be read: {e.Message}", e);
        }

        var problems = new List<string>();
        if (wording.TimeZoneMinutes is < -840 or > 840) problems.Add("timeZoneMinutes is outside ±840.");
        if (wording.SmsSegmentsMax is < 1 or > 8) problems.Add("smsSegmentsMax is outside 1 to 8.");
        if (wording.PublisherSmsSegmentsMax < wording.SmsSegmentsMax || wording.PublisherSmsSegmentsMax > 10) problems.Add("publisherSmsSegmentsMax is outside smsSegmentsMax to 10.");
        foreach (var key in ProfileKeys.Where(k => !wording.ProgrammeProfiles.ContainsKey(k))) problems.Add($"programmeProfiles has no {key}.");
        foreach (var (name, language) in new[] { ("zh", wording.Zh), ("en", wording.En) })
        {
            if (language.Colours.Count != 4) problems.Add($"{name}.colours needs blue, yellow, orange, red.");
            if (language.SpeechCharsMax is < 20 or > 2_000) problems.Add($"{name}.speechCharsMax is outside 20 to 2000.");
            if (language.PublisherSpeechCharsMax < language.SpeechCharsMax || language.PublisherSpeechCharsMax > 2_000) problems.Add($"{name}.publisherSpeechCharsMax is outside speechCharsMax to 2000.");
            if (!language.PublisherSource.Contains("{sender}", StringComparison.Ordinal) || !language.PublisherSourceSpoken.Contains("{sender}", StringComparison.Ordinal)) problems.Add($"{name}: the publisher's source must name the {{sender}}.");
            foreach (var (medium, set) in new[] { ("sms", language.Sms), ("pushTitle", language.PushTitle), ("pushBody", language.PushBody), ("speech", language.Speech) })
            {
                if (set.Original.Count == 0 || set.Cancel.Count == 0 || set.Correction.Count == 0) problems.Add($"{name}.{medium} needs an original, a cancel and a correction.");
                if (!new[] { set.Cancel, set.Correction }.All(t => t.Any(p => p.Text.Contains("{title}", StringComparison.Ordinal)))) problems.Add($"{name}.{medium}: cancel and correction must say what they take back ({{title}}).");
            }
        }

        return problems.Count == 0 ? wording : throw new InvalidDataException("wording.json: " + string.Join(" ", problems));
    }

    public LanguageWording Of(string language) => language == "zh" ? Zh : En;

    /// <summary>The national event code of an info, by its codes or its words; the words themselves where the table does not know them.</summary>
    public string EventKindOf(Info info)
    {
        ArgumentNullException.ThrowIfNull(info);
        return AlertWords.EventRow(info, this)?.Code ?? info.Event.Trim();
    }

    /// <param name="leave">The warning tells people to leave; only the profile of that plays until their village says that they have.</param>
    internal string ProfileOf(WarningColour colour, Purpose purpose, bool exercise, bool leave) =>
        leave && !exercise && purpose == Purpose.Original && ProgrammeProfiles.TryGetValue("evacuate", out var profile) ? profile
        : ProgrammeProfiles[exercise ? "exercise" : purpose is Purpose.Cancel or Purpose.Correction ? "cancel" : colour.ToString().ToLowerInvariant()];

    internal string ColourName(string language, WarningColour colour) => colour == WarningColour.None ? "" : Of(language).Colours[(int)colour - 1];
}
