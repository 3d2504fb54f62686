using System.Globalization;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Tracking;
using AlertGateway.Server.Security;
using AlertGateway.Server.Web.Components;

namespace AlertGateway.Server.Web;

/// <summary>Live board, unreached lists with their door-knock forms, and taking back.</summary>
internal static class BoardPages
{
    public static void Map(RouteGroupBuilder pages, RouteGroupBuilder forms)
    {
        foreach (var place in (Mode[])[Mode.Live, Mode.Exercise])
        {
            string path = $"/{Modes.Segment(place)}/{{n:int}}";
            pages.MapGet(path, (int n, HttpContext context, ITrackingBoard board, FieldReports field, CityMap map) => At(place, n, "", context, board, view => Board(view, context, board, field, map)));
            pages.MapGet(path + "/unreached", (int n, HttpContext context, ITrackingBoard board, FieldReports field, CityMap map, string? village = null, int skip = 0) =>
                At(place, n, "/unreached", context, board, view => Unreached(view, context, board, field, map, village, skip, Page.Note(context), false)));
            pages.MapGet(path + "/cancel", (int n, HttpContext context, ITrackingBoard board, CityMap map) =>
                At(place, n, "/cancel", context, board, view => CancelForm(view, context, map, null)));
            forms.MapPost(path + "/cancel", (int n, HttpContext context, IDesk desk, ITrackingBoard board, CityMap map, CancellationToken ct) => CancelAsync(place, n, context, desk, board, map, ct));
            forms.MapPost(path + "/evacuated", (int n, HttpContext context, ITrackingBoard board, FieldReports field, CityMap map, CancellationToken ct) => EvacuatedAsync(place, n, context, board, field, map, ct));
            forms.MapPost(path + "/visits", (int n, HttpContext context, ITrackingBoard board, FieldReports field, CityMap map, CancellationToken ct) => VisitAsync(place, n, context, board, field, map, ct));
        }
    }

    private static IResult At(Mode place, int n, string rest, HttpContext context, ITrackingBoard board, Func<DisseminationView, IResult> show) =>
        board.Find(n) is not { } view ? NotFound(context)
        : Modes.Of(view) != place ? Page.See(Modes.PathOf(view) + rest)
        : show(view);

    private static IResult NotFound(HttpContext context) =>
        Page.Of<MessagePage>(new { Title = "没有此发布", Message = "没有这次发布。There is no such dissemination.", Back = "/", Person = context.User.TryPerson() }, StatusCodes.Status404NotFound);

    private static IResult Board(DisseminationView view, HttpContext context, ITrackingBoard board, FieldReports field, CityMap map) => Page.Of<BoardPage>(new
    {
        Person = context.User.Person(),
        Map = map,
        V = view,
        Coverage = board.Coverage(view.DisseminationNo),
        UnreachedVillages = board.UnreachedVillages(view.DisseminationNo),
        UnreachedSites = board.UnreachedSites(view.DisseminationNo),
        Timeline = board.Timeline(view.DisseminationNo),
        ToBeTold = board.ToBeToldAtTheDoor(view.DisseminationNo),
        MayRecord = MayRecord(view, context, field),
        Notice = Page.Note(context),
    });

    private static IResult Unreached(DisseminationView view, HttpContext context, ITrackingBoard board, FieldReports field, CityMap map, string? village, int skip, string? notice, bool bad, int status = StatusCodes.Status200OK)
    {
        skip = Math.Clamp(skip, 0, 10_000_000);
        string? code = village is { Length: 12 } && village.All(char.IsAsciiDigit) ? village : null;
        var households = board.Unreached(view.DisseminationNo, code, skip, UnreachedPage.Take + 1);
        return Page.Of<UnreachedPage>(new
        {
            Person = context.User.Person(),
            Map = map,
            V = view,
            Village = board.UnreachedVillages(view.DisseminationNo).FirstOrDefault(u => u.VillageCode == code),
            VillageCode = code,
            MayRecord = MayRecord(view, context, field),
            HasLeft = code is not null && board.EvacuationOf(view.DisseminationNo) is { } evacuation ? evacuation.VillageCodes.Contains(code) : (bool?)null,
            Households = (IReadOnlyList<UnreachedHousehold>)[.. households.Take(UnreachedPage.Take)],
            HasMore = households.Count > UnreachedPage.Take,
            Skip = skip,
            Notice = notice,
            NoticeBad = bad,
        }, status);
    }

    private static Func<string, bool> MayRecord(DisseminationView view, HttpContext context, FieldReports field)
    {
        var roles = context.User.Person().Roles;
        return village => field.MayRecord(view, village, roles);
    }

    private static IResult CancelForm(DisseminationView view, HttpContext context, CityMap map, string? notice, int status = StatusCodes.Status200OK) =>
        Page.Of<CancelPage>(new { Person = context.User.Person(), Map = map, V = view, Notice = notice, NoticeBad = notice is not null }, status);

    private static async Task<IResult> CancelAsync(Mode place, int n, HttpContext context, IDesk desk, ITrackingBoard board, CityMap map, CancellationToken cancellationToken)
    {
        if (board.Find(n) is not { } view || Modes.Of(view) != place) return NotFound(context);
        var form = await context.Request.ReadFormAsync(cancellationToken);
        string reason = form["reason"].ToString().Trim(), kind = form["kind"].ToString();
        if (reason.Length is 0 or > 500 || kind is not ("cancel" or "false-alarm"))
            return CancelForm(view, context, map, $"{Api.Problems.BadReason.Title} {Api.Problems.BadReason.TitleEnglish}", StatusCodes.Status400BadRequest);
        var reply = await desk.CancelAsync(n, context.User.Person(), reason, kind == "false-alarm", cancellationToken);
        return reply.Done ? Page.See(Modes.PathOf(view), "cancelled")
            : CancelForm(board.Find(n) ?? view, context, map, $"没有撤销：{reply.Sentence} {reply.SentenceEnglish} [{reply.Code}]", StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> EvacuatedAsync(Mode place, int n, HttpContext context, ITrackingBoard board, FieldReports field, CityMap map, CancellationToken cancellationToken)
    {
        if (board.Find(n) is not { } view || Modes.Of(view) != place) return NotFound(context);
        var form = await context.Request.ReadFormAsync(cancellationToken);
        string village = form["village"].ToString();
        bool evacuated = form["evacuated"].ToString() == "yes";
        var person = context.User.Person();
        if (await field.EvacuatedAsync(view, village, evacuated, person.PersonId, person.Name, person.Roles, cancellationToken) is { } refusal) return NotRecorded(refusal, view, context, board, field, map, village, 0);
        return Page.See($"{Modes.PathOf(view)}/unreached?village={village}", evacuated ? "evacuated" : "not-evacuated");
    }

    private static async Task<IResult> VisitAsync(Mode place, int n, HttpContext context, ITrackingBoard board, FieldReports field, CityMap map, CancellationToken cancellationToken)
    {
        if (board.Find(n) is not { } view || Modes.Of(view) != place) return NotFound(context);
        var form = await context.Request.ReadFormAsync(cancellationToken);
        string? village = form["village"].ToString() is { Length: 12 } v && v.All(char.IsAsciiDigit) ? v : null;
        _ = int.TryParse(form["skip"], NumberStyles.None, CultureInfo.InvariantCulture, out int skip);
        Evidence? level = form["level"].ToString() switch { nameof(Evidence.Visited) => Evidence.Visited, nameof(Evidence.Acknowledged) => Evidence.Acknowledged, _ => null };
        _ = int.TryParse(form["person"], NumberStyles.None, CultureInfo.InvariantCulture, out int no);
        var person = context.User.Person();
        if (level is not { } grade) return Unreached(view, context, board, field, map, village, skip, $"没有记录：{Api.Problems.BadLevel.Title} {Api.Problems.BadLevel.TitleEnglish}", true, StatusCodes.Status400BadRequest);
        if (await field.VisitAsync(view, no, grade, person.PersonId, person.Name, person.Roles, cancellationToken) is { } refusal) return NotRecorded(refusal, view, context, board, field, map, village, skip);
        if (form["from"].ToString() == "board") return Page.See(Modes.PathOf(view), "visited");
        return Page.See(string.Create(CultureInfo.InvariantCulture, $"{Modes.PathOf(view)}/unreached?{(village is null ? "" : $"village={village}&")}skip={skip}"), level == Evidence.Visited ? "visited" : "acknowledged");
    }

    private static IResult NotRecorded(DeskRefusal refusal, DisseminationView view, HttpContext context, ITrackingBoard board, FieldReports field, CityMap map, string? village, int skip) =>
        Unreached(view, context, board, field, map, village, skip, $"没有记录：{refusal.Sentence} {refusal.SentenceEnglish}", true, Api.ApiRoutes.IsForbidden(refusal.Code) ? StatusCodes.Status403Forbidden : StatusCodes.Status400BadRequest);
}
