using AlertGateway.Cap;
using AlertGateway.Core.Drafts;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Feeds.Hydrology;
using AlertGateway.Feeds.PushJson;
using AlertGateway.Server.Composition;
using AlertGateway.Storage.Observations;
using Microsoft.AspNetCore.Http.Features;

namespace AlertGateway.Server.Api;

/// <summary>What became of a push.</summary>
/// <param name="Duplicate">The same push was taken before; nothing was done again.</param>
/// <param name="Draft">It became a draft on the desk, or belongs to one.</param>
public sealed record PushTaken(string Sender, string Id, int Revision, bool Duplicate, bool Draft, int Observations);

/// <summary>
/// <c>POST /push/observations</c>: a signed envelope of a known system (docs/protocols/push-json.md). The signature is the credential: no session and no token. 202 means that it is on disk.
/// </summary>
internal static class ObservationsApi
{
    public static void Map(RouteGroupBuilder anonymous) => anonymous.MapPost("/observations", TakeAsync).WithName("PushObservations").AllowAnonymous();

    private static async Task<IResult> TakeAsync(HttpContext context, HydrologyHouse hydrology, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (hydrology.Senders.Count == 0) return Problems.NoPushSenders.ToResult();
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bound) bound.MaxRequestBodySize = null;
        byte[]? body = await BoundedBody.ReadAsync(context.Request, PushEnvelope.BytesMax, cancellationToken);
        if (body is null) return Problems.PushTooLarge.ToResult();
        var verdict = hydrology.Senders.Verify(body, clock.GetUtcNow());
        if (verdict.Message is not { } message)
        {
            hydrology.PushPulse?.Refused("A push was refused: " + verdict.Findings[0].Code + ".");
            // Who is not known learns nothing but that.
            var problem = (verdict.Sender is null ? Problems.PushUnauthenticated : Problems.PushRefused).ToDetails();
            if (verdict.Sender is not null) problem.Extensions["findings"] = FindingView.Of(verdict.Findings);
            return TypedResults.Problem(problem);
        }

        var report = Report(message, verdict.Sender!, clock.GetUtcNow());
        var measurements = Measurements.Of(new FeedDecode(message.Observations, []));
        var taken = hydrology.Room.TakePush("feed:push-" + message.Sender, report, measurements, new PushRow(message.Sender, message.Id, message.Revision, verdict.PayloadSha256, clock.GetUtcNow().UtcTicks));
        if (taken is null)
        {
            hydrology.PushPulse?.Refused("A push used an identity again for other content.");
            return Problems.PushReplay.ToResult();
        }

        hydrology.PushPulse?.Good(measurements.Count + (report is null ? 0 : 1), message.Sent);
        return TypedResults.Accepted((string?)null, new PushTaken(message.Sender, message.Id, message.Revision, taken == false, report is not null, measurements.Count));
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
