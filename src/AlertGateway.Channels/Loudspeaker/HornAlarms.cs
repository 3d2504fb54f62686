using System.Globalization;
using System.Text;
using AlertGateway.Channels.Keys;
using AlertGateway.Core.Dispatch;

namespace AlertGateway.Channels.Loudspeaker;

/// <summary>
/// One signed order for all loudspeakers of a dissemination that have equally long, for programmes that they hold already: two thousand signatures would take longer than the wave. The order names its loudspeakers, so that no other may obey it. Thread-safe.
/// </summary>
internal sealed class HornAlarms(LoudspeakerOrders orders, MonotonicSerial serials, TimeProvider clock)
{
    /// <summary>Longest list of loudspeakers, in characters: the order stays below the 8 KiB that a loudspeaker reads.</summary>
    public const int ListCharsMax = 6_000;

    private const int Kept = 256; // a county has some twenty ends, and a programme for each order of languages

    private readonly Lock _lock = new();
    private readonly Dictionary<(int DisseminationNo, string Sha256, long NotAfterTicks), Alarm?> _made = [];
    private readonly Queue<(int DisseminationNo, string Sha256, long NotAfterTicks)> _inOrder = [];

    internal sealed record Alarm(long Seq, byte[] Order);

    /// <summary>The order of this message, programme and end, signed once; null when it cannot name all its loudspeakers.</summary>
    public Alarm? For(in OutgoingDelivery delivery)
    {
        if (delivery.Audience is not { } audience || delivery.Rendition.ProgrammeSha256 is not { } sha256) return null;
        var key = (delivery.Tag.Key.DisseminationNo, sha256, delivery.NotAfterTicks);
        lock (_lock)
        {
            if (_made.TryGetValue(key, out var made)) return made;
            string to = ListOf(audience);
            if (to.Length <= ListCharsMax)
            {
                long seq = serials.Next();
                made = new Alarm(seq, orders.Alarm(delivery.Tag.Key.DisseminationNo, seq, to, delivery.Rendition, clock.GetUtcNow().UtcTicks, delivery.NotAfterTicks));
            }
            _made[key] = made;
            _inOrder.Enqueue(key);
            if (_inOrder.Count > Kept) _made.Remove(_inOrder.Dequeue());
            return made;
        }
    }

    /// <summary>Endpoint numbers ascending, runs as <c>first-last</c>, parted by a blank.</summary>
    internal static string ListOf(int[] endpoints)
    {
        int[] sorted = [.. endpoints.Order()];
        var text = new StringBuilder();
        for (int i = 0; i < sorted.Length; i++)
        {
            int from = i;
            while (i + 1 < sorted.Length && sorted[i + 1] == sorted[i] + 1) i++;
            if (text.Length > 0) text.Append(' ');
            text.Append(sorted[from].ToString(CultureInfo.InvariantCulture));
            if (i > from) text.Append('-').Append(sorted[i].ToString(CultureInfo.InvariantCulture));
            if (text.Length > ListCharsMax) break;
        }
        return text.ToString();
    }
}
