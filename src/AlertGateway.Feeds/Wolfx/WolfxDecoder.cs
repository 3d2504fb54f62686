using System.Text.Json;
using System.Text.RegularExpressions;
using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;

namespace AlertGateway.Feeds.Wolfx;

/// <summary>
/// Earthquake early warning frames as relayed by Wolfx: China (cenc, sc, fj, cq), Taiwan (cwa) and Japan (jma), one frame or a recording of many, and the lists
/// <c>cenc_eqlist</c> and <c>jma_eqlist</c>. Times are wall-clock times of the agency. A frame of training is Exercise. Heartbeats give no record.
/// </summary>
public static partial class WolfxDecoder
{
    public const string Kind = "wolfx";

    public static FeedDecode Decode(ReadOnlyMemory<byte> bytes, DateTimeOffset? receivedAt) => FeedJson.Decode(bytes, (root, sink) =>
    {
        if (root.IsArray()) sink.Each(root, "", (f, path) => Frame(f, path, receivedAt));
        else if (IsSilent(root)) return;
        else if (root.Member("No1").IsObject()) List(root, sink, receivedAt);
        else if (root.IsObject() && (root.Member("EventID").ValueKind != JsonValueKind.Undefined || root.Member("OriginTime").ValueKind != JsonValueKind.Undefined)) sink.One(root, "", (f, path) => Frame(f, path, receivedAt));
        else sink.Document.Add(FindingCodes.FeedFormat, "", "This is no earthquake early warning frame.");
    });

    /// <summary>Frames of the connection itself.</summary>
    private static bool IsSilent(JsonElement root) => root.Text("type") is "heartbeat" or "pong" or "ping";

    private static FeedRecord? Frame(JsonElement frame, string path, DateTimeOffset? receivedAt)
    {
        var type = frame.Text("type") ?? "";
        // Only Japan's frames have these members; the twin over HTTP has no type.
        var japan = type.StartsWith("jma", StringComparison.Ordinal) || frame.Member("AnnouncedTime").ValueKind != JsonValueKind.Undefined || frame.Member("Serial").ValueKind != JsonValueKind.Undefined;
        var findings = new FindingList();
        var revision = frame.Text("ReportNum") ?? frame.Text("Serial");
        var id = IdOf(frame.Text("EventID") ?? frame.Text("ID"), revision);
        if (id.Length == 0) findings.Add(FindingCodes.RecordIdentity, path, "The frame has no EventID.");
        if (revision is null) findings.Add(FindingCodes.ValueMissing, path, "The frame has no report number.");

        var cancel = frame.Flag("isCancel") || (frame.Text("Title")?.Contains("取消", StringComparison.Ordinal) ?? false);
        var issued = frame.Member("Issue").Text("Status") ?? "";
        var status = frame.Flag("isTraining") || issued.Contains("訓練", StringComparison.Ordinal) ? nameof(AlertStatus.Exercise)
            : issued.Contains("試験", StringComparison.Ordinal) || frame.Flag("isTest") ? nameof(AlertStatus.Test)
            : nameof(AlertStatus.Actual);
        var magnitude = frame.Number("Magnitude") ?? frame.Number("Magunitude");
        if (frame.Flag("isAssumption"))
        {
            findings.Add(FindingCodes.QuakeAssumed, path, "Hypocentre and magnitude are assumed from one station; the magnitude means nothing.");
            magnitude = null;
        }

        var time = FeedTime.Read(frame.Text("OriginTime"), japan ? FeedTime.Japan : FeedTime.Beijing, receivedAt, happened: true, path + "/OriginTime", findings);
        return QuakeRecord.Make(Kind, id, revision, time, frame.Number("Latitude"), frame.Number("Longitude"), frame.Number("Depth"), magnitude, status, cancel, path, findings);
    }

    /// <summary>Some agencies write the report number behind the event's id, which then would be another event with every report.</summary>
    private static string IdOf(string? id, string? revision)
    {
        if (id is null) return "";
        var bar = id.LastIndexOf('_');
        return bar > 0 && revision is not null && id[(bar + 1)..] == revision ? id[..bar] : id;
    }

    private static void List(JsonElement list, RecordSink sink, DateTimeOffset? receivedAt)
    {
        foreach (var item in list.EnumerateObject())
        {
            if (item.Value.IsObject()) sink.One(item.Value, "/" + item.Name, (e, path) => Entry(e, path, receivedAt));
        }
    }

    private static FeedRecord Entry(JsonElement entry, string path, DateTimeOffset? receivedAt)
    {
        var findings = new FindingList();
        var japan = entry.Member("shindo").ValueKind != JsonValueKind.Undefined || entry.Member("Title").ValueKind != JsonValueKind.Undefined;
        var time = FeedTime.Read(entry.Text("time_full") ?? entry.Text("time") ?? entry.Text("OriginTime"), japan ? FeedTime.Japan : FeedTime.Beijing, receivedAt, happened: true, path + "/time", findings);
        var id = entry.Text("EventID");
        if (id is null) findings.Add(FindingCodes.RecordIdentity, path, "The entry has no EventID.");
        return QuakeRecord.Make(
            Kind, id ?? "", entry.Text("ReportTime") ?? entry.Text("type"), time, entry.Number("latitude"), entry.Number("longitude"), Leading(entry.Text("depth")), Leading(entry.Text("magnitude")), nameof(AlertStatus.Actual), false, path, findings);
    }

    /// <summary>The number that a text such as <c>10km</c> begins with.</summary>
    private static double? Leading(string? text) => text is not null && LeadingNumber.Match(text) is { Success: true } match ? FeedJson.ToNumber(match.Value) : null;

    [GeneratedRegex(@"^-?[0-9]{1,6}(?:\.[0-9]{1,6})?", RegexOptions.CultureInvariant)]
    private static partial Regex LeadingNumber { get; }
}
