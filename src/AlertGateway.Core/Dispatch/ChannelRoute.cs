namespace AlertGateway.Core.Dispatch;

/// <summary>
/// One way to the far side of a medium, such as one SMS provider among several. A lane sends over the first route that is well; the number stands in the ledger with every attempt, so that after a crash the provider that may have taken
/// it is asked, and no other.
/// </summary>
/// <param name="Number">0 for the first route. Once used never given to another provider.</param>
/// <param name="Name">What people call it; empty where there is one route only.</param>
/// <param name="RatePerSecond">Starts a second that this provider takes by contract; 0 = as many as the lane.</param>
public sealed record ChannelRoute(IChannel Channel, byte Number = 0, string Name = "", int RatePerSecond = 0);

/// <summary>How a route is.</summary>
/// <param name="IsDown">It does not answer, or refuses the account; it is probed.</param>
/// <param name="IsSilent">Attempts wait and nothing has been answered for seconds: others are preferred meanwhile.</param>
public sealed record RouteStatus(byte Number, string Name, bool IsDown, bool IsSilent, bool IsAccountRefused, int InFlight, long Started);

/// <summary>What a lane knows of one route: its health, its pace, what is on its wire. Thread-safe but for <see cref="Pace"/>, whose callers take turns.</summary>
internal sealed class RouteHealth(ChannelRoute route, int laneRatePerSecond, bool watched, TimeProvider clock)
{
    /// <summary>Nothing answered for this long while attempts wait: the route is silent. Longer than a slow answer, shorter than a request's time-out.</summary>
    private static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(2);

    private readonly LaneCircuit? _circuit = watched ? new(clock) : null; // elsewhere every endpoint is a far side of its own
    private int _inFlight;
    private long _started;
    private long _heardAt = clock.GetTimestamp();
    private bool _accountRefused;

    public ChannelRoute Route { get; } = route;

    public RateShaper Pace { get; } = new(route.RatePerSecond > 0 ? route.RatePerSecond : laneRatePerSecond, clock);

    public int InFlight => Volatile.Read(ref _inFlight);

    public bool IsDown => _circuit?.IsOpen == true;

    public bool IsSilent => _circuit is not null && InFlight > 0 && clock.GetElapsedTime(Volatile.Read(ref _heardAt)) > SilentAfter;

    public bool IsWell => !IsDown && !IsSilent;

    public bool IsAccountRefused => Volatile.Read(ref _accountRefused);

    public RouteStatus Status => new(Route.Number, Route.Name, IsDown, IsSilent, IsAccountRefused, InFlight, Volatile.Read(ref _started));

    /// <summary>How many more may be in flight for the route's health.</summary>
    /// <param name="probesItself">Nobody else carries the work: after a rest an attempt is the probe.</param>
    public int Allowed(bool probesItself) => (_circuit?.Allowed(probesItself) ?? int.MaxValue) - InFlight;

    /// <summary>It rests, and should be asked whether it answers again.</summary>
    public bool IsProbeDue => _circuit?.IsProbeDue == true;

    /// <summary>A probe was answered: a first attempt may go.</summary>
    public void Answers() => _circuit?.Answers();

    /// <summary>A probe was not answered: the next one comes after another rest.</summary>
    public void Rests() => _circuit?.Rests();

    public void Took(int count)
    {
        // Whoever has nothing to answer is not silent.
        if (Interlocked.Add(ref _inFlight, count) == count) Volatile.Write(ref _heardAt, clock.GetTimestamp());
        Interlocked.Add(ref _started, count);
    }

    /// <summary>One that was taken was given back: nothing is told of the far side.</summary>
    public void NeverLeft()
    {
        Interlocked.Decrement(ref _inFlight);
        Interlocked.Decrement(ref _started);
    }

    public void Told(in DispatchOutcome outcome, long startedTicks)
    {
        Interlocked.Decrement(ref _inFlight);
        if (outcome.Error == DispatchError.RecordUnreadable) return; // says nothing of the provider
        if (outcome.Code is not (ResultCode.NotSent or ResultCode.Unknown)) Volatile.Write(ref _heardAt, clock.GetTimestamp());
        _circuit?.Told(in outcome, startedTicks);
        if (outcome.Code == ResultCode.RetryLater && outcome.Error == DispatchError.NotAuthorised) Volatile.Write(ref _accountRefused, true);
        else if (outcome.Code == ResultCode.Accepted) Volatile.Write(ref _accountRefused, false);
        if (outcome.Error == DispatchError.Throttled) Pace.Throttled();
    }
}
