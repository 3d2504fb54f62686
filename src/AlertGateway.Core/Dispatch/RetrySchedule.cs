namespace AlertGateway.Core.Dispatch;

/// <summary>When a delivery is tried again. Pure: jitter comes from the endpoint and the attempt, so that a rebuilt state has the same schedule.</summary>
public static class RetrySchedule
{
    private const long FirstMilliseconds = 500;
    private const long LongestMilliseconds = 60_000;

    /// <summary>How long an unknown outcome rests before it is asked for: the far side may still be writing it down. 1 s.</summary>
    public const long AskAfterTicks = TimeSpan.TicksPerSecond;

    /// <summary>Doubling from 0.5 s up to 60 s, ±25 %; the far side's wish is a lower bound.</summary>
    public static long DelayTicks(int attempts, int endpointNo, DispatchError error, long afterMilliseconds)
    {
        if (error == DispatchError.None) return Math.Max(0, afterMilliseconds) * TimeSpan.TicksPerMillisecond;
        int doublings = error == DispatchError.Throttled ? 0 : Math.Min(attempts - 1, 7);
        long milliseconds = Math.Min(LongestMilliseconds, FirstMilliseconds << Math.Max(0, doublings));
        uint mixed = unchecked(((uint)endpointNo * 2_654_435_761u) ^ ((uint)attempts * 40_503u));
        milliseconds = milliseconds * (768 + (mixed % 512)) / 1024;
        return Math.Max(milliseconds, Math.Min(afterMilliseconds, LongestMilliseconds)) * TimeSpan.TicksPerMillisecond;
    }
}
