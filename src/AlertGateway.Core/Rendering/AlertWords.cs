using System.Globalization;
using AlertGateway.Cap;
using AlertGateway.Core.Ingest;

namespace AlertGateway.Core.Rendering;

/// <summary>What an alert says in one language, ready for the templates. Where it does not speak the language, names are translated by the wording and the rest is said in general terms.</summary>
internal sealed record AlertWords
{
    public required string Language { get; init; }

    public required IReadOnlyDictionary<string, string> Values { get; init; }

    public string Title => Values["title"];

    public string Instruction => Values["instruction"];

    /// <summary>The same with another title.</summary>
    public AlertWords Titled(string title) => this with { Values = new Dictionary<string, string>(Values) { ["title"] = title } };

    public static AlertWords Of(Submission submission, string language, Wording wording, long expiresTicks)
    {
        var alert = submission.Alert;
        var info = InfoFor(alert, language) ?? InfoFor(alert, language == "zh" ? "en" : "zh") ?? (alert.Infos.Count > 0 ? alert.Infos[0] : new Info());
        var spoken = Primary(info);
        var own = spoken == language;
        // Hanzi mean nothing to somebody who reads English; any other original text is better than none.
        var quotes = own || !(language == "en" && spoken == "zh");
        var words = wording.Of(language);
        var row = EventRow(info, wording);
        var eventName = own || row is null ? Clean(info.Event) : language == "zh" ? row.Zh : row.En;
        var colour = wording.ColourName(language, submission.Colour);
        var stated = colour.Length > 0 && (CmaProfile.ColourOf(info) != WarningColour.None || AlertLife.IsChineseSignal(alert));
        var title = TitleOf(eventName.Length > 0 ? eventName : Clean(info.Headline), stated ? colour : "", language, words);
        var instruction = quotes ? Clean(info.Instruction) : "";
        // The publisher's text is his; what is added here says so.
        if (instruction.Length == 0) instruction = words.LocalMark + (language == "zh" ? row?.ActionZh ?? words.DefaultAction : row?.ActionEn ?? words.DefaultAction);
        var description = quotes ? Clean(info.Description) : "";
        var area = string.Join(language == "zh" ? "、" : ", ", info.Areas.Select(a => Clean(a.AreaDesc)).Where(a => a.Length > 0).Distinct().Take(12));
        if (area.Length > 0 && (description.Contains(area, StringComparison.Ordinal) || title.Contains(area, StringComparison.Ordinal))) area = "";
        var zone = TimeSpan.FromMinutes(wording.TimeZoneMinutes);
        return new AlertWords
        {
            Language = language,
            Values = new Dictionary<string, string>
            {
                ["sender"] = Sender(alert, info, language, wording),
                ["sent"] = alert.Sent is { } sent ? Time(sent.UtcTicks, zone, words) : "",
                ["verb"] = submission.Chain == ChainVerdict.Update ? words.Updated : words.Issued,
                ["title"] = title,
                ["area"] = area,
                ["description"] = Sentence(description, language),
                ["instruction"] = Sentence(instruction, language),
                ["expires"] = expiresTicks == long.MaxValue ? "" : Time(expiresTicks, zone, words),
            },
        };
    }

    /// <summary>Of the infos in a language the worst, and of equally bad ones the first.</summary>
    public static Info? InfoFor(Alert alert, string language) => alert.Infos.Where(i => Primary(i) == language).OrderByDescending(i => CmaProfile.SeverityOf(i)).FirstOrDefault();

    private static string TitleOf(string eventName, string colour, string language, LanguageWording words)
    {
        if (eventName.Length == 0) return language == "zh" ? "预警" : "Warning";
        if (language == "zh") return eventName.Contains("预警", StringComparison.Ordinal) || eventName.EndsWith("提示", StringComparison.Ordinal) ? eventName : Filled(eventName);
        if (eventName.Contains("warning", StringComparison.OrdinalIgnoreCase) || eventName.StartsWith("Advice ", StringComparison.OrdinalIgnoreCase) || colour.Length == 0) return eventName;
        // "Rainstorm" is no name inside "red rainstorm warning"; "NBC" would be.
        var inside = eventName.Length > 1 && char.IsLower(eventName[1]) ? char.ToLowerInvariant(eventName[0]) + eventName[1..] : eventName;
        var title = Filled(inside);
        return char.ToUpperInvariant(title[0]) + title[1..];

        string Filled(string name) => (colour.Length > 0 ? words.Title : words.TitleWithoutColour).Replace("{event}", name, StringComparison.Ordinal).Replace("{colour}", colour, StringComparison.Ordinal);
    }

    private static string Primary(Info info) => info.LanguageOrDefault.Trim().Split('-', '_')[0].ToLowerInvariant() switch
    {
        "zho" or "chi" or "zh" => "zh",
        "eng" or "en" => "en",
        var other => other,
    };

    internal static EventWords? EventRow(Info info, Wording wording) => wording.Events.FirstOrDefault(e =>
        info.EventCodes.Any(c => string.Equals(c.Value, e.Code, StringComparison.OrdinalIgnoreCase)) || info.Event.Contains(e.Zh, StringComparison.Ordinal) || string.Equals(info.Event.Trim(), e.En, StringComparison.OrdinalIgnoreCase));

    private static string Sender(Alert alert, Info info, string language, Wording wording)
    {
        var name = Clean(info.SenderName);
        if (name.Length == 0) name = Clean(alert.Sender).Replace('_', ' ');
        var pair = wording.Senders.FirstOrDefault(s => string.Equals(s.Zh, name, StringComparison.Ordinal) || string.Equals(s.En, name, StringComparison.OrdinalIgnoreCase));
        return pair is null ? name : language == "zh" ? pair.Zh : pair.En;
    }

    private static string Time(long ticks, TimeSpan zone, LanguageWording words) => new DateTimeOffset(ticks, TimeSpan.Zero).ToOffset(zone).ToString(words.TimeFormat, CultureInfo.InvariantCulture);

    private static string Sentence(string text, string language)
    {
        if (text.Length == 0) return "";
        return "。.！!？?；;".Contains(text[^1], StringComparison.Ordinal) ? text : text + (language == "zh" ? "。" : ".");
    }

    /// <summary>White space made single, control and bidirectional override characters taken out: a text must not hide what it says.</summary>
    private static string Clean(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "";
        var to = new System.Text.StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c))
            {
                if (to.Length > 0 && to[^1] != ' ') to.Append(' ');
            }
            else if (!char.IsControl(c) && c is not (>= '\u202A' and <= '\u202E') and not (>= '\u2066' and <= '\u2069') and not '\uFEFF') to.Append(c);
        }

        return to.ToString().Trim();
    }
}
