namespace AlertGateway.Simulation;

/// <summary>Time as the scheduler says it is. The wall clock drifts and is stepped; the monotonic one only goes on.</summary>
internal sealed class SimClock : TimeProvider
{
    /// <summary>2026-07-10T18:00:00Z: two in the morning in 溧阳.</summary>
    public static readonly long Origin = new DateTimeOffset(2026, 7, 10, 18, 0, 0, TimeSpan.Zero).UtcTicks;

    /// <summary>Ticks of 100 ns since the run began.</summary>
    public long Now { get; set; }

    /// <summary>Parts per million by which the wall clock runs fast.</summary>
    public int DriftPpm { get; set; }

    /// <summary>Sum of all steps of the wall clock, ticks.</summary>
    public long StepTicks { get; set; }

    /// <summary>The true time, which no clock of the machine need show.</summary>
    public long TrueTicks => Origin + Now;

    public long WallTicks => Origin + Now + (Now / 1_000_000 * DriftPpm) + StepTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Now;

    public override DateTimeOffset GetUtcNow() => new(WallTicks, TimeSpan.Zero);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException("Nothing in the core may own a timer: the scheduler would not know.");
}
