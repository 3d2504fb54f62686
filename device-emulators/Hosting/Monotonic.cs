using System.Diagnostics;

namespace AlertGateway.Emulators.Hosting;

/// <summary>The machine's monotonic clock, comparable between processes of one boot.</summary>
public static class Monotonic
{
    private static readonly double NanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    /// <summary>Nanoseconds of CLOCK_MONOTONIC.</summary>
    public static long Nanoseconds =>
        Stopwatch.Frequency == 1_000_000_000 ? Stopwatch.GetTimestamp() : (long)(Stopwatch.GetTimestamp() * NanosecondsPerTick);
}
