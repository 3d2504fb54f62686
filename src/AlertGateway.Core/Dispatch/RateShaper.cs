namespace AlertGateway.Core.Dispatch;

/// <summary>
/// Token bucket whose rate falls when the far side says "too fast" and creeps up again (additive increase, multiplicative decrease). A lane's callers take turns; <see cref="Throttled"/> may come from any worker.
/// </summary>
internal sealed class RateShaper(int configuredPerSecond, TimeProvider clock)
{
    /// <summary>Below this nothing falls; half of the contract where that is less.</summary>
    private const double RateMin = 20;
    private const double Unlimited = 1_000_000;

    private readonly double _ceiling = configuredPerSecond > 0 ? configuredPerSecond : Unlimited;
    private readonly double _floor = configuredPerSecond > 0 ? Math.Min(RateMin, configuredPerSecond / 2.0) : RateMin;
    private double _rate = configuredPerSecond > 0 ? configuredPerSecond : Unlimited;
    private double _tokens;
    private long _filledAt = clock.GetTimestamp();
    private long _secondAt = clock.GetTimestamp();
    private int _startedThisSecond;
    private int _throttled;

    /// <summary>Present limit in starts a second.</summary>
    public double PerSecond => _rate;

    /// <summary>The far side refused an attempt for pace.</summary>
    public void Throttled() => Interlocked.Increment(ref _throttled);

    /// <summary>How many may start now.</summary>
    public int Available()
    {
        double elapsed = clock.GetElapsedTime(_filledAt).TotalSeconds;
        if (clock.GetElapsedTime(_secondAt) >= TimeSpan.FromSeconds(1)) Adapt();
        if (_rate >= Unlimited) return int.MaxValue;
        _filledAt = clock.GetTimestamp();
        _tokens = Math.Min(Math.Max(1, _rate / 10), _tokens + (elapsed * _rate)); // a tenth of a second at most is saved up
        return (int)_tokens;
    }

    public void Spend(int count)
    {
        _startedThisSecond += count;
        if (_rate < Unlimited) _tokens -= count;
    }

    private void Adapt()
    {
        int throttled = Interlocked.Exchange(ref _throttled, 0);
        if (throttled > 0) _rate = Math.Max(_floor, Math.Min(_rate, Math.Max(1, _startedThisSecond - throttled)) * 0.95);
        else if (_rate < _ceiling) _rate = Math.Min(_ceiling, (_rate * 1.05) + 10);
        _startedThisSecond = 0;
        _secondAt = clock.GetTimestamp();
    }
}
