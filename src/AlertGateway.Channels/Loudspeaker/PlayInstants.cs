using AlertGateway.Core;
using AlertGateway.Core.Rendering;

namespace AlertGateway.Channels.Loudspeaker;

/// <summary>
/// The common beat of a dissemination: horns of one village that start together are understood, horns a third of a second apart are not. The first order sets it, later ones join it, a device that is late joins at the next repeat, and one
/// that comes after the first stretch has a stretch of its own and then the common later plays. Memory only: after a restart the loudspeakers that still wait get a beat of their own. Thread-safe.
/// </summary>
internal sealed class PlayInstants(TimeProvider clock, TimeSpan lead)
{
    /// <summary>Starts that are remembered; the earliest goes first.</summary>
    public const int Max = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<(int DisseminationNo, Purpose Purpose), (long Start, long Then)> _starts = [];

    /// <summary>UTC ticks on whole seconds: the start, at least the lead time away when it is new, and the first later play (0 without).</summary>
    public (long Start, long Then) For(DeliveryKey key, HornPlan plan)
    {
        var group = (key.DisseminationNo, key.Purpose);
        lock (_lock)
        {
            // Two seconds before the last repeat nobody can join any more.
            bool known = _starts.TryGetValue(group, out var beat);
            if (known && Now <= beat.Start + ((plan.Plays - 1L) * plan.EverySeconds - 2) * TimeSpan.TicksPerSecond) return (beat.Start, Next(beat.Then, plan, beat.Start));
            long start = Soon;
            return _starts[group] = (start, Next(known ? beat.Then : 0, plan, start));
        }
    }

    /// <summary>For a loudspeaker that has lost its order after the first stretch: the next of the common later plays.</summary>
    public (long Start, long Then) Resume(DeliveryKey key, HornPlan plan)
    {
        var group = (key.DisseminationNo, key.Purpose);
        long every = plan.ThenEverySeconds * TimeSpan.TicksPerSecond;
        lock (_lock)
        {
            Forget(group);
            if (!_starts.TryGetValue(group, out var beat) || beat.Then == 0) _starts[group] = beat = (Soon - every, Soon);
            long start = beat.Then;
            if (start < Soon) start += (Soon - start + every - 1) / every * every;
            return (start, start + every);
        }
    }

    private long Now => clock.GetUtcNow().UtcTicks;

    private long Soon => (Now + lead.Ticks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond;

    // The beat that is there already, or one that begins after this first stretch.
    private static long Next(long then, HornPlan plan, long start)
    {
        if (plan.ThenEverySeconds == 0) return 0;
        return then > 0 ? then : start + ((plan.Plays - 1L) * plan.EverySeconds + plan.ThenEverySeconds) * TimeSpan.TicksPerSecond;
    }

    private void Forget((int, Purpose) coming)
    {
        if (_starts.Count >= Max && !_starts.ContainsKey(coming)) _starts.Remove(_starts.MinBy(s => s.Value.Start).Key);
    }
}
