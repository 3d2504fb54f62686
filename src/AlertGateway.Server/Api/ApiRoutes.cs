using System.Text.Json;
using System.Text.Json.Serialization;
using AlertGateway.Server.Security;
using AlertGateway.Storage.Ledger;
using Microsoft.AspNetCore.Http.Json;

namespace AlertGateway.Server.Api;

/// <summary>The HTTP API under <c>/v1</c>. Anonymous is denied on every route; what changes something takes a bearer token only.</summary>
public static class ApiRoutes
{
    /// <summary>Enumerations travel as their words, so that a reader needs no table.</summary>
    internal static void Configure(JsonOptions options)
    {
        options.SerializerOptions.Converters.Add(new JsonStringEnumConverter(null, allowIntegerValues: false));
        options.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
    }

    public static RouteGroupBuilder MapApi(this IEndpointRouteBuilder routes)
    {
        var v1 = routes.MapGroup("/v1").RequireAuthorization().AddEndpointFilter(RefusalsAsProblemsAsync);
        // A group of its own: inside the other one the two policies would merge, and a cookie would do.
        var changes = routes.MapGroup("/v1").RequireAuthorization(SecurityRegistration.BearerOnly).AddEndpointFilter(RefusalsAsProblemsAsync);
        AlertsApi.Map(changes);
        ProposalsApi.Map(v1, changes);
        DisseminationsApi.Map(v1, changes);
        ObservationsApi.Map(routes.MapGroup("/push").AddEndpointFilter(RefusalsAsProblemsAsync));
        v1.MapGet("/refusals", static (Web.IDesk desk) => desk.Refusals);
        return v1;
    }

    private static async ValueTask<object?> RefusalsAsProblemsAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try { return await next(context); }
        catch (LedgerException) { return Problems.CannotPromise.ToResult(); }
        catch (JsonException) { return Problems.BodyMalformed.ToResult(); }
    }

    /// <summary>A refusal by the desk: 403 where the person may not, 404 where there is nothing, else 409.</summary>
    internal static IResult Refused(Web.DeskReply reply)
    {
        int status = IsForbidden(reply.Code) ? StatusCodes.Status403Forbidden
            : reply.Code.EndsWith(".unknown", StringComparison.Ordinal) ? StatusCodes.Status404NotFound : StatusCodes.Status409Conflict;
        return new Problem(status, reply.Code, reply.Sentence, reply.SentenceEnglish).ToResult();
    }

    /// <summary>The refusal says that this person may not, whatever is asked for.</summary>
    internal static bool IsForbidden(string code) => code.StartsWith("authority.", StringComparison.Ordinal) || code.StartsWith("approver.", StringComparison.Ordinal) || code == "person.missing";

    internal static bool IsReason(string? reason) => reason?.Trim().Length is > 0 and <= 500;
}
