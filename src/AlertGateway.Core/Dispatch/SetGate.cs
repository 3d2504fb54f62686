namespace AlertGateway.Core.Dispatch;

/// <summary>Closed by the commit of a cancel or supersession, or by expiry. Read by workers right before the first byte.</summary>
/// <param name="audience">Whom one order may name together: all that this gate is for; null for the whole set.</param>
internal sealed class SetGate(long notAfterTicks, TimeProvider clock, int[]? audience) : ISendGate
{
    private volatile bool _closed;

    public long NotAfterTicks => notAfterTicks;

    public int[]? Audience => audience;

    public bool IsOpen => !_closed && clock.GetUtcNow().UtcTicks < notAfterTicks;

    public void Close() => _closed = true;
}
