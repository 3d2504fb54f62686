using System.Globalization;

namespace AlertGateway.Emulators.Feed;

/// <summary>What a stream does next.</summary>
/// <param name="Verb"><c>send</c>, <c>twice</c>, <c>miss</c> (archived, not sent), <c>heartbeat</c>, <c>garbage</c>, <c>cut</c> (half a message, then the line drops), <c>drop</c> or <c>wait</c>.</param>
/// <param name="Argument">A file for send, twice, miss and cut; a number of bytes or milliseconds for garbage and wait.</param>
public readonly record struct StreamStep(string Verb, string Argument)
{
    /// <summary>Milliseconds or bytes.</summary>
    public int Number => int.Parse(Argument, NumberStyles.None, CultureInfo.InvariantCulture);
}

/// <summary>A script of a stream: one step a line, <c>#</c> begins a comment. <c>loop</c> as the last line begins again.</summary>
public sealed record StreamScript(IReadOnlyList<StreamStep> Steps, bool Loops)
{
    private static readonly string[] WithFile = ["send", "twice", "miss", "cut"];
    private static readonly string[] WithNumber = ["garbage", "wait"];
    private static readonly string[] Alone = ["heartbeat", "drop"];

    /// <summary>Reads a script.</summary>
    /// <exception cref="FormatException">A line says nothing known.</exception>
    public static StreamScript Parse(IEnumerable<string> lines)
    {
        var steps = new List<StreamStep>();
        var loops = false;
        foreach (var (index, raw) in lines.Index())
        {
            var line = raw.Split('#')[0].Trim();
            if (line.Length == 0) continue;
            if (loops) throw new FormatException($"line {index + 1}: nothing may follow loop");
            if (line == "loop")
            {
                loops = true;
                continue;
            }

            var space = line.IndexOf(' ');
            var step = space < 0 ? new StreamStep(line, "") : new StreamStep(line[..space], line[(space + 1)..].Trim());
            var known = (WithFile.Contains(step.Verb) && step.Argument.Length > 0)
                || (WithNumber.Contains(step.Verb) && int.TryParse(step.Argument, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                || (Alone.Contains(step.Verb) && step.Argument.Length == 0);
            if (!known) throw new FormatException($"line {index + 1}: {line}");
            steps.Add(step);
        }

        return new StreamScript(steps, loops);
    }
}
