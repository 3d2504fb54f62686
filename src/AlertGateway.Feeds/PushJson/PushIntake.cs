using AlertGateway.Cap;
using AlertGateway.Core.Drafts;
using AlertGateway.Core.Thresholds;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Feeds.Health;
using AlertGateway.Feeds.Hydrology;
using AlertGateway.Storage.Observations;

namespace AlertGateway.Feeds.PushJson;

/// <summary>What became of a push.</summary>
public enum PushFate
{
    /// <summary>It is on disk.</summary>
    Taken,

    /// <summary>The same push was taken before; nothing was done again.</summary>
    Duplicate,

    /// <summary>The sender is not known, or the signature is not theirs.</summary>
    Unauthenticated,

    /// <summary>It is the sender's, and does not say what it must; the findings say why.</summary>
    Refused,

    /// <summary>Its id and revision were used before for other content.</summary>
    Replayed,
}

/// <param name="Message">Null unless taken or a duplicate.</param>
/// <param name="Draft">It became a draft on the desk, or belongs to one.</param>
/// <param name="Observations">Measurements that it carries.</param>
public sealed record PushOutcome(PushFate Fate, PushMessage? Message, IReadOnlyList<Finding> Findings, bool Draft, int Observations);

/// <summary>
/// Takes signed pushes: who says it, whether it may be said, whether it was said before; then it is made durable. The order matters: a sender whose answer was lost asks again with the same
/// bytes, perhaps long after the window for new ones, and must hear that they were taken. Thread-safe.
/// </summary>
public sealed class PushIntake(PushSenders senders, ObservationRoom room, FeedPulse pulse, TimeProvider clock)
{
    public FeedPulse Pulse => pulse;

    /// <param name="envelope">As received; see docs/protocols/push-json.md.</param>
    /// <exception cref="Storage.Ledger.LedgerException">The disk refused; nothing was taken.</exception>
    public PushOutcome Take(ReadOnlyMemory<byte> envelope)
    {
        var now = clock.GetUtcNow();
        var verdict = senders.Verify(envelope, now);
        if (verdict.Message is not { } message)
        {
            if (verdict.Late is { } late && room.HasPush(late.Sender, late.Id, late.Revision, verdict.PayloadSha256)) return new PushOutcome(PushFate.Duplicate, late, [], late.Hazard is not null, late.Observations.Count);
            pulse.Refused("A push was refused: " + verdict.Findings[0].Code + ".");
            return new PushOutcome(verdict.Sender is null ? PushFate.Unauthenticated : PushFate.Refused, null, verdict.Findings, false, 0);
        }

        var report = Report(message, verdict.Sender!, now);
        var measurements = Measurements.Of(new FeedDecode(message.Observations, []));
        if (room.TakePush("feed:push-" + message.Sender, report, measurements, new PushRow(message.Sender, message.Id, message.Revision, verdict.PayloadSha256, now.UtcTicks)) is not { } fresh)
        {
            pulse.Refused("A push used an identity again for other content.");
            return new PushOutcome(PushFate.Replayed, null, [], false, 0);
        }

        pulse.Good(measurements.Count + (report is null ? 0 : 1), message.Sent);
        return new PushOutcome(fresh ? PushFate.Taken : PushFate.Duplicate, message, [], report is not null, measurements.Count);
    }

    private static HazardReport? Report(PushMessage message, PushSenderOptions sender, DateTimeOffset now) => message.Hazard is not { } hazard ? null : new HazardReport
    {
        Kind = hazard switch { PushHazard.HazmatLeak => "hazmat-leak", PushHazard.GasLeak => "gas-leak", PushHazard.Geological => "geological", PushHazard.ForestFire => "forest-fire", _ => "gate-opening" },
        Sender = message.Sender,
        Id = message.Id,
        Revision = message.Revision,
        CapSender = sender.CapSender,
        SenderName = sender.PublisherName,
        SenderNameEnglish = sender.PublisherNameEnglish,
        Status = message.Status switch { "Actual" => AlertStatus.Actual, "Exercise" => AlertStatus.Exercise, _ => AlertStatus.Test },
        // A system that does not grade its report asks for a person at once; the approver sets the colour by the area that is warned.
        Colour = message.Colour switch { "red" => WarningColour.Red, "yellow" => WarningColour.Yellow, "blue" => WarningColour.Blue, _ => WarningColour.Orange },
        Time = message.Sent,
        // A draft for a planned opening must outlive its beginning.
        Life = TimeSpan.FromMinutes(sender.LifeMinutes) + (message.Starts is { } starts && starts > now && starts - now < TimeSpan.FromDays(2) ? starts - now : TimeSpan.Zero),
        Cancel = message.Cancel,
        Point = message is { Lat: { } lat, Lon: { } lon } ? new GeoPoint(lat, lon) : null,
        RadiusMetres = message.RadiusMetres ?? 0,
        Areas = message.Areas,
        Zone = sender.Zone,
        Action = message.Action switch { PushAction.Shelter => "shelter", PushAction.Upwind => "upwind", _ => null },
        Place = message.Place,
        Substance = message.Substance,
        WindFromDegrees = message.WindFromDegrees,
        Discharge = message.Discharge,
        Starts = message.Starts,
    };
}
