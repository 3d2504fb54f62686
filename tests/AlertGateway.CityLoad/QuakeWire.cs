namespace AlertGateway.CityLoad;

/// <summary>When a frame came to the gateway and when its orders left it, by the kernel's time stamps.</summary>
internal sealed class QuakeWire : IDisposable
{
    private const int HeaderBytes = 96;
    private const int PayloadBytesMin = 200; // frames and orders; acknowledgements and pings are smaller

    private readonly PacketSocket _packets;
    private readonly int _feedPort;
    private readonly List<(long Nanoseconds, int From, int To)> _taken = [];

    private QuakeWire(PacketSocket packets, int feedPort) => (_packets, _feedPort) = (packets, feedPort);

    /// <summary>Null where this user may not capture.</summary>
    public static QuakeWire? TryOpen(int feedPort, int brokerPort) =>
        PacketSocket.TryOpen(PayloadBytesMin, HeaderBytes, [feedPort, brokerPort], []) is { } packets ? new QuakeWire(packets, feedPort) : null;

    /// <summary>Takes over what the kernel has kept.</summary>
    public void Drain() => _packets.Drain((at, from, to, _) => _taken.Add((at, from, to)));

    /// <summary>For each frame that came: milliseconds until the first order left, until the first order for the last loudspeaker left, and for how many loudspeakers there was one.</summary>
    public IReadOnlyList<(double FirstMs, double LastMs, int Horns)> Frames()
    {
        var frames = new List<(double, double, int)>();
        long came = 0;
        var left = new Dictionary<int, long>();
        foreach (var (at, from, to) in _taken.OrderBy(p => p.Nanoseconds))
        {
            if (from != _feedPort)
            {
                if (came > 0) left.TryAdd(to, at);
                continue;
            }
            Close();
            came = at;
        }
        Close();
        return frames;

        void Close()
        {
            if (left.Count > 0) frames.Add(((left.Values.Min() - came) / 1e6, (left.Values.Max() - came) / 1e6, left.Count));
            left.Clear();
        }
    }

    public void Dispose() => _packets.Dispose();
}
