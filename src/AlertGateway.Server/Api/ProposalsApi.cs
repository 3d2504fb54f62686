using AlertGateway.Core.Approval;
using AlertGateway.Server.Security;
using AlertGateway.Server.Web;

namespace AlertGateway.Server.Api;

/// <summary><c>/v1/proposals</c>: what waits for people, and their signatures by hash.</summary>
internal static class ProposalsApi
{
    public static void Map(RouteGroupBuilder reads, RouteGroupBuilder changes)
    {
        reads.MapGet("/proposals", static (IDesk desk) => TypedResults.Ok(desk.Proposals.Select(ProposalView.Of))).WithName("ListProposals");
        reads.MapGet("/proposals/{n:int}", static IResult (int n, IDesk desk) =>
            desk.FindProposal(n) is { } p ? TypedResults.Ok(ProposalView.Of(p)) : Problems.NoSuchProposal.ToResult()).WithName("GetProposal");
        changes.MapPost("/proposals/{n:int}/sign", SignAsync).WithName("SignProposal");
        changes.MapPost("/proposals/{n:int}/return", ReturnAsync).WithName("ReturnProposal");
        changes.MapPost("/proposals/{n:int}/release", ReleaseAsync).WithName("ReleaseHold");
        changes.MapPost("/proposals/{n:int}/aloud", AlarmAloudAsync).WithName("AlarmAloud");
    }

    private static async Task<IResult> SignAsync(int n, SignRequest body, HttpContext context, IDesk desk, CancellationToken cancellationToken)
    {
        if (body.Role is not (SignatureRole.Proposer or SignatureRole.Approver)) return Problems.BadRole.ToResult();
        if (desk.FindProposal(n) is null) return Problems.NoSuchProposal.ToResult();
        var hashes = new ApprovalHashes(body.Content, body.Area, body.Audience, body.Renditions, body.ExpiresTicks);
        return Answer(await desk.SignAsync(n, context.User.Person(), body.Role, hashes, cancellationToken));
    }

    private static async Task<IResult> ReturnAsync(int n, ReturnRequest body, HttpContext context, IDesk desk, CancellationToken cancellationToken)
    {
        if (!ApiRoutes.IsReason(body.Reason)) return Problems.BadReason.ToResult();
        if (desk.FindProposal(n) is null) return Problems.NoSuchProposal.ToResult();
        return Answer(await desk.ReturnAsync(n, context.User.Person(), body.Reason.Trim(), cancellationToken));
    }

    private static async Task<IResult> ReleaseAsync(int n, ReturnRequest body, HttpContext context, IDesk desk, CancellationToken cancellationToken)
    {
        if (!ApiRoutes.IsReason(body.Reason)) return Problems.BadReason.ToResult();
        if (desk.FindProposal(n) is null) return Problems.NoSuchProposal.ToResult();
        return Answer(await desk.ReleaseHoldAsync(n, context.User.Person(), body.Reason.Trim(), cancellationToken));
    }

    private static async Task<IResult> AlarmAloudAsync(int n, ReturnRequest body, HttpContext context, IDesk desk, CancellationToken cancellationToken)
    {
        if (!ApiRoutes.IsReason(body.Reason)) return Problems.BadReason.ToResult();
        if (desk.FindProposal(n) is null) return Problems.NoSuchProposal.ToResult();
        return Answer(await desk.AlarmAloudAsync(n, context.User.Person(), body.Reason.Trim(), cancellationToken));
    }

    private static IResult Answer(DeskReply reply) =>
        reply.Done ? TypedResults.Ok(new DoneView($"{reply.Sentence} {reply.SentenceEnglish}", reply.DisseminationNo)) : ApiRoutes.Refused(reply);
}
