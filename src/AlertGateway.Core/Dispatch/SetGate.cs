namespace AlertGateway.Core.Dispatch;

/// <summary>Closed by the commit of a cancel or supersession, or by expiry; held back while the clock is in doubt and the end is near. Read by workers right before the first byte.</summary>
/// <param name="notAfterTicks">From then on nothing of it begins, UTC.</param>
/// <param name="bornTicks">When the message was cleared, UTC.</param>
/// <param name="goesAlways">It takes something back: no doubt holds it up.</param>
/// <param name="audience">Whom one order may name together: all that this gate is for; null for the whole set.</param>
internal sealed class SetGate(long notAfterTicks, long bornTicks, bool lifeThreat, bool goesAlways, TimeProvider clock, int[]? audience) : ISendGate
{
    private volatile bool _closed;
    private volatile bool _heldBack;

    public long NotAfterTicks => notAfterTicks;

    public int[]? Audience => audience;

    public bool IsOpen
    {
        get
        {
            if (!IsHeldBack) return !_closed && clock.GetUtcNow().UtcTicks < notAfterTicks;
            _heldBack = true;
            return false;
        }
    }

    /// <summary>Nothing of the set begins for the time being.</summary>
    public bool IsHeldBack => !goesAlways && clock.Withholds(notAfterTicks, bornTicks, lifeThreat);

    /// <summary>Somebody found it shut for a doubt about the time and for nothing else: what was not sent for that is tried again.</summary>
    public bool WasOnlyHeldBack => _heldBack && !_closed && clock.CertainTicks < notAfterTicks;

    public void Close() => _closed = true;
}
