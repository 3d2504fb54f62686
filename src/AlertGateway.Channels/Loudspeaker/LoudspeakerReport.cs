using System.Buffers;
using System.Text.Json;

namespace AlertGateway.Channels.Loudspeaker;

/// <summary>A report of a device, read without trust.</summary>
internal sealed record LoudspeakerReport
{
    /// <summary>Longest report, in bytes.</summary>
    public const int BytesMax = 8 * 1024;

    public required string Type { get; init; }

    public string Tag { get; init; } = "";

    public long Seq { get; init; }

    /// <summary>Programme that a "ready" speaks of; empty for others.</summary>
    public string Sha256 { get; init; } = "";

    public string? Reason { get; init; }

    /// <summary>Most plans that a device names.</summary>
    public const int PlansMax = 64;

    /// <summary>What a "stopped" has silenced.</summary>
    public string StopTag { get; init; } = "";

    /// <summary>Tags with plays to come; null when the device does not say.</summary>
    public IReadOnlyList<string>? Plans { get; init; }

    public long ActualStartTicks { get; init; }

    /// <summary>Null when the device does not say.</summary>
    public bool? Audible { get; init; }

    public string? State { get; init; }

    public int? Volume { get; init; }

    public int? BatteryPercent { get; init; }

    public int? RssiDbm { get; init; }

    public double? ClockOffsetMs { get; init; }

    public string? Firmware { get; init; }

    /// <summary>Null for anything that is no report.</summary>
    public static LoudspeakerReport? TryParse(in ReadOnlySequence<byte> payload)
    {
        if (payload.Length is 0 or > BytesMax) return null;
        try
        {
            using var document = JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = 8 });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || Text(root, "type", 16) is not { } type) return null;
            return new LoudspeakerReport
            {
                Type = type,
                Tag = Text(root, "tag", 64) ?? "",
                Seq = Number(root, "seq") ?? 0,
                StopTag = Text(root, "stopTag", 64) ?? "",
                Sha256 = Text(root, "sha256", 64) ?? "",
                Plans = Tags(root),
                Reason = Text(root, "reason", 64),
                ActualStartTicks = Number(root, "actualStartTicks") is > 0 and var start ? start : 0,
                Audible = root.TryGetProperty("audible", out var audible) ? audible.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null } : null,
                State = Text(root, "state", 32),
                Volume = Small(root, "volume"),
                BatteryPercent = Small(root, "batteryPercent"),
                RssiDbm = Small(root, "rssiDbm"),
                ClockOffsetMs = root.TryGetProperty("clockOffsetMs", out var offset) && offset.ValueKind == JsonValueKind.Number && offset.TryGetDouble(out double ms) ? ms : null,
                Firmware = Text(root, "firmware", 32),
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement root, string name, int lengthMax) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { } text && text.Length <= lengthMax ? text : null;

    private static List<string>? Tags(JsonElement root)
    {
        if (!root.TryGetProperty("plans", out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > PlansMax) return null;
        var tags = new List<string>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String || item.GetString() is not { Length: <= 64 } tag) return null;
            tags.Add(tag);
        }
        return tags;
    }

    private static long? Number(JsonElement root, string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : null;

    private static int? Small(JsonElement root, string name) => Number(root, name) is >= -1000 and <= 1000 and var number ? (int)number : null;
}
