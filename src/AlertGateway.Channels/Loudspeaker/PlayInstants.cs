using AlertGateway.Core;

namespace AlertGateway.Channels.Loudspeaker;

/// <summary>
/// The common start of a dissemination: horns of one village that start together are understood, horns a third of a second apart are not. The first order sets it, later ones join it, and a device that is late joins at the next repeat.
/// Memory only: after a restart the loudspeakers that still wait get a start of their own. Thread-safe.
/// </summary>
internal sealed class PlayInstants(TimeProvider clock, TimeSpan lead)
{
    /// <summary>Starts that are remembered; the earliest goes first.</summary>
    public const int Max = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<(int DisseminationNo, Purpose Purpose), long> _starts = [];

    /// <summary>UTC ticks on a whole second, at least the lead time away when it is new.</summary>
    public long For(DeliveryKey key, int repeat, int everySeconds)
    {
        var group = (key.DisseminationNo, key.Purpose);
        long now = clock.GetUtcNow().UtcTicks;
        lock (_lock)
        {
            // Two seconds before the last repeat nobody can join any more.
            if (_starts.TryGetValue(group, out long start) && now <= start + ((repeat - 1L) * everySeconds - 2) * TimeSpan.TicksPerSecond) return start;
            start = (now + lead.Ticks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond;
            if (_starts.Count >= Max && !_starts.ContainsKey(group)) _starts.Remove(_starts.MinBy(s => s.Value).Key);
            return _starts[group] = start;
        }
    }
}
