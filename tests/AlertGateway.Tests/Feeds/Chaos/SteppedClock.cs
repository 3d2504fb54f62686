namespace AlertGateway.Tests.Feeds.Chaos;

/// <summary>A clock whose time of day steps, as when a machine is set right; timers and durations go on as before.</summary>
internal sealed class SteppedClock(TimeProvider inner) : TimeProvider
{
    private long _stepTicks;

    public override long TimestampFrequency => inner.TimestampFrequency;

    public void Step(TimeSpan by) => Interlocked.Add(ref _stepTicks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow().AddTicks(Interlocked.Read(ref _stepTicks));

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => inner.CreateTimer(callback, state, dueTime, period);
}
