using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Tracking;
using AlertGateway.Server.Security;
using AlertGateway.Server.Web;

namespace AlertGateway.Server.Api;

/// <summary><c>/v1/disseminations</c> and the live board's event stream.</summary>
internal static class DisseminationsApi
{
    /// <summary>Most households in one page of the unreached list.</summary>
    public const int TakeMax = 1000;

    public static void Map(RouteGroupBuilder reads, RouteGroupBuilder changes)
    {
        reads.MapGet("/disseminations", static (ITrackingBoard board) => TypedResults.Ok(board.Disseminations)).WithName("ListDisseminations");
        var one = reads.MapGroup("/disseminations/{n:int}");
        one.MapGet("", static IResult (int n, ITrackingBoard board) => Found(board.Find(n))).WithName("GetDissemination");
        one.MapGet("/coverage", static IResult (int n, ITrackingBoard board) => Found(board.Coverage(n))).WithName("GetCoverage");
        one.MapGet("/timeline", static IResult (int n, ITrackingBoard board) => Found(board.Find(n) is null ? null : board.Timeline(n))).WithName("GetTimeline");
        one.MapGet("/unreached", Unreached).WithName("GetUnreached");
        one.MapGet("/unreached-sites", static IResult (int n, ITrackingBoard board) => Found(board.Find(n) is null ? null : board.UnreachedSites(n))).WithName("GetUnreachedSites");
        reads.MapGet("/board/{n:int}/events", BoardStreamApi.WatchAsync).WithName("WatchBoard");
        changes.MapPost("/disseminations/{n:int}/cancel", CancelAsync).WithName("CancelDissemination");
        changes.MapPost("/disseminations/{n:int}/visits", VisitAsync).WithName("RecordVisit");
        one.MapGet("/evacuations", static IResult (int n, ITrackingBoard board) => board.Find(n) is null ? Problems.NoSuchDissemination.ToResult() : TypedResults.Ok(board.EvacuationOf(n) ?? new Evacuation([]))).WithName("GetEvacuations");
        changes.MapPost("/disseminations/{n:int}/villages/{code}/evacuated", EvacuatedAsync).WithName("RecordEvacuation");
    }

    private static IResult Found<T>(T? value) where T : class => value is null ? Problems.NoSuchDissemination.ToResult() : TypedResults.Ok(value);

    private static IResult Unreached(int n, ITrackingBoard board, string? village = null, int skip = 0, int take = 100)
    {
        if (skip < 0 || take is < 1 or > TakeMax) return Problems.BadPage.ToResult();
        return Found(board.Find(n) is null ? null : board.Unreached(n, village, skip, take));
    }

    private static async Task<IResult> CancelAsync(int n, CancelRequest body, HttpContext context, IDesk desk, ITrackingBoard board, CancellationToken cancellationToken)
    {
        if (!ApiRoutes.IsReason(body.Reason)) return Problems.BadReason.ToResult();
        if (board.Find(n) is null) return Problems.NoSuchDissemination.ToResult();
        var reply = await desk.CancelAsync(n, context.User.Person(), body.Reason.Trim(), body.FalseAlarm, cancellationToken);
        return reply.Done ? TypedResults.Ok(new DoneView($"{reply.Sentence} {reply.SentenceEnglish}", n)) : ApiRoutes.Refused(reply);
    }

    private static async Task<IResult> EvacuatedAsync(int n, string code, EvacuationRequest body, HttpContext context, ITrackingBoard board, FieldReports field, CancellationToken cancellationToken)
    {
        if (board.Find(n) is not { } view) return Problems.NoSuchDissemination.ToResult();
        var person = context.User.Person();
        return Recorded(await field.EvacuatedAsync(view, code, body.Evacuated, person.PersonId, person.Name, person.Roles, cancellationToken));
    }

    private static async Task<IResult> VisitAsync(int n, VisitRequest body, HttpContext context, ITrackingBoard board, FieldReports field, CancellationToken cancellationToken)
    {
        if (body.Level is not (Evidence.Visited or Evidence.Acknowledged)) return Problems.BadLevel.ToResult();
        if (board.Find(n) is not { } view) return Problems.NoSuchDissemination.ToResult();
        var person = context.User.Person();
        return Recorded(await field.VisitAsync(view, body.PersonNo, body.Level, person.PersonId, person.Name, person.Roles, cancellationToken));
    }

    private static IResult Recorded(DeskRefusal? refusal) => refusal is null ? TypedResults.NoContent()
        : new Problem(ApiRoutes.IsForbidden(refusal.Code) ? StatusCodes.Status403Forbidden : StatusCodes.Status404NotFound, refusal.Code, refusal.Sentence, refusal.SentenceEnglish).ToResult();
}
