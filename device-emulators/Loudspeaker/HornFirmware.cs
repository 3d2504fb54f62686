using AlertGateway.Emulators.Hosting;

namespace AlertGateway.Emulators.Loudspeaker;

/// <summary>What all devices of one process have in common: the clock, the converter's wheel, the order key, the files they fetch.</summary>
internal sealed class HornFirmware(TimeProvider clock, OrderKey orderKey, SequenceFile sequences, ProgrammeStore programmes, Journal journal,
    double speed)
{
    private readonly DacWheel _wheel = new();

    public OrderKey OrderKey { get; } = orderKey;

    public SequenceFile Sequences { get; } = sequences;

    public ProgrammeStore Programmes { get; } = programmes;

    public Journal Journal { get; } = journal;

    /// <summary>How much faster than real time a programme plays and repeats; <c>playAt</c> itself stays real.</summary>
    public double Speed { get; } = speed;

    public TimeProvider Clock { get; } = clock;

    public long NowTicks => Clock.GetUtcNow().UtcTicks;

    /// <summary>Asks that <see cref="Horn.Advance"/> be called once <paramref name="atTicks"/> has come.</summary>
    public void Wake(Horn horn, long atTicks) => _wheel.Add(horn, atTicks);

    /// <summary>Moments that devices have asked for and that have not come.</summary>
    public int Asked => _wheel.Count;

    /// <summary>One block of the virtual converter: everything due by now.</summary>
    public void Tick() => _wheel.Run(NowTicks);
}

/// <summary>
/// The one clock of all virtual converters. A block of 20 ms costs nothing for a device in which nothing begins or ends, so thousands of
/// playing devices cost what their starts and ends cost.
/// </summary>
internal sealed class DacWheel
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<Horn, long> _due = new();

    public void Add(Horn horn, long atTicks)
    {
        lock (_gate)
        {
            _due.Enqueue(horn, atTicks);
        }
    }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _due.Count;
            }
        }
    }

    public void Run(long nowTicks)
    {
        while (TryTake(nowTicks, out var horn, out var at))
        {
            horn.Advance(at);
        }
    }

    private bool TryTake(long nowTicks, out Horn horn, out long at)
    {
        lock (_gate)
        {
            if (_due.TryPeek(out horn!, out at) && at <= nowTicks)
            {
                _due.Dequeue();
                return true;
            }

            return false;
        }
    }
}
