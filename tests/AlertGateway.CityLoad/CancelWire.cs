using System.Diagnostics;
using System.Text;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;

namespace AlertGateway.CityLoad;

/// <summary>The last originals and the first cancels of one warning as they left the gateway, by the kernel's time stamps: a far side that stands still for a while does not move them.</summary>
internal sealed class CancelWire : IDisposable
{
    private const int TagBytesMax = 48;
    private const int SegmentBytesMax = 128 << 10;
    private const int PayloadBytesMin = 64;

    private readonly PacketSocket _packets;
    private readonly int _providerPort;
    private readonly List<(string Medium, int DisseminationNo, Purpose Purpose, long Nanoseconds)> _seen = [];

    private CancelWire(PacketSocket packets, int providerPort) => (_packets, _providerPort) = (packets, providerPort);

    /// <summary>The kernel begins to stamp a while after it is first asked to, and stamps as long as anybody asks: what this returns asks from the start of a run to its end. Null where this user may not capture.</summary>
    public static PacketSocket? KeepStamping() => PacketSocket.TryOpen(SegmentBytesMax, bytes: 1, [], []);

    /// <summary>Opened right before a cancel, closed soon after. Null where this user may not capture.</summary>
    public static CancelWire? TryOpen(int gatewayPort, int providerPort) =>
        PacketSocket.TryOpen(PayloadBytesMin, SegmentBytesMax, [gatewayPort], [providerPort]) is { } packets ? new CancelWire(packets, providerPort) : null;

    /// <summary>Takes over what the kernel has kept. A tag that two segments share is not seen.</summary>
    public void Drain()
    {
        long offset = MonotonicBehindWall();
        _packets.Drain((at, _, to, payload) =>
        {
            // A provider's request names one delivery; an app's message names its own first, a cancel also that of what it takes back.
            bool sms = to == _providerPort;
            foreach (var tag in Tags(payload, sms ? "" : "{\"tag\":\"")) _seen.Add((sms ? "sms" : "push", tag.Key.DisseminationNo, tag.Key.Purpose, at - offset));
        });
    }

    /// <param name="committed">Nanoseconds of the commit, of the monotonic clock.</param>
    public CancelInstants Of(int disseminationNo, string medium, long committed) =>
        CancelInstants.Of(_seen.Where(s => s.DisseminationNo == disseminationNo && s.Medium == medium).Select(s => (s.Purpose, s.Nanoseconds)), committed);

    public void Dispose() => _packets.Dispose();

    /// <summary>Stamps are of the wall clock, a commit's instant is of the monotonic one: how far apart they are, from the pair of readings with the least time between them.</summary>
    private static long MonotonicBehindWall()
    {
        var (least, offset) = (long.MaxValue, 0L);
        for (int i = 0; i < 100; i++)
        {
            long before = Nanoseconds(), wall = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100, after = Nanoseconds();
            if (after - before < least) (least, offset) = (after - before, wall - before);
        }
        return offset;
    }

    private static long Nanoseconds() => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

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
