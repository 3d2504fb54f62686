namespace AlertGateway.Channels.Keys;

/// <summary>
/// Serial numbers that grow with every message, also across restarts, without being stored: microseconds since 2020-01-01 UTC, or the last one plus one. They stay below 2⁵³, so that every JSON reader keeps them exact.
/// Thread-safe. A clock that is set back over a restart is covered by <paramref name="floor"/>.
/// </summary>
/// <param name="clock">Where the microseconds come from.</param>
/// <param name="floor">No serial is at or below this one; default 0.</param>
public sealed class MonotonicSerial(TimeProvider clock, long floor = 0)
{
    private static readonly long EpochTicks = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    private long _last = Math.Max(Microseconds(clock), floor);

    /// <summary>The last serial given out; at first the instant of the start.</summary>
    public long Last => Volatile.Read(ref _last);

    public long Next()
    {
        long now = Microseconds(clock);
        while (true)
        {
            long last = Volatile.Read(ref _last);
            long next = Math.Max(last + 1, now);
            if (Interlocked.CompareExchange(ref _last, next, last) == last) return next;
        }
    }

    private static long Microseconds(TimeProvider clock) => (clock.GetUtcNow().UtcTicks - EpochTicks) / TimeSpan.TicksPerMicrosecond;
}
