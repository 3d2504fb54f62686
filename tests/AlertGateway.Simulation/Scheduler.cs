namespace AlertGateway.Simulation;

/// <summary>What happens next: one thread, one queue, ties in the order of asking. Every choice comes from the seed.</summary>
internal sealed class Scheduler(ulong seed) : Dice((seed * 0x9E37_79B9_7F4A_7C15) + 0x1234_5678_9ABC_DEF1)
{
    private readonly PriorityQueue<Action, (long At, long Order)> _queue = new();
    private long _order;

    public SimClock Clock { get; } = new();

    /// <summary>A second stream of the seed, for whatever came to the script later: drawn from it, it leaves what the seed decides otherwise as it was.</summary>
    public Dice Later { get; } = new((seed * 0xD1B5_4A32_D192_ED03) + 0x0F1E_2D3C_4B5A_6978);

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
}
