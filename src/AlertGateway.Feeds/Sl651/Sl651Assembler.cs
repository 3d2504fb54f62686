namespace AlertGateway.Feeds.Sl651;

/// <summary>What a packet made of its message.</summary>
internal enum Sl651Assembly
{
    /// <summary>The message is whole.</summary>
    Whole,

    /// <summary>More packets are to come.</summary>
    Waiting,

    /// <summary>The last packet came and others are missing.</summary>
    Missing,
}

/// <summary>Puts messages of several packets (SYN frames, SL 651-2014 §6.3.2.5) together again, of one station at a time. Bounded to 256 packets. Not thread-safe.</summary>
internal sealed class Sl651Assembler
{
    private const int PacketsMax = 256;

    private readonly SortedDictionary<int, ReadOnlyMemory<byte>> _parts = [];
    private (string Station, byte Function, int Total) _of;

    public Sl651Assembly Add(Sl651Frame frame, out Sl651Frame whole)
    {
        whole = frame;
        if (frame.PacketTotal <= 1) return Sl651Assembly.Whole;
        if (frame.PacketTotal > PacketsMax || frame.PacketIndex < 1 || frame.PacketIndex > frame.PacketTotal) return Sl651Assembly.Missing;
        var of = (frame.Station, frame.Function, frame.PacketTotal);
        if (of != _of) _parts.Clear();
        _of = of;
        _parts[frame.PacketIndex] = frame.Body;
        if (_parts.Count < frame.PacketTotal) return frame.PacketIndex == frame.PacketTotal ? Sl651Assembly.Missing : Sl651Assembly.Waiting;
        var bytes = new byte[_parts.Values.Sum(p => p.Length)];
        var at = 0;
        foreach (var part in _parts.Values)
        {
            part.CopyTo(bytes.AsMemory(at));
            at += part.Length;
        }

        _parts.Clear();
        whole = frame with { Body = bytes, PacketTotal = 1, PacketIndex = 1 };
        return Sl651Assembly.Whole;
    }
}
