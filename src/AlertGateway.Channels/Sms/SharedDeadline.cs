namespace AlertGateway.Channels.Sms;

/// <summary>
/// One deadline for all requests that begin within the same hundredth of it, instead of a timer and two token sources for each of tens of thousands a second. A request is given up at most a hundredth of the time early, never late.
/// Thread-safe.
/// </summary>
/// <param name="after">From the beginning of a request to its end.</param>
internal sealed class SharedDeadline(TimeSpan after, TimeProvider clock)
{
    private readonly TimeSpan _share = after / 100;
    private volatile Window? _current;

    /// <summary>Cancelled when the time is over, or when <paramref name="stop"/> is.</summary>
    public CancellationToken Token(CancellationToken stop)
    {
        if (_current is { } current && current.Stop == stop && clock.GetElapsedTime(current.Begun) < _share) return current.Token;
        // Two callers may open one each at the same time: both are good.
        var opened = new Window(after, clock, stop);
        _current = opened;
        return opened.Token;
    }

    private sealed class Window : CancellationTokenSource
    {
        private readonly CancellationTokenRegistration _link;

        public Window(TimeSpan after, TimeProvider clock, CancellationToken stop) : base(after, clock)
        {
            (Begun, Stop) = (clock.GetTimestamp(), stop);
            _link = stop.UnsafeRegister(static window => ((Window)window!).Cancel(), this);
            // Its requests are over by then, one way or another: nothing of it stays behind in a lane that runs for months.
            Token.UnsafeRegister(static window => ((Window)window!)._link.Unregister(), this);
        }

        public long Begun { get; }

        public CancellationToken Stop { get; }
    }
}
