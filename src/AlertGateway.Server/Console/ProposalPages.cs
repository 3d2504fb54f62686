using System.Globalization;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Tracking;
using AlertGateway.Server.Security;
using AlertGateway.Server.Web.Components;

namespace AlertGateway.Server.Web;

/// <summary>The page where people decide. Live and exercise proposals have addresses of their own; the wrong one does not decide anything.</summary>
internal static class ProposalPages
{
    public static void Map(RouteGroupBuilder pages, RouteGroupBuilder forms)
    {
        foreach (var place in (Mode[])[Mode.Live, Mode.Exercise])
        {
            string path = $"/{Modes.Segment(place)}/proposals/{{n:int}}";
            pages.MapGet(path, (int n, HttpContext context, IDesk desk, ITrackingBoard board, CityMap map) =>
                desk.FindProposal(n) is not { } p ? NotFound(context)
                : Modes.Of(p) != place ? Page.See(Modes.PathOf(p))
                : Show(p, context, board, map, Page.Note(context), false));
            forms.MapPost(path + "/sign", (int n, HttpContext context, IDesk desk, ITrackingBoard board, CityMap map, CancellationToken ct) => SignAsync(place, n, context, desk, board, map, ct));
            forms.MapPost(path + "/return", (int n, HttpContext context, IDesk desk, ITrackingBoard board, CityMap map, CancellationToken ct) =>
                WithReasonAsync(place, n, context, desk, board, map, "returned", reason => desk.ReturnAsync(n, context.User.Person(), reason, ct), ct));
            forms.MapPost(path + "/aloud", (int n, HttpContext context, IDesk desk, ITrackingBoard board, CityMap map, CancellationToken ct) =>
                WithReasonAsync(place, n, context, desk, board, map, "aloud", reason => desk.AlarmAloudAsync(n, context.User.Person(), reason, ct), ct));
            forms.MapPost(path + "/release", (int n, HttpContext context, IDesk desk, ITrackingBoard board, CityMap map, CancellationToken ct) =>
                WithReasonAsync(place, n, context, desk, board, map, "released", reason => desk.ReleaseHoldAsync(n, context.User.Person(), reason, ct), ct));
        }
    }

    private static IResult NotFound(HttpContext context) =>
        Page.Of<MessagePage>(new { Title = "没有此提案", Message = "没有这份提案。There is no such proposal.", Back = "/", Person = context.User.TryPerson() }, StatusCodes.Status404NotFound);

    private static IResult Show(Proposal p, HttpContext context, ITrackingBoard board, CityMap map, string? notice, bool bad, int status = StatusCodes.Status200OK) => Page.Of<ProposalPage>(new
    {
        Person = context.User.Person(),
        Map = map,
        P = p,
        DisseminationPath = board.Disseminations.FirstOrDefault(d => d.ProposalNo == p.ProposalNo) is { } d ? Modes.PathOf(d) : null,
        Notice = notice,
        NoticeBad = bad,
    }, status);

    private static async Task<IResult> SignAsync(Mode place, int n, HttpContext context, IDesk desk, ITrackingBoard board, CityMap map, CancellationToken cancellationToken)
    {
        if (desk.FindProposal(n) is not { } p || Modes.Of(p) != place) return NotFound(context);
        var form = await context.Request.ReadFormAsync(cancellationToken);
        if (!Modes.Matches(form["phrase"], Modes.Phrase(p, map.Name)))
            return Show(p, context, board, map, $"没有签署：输入的不是“{Modes.Phrase(p, map.Name)}”。Not signed: the words typed are not those asked for.", true, StatusCodes.Status400BadRequest);
        if (!Enum.TryParse<SignatureRole>(form["role"], out var role) || role is not (SignatureRole.Proposer or SignatureRole.Approver)
            || !long.TryParse(form["expires"], NumberStyles.None, CultureInfo.InvariantCulture, out long expires))
            return Show(p, context, board, map, "没有签署：表单不完整。Not signed: the form is incomplete.", true, StatusCodes.Status400BadRequest);
        var seen = new ApprovalHashes(form["content"].ToString(), form["area"].ToString(), form["audience"].ToString(), form["renditions"].ToString(), expires);
        var reply = await desk.SignAsync(n, context.User.Person(), role, seen, cancellationToken);
        if (!reply.Done) return Show(desk.FindProposal(n) ?? p, context, board, map, $"没有签署：{reply.Sentence} {reply.SentenceEnglish} [{reply.Code}]", true, StatusCodes.Status409Conflict);
        if (reply.DisseminationNo > 0 && board.Find(reply.DisseminationNo) is { } view) return Page.See(Modes.PathOf(view), "cleared");
        return Page.See(Modes.PathOf(p), role == SignatureRole.Proposer ? "proposed" : "cleared");
    }

    private static async Task<IResult> WithReasonAsync(Mode place, int n, HttpContext context, IDesk desk, ITrackingBoard board, CityMap map, string note, Func<string, Task<DeskReply>> act, CancellationToken cancellationToken)
    {
        if (desk.FindProposal(n) is not { } p || Modes.Of(p) != place) return NotFound(context);
        string reason = (await context.Request.ReadFormAsync(cancellationToken))["reason"].ToString().Trim();
        if (reason.Length is 0 or > 500) return Show(p, context, board, map, $"{Api.Problems.BadReason.Title} {Api.Problems.BadReason.TitleEnglish}", true, StatusCodes.Status400BadRequest);
        var reply = await act(reason);
        return reply.Done ? Page.See(Modes.PathOf(p), note)
            : Show(desk.FindProposal(n) ?? p, context, board, map, $"{reply.Sentence} {reply.SentenceEnglish} [{reply.Code}]", true, StatusCodes.Status409Conflict);
    }
}
