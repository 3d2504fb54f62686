using AlertGateway.Core.Dispatch;
using Microsoft.AspNetCore.Mvc;

namespace AlertGateway.Server.Api;

/// <summary>A refusal of the API (RFC 9457). Codes are stable: lines are added, none is edited.</summary>
public sealed record Problem(int Status, string Code, string Title, string TitleEnglish)
{
    public ProblemDetails ToDetails(string? detail = null)
    {
        var details = new ProblemDetails { Status = Status, Type = "urn:alertgateway:problem:" + Code, Title = $"{Title} {TitleEnglish}", Detail = detail };
        details.Extensions["code"] = Code;
        return details;
    }

    public IResult ToResult(string? detail = null) => TypedResults.Problem(ToDetails(detail));

    /// <summary>Puts it into the refusal book, where people see it.</summary>
    public void RecordIn(IRefusalLog refusals) => refusals.Refused(Code, $"{Title} {TitleEnglish}");

    public Task WriteAsync(HttpContext context) => ToResult().ExecuteAsync(context);
}

/// <summary>Every problem that the rim itself answers; the desk adds its own codes.</summary>
public static class Problems
{
    public const int BodyBytesMax = 5_767_168; // 5.5 MiB: the largest CAP document that is read

    public static readonly Problem Unauthenticated = new(401, "auth.required", "请先表明身份。", "Say who you are first.");
    public static readonly Problem Forbidden = new(403, "auth.forbidden", "您无权这样做。", "You may not do this.");
    public static readonly Problem TooManyTries = new(429, "auth.too-many-tries", "尝试过多，请一分钟后再试。", "Too many tries; wait a minute.");
    public static readonly Problem BodyTooLarge = new(413, "body.too-large", "文件超过 5.5 MiB。", "The body is over 5.5 MiB.");
    public static readonly Problem BodyEmpty = new(400, "body.empty", "没有内容。", "The body is empty.");
    public static readonly Problem BodyMalformed = new(400, "body.malformed", "请求内容无法读取。", "The body cannot be read.");
    public static readonly Problem NoSuchProposal = new(404, "proposal.unknown", "没有这份提案。", "There is no such proposal.");
    public static readonly Problem NoSuchDissemination = new(404, "dissemination.unknown", "没有这次发布。", "There is no such dissemination.");
    public static readonly Problem BadPage = new(400, "page.out-of-range", "skip 或 take 超出范围。", "skip or take is out of range.");

    public static readonly Problem BadLevel = new(400, "visit.level", "level 只能是 Visited 或 Acknowledged。", "level must be Visited or Acknowledged.");
    public static readonly Problem BadReason = new(400, "reason.length", "理由需为 1 至 500 字。", "A reason of 1 to 500 characters is needed.");
    public static readonly Problem BadRole = new(400, "sign.role", "role 只能是 Proposer 或 Approver。", "role must be Proposer or Approver.");
    public static readonly Problem TooManyViewers = new(503, "board.too-many-viewers", "观看人数已满，请稍后再试。", "All seats at the board are taken; try again later.");
    public static readonly Problem NoPushSenders = new(404, "push.none", "没有登记推送系统。", "No system may push here.");
    public static readonly Problem PushTooLarge = new(413, "push.too-large", "推送超过 256 KiB。", "The push is over 256 KiB.");
    public static readonly Problem PushUnauthenticated = new(401, "push.unauthenticated", "推送系统未登记，或签名不符。", "The sender is not known, or the signature is not theirs.");
    public static readonly Problem PushRefused = new(422, "push.refused", "推送内容不合要求，未受理。", "The push does not say what it must; nothing was taken.");
    public static readonly Problem PushReplay = new(409, "push.replay", "同一编号和版本已用于其他内容。", "This id and revision were used before for other content.");
    public static readonly Problem CannotPromise = new(503, "ledger.unavailable", "网关暂时不能保证落盘，未受理。", "The gateway cannot make this durable now; nothing was taken.");
}
