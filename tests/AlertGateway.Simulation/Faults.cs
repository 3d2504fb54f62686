namespace AlertGateway.Simulation;

/// <summary>What this night is like; every figure comes from the seed.</summary>
internal sealed record Faults
{
    public required int LosePerMille { get; init; }

    public required int BreakPerMille { get; init; }

    public required int ThrottlePerMille { get; init; }

    public required int CannotTellPerMille { get; init; }

    public int RefusePerMille { get; init; } = 5;

    public required int RepeatPerMille { get; init; }

    public required int LiePerMille { get; init; }

    /// <summary>Connections of each lane.</summary>
    public int Slots { get; init; } = 6;

    public required int Window { get; init; }

    /// <summary>Starts a second; 0 = unlimited.</summary>
    public required int RatePerSecond { get; init; }

    /// <summary>Nothing breaks.</summary>
    public static Faults None { get; } = new() { LosePerMille = 0, BreakPerMille = 0, ThrottlePerMille = 0, CannotTellPerMille = 0, RefusePerMille = 0, RepeatPerMille = 0, LiePerMille = 0, Window = 32, RatePerSecond = 0 };

    /// <summary>From a quiet night to one where everything breaks.</summary>
    public static Faults Of(Scheduler s)
    {
        int bad = s.Below(0, 4);
        return new Faults
        {
            LosePerMille = bad * 15, BreakPerMille = bad * 15, ThrottlePerMille = bad * 20, CannotTellPerMille = bad * 150, RepeatPerMille = 100 + (bad * 200), LiePerMille = bad * 20,
            Window = s.Below(0, 3) switch { 0 => 4, 1 => 8, _ => 32 }, RatePerSecond = s.Chance(250) ? s.Below(20, 60) : 0,
        };
    }
}
