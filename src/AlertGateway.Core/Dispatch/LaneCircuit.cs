namespace AlertGateway.Core.Dispatch;

/// <summary>
/// Whether a far side is worth sending to: opens when it does not answer, probes it with an attempt every few seconds, and lets the number of attempts double with each answer once it is back. Ten minutes of a dead provider so cost some
/// three hundred probes, not every delivery's attempts. Thread-safe.
/// </summary>
internal sealed class LaneCircuit(TimeProvider clock)
{
    /// <summary>Answers looked back at.</summary>
    private const int Remembered = 32;

    /// <summary>Failures among them that open the circuit, at least this many answers given.</summary>
    private const int FailuresMax = 16;

    private const int ProbesMax = 4;

    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(2.5);

    private readonly Lock _lock = new();
    private uint _recent; // one bit an answer, 1 = failure
    private int _allowed = int.MaxValue;
    private TimeSpan _rest = FirstRest;
    private long _openedAt;
    private long _answeredTicks;
    private bool _open;

    /// <summary>The far side is taken for dead, or just coming back.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_lock) return _allowed != int.MaxValue;
        }
    }

    /// <summary>It has rested long enough to be asked whether it answers.</summary>
    public bool IsProbeDue
    {
        get
        {
            lock (_lock) return _open && clock.GetElapsedTime(_openedAt) >= _rest;
        }
    }

    /// <summary>A probe was answered: a first attempt may go.</summary>
    public void Answers()
    {
        lock (_lock)
        {
            if (_open) (_open, _allowed) = (false, 1);
        }
    }

    /// <summary>A probe was not answered.</summary>
    public void Rests()
    {
        lock (_lock)
        {
            if (_open) Open(LongestRest);
        }
    }

    /// <summary>How many attempts may be in flight at once.</summary>
    /// <param name="probesItself">After a rest an attempt is the probe; false where probes are asked apart and <see cref="Answers"/> says so.</param>
    public int Allowed(bool probesItself = true)
    {
        lock (_lock)
        {
            if (probesItself && _open && clock.GetElapsedTime(_openedAt) >= _rest) (_open, _allowed) = (false, 1);
            // A probe that hangs holds up the next one no longer than a rest.
            return _open ? 0 : _allowed == 1 ? 1 + (int)Math.Min(ProbesMax - 1, clock.GetElapsedTime(_openedAt).Ticks / LongestRest.Ticks) : _allowed;
        }
    }

    /// <summary>
    /// What an attempt told about the far side. No answer, a broken connection, an error of its own (5xx: the outcome is unknown) and a refusal of the account count against it. Whatever else it says, also that one recipient cannot be reached now, is an answer: a valley
    /// without power must not stop the town. What never reached for it tells nothing.
    /// </summary>
    /// <param name="startedTicks">When the attempt began, UTC ticks.</param>
    public void Told(in DispatchOutcome outcome, long startedTicks)
    {
        bool failed = outcome.Code == ResultCode.Unknown || (outcome.Code == ResultCode.RetryLater && outcome.Error is DispatchError.LinkDown or DispatchError.TimedOut or DispatchError.NotAuthorised);
        if (!failed && outcome.Code is not (ResultCode.Accepted or ResultCode.Refused or ResultCode.RetryLater)) return;
        lock (_lock)
        {
            _recent = (_recent << 1) | (failed ? 1u : 0u);
            if (_allowed == int.MaxValue)
            {
                if (failed && System.Numerics.BitOperations.PopCount(_recent) >= FailuresMax) Open(FirstRest);
            }
            else if (failed)
            {
                // Late failures of attempts from before the circuit opened do not make the rest longer, and those from before the far side answered again say nothing new.
                if (!_open && startedTicks >= _answeredTicks) Open(TimeSpan.FromTicks(Math.Min(_rest.Ticks * 3 / 2, LongestRest.Ticks)));
            }
            else if (!_open)
            {
                _answeredTicks = clock.GetUtcNow().UtcTicks;
                _allowed *= 2;
                if (_allowed >= Remembered * 16) (_allowed, _recent, _rest) = (int.MaxValue, 0, FirstRest);
            }
        }
    }

    private void Open(TimeSpan rest) => (_open, _allowed, _rest, _openedAt) = (true, 0, rest, clock.GetTimestamp());
}
