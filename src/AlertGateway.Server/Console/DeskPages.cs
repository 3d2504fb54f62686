using AlertGateway.Core.Approval;
using AlertGateway.Core.Tracking;
using AlertGateway.Server.Security;
using AlertGateway.Server.Web.Components;

namespace AlertGateway.Server.Web;

/// <summary>Inbox, refusals, health, programmes.</summary>
internal static class DeskPages
{
    private const int ShownMax = 100;

    public static void Map(RouteGroupBuilder pages, RouteGroupBuilder forms)
    {
        pages.MapGet("/", static (HttpContext context, IDesk desk, ITrackingBoard board, CityMap map) => Inbox(context, desk, board, map, Page.Note(context), false));
        pages.MapGet("/health", static (HttpContext context, IHealthSource health) => Health(context, health, Page.Note(context), bad: false));
        pages.MapGet("/refusals", static (HttpContext context, IDesk desk) =>
            Page.Of<RefusalsPage>(new { Person = context.User.Person(), Lines = (IReadOnlyList<RefusalLine>)[.. desk.Refusals.Take(ShownMax)] }));
        pages.MapGet("/programmes/{sha:length(64)}.wav", static IResult (string sha, IDesk desk) =>
            desk.Programme(sha) is { } wav ? TypedResults.Bytes(wav, "audio/wav", enableRangeProcessing: true) : TypedResults.NotFound());
        forms.MapPost("/submissions", SubmitAsync);
        forms.MapPost("/clock", TrustClockAsync);
    }

    private static IResult Health(HttpContext context, IHealthSource health, string? notice, bool bad, int status = StatusCodes.Status200OK)
    {
        var person = context.User.Person();
        var trust = context.RequestServices.GetService<Core.ClockTrust>();
        return Page.Of<HealthPage>(new { Person = person, Lines = health.Read(), Notice = notice, NoticeBad = bad, ClockInDoubt = trust?.InDoubt == true, MayTrustClock = trust?.MayEnd(person.Roles) == true }, status);
    }

    private static async Task<IResult> TrustClockAsync(HttpContext context, IHealthSource health, CancellationToken cancellationToken)
    {
        var person = context.User.Person();
        return await context.RequestServices.GetRequiredService<Core.ClockTrust>().BelieveWallAsync(person.PersonId, person.Name, person.Roles, cancellationToken) is { } refusal
            ? Health(context, health, $"{refusal.Sentence} {refusal.SentenceEnglish} [{refusal.Code}]", bad: true, StatusCodes.Status409Conflict)
            : Page.See("/health", "clock");
    }

    private static IResult Inbox(HttpContext context, IDesk desk, ITrackingBoard board, CityMap map, string? notice, bool bad, int status = StatusCodes.Status200OK) => Page.Of<InboxPage>(new
    {
        Person = context.User.Person(),
        Map = map,
        Waiting = (IReadOnlyList<Proposal>)[.. desk.Proposals.Where(p => p.State is ProposalState.Draft or ProposalState.Held or ProposalState.Proposed)
            .OrderByDescending(p => p.Submission.Colour).ThenByDescending(p => p.ProposalNo).Take(ShownMax)],
        Submissions = (IReadOnlyList<Core.Ingest.Submission>)[.. desk.Submissions.Take(ShownMax)],
        Episodes = desk.Episodes,
        Disseminations = (IReadOnlyList<DisseminationView>)[.. board.Disseminations.Take(ShownMax)],
        Notice = notice,
        NoticeBad = bad,
    }, status);

    private static async Task<IResult> SubmitAsync(HttpContext context, IDesk desk, ITrackingBoard board, CityMap map, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        if (form.Files.GetFile("document") is not { Length: > 0 } file) return Inbox(context, desk, board, map, "没有选文件。No document was chosen.", true, StatusCodes.Status400BadRequest);
        if (file.Length > Api.Problems.BodyBytesMax)
        {
            Api.Problems.BodyTooLarge.RecordIn(context.RequestServices.GetRequiredService<Core.Dispatch.IRefusalLog>());
            return Inbox(context, desk, board, map, $"{Api.Problems.BodyTooLarge.Title} {Api.Problems.BodyTooLarge.TitleEnglish}", true, StatusCodes.Status413PayloadTooLarge);
        }

        byte[] document = new byte[file.Length];
        await using (var stream = file.OpenReadStream()) await stream.ReadExactlyAsync(document, cancellationToken);
        var reply = await desk.SubmitAsync(document, context.User.Person(), cancellationToken);
        if (!reply.Taken)
        {
            string findings = string.Join(" ", reply.Findings.Take(3).Select(f => $"[{f.Code}] {f.Message}"));
            return Inbox(context, desk, board, map, $"{reply.Sentence} {reply.SentenceEnglish} {findings}", true, StatusCodes.Status422UnprocessableEntity);
        }

        return reply.ProposalNos.Count > 0 && desk.FindProposal(reply.ProposalNos[0]) is { } proposal ? Page.See(Modes.PathOf(proposal), "taken") : Page.See("/", "taken");
    }
}
