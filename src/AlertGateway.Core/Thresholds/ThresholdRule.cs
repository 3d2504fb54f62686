using System.Text.Json;
using AlertGateway.Cap;

namespace AlertGateway.Core.Thresholds;

/// <summary>What a rule watches.</summary>
public enum ThresholdKind : byte
{
    /// <summary>A river's stage: 警戒, 保证, 历史最高.</summary>
    River = 1,

    /// <summary>A reservoir's stage: 汛限, 设计, 校核.</summary>
    Reservoir = 2,

    /// <summary>Water let out of a reservoir, m³/s, or gates that open, m: who lives below is warned at once.</summary>
    Discharge = 3,

    /// <summary>Rain in windows of time.</summary>
    Rain = 4,
}

/// <summary>One level of a rule.</summary>
public sealed record ThresholdLevel
{
    public required string Name { get; init; }

    public required string NameEnglish { get; init; }

    /// <summary>Metres above the station's datum, m³/s, or mm in the window.</summary>
    public required double Value { get; init; }

    public required WarningColour Colour { get; init; }

    /// <summary>Rain only: the window, 5 to 4,320 minutes.</summary>
    public int WindowMinutes { get; init; }
}

/// <summary>A rule of <c>config/thresholds/</c>: one quantity of one station, its levels, and who is to be warned.</summary>
public sealed record ThresholdRule
{
    /// <summary>Small letters, digits and hyphens; part of the drafts' identifiers.</summary>
    public required string Id { get; init; }

    public required ThresholdKind Kind { get; init; }

    /// <summary>The station's address as its feed writes it; empty switches the rule off.</summary>
    public required string Station { get; init; }

    public required string Name { get; init; }

    public required string NameEnglish { get; init; }

    /// <summary>Such as <c>stage</c>, <c>reservoir-stage</c>, <c>outflow</c>, <c>rain-5min</c>, <c>rain-1h</c>.</summary>
    public required string Quantity { get; init; }

    /// <summary>National event code, such as <c>11A01</c>: it names the lawful publisher.</summary>
    public required string EventCode { get; init; }

    /// <summary>Datum of the stages, such as 吴淞; empty for none.</summary>
    public string Datum { get; init; } = "";

    /// <summary>Where the numbers come from, for the reader of the file.</summary>
    public string Basis { get; init; } = "";

    /// <summary>At least one, in rising order; colours rise with the value (rain: per window).</summary>
    public required IReadOnlyList<ThresholdLevel> Levels { get; init; }

    /// <summary>How far below a level the value must be before it counts as left. Default: 0.05 (m).</summary>
    public double Hysteresis { get; init; } = 0.05;

    /// <summary>And for how long. Default: 60 minutes.</summary>
    public int HoldMinutes { get; init; } = 60;

    /// <summary>Values outside are not believed.</summary>
    public double Min { get; init; } = double.NegativeInfinity;

    public double Max { get; init; } = double.PositiveInfinity;

    /// <summary>A faster rise is believed only when a second reading agrees. 0: no bound.</summary>
    public double RisePerHourMax { get; init; }

    /// <summary>How often the station speaks. Two intervals without it are an alarm. Default: 60 minutes.</summary>
    public int IntervalMinutes { get; init; } = 60;

    /// <summary>Division codes of the area.</summary>
    public IReadOnlyList<string> Areas { get; init; } = [];

    /// <summary>Name of the area in the text.</summary>
    public string AreaName { get; init; } = "";

    public string AreaNameEnglish { get; init; } = "";

    /// <summary>Id of a danger zone: its shape, its text, its shelter; empty for none.</summary>
    public string Zone { get; init; } = "";
}

/// <summary>A file of <c>config/thresholds/</c>.</summary>
public sealed record ThresholdConfig
{
    /// <summary>CAP sender of the drafts, without spaces.</summary>
    public required string Sender { get; init; }

    /// <summary>The lawful publisher, as the text names it.</summary>
    public required string SenderName { get; init; }

    public required string SenderNameEnglish { get; init; }

    /// <summary>How long a draft lives. Default: 360 minutes.</summary>
    public int LifeMinutes { get; init; } = 360;

    /// <summary>Observations older than that when they come in are kept and make no draft. Default: 120 minutes.</summary>
    public int LateMinutes { get; init; } = 120;

    public IReadOnlyList<ThresholdRule> Rules { get; init; } = [];

    /// <exception cref="InvalidDataException">The file does not say what it must; every problem is listed.</exception>
    public static ThresholdConfig Parse(ReadOnlySpan<byte> json)
    {
        ThresholdConfig config;
        try
        {
            config = JsonSerializer.Deserialize<ThresholdConfig>(json, ConfigJson.Options) ?? throw new InvalidDataException("The thresholds' file is empty.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The thresholds' file cannot be read: {e.Message}", e);
        }

        var problems = new List<string>();
        if (config.Sender.Length == 0 || config.Sender.Any(c => c is ' ' or ',' or '<' or '&')) problems.Add("sender: no spaces, commas, < or &.");
        if (config.LifeMinutes is < 30 or > 2880) problems.Add("lifeMinutes: 30 to 2880.");
        if (config.LateMinutes is < 5 or > 1440) problems.Add("lateMinutes: 5 to 1440.");
        foreach (var rule in config.Rules) Check(rule, problems);
        foreach (var twice in config.Rules.GroupBy(r => r.Id).Where(g => g.Count() > 1)) problems.Add($"{twice.Key}: is there twice.");
        return problems.Count == 0 ? config : throw new InvalidDataException("Thresholds: " + string.Join(" ", problems));
    }

    private static void Check(ThresholdRule rule, List<string> problems)
    {
        if (rule.Id.Length is 0 or > 40 || rule.Id.Any(c => !(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))) problems.Add($"{rule.Id}: id is small letters, digits and hyphens, at most 40.");
        if (rule.Levels.Count is 0 or > 20 || rule.Levels.Any(l => l.Colour == WarningColour.None || !double.IsFinite(l.Value))) problems.Add($"{rule.Id}: 1 to 20 levels, each with a value and a colour.");
        foreach (var window in rule.Levels.GroupBy(l => l.WindowMinutes))
        {
            var levels = window.ToList();
            for (var i = 1; i < levels.Count; i++)
            {
                if (levels[i].Value <= levels[i - 1].Value || levels[i].Colour < levels[i - 1].Colour) problems.Add($"{rule.Id}: levels must rise, and colours with them.");
            }
        }

        if (rule.Kind == ThresholdKind.Rain && rule.Levels.Any(l => l.WindowMinutes is < 5 or > 4320)) problems.Add($"{rule.Id}: windowMinutes is 5 to 4320.");
        if (!(rule.Hysteresis >= 0) || rule.HoldMinutes is < 0 or > 1440 || rule.IntervalMinutes is < 1 or > 1440 || !(rule.RisePerHourMax >= 0) || !(rule.Min < rule.Max)) problems.Add($"{rule.Id}: hysteresis, holdMinutes, intervalMinutes, risePerHourMax, min or max is out of range.");
        if (rule.Areas.Count == 0 && rule.Zone.Length == 0) problems.Add($"{rule.Id}: names neither areas nor a zone.");
        if (rule.Areas.Any(a => a.Length is < 6 or > 12 || !a.All(char.IsAsciiDigit))) problems.Add($"{rule.Id}: areas are division codes of 6 to 12 digits.");
    }
}
