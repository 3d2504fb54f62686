using AlertGateway.Cap;

namespace AlertGateway.Core.Thresholds;

/// <summary>A measurement as a rule sees it.</summary>
public readonly record struct Reading(DateTimeOffset Time, double Value);

/// <summary>Rain that fell in the minutes that end at <paramref name="End"/>.</summary>
public readonly record struct RainFall(DateTimeOffset End, int Minutes, double Millimetres);

/// <summary>The draft that a rule made last, for references.</summary>
public readonly record struct DraftKey(string Identifier, DateTimeOffset Sent, DateTimeOffset Expires);

/// <summary>Everything that one rule remembers. Immutable; kept as JSON beside the observations.</summary>
public sealed record ThresholdState
{
    public static ThresholdState Initial { get; } = new();

    /// <summary>The colour that stands.</summary>
    public WarningColour Colour { get; init; }

    /// <summary>The newest believed reading.</summary>
    public Reading? Last { get; init; }

    /// <summary>A jump that waits for a second reading.</summary>
    public Reading? Suspect { get; init; }

    /// <summary>Since when the value has been below the standing level, hysteresis included.</summary>
    public DateTimeOffset? BelowSince { get; init; }

    /// <summary>The draft in force; null when the last one was lifted.</summary>
    public DraftKey? Draft { get; init; }

    /// <summary>Drafts made so far.</summary>
    public int Serial { get; init; }

    /// <summary>Rain rules: what fell, newest last; at most as long as the longest window.</summary>
    public IReadOnlyList<RainFall> Rain { get; init; } = [];
}

/// <summary>What happened at a threshold.</summary>
public enum ThresholdStep : byte
{
    /// <summary>A level was reached, from below all of them.</summary>
    Raised = 1,

    /// <summary>A higher level was reached.</summary>
    Higher = 2,

    /// <summary>The value has been below the standing level long enough, and above a lower one.</summary>
    Lower = 3,

    /// <summary>The value has been below all levels long enough.</summary>
    Lifted = 4,

    /// <summary>The standing draft is about to expire and the value has not fallen.</summary>
    Renewed = 5,
}

/// <summary>A step that asks for a draft.</summary>
/// <param name="Level">The level that stands now; for a lift the one that stood.</param>
/// <param name="Value">The reading, or the rain in the level's window.</param>
public sealed record ThresholdChange(ThresholdStep Step, ThresholdLevel Level, WarningColour From, double Value, DateTimeOffset Time);
