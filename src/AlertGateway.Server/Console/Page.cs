using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlertGateway.Server.Web;

/// <summary>Renders a page component as the answer.</summary>
internal static class Page
{
    public static IResult Of<T>(object parameters, int status = StatusCodes.Status200OK) where T : IComponent =>
        new RazorComponentResult<T>(parameters) { StatusCode = status, PreventStreamingRendering = true };

    /// <summary>After a form: see the page anew, with a short note of what happened.</summary>
    public static IResult See(string path, string? note = null) =>
        Results.LocalRedirect(note is null ? path : $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}note={note}");

    /// <summary>The notes that an address may carry: fixed words, so that nobody can put a sentence of theirs on our page.</summary>
    public static string? Note(HttpContext context) => context.Request.Query["note"].ToString() switch
    {
        "taken" => "已受理并落盘。Taken in and durable.",
        "proposed" => "已提请，等待另一人批准。Proposed; another person must approve.",
        "cleared" => "已批准，正在发出。Approved; it is going out.",
        "returned" => "已退回。Returned.",
        "aloud" => "已退回；一份响所有渠道的新提案已在收件箱。Returned; a proposal for all channels lies in the inbox.",
        "released" => "已放行，可以提请。Released; it can be proposed.",
        "cancelled" => "已撤销：不再有原发，撤销通知正在发给已开始的。Taken back: no original starts any more, and those that started are being told.",
        "visited" => "已记录上门。The visit is on record.",
        "evacuated" => "已记录“已转移”，该村大喇叭停播。The village is on record as evacuated; its loudspeakers stop.",
        "not-evacuated" => "已收回“已转移”，该村大喇叭恢复播放。Taken back: the village's loudspeakers go on.",
        "acknowledged" => "已记录家人确认。The confirmation is on record.",
        "clock" => "已确认：从现在起按本机时钟。Confirmed: from now on the machine's clock counts.",
        _ => null,
    };
}
