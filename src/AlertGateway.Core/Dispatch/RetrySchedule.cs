namespace AlertGateway.Core.Dispatch;

/// <summary>When a delivery is tried again. Pure: jitter comes from the endpoint and the attempt, so that a rebuilt state has the same schedule.</summary>
public static class RetrySchedule
{
    private const long FirstMilliseconds = 500;
    private const long LongestMilliseconds = 60_000;
    private const long PatientMilliseconds = 300_000;
    private const int PatientFrom = 20;

    /// <summary>How long an unknown outcome rests before it is asked for: the far side may still be writing it down. 1 s.</summary>
    public const long AskAfterTicks = TimeSpan.TicksPerSecond;

    /// <summary>Doubling from 0.5 s up to 60 s, from the 21st attempt on 5 min, ±25 %; whoever is only throttled comes every 0.5 s, and slower from the 30th attempt on. The far side's wish, up to 60 s, is a lower bound.</summary>
    public static long DelayTicks(int attempts, int endpointNo, DispatchError error, long afterMilliseconds)
    {
        if (error == DispatchError.None) return Math.Max(0, afterMilliseconds) * TimeSpan.TicksPerMillisecond;
        int doublings = error == DispatchError.Throttled ? (attempts - PatientFrom) / 10 : attempts - 1;
        long milliseconds = error != DispatchError.Throttled && attempts > PatientFrom ? PatientMilliseconds : Math.Min(LongestMilliseconds, FirstMilliseconds << Math.Clamp(doublings, 0, 7));
        uint mixed = unchecked(((uint)endpointNo * 2_654_435_761u) ^ ((uint)attempts * 40_503u));
        milliseconds = milliseconds * (768 + (mixed % 512)) / 1024;
        return Math.Max(milliseconds, Math.Min(afterMilliseconds, LongestMilliseconds)) * TimeSpan.TicksPerMillisecond;
    }
}
