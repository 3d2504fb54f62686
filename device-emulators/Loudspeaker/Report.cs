using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlertGateway.Emulators.Loudspeaker;

/// <summary>The reports of a device, each as the UTF-8 JSON that crosses the wire.</summary>
public static class Report
{
    public static byte[] Ready(string tag, long seq, string sha256) => Bytes(new("ready") { Tag = tag, Seq = seq, Sha256 = sha256 });

    public static byte[] Armed(string tag, long seq) => Bytes(new("armed") { Tag = tag, Seq = seq });

    public static byte[] Refused(string tag, long seq, string reason) => Bytes(new("refused") { Tag = tag, Seq = seq, Reason = reason });

    public static byte[] Started(string tag, long actualStartTicks, int play) =>
        Bytes(new("started") { Tag = tag, ActualStartTicks = actualStartTicks, Play = play });

    public static byte[] Done(string tag, int play, int samples, double rmsDbfs, double peakDbfs, bool audible) => Bytes(new("done")
    { Tag = tag, Play = play, Samples = samples, RmsDbfs = Math.Round(rmsDbfs, 1), PeakDbfs = Math.Round(peakDbfs, 1), Audible = audible });

    public static byte[] Stopped(string tag, string stopTag) => Bytes(new("stopped") { Tag = tag, StopTag = stopTag });

    public static byte[] Evacuated(string tag) => Bytes(new("evacuated") { Tag = tag });

    /// <param name="plans">Tags of every order that still has plays to come, or sounds.</param>
    public static byte[] State(string state, int volume, int batteryPercent, int rssiDbm, double clockOffsetMs, IReadOnlyList<string> plans) => Bytes(new("state")
    {
        State = state,
        Volume = volume,
        BatteryPercent = batteryPercent,
        RssiDbm = rssiDbm,
        ClockOffsetMs = Math.Round(clockOffsetMs, 1),
        Firmware = "emu-1",
        Plans = plans,
    });

    private static byte[] Bytes(ReportBody body) => JsonSerializer.SerializeToUtf8Bytes(body, ReportJson.Default.ReportBody);
}

internal sealed record ReportBody(string Type)
{
    public string? Tag { get; init; }
    public long? Seq { get; init; }
    public string? Sha256 { get; init; }
    public string? Reason { get; init; }
    public long? ActualStartTicks { get; init; }
    public int? Play { get; init; }
    public int? Samples { get; init; }
    public double? RmsDbfs { get; init; }
    public double? PeakDbfs { get; init; }
    public bool? Audible { get; init; }
    public string? StopTag { get; init; }
    public string? State { get; init; }
    public int? Volume { get; init; }
    public int? BatteryPercent { get; init; }
    public int? RssiDbm { get; init; }
    public double? ClockOffsetMs { get; init; }
    public string? Firmware { get; init; }
    public IReadOnlyList<string>? Plans { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReportBody))]
internal sealed partial class ReportJson : JsonSerializerContext;
