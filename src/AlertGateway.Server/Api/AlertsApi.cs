using AlertGateway.Core.Dispatch;
using AlertGateway.Server.Security;
using AlertGateway.Server.Web;
using Microsoft.AspNetCore.Http.Features;

namespace AlertGateway.Server.Api;

/// <summary><c>POST /v1/alerts</c>: a CAP document as the body.</summary>
internal static class AlertsApi
{
    public static void Map(RouteGroupBuilder changes) => changes.MapPost("/alerts", SubmitAsync).WithName("SubmitAlert");

    private static async Task<IResult> SubmitAsync(HttpContext context, IDesk desk, IRefusalLog refusals, CancellationToken cancellationToken)
    {
        // The server's own bound would answer with an empty 413; ours says why.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bound) bound.MaxRequestBodySize = null;
        byte[]? document = await BoundedBody.ReadAsync(context.Request, Problems.BodyBytesMax, cancellationToken);
        if (document is not { Length: > 0 })
        {
            var problem = document is null ? Problems.BodyTooLarge : Problems.BodyEmpty;
            problem.RecordIn(refusals);
            return problem.ToResult();
        }

        var reply = await desk.SubmitAsync(document, context.User.Person(), cancellationToken);
        if (reply.Taken)
        {
            var taken = new AlertTaken(reply.Code, $"{reply.Sentence} {reply.SentenceEnglish}", reply.SubmissionNos, reply.ProposalNos, FindingView.Of(reply.Findings));
            return TypedResults.Accepted(reply.ProposalNos.Count > 0 ? $"/v1/proposals/{reply.ProposalNos[0]}" : null, taken);
        }

        var details = new Problem(StatusCodes.Status422UnprocessableEntity, reply.Code, reply.Sentence, reply.SentenceEnglish).ToDetails();
        details.Extensions["findings"] = FindingView.Of(reply.Findings);
        details.Extensions["submissionNos"] = reply.SubmissionNos;
        return TypedResults.Problem(details);
    }
}
