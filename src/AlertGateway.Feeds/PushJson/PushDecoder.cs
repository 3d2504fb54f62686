using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Feeds.Hydrology;

namespace AlertGateway.Feeds.PushJson;

/// <summary>Decodes pushed documents without keys: a signature is then <em>unverified</em>, never good. A payload without an envelope is read too, and is an error.</summary>
public static class PushDecoder
{
    public const string Kind = "push-json";

    public static FeedDecode Decode(ReadOnlyMemory<byte> bytes, DateTimeOffset? receivedAt)
    {
        List<Finding> findings = [];
        PushMessage? message;
        if (PushEnvelope.Read(bytes) is { } envelope)
        {
            findings.Add(HydroRecords.Of(FindingCodes.PushUnverified, "/signature", "No key was given to judge the signature by."));
            message = PushPayload.Read(envelope.Sender, envelope.Payload, receivedAt, findings);
        }
        else
        {
            if (bytes.Length <= PushEnvelope.BytesMax) findings.Add(HydroRecords.Of(FindingCodes.PushUnsigned, "", "The document is no signed envelope."));
            message = bytes.Length <= PushEnvelope.BytesMax ? PushPayload.Read("unsigned", bytes, receivedAt, findings) : null;
            if (message is null && findings.Count == 0) findings.Add(HydroRecords.Of(FindingCodes.PushDocument, "", $"The document is larger than {PushEnvelope.BytesMax} bytes."));
        }

        return message is null ? new FeedDecode([], findings) : new FeedDecode(Records(message), findings);
    }

    /// <summary>The report itself, if it names a hazard, and its measurements.</summary>
    public static IReadOnlyList<FeedRecord> Records(PushMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Hazard is not { } hazard) return message.Observations;
        var report = new FeedRecord
        {
            Kind = Kind,
            Type = hazard == PushHazard.GateOpening ? FeedRecordType.Event : FeedRecordType.Warning,
            Id = message.Sender + ":" + message.Id,
            Revision = message.Revision.ToString(System.Globalization.CultureInfo.InvariantCulture),
            EventTime = message.Starts ?? message.Sent,
            Lat = message.Lat,
            Lon = message.Lon,
            Value = message.Discharge,
            Unit = message.Discharge is null ? null : "m3/s",
            Severity = message.Colour switch { "red" => "Extreme", "orange" => "Severe", "yellow" => "Moderate", "blue" => "Minor", _ => "Unknown" },
            Status = message.Status,
            Cancel = message.Cancel,
        };
        return [report, .. message.Observations];
    }
}
