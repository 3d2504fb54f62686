using System.Text.Json;
using System.Text.RegularExpressions;

namespace AlertGateway.Emulators.Loudspeaker;

/// <summary>What a gateway may send to a loudspeaker, parsed and bounded. <paramref name="Seq"/> grows per device.</summary>
public abstract record Order(string Tag, long Seq)
{
    /// <summary>The word of the wire's <c>type</c>.</summary>
    public abstract string Type { get; }
}

/// <summary>Fetch a programme and keep it for <paramref name="Ttl"/>.</summary>
public sealed record PrepareOrder(string Tag, long Seq, string Sha256, int Bytes, Uri Url, string Ticket, TimeSpan Ttl) : Order(Tag, Seq)
{
    public override string Type => "prepare";
}

/// <summary>Play a programme that is held, first at <paramref name="PlayAtTicks"/>, then again every <paramref name="RepeatEverySeconds"/>; after this first stretch at <paramref name="ThenAtTicks"/> and on.</summary>
/// <param name="Volume">0 (silent) to 100 (full scale).</param>
/// <param name="Priority">0 to 255; a higher one pre-empts.</param>
/// <param name="Repeat">Number of plays in the first stretch, at least 1.</param>
/// <param name="ThenAtTicks">First of the later plays (UTC ticks); 0 for none.</param>
/// <param name="ThenEverySeconds">From one later play to the next, for as long as nothing stops them; 0 for none.</param>
/// <param name="Until"><c>change</c> or <c>evacuated</c>: whether the village's report that all have left ends the plays.</param>
/// <param name="NotAfterTicks">No play begins after this moment (UTC ticks).</param>
public sealed record ArmOrder(string Tag, long Seq, string Sha256, long PlayAtTicks, long NotAfterTicks, int Volume, int Priority, int Repeat,
    int RepeatEverySeconds, long ThenAtTicks, int ThenEverySeconds, string Until, string Status, string KeyId, byte[] Signature) : Order(Tag, Seq)
{
    public override string Type => "arm";
}

/// <summary>Play a programme that is held at once: one order for every loudspeaker that <paramref name="To"/> names. The tag is made of the dissemination and the device's own number.</summary>
/// <param name="To">Endpoint numbers ascending, runs as <c>first-last</c>, parted by a blank.</param>
public sealed record AlarmOrder(int Dissemination, long Seq, string Sha256, string To, long PlayAtTicks, long NotAfterTicks, int Volume, int Priority, int Repeat,
    int RepeatEverySeconds, string Status, string KeyId, byte[] Signature) : Order("-", Seq)
{
    public override string Type => "alarm";

    /// <summary>The order names this loudspeaker.</summary>
    public bool Names(int endpointNo)
    {
        foreach (var part in To.AsSpan().Split(' '))
        {
            var run = To.AsSpan(part);
            var dash = run.IndexOf('-');
            if (!int.TryParse(dash < 0 ? run : run[..dash], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var first)
                || !int.TryParse(dash < 0 ? run : run[(dash + 1)..], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var last))
            {
                return false;
            }

            if (endpointNo >= first && endpointNo <= last)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>Silence <paramref name="StopTag"/> at once, then play <paramref name="Sha256"/>, if any, once.</summary>
public sealed record StopOrder(string Tag, long Seq, string StopTag, string? Sha256, long PlayAtTicks, long NotAfterTicks, string KeyId,
    byte[] Signature) : Order(Tag, Seq)
{
    public override string Type => "stop";
}

/// <summary>Bytes → order. Everything is distrusted: size, depth, types, ranges and the alphabet of tags and hashes.</summary>
public static partial class OrderReader
{
    public const int PayloadBytesMax = 8 * 1024;

    private static readonly JsonDocumentOptions Bounds = new() { MaxDepth = 4 };
    private static volatile Seen? lastAlarm;

    private sealed record Seen(byte[] Payload, AlarmOrder Order);

    /// <summary>The order, or null and (where they could be read) the tag, number and type for a refusal.</summary>
    public static Order? TryRead(ReadOnlyMemory<byte> payload, out string tag, out long seq, out string type)
    {
        (tag, seq, type) = ("-", 0, "unknown");
        // Two thousand devices of one process get the same bytes of an alarm: one of them reads for all.
        if (lastAlarm is { } seen && seen.Payload.AsSpan().SequenceEqual(payload.Span))
        {
            (seq, type) = (seen.Order.Seq, seen.Order.Type);
            return seen.Order;
        }

        if (payload.Length > PayloadBytesMax)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(payload, Bounds);
            var root = document.RootElement;
            var name = Text(root, "type", 16);
            tag = name == "alarm" ? "-" : TagText(root, "tag");
            seq = Whole(root, "seq", 1, long.MaxValue);
            type = name is "prepare" or "arm" or "stop" or "alarm" ? name : type;
            return name switch
            {
                "prepare" => ReadPrepare(root, tag, seq),
                "arm" => ReadArm(root, tag, seq),
                "stop" => ReadStop(root, tag, seq),
                "alarm" => Remember(ReadAlarm(root, seq), payload),
                _ => null,
            };
        }
        catch (Exception ex) when (ex is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            return null; // Malformed, a member missing, or of the wrong kind.
        }
    }

    private static PrepareOrder ReadPrepare(JsonElement o, string tag, long seq) => new(tag, seq, Hash(o),
        (int)Whole(o, "bytes", 1, Programme.BytesMax), Address(o), Text(o, "ticket", 2048),
        TimeSpan.FromSeconds(Whole(o, "ttlSeconds", 1, 30 * 86_400)));

    private static ArmOrder ReadArm(JsonElement o, string tag, long seq) => new(tag, seq, Hash(o), Ticks(o, "playAtTicks"), Ticks(o, "notAfterTicks"),
        (int)Whole(o, "volume", 0, 100), (int)Whole(o, "priority", 0, 255), (int)Whole(o, "repeat", 1, 100),
        (int)Whole(o, "repeatEverySeconds", 0, 86_400), Ticks(o, "thenAtTicks"), (int)Whole(o, "thenEverySeconds", 0, 86_400), UntilWord(o), Text(o, "status", 16), Text(o, "keyId", 64), Signature(o));

    private static AlarmOrder Remember(AlarmOrder order, ReadOnlyMemory<byte> payload)
    {
        lastAlarm = new(payload.ToArray(), order);
        return order;
    }

    private static AlarmOrder ReadAlarm(JsonElement o, long seq) => new((int)Whole(o, "dissemination", 1, int.MaxValue), seq, Hash(o), Text(o, "to", 6_144), Ticks(o, "playAtTicks"), Ticks(o, "notAfterTicks"),
        (int)Whole(o, "volume", 0, 100), (int)Whole(o, "priority", 0, 255), (int)Whole(o, "repeat", 1, 100), (int)Whole(o, "repeatEverySeconds", 0, 86_400), Text(o, "status", 16), Text(o, "keyId", 64), Signature(o));

    private static StopOrder ReadStop(JsonElement o, string tag, long seq) => new(tag, seq, TagText(o, "stopTag"),
        o.GetProperty("sha256").ValueKind == JsonValueKind.Null ? null : Hash(o), Ticks(o, "playAtTicks"), Ticks(o, "notAfterTicks"),
        Text(o, "keyId", 64), Signature(o));

    private static string Text(JsonElement o, string name, int lengthMax)
    {
        var text = o.GetProperty(name).GetString();
        return text is not null && text.Length <= lengthMax ? text : throw new FormatException(name);
    }

    private static string UntilWord(JsonElement o) => Text(o, "until", 16) switch
    {
        "change" => "change",
        "evacuated" => "evacuated",
        _ => throw new FormatException("until"),
    };

    private static string TagText(JsonElement o, string name)
    {
        var text = Text(o, name, 96);
        return TagForm.IsMatch(text) ? text : throw new FormatException(name);
    }

    private static string Hash(JsonElement o)
    {
        var text = Text(o, "sha256", 64);
        return HashForm.IsMatch(text) ? text : throw new FormatException("sha256");
    }

    private static Uri Address(JsonElement o) =>
        Uri.TryCreate(Text(o, "url", 2048), UriKind.Absolute, out var uri) ? uri : throw new FormatException("url");

    private static byte[] Signature(JsonElement o)
    {
        var signature = o.GetProperty("signature").GetBytesFromBase64();
        return signature.Length == 64 ? signature : throw new FormatException("signature");
    }

    private static long Ticks(JsonElement o, string name) => Whole(o, name, 0, DateTime.MaxValue.Ticks);

    private static long Whole(JsonElement o, string name, long min, long max)
    {
        var value = o.GetProperty(name).GetInt64();
        return value >= min && value <= max ? value : throw new FormatException(name);
    }

    [GeneratedRegex(@"^[A-Za-z0-9._:-]{1,96}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TagForm { get; }

    [GeneratedRegex(@"^[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex HashForm { get; }
}
