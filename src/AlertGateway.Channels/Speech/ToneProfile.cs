using AlertGateway.Audio;
using AlertGateway.Core.Rendering;

namespace AlertGateway.Channels.Speech;

/// <summary>One step of a tone figure as written in a profile.</summary>
public sealed record ToneStepConfig
{
    /// <summary>Frequencies that sound together; empty or absent for a pause.</summary>
    public IReadOnlyList<double> Hz { get; init; } = [];

    /// <summary>Length in milliseconds.</summary>
    public required int Ms { get; init; }

    /// <summary>Peak level in dBFS. Default: −9.</summary>
    public double Db { get; init; } = -9;

    /// <summary>Sweeps from the first to the second frequency.</summary>
    public bool Glide { get; init; }
}

/// <summary>A figure of steps, played <see cref="Repeats"/> times.</summary>
public sealed record ToneFigure
{
    public required IReadOnlyList<ToneStepConfig> Steps { get; init; }

    /// <summary>1 to 60. Default: 1.</summary>
    public int Repeats { get; init; } = 1;

    internal IReadOnlyList<ToneStep> Unrolled()
    {
        var steps = Steps.Select(step => new ToneStep(step.Hz, step.Ms, step.Db, step.Glide)).ToArray();
        return [.. Enumerable.Repeat(steps, Repeats).SelectMany(all => all)];
    }
}

/// <summary>How often a horn plays the programme again.</summary>
public sealed record RepeatPlan
{
    /// <summary>Plays in the first stretch.</summary>
    public required int Plays { get; init; }

    /// <summary>Length of the first stretch, in minutes.</summary>
    public required int WithinMinutes { get; init; }

    /// <summary>After that once every so many minutes; 0 for never again.</summary>
    public required int ThenEveryMinutes { get; init; }

    /// <summary><c>change</c>: until the warning changes or is lifted. <c>evacuated</c>: until the village reports 已转移. Never simply until expiry.</summary>
    public required string Until { get; init; }

    /// <summary>Between the end of one play and the start of the next at least this much, in seconds.</summary>
    public const int BreathSeconds = 10;

    /// <summary>The longest programme that can be played so often within the first stretch; null where one play is all.</summary>
    public TimeSpan? LongestProgramme => Plays > 1 ? TimeSpan.FromSeconds((WithinMinutes * 60 / Plays) - BreathSeconds) : null;

    /// <summary>The plan in seconds, for a programme of this length: a long one is not played into itself.</summary>
    public HornPlan For(TimeSpan programme)
    {
        var least = (int)Math.Ceiling(programme.TotalSeconds) + BreathSeconds;
        return new HornPlan(Plays, Math.Max(WithinMinutes * 60 / Plays, least), ThenEveryMinutes == 0 ? 0 : Math.Max(ThenEveryMinutes * 60, least), Until == "evacuated");
    }
}

/// <summary>How a programme is laid out: tones, reading, pauses. Data, so that official tones can be entered without a new release.</summary>
public sealed record ToneProfile
{
    /// <summary>Name of the file without <c>.json</c>.</summary>
    public required string Id { get; init; }

    /// <summary>What the tones are, in Chinese; the shipped ones say 示意，非法定.</summary>
    public required string Label { get; init; }

    public required string LabelEn { get; init; }

    /// <summary>Before the speech; null for none.</summary>
    public ToneFigure? Attention { get; init; }

    /// <summary>After the speech; null for none.</summary>
    public ToneFigure? End { get; init; }

    /// <summary>How often each passage is read, 1 to 5. Default: 2.</summary>
    public int SpeechPlays { get; init; } = 2;

    /// <summary>Between tone, readings and languages, in milliseconds, 0 to 10,000. Default: 1,500.</summary>
    public int GapMs { get; init; } = 1_500;

    /// <summary>Between sentences, in milliseconds, 0 to 5,000; echoes between houses need about a second. Default: 800.</summary>
    public int SentencePauseMs { get; init; } = 800;

    /// <summary>80 to 260. Default: 140, about 175 hanzi a minute.</summary>
    public int WordsPerMinute { get; init; } = 140;

    /// <summary>Loudness of the speech in LUFS, −30 to −14. Default: −16.</summary>
    public double SpeechLufs { get; init; } = SpeechLevel.HornLufs;

    /// <summary>Allows 853+960 Hz, 1050 Hz and SAME, which receivers abroad react to. Default: false.</summary>
    public bool ReservedTones { get; init; }

    public RepeatPlan? Repeat { get; init; }

    /// <summary>Everything wrong with it, each in one sentence; empty when it can be played.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        Range(SpeechPlays, 1, 5, "speechPlays");
        Range(GapMs, 0, 10_000, "gapMs");
        Range(SentencePauseMs, 0, 5_000, "sentencePauseMs");
        Range(WordsPerMinute, 80, 260, "wordsPerMinute");
        if (SpeechLufs is not (>= -30 and <= -14)) problems.Add("speechLufs lies between -30 and -14");
        if (Label.Length == 0 || LabelEn.Length == 0) problems.Add("label and labelEn say what the tones are");
        if (Repeat is { } repeat)
        {
            Range(repeat.Plays, 1, 20, "repeat.plays");
            Range(repeat.WithinMinutes, 1, 120, "repeat.withinMinutes");
            Range(repeat.ThenEveryMinutes, 0, 1_440, "repeat.thenEveryMinutes");
        }
        if (Repeat is { Until: not ("change" or "evacuated") }) problems.Add("repeat.until is \"change\" or \"evacuated\"");
        Figure(Attention, "attention");
        Figure(End, "end");
        return problems;

        void Range(int value, int least, int most, string name)
        {
            if (value < least || value > most) problems.Add($"{name} lies between {least} and {most}");
        }

        void Figure(ToneFigure? figure, string name)
        {
            if (figure is null) return;
            Range(figure.Repeats, 1, 60, name + ".repeats");
            Range(figure.Steps.Count, 1, 64, name + ".steps");
            if (figure.Steps.Sum(step => (long)Math.Max(0, step.Ms)) * figure.Repeats > 200_000) problems.Add($"{name} lasts longer than 200 s");
            foreach (var step in figure.Steps)
            {
                Range(step.Ms, 1, 60_000, name + ".ms");
                if (step.Hz.Count > 4 || step.Hz.Any(hz => hz is not (>= 50 and <= 10_000))) problems.Add($"{name}: up to four frequencies of 50 to 10,000 Hz");
                if (step.Db is not (>= -40 and <= -3)) problems.Add($"{name}: db lies between -40 and -3");
                if (step.Glide && step.Hz.Count != 2) problems.Add($"{name}: a glide has two frequencies");
                if (!ReservedTones && IsReserved(step)) problems.Add($"{name}: 853+960 Hz and 1050 Hz are reserved; reservedTones must allow them");
            }
        }
    }

    private static bool IsReserved(ToneStepConfig step) =>
        !step.Glide && (step.Hz.Any(hz => Math.Abs(hz - 1050) < 15) || (step.Hz.Any(hz => Math.Abs(hz - 853) < 15) && step.Hz.Any(hz => Math.Abs(hz - 960) < 15)));
}
