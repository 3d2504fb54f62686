using System.Text;
using AlertGateway.Core;

namespace AlertGateway.CityLoad;

/// <summary>When each message of a cycle left the gateway, by the kernel's time stamps: a far side that stands still for a while does not move them.</summary>
internal sealed class CancelWire : IDisposable
{
    private const int TagBytesMax = 48;
    private const int SegmentBytesMax = 128 << 10;
    private const int PayloadBytesMin = 64;

    private readonly PacketSocket _packets;
    private readonly int _providerPort;
    private readonly Dictionary<DeliveryTag, long> _left = [];

    private CancelWire(PacketSocket packets, int providerPort) => (_packets, _providerPort) = (packets, providerPort);

    /// <summary>Tag → nanoseconds of the monotonic clock, of what was captured and taken over. A tag that two segments share is not among them, nor is what came while the kernel's buffer was full.</summary>
    public IReadOnlyDictionary<DeliveryTag, long> Left => _left;

    /// <summary>The kernel begins to stamp a while after it is first asked to, and stamps as long as anybody asks: what this returns asks from the start of a run to its end. Null where this user may not capture.</summary>
    public static PacketSocket? KeepStamping() => PacketSocket.TryOpen(SegmentBytesMax, bytes: 1, [], []);

    /// <summary>Null where this user may not capture.</summary>
    public static CancelWire? TryOpen(int gatewayPort, int providerPort) =>
        PacketSocket.TryOpen(PayloadBytesMin, SegmentBytesMax, [gatewayPort], [providerPort]) is { } packets ? new CancelWire(packets, providerPort) : null;

    /// <summary>Takes over what the kernel has kept.</summary>
    public void Drain()
    {
        long offset = MonotonicBehindWall();
        // A provider's request names one delivery; an app's message names its own first, a cancel also that of what it takes back.
        _packets.Drain((at, _, to, payload) =>
        {
            foreach (var tag in Tags(payload, to == _providerPort ? "" : "{\"tag\":\"")) _left.TryAdd(tag, at - offset);
        });
    }

    public void Dispose() => _packets.Dispose();

    /// <summary>Stamps are of the wall clock, a commit's instant is of the monotonic one: how far apart they are, from the pair of readings with the least time between them.</summary>
    private static long MonotonicBehindWall()
    {
        var (least, offset) = (long.MaxValue, 0L);
        for (int i = 0; i < 100; i++)
        {
            long before = Monotonic.Nanoseconds, wall = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100, after = Monotonic.Nanoseconds;
            if (after - before < least) (least, offset) = (after - before, wall - before);
        }
        return offset;
    }

    /// <summary>Every delivery's tag that stands right behind the text.</summary>
    private static List<DeliveryTag> Tags(ReadOnlySpan<byte> bytes, string behind)
    {
        byte[] mark = Encoding.ASCII.GetBytes(behind + "d");
        var tags = new List<DeliveryTag>();
        Span<char> text = stackalloc char[TagBytesMax];
        while (bytes.IndexOf(mark) is >= 0 and var start)
        {
            bytes = bytes[(start + mark.Length - 1)..];
            int length = 1;
            while (length < bytes.Length && length < TagBytesMax && bytes[length] is (>= (byte)'0' and <= (byte)'9') or (byte)'-') length++;
            Encoding.Latin1.GetChars(bytes[..length], text);
            if (DeliveryTag.TryParse(text[..length], out var tag)) tags.Add(tag);
            bytes = bytes[length..];
        }
        return tags;
    }
}
