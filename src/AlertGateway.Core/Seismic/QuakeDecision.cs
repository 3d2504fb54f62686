using AlertGateway.Cap;

namespace AlertGateway.Core.Seismic;

/// <summary>What follows from a report.</summary>
public enum QuakeAct
{
    /// <summary>Nothing: old, repeated, too weak or too far.</summary>
    None = 0,

    /// <summary>A draft for the duty desk, which is rung.</summary>
    Draft = 1,

    /// <summary>It may be released at once by a standing order, if there is one for this source.</summary>
    Release = 2,

    /// <summary>What was drafted or released for this event is taken back, and that is said aloud.</summary>
    Cancel = 3,
}

/// <summary>The answer to one report.</summary>
/// <param name="Reason">A stable word that says why.</param>
/// <param name="Doubts">What keeps it from being released.</param>
/// <param name="Status">Exercise and Test stay what they are and are never released live.</param>
/// <param name="Again">It was announced before, and this says something new.</param>
/// <param name="CorroboratedBy">Other sources that report the same earthquake.</param>
/// <param name="Shaking">The places that are warned, the earliest arrival first.</param>
/// <param name="Colour">By the strongest shaking among them.</param>
public sealed record QuakeDecision(QuakeAct Act, string Reason, IReadOnlyList<string> Doubts, AlertStatus Status, bool Again, IReadOnlyList<string> CorroboratedBy, IReadOnlyList<PlaceShaking> Shaking, WarningColour Colour)
{
    /// <summary>The last complete word about a warning that stands is that it is not felt here.</summary>
    public const string NoLongerFelt = "no-longer-felt-here";

    /// <summary>Place, magnitude or time is missing.</summary>
    public const string Incomplete = "incomplete";

    /// <summary>Division code of the county when all of its places are warned; empty otherwise.</summary>
    public string Whole { get; init; } = "";

    /// <summary>A draft that warns of nothing: a person decides what follows. Its places are those of the warning that stands, if one does.</summary>
    public bool Asks { get; init; }

    /// <summary>The strongest shaking, whichever places are left of it; 0 where it is not known.</summary>
    public double Worst { get; init; }

    /// <summary>When the S wave reaches the last of the places; there is at least one.</summary>
    public DateTimeOffset LastArrival => Shaking.Max(s => s.SArrival);

    /// <summary>The same for the places that have at least this long.</summary>
    public QuakeDecision Ahead(DateTimeOffset now, TimeSpan needs)
    {
        PlaceShaking[] ahead = [.. Shaking.Where(s => s.Left(now) >= needs)];
        return ahead.Length == Shaking.Count ? this : this with { Shaking = ahead, Whole = "" };
    }

    internal static QuakeDecision Nothing(QuakeReport report, string reason, IReadOnlyList<string>? doubts = null) => new(QuakeAct.None, reason, doubts ?? [], report.Status, false, [], [], WarningColour.None);
}
