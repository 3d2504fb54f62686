namespace AlertGateway.Core;

/// <summary>
/// The gateway's time of day: follows the machine's wall clock, is measured by its monotonic one, and never runs backwards. Where the two come apart by more than <see cref="JumpMax"/> it does not follow: it goes on from the last time that was
/// trusted, and is in doubt until they agree again or a person says that the wall clock is right. Why: docs/decisions/0008-clocks.md. Thread-safe.
/// </summary>
/// <param name="host">The machine's clocks.</param>
public sealed class ClockWatch(TimeProvider host) : TimeProvider
{
    /// <summary>A difference up to this is caught up with, at twice or half the pace; a greater one is a jump. 60 s.</summary>
    public static readonly TimeSpan JumpMax = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private volatile Reckoning _reckoning = new(host.GetUtcNow().UtcTicks, host.GetTimestamp(), 0, InDoubt: false);

    /// <summary>The wall clock is not believed.</summary>
    public bool InDoubt => _reckoning.InDoubt;

    /// <summary>What the wall clock says, believed or not; UTC ticks.</summary>
    public long WallTicks => host.GetUtcNow().UtcTicks;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => host.LocalTimeZone;

    /// <inheritdoc/>
    public override long TimestampFrequency => host.TimestampFrequency;

    /// <inheritdoc/>
    public override long GetTimestamp() => host.GetTimestamp();

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(TicksAt(_reckoning, host.GetTimestamp()), TimeSpan.Zero);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => host.CreateTimer(callback, state, dueTime, period);

    /// <summary>Once, before anything is stamped: time has been as late as this, so a wall clock that says less is behind. 0 where nothing is known.</summary>
    /// <param name="ticks">By the ledger's newest row, or as the last process of this boot would go on; UTC.</param>
    public void BeginNotBefore(long ticks) => Begin(Math.Max(ticks, WallTicks));

    /// <summary>Once, before anything is stamped: so the last process reckoned, and the monotonic clock has gone on since.</summary>
    public void BeginAt(long ticks) => Begin(ticks);

    /// <summary>Compares the clocks; to be called a few times a second.</summary>
    /// <returns>Doubt has come or gone.</returns>
    public bool Look()
    {
        lock (_lock)
        {
            var before = _reckoning;
            Begin(TicksAt(before, host.GetTimestamp()));
            return before.InDoubt != _reckoning.InDoubt;
        }
    }

    /// <summary>A person says that the wall clock is right: from here on it counts.</summary>
    public void BelieveWall()
    {
        lock (_lock) Begin(WallTicks);
    }

    private void Begin(long ticks)
    {
        lock (_lock)
        {
            long timestamp = host.GetTimestamp(), apart = host.GetUtcNow().UtcTicks - ticks;
            bool inDoubt = Math.Abs(apart) > JumpMax.Ticks;
            _reckoning = new Reckoning(ticks, timestamp, inDoubt ? 0 : apart, inDoubt);
        }
    }

    private long TicksAt(Reckoning from, long timestamp)
    {
        long elapsed = Math.Max(0, host.GetElapsedTime(from.Timestamp, timestamp).Ticks);
        return from.Ticks + elapsed + Math.Clamp(from.Apart, -elapsed / 2, elapsed);
    }

    /// <param name="Apart">By how much the wall clock was ahead, ticks; 0 in doubt.</param>
    private sealed record Reckoning(long Ticks, long Timestamp, long Apart, bool InDoubt);
}

/// <summary>What may be decided by a clock that may be in doubt. One that nobody watches is believed.</summary>
internal static class DoubtfulTime
{
    /// <summary>In doubt nothing begins whose end is as near as this, or a tenth of its life where that is less. 60 s.</summary>
    private static readonly TimeSpan Near = TimeSpan.FromSeconds(60);

    extension(TimeProvider clock)
    {
        /// <summary>What has passed by whichever clock is asked, UTC ticks: only that is over for good.</summary>
        public long CertainTicks => clock is ClockWatch { InDoubt: true } watch ? Math.Min(watch.GetUtcNow().UtcTicks, watch.WallTicks) : clock.GetUtcNow().UtcTicks;

        /// <summary>In doubt: its life is over or nearly so by the time that the gateway reckons with, or by the wall clock where it threatens no life.</summary>
        /// <param name="bornTicks">When its life began, UTC.</param>
        public bool Withholds(long notAfterTicks, long bornTicks, bool lifeThreat)
        {
            if (clock is not ClockWatch { InDoubt: true } watch || notAfterTicks == long.MaxValue) return false;
            long last = notAfterTicks - Math.Min(Near.Ticks, Math.Max(0, notAfterTicks - bornTicks) / 10);
            return watch.GetUtcNow().UtcTicks >= last || (!lifeThreat && watch.WallTicks >= last);
        }
    }
}
