using AlertGateway.Feeds.PushJson;
using AlertGateway.Server.Composition;
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

    private static async Task<IResult> TakeAsync(HttpContext context, HydrologyHouse hydrology, CancellationToken cancellationToken)
    {
        if (hydrology.Pushes is not { } intake) return Problems.NoPushSenders.ToResult();
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bound) bound.MaxRequestBodySize = null;
        byte[]? body = await BoundedBody.ReadAsync(context.Request, PushEnvelope.BytesMax, cancellationToken);
        if (body is null) return Problems.PushTooLarge.ToResult();
        var outcome = intake.Take(body);
        switch (outcome.Fate)
        {
            case PushFate.Unauthenticated: // Who is not known learns nothing but that.
                return Problems.PushUnauthenticated.ToResult();
            case PushFate.Replayed:
                return Problems.PushReplay.ToResult();
            case PushFate.Refused:
                var problem = Problems.PushRefused.ToDetails();
                problem.Extensions["findings"] = FindingView.Of(outcome.Findings);
                return TypedResults.Problem(problem);
            default:
                var message = outcome.Message!;
                return TypedResults.Accepted((string?)null, new PushTaken(message.Sender, message.Id, message.Revision, outcome.Fate == PushFate.Duplicate, outcome.Draft, outcome.Observations));
        }
    }
}
