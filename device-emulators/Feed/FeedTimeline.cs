using System.Globalization;

namespace AlertGateway.Emulators.Feed;

/// <summary>What happens to a feed at a second of its cycle.</summary>
/// <param name="Second">Second of the cycle, from 0.</param>
/// <param name="Verb">
/// <c>publish</c> [N], <c>again</c> (the newest once more), <c>revise</c> (the newest changes), <c>garbage</c>, <c>miss</c> (published while nobody is told), <c>cut</c> (half an item, then the line drops), <c>drop</c>,
/// <c>heartbeat</c>, <c>fail</c> KIND [TIMES] [PATH], <c>clock</c> SECONDS (the reader's clock steps).
/// </param>
public sealed record TimelineStep(int Second, string Verb, IReadOnlyList<string> Arguments)
{
    /// <summary>The first argument as a number; the default when there is none.</summary>
    public int Number(int otherwise) => Arguments.Count > 0 && int.TryParse(Arguments[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}

/// <summary>The script of a feed: one step a line, <c>SECOND VERB ARGUMENTS</c>; <c>#</c> begins a comment; <c>cycle SECONDS</c> says after how long it begins again.</summary>
public sealed record FeedTimeline(int CycleSeconds, IReadOnlyList<TimelineStep> Steps)
{
    private static readonly string[] Verbs = ["publish", "again", "revise", "garbage", "miss", "cut", "drop", "heartbeat", "fail", "clock"];

    /// <summary>The steps of a second since the start.</summary>
    public IEnumerable<TimelineStep> At(int second) => Steps.Where(s => s.Second == second % CycleSeconds);

    /// <exception cref="FormatException">A line says nothing known.</exception>
    public static FeedTimeline Parse(IEnumerable<string> lines)
    {
        var cycle = 0;
        var steps = new List<TimelineStep>();
        foreach (var (index, raw) in lines.Index())
        {
            var words = raw.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0) continue;
            if (words is ["cycle", var length] && int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out cycle)) continue;
            if (words.Length < 2 || !int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var second) || !Verbs.Contains(words[1])) throw new FormatException($"line {index + 1}: {raw}");
            if (words[1] == "fail" && !(words.Length > 2 && Enum.TryParse<Misbehaviour>(words[2], ignoreCase: true, out var kind) && Enum.IsDefined(kind))) throw new FormatException($"line {index + 1}: {raw}");
            steps.Add(new TimelineStep(second, words[1], words[2..]));
        }

        if (cycle <= 0 || steps.Any(s => s.Second >= cycle)) throw new FormatException("The script needs a cycle that is longer than every second in it.");
        return new FeedTimeline(cycle, steps);
    }
}
