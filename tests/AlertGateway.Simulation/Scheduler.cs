namespace AlertGateway.Simulation;

/// <summary>What happens next: one thread, one queue, ties in the order of asking. Every choice comes from the seed.</summary>
internal sealed class Scheduler(ulong seed)
{
    private readonly PriorityQueue<Action, (long At, long Order)> _queue = new();
    private ulong _state = (seed * 0x9E37_79B9_7F4A_7C15) + 0x1234_5678_9ABC_DEF1;
    private long _order;

    public SimClock Clock { get; } = new();

    /// <summary>Effects so far; crash points are named by this number.</summary>
    public long Steps { get; private set; }

    public bool IsIdle => _queue.Count == 0;

    public void After(long ticks, Action action) => _queue.Enqueue(action, (Clock.Now + Math.Max(0, ticks), _order++));

    public void AfterMilliseconds(int least, int most, Action action) => After(Between(least * 10_000L, most * 10_000L), action);

    public bool Step()
    {
        if (!_queue.TryDequeue(out var action, out var when)) return false;
        Clock.Now = when.At;
        Steps++;
        action();
        return true;
    }

    /// <summary>splitmix64: small, well mixed, and the same on every machine.</summary>
    public ulong Next()
    {
        ulong z = _state += 0x9E37_79B9_7F4A_7C15;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }

    /// <summary>At least <paramref name="least"/>, less than <paramref name="below"/>.</summary>
    public int Below(int least, int below) => least + (int)(Next() % (ulong)(below - least));

    public long Between(long least, long most) => least + (long)(Next() % (ulong)(most - least + 1));

    /// <summary>True so many times in a thousand.</summary>
    public bool Chance(int perMille) => (int)(Next() % 1000) < perMille;
}
