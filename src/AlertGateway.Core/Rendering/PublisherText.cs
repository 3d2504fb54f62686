using System.Text;
using AlertGateway.Cap;
using AlertGateway.Core.Ingest;

namespace AlertGateway.Core.Rendering;

/// <summary>
/// A lawful publisher's own words in one language. They go out character by character with their source. What is too long for a medium loses whole parts, the instruction first and then the description, never a
/// clause; what this city adds is one line that says so (本地提示).
/// </summary>
internal sealed record PublisherText
{
    // What is heard within twenty seconds. A longer instruction is a guide of many items for several readers; then our marked line says what to do.
    private const int SpokenActionMaxZh = 80, SpokenActionMaxEn = 260;

    public required string Source { get; init; }

    public required string SourceSpoken { get; init; }

    public required string Headline { get; init; }

    public required string Description { get; init; }

    public required string Instruction { get; init; }

    /// <summary>Marked as local.</summary>
    public required string LocalLine { get; init; }

    public required string Language { get; init; }

    private bool Chinese => Language == "zh";

    private bool HeadlineRepeats { get; init; }

    /// <summary>Null where the publisher wrote nothing in this language.</summary>
    public static PublisherText? Of(Submission submission, AlertWords words, Wording wording)
    {
        if (AlertWords.InfoFor(submission.Alert, words.Language) is not { } info) return null;
        var language = wording.Of(words.Language);
        string headline = Plain(info.Headline), description = Plain(info.Description), instruction = Plain(info.Instruction);
        if (headline.Length + description.Length == 0) return null;
        var sender = words.Values["sender"];
        var row = AlertWords.EventRow(info, wording);
        return new PublisherText
        {
            Source = Fill(language.PublisherSource, words),
            SourceSpoken = Fill(language.PublisherSourceSpoken, words),
            Headline = headline,
            Description = description,
            Instruction = instruction,
            LocalLine = language.LocalMark + (words.Language == "zh" ? row?.ActionZh ?? language.DefaultAction : row?.ActionEn ?? language.DefaultAction),
            Language = words.Language,
            // Most Chinese descriptions begin with the headline in other words: 某台某时发布某色预警信号.
            HeadlineRepeats = description.Length > 0 && (headline.Length == 0 || description.Contains(headline, StringComparison.Ordinal)
                || (description.Contains(sender, StringComparison.Ordinal) && CmaProfile.ColourOf(new Info { Description = description }) is var colour and not WarningColour.None && colour == submission.Colour)),
        };
    }

    /// <summary>The longest of the whole-part versions that fits; null when not even the shortest does.</summary>
    /// <param name="source">What stands before it.</param>
    /// <param name="instructionElsewhere">The medium shows the instruction in a place of its own.</param>
    public string? Fitting(string source, bool instructionElsewhere, Func<string, bool> fits)
    {
        string[] said = HeadlineRepeats ? [Description] : [Headline, Description];
        IEnumerable<string[]> versions = instructionElsewhere ? [said, [Headline]]
            : Instruction.Length > 0 ? [[.. said, Instruction], [.. said, LocalLine], said, [Headline, LocalLine], [Headline]]
            : [[.. said, LocalLine], said, [Headline, LocalLine], [Headline]];
        return versions.Where(v => (v.Contains(Headline) && Headline.Length > 0) || (v.Contains(Description) && Description.Length > 0)).Select(v => source + Join(v)).FirstOrDefault(fits);
    }

    /// <summary>
    /// The same for the ear: what to do stands in the first sentence, in the publisher's own words where it wrote any, else as our marked line; then why. What is too long loses the description before the instruction.
    /// </summary>
    public string? SpokenFitting(Func<string, bool> fits)
    {
        string[] said = HeadlineRepeats ? [Description] : [Headline, Description];
        string[][] told = [.. ((string[][])[said, [Headline]]).Where(v => v.Any(p => p.Length > 0))];
        var versions = told.Select(v => LocalLine + SourceSpoken + Join(v));
        if (Instruction.Length > 0 && Instruction.Length <= (Chinese ? SpokenActionMaxZh : SpokenActionMaxEn)) versions = told.Append([]).Select(v => SourceSpoken + Join([Instruction, .. v])).Concat(versions);
        return versions.FirstOrDefault(fits);
    }

    // Between parts stands what ends a sentence, where the publisher did not end it; within a part nothing is touched.
    private string Join(string[] parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts.Where(p => p.Length > 0))
        {
            if (text.Length > 0) text.Append(EndsSentence(text[^1]) ? Chinese ? "" : " " : Chinese ? "。" : ". ");
            text.Append(part);
        }

        return text.ToString();
    }

    private static bool EndsSentence(char c) => "。.！!？?；;：:\n".Contains(c, StringComparison.Ordinal);

    private static string Fill(string template, AlertWords words) => template.Replace("{sender}", words.Values["sender"], StringComparison.Ordinal)
        .Replace("{sent}", words.Values["sent"], StringComparison.Ordinal).Replace("{verb}", words.Values["verb"], StringComparison.Ordinal);

    /// <summary>As it came, but for the space around it and for characters that nobody sees and that could hide what it says.</summary>
    private static string Plain(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return "";
        var trimmed = text.Trim();
        return trimmed.Any(IsHidden) ? string.Concat(trimmed.Where(c => !IsHidden(c))) : trimmed;
    }

    private static bool IsHidden(char c) => (char.IsControl(c) && c is not ('\n' or '\t')) || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\uFEFF';
}
