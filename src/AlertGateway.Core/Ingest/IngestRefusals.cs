using AlertGateway.Cap;
using AlertGateway.Core.Approval;

namespace AlertGateway.Core.Ingest;

/// <summary>The sentences of what ingest turns away. Codes are stable.</summary>
internal static class IngestRefusals
{
    public static DeskRefusal TooLarge(int bytes, int bytesMax) => new("ingest.too-large",
        $"报文过大：{bytes} 字节，最多接收 {bytesMax} 字节（5.5 MiB），未读取。", $"The document is too large: {bytes} bytes; at most {bytesMax} (5.5 MiB) are read.");

    public static DeskRefusal Empty { get; } = new("ingest.empty", "报文为空。", "The document is empty.");

    public static DeskRefusal NoIdentity { get; } = new("ingest.no-identity", "预警的发布时间（sent）无法读取，因此没有可用的身份标识。", "The alert's sent time cannot be read, so it has no identity.");

    /// <summary>A document that cannot be read safely or has no identity: the first finding that says so.</summary>
    public static DeskRefusal Rejected(IReadOnlyList<Finding> findings)
    {
        var worst = findings.FirstOrDefault(f => FindingCodes.All.Any(c => c.Code == f.Code && c.Effect == Disposition.Reject));
        var chinese = worst.Code switch
        {
            "document.doctype" => "报文含有 DOCTYPE（文档类型声明），可能是攻击，拒绝读取。",
            "document.not-well-formed" => "报文不是格式正确的 XML。",
            "document.too-large" => "报文过大，未读取。",
            "document.too-deep" => "报文的元素嵌套过深。",
            "document.no-alert" => "报文中没有 CAP 预警。",
            "document.encoding-unknown" or "document.encoding-broken" => "报文的字符编码无法识别或已损坏。",
            "identifier.missing" => "预警没有编号（identifier）。",
            "sender.missing" => "预警没有发送者（sender）。",
            "sent.missing" => "预警没有发布时间（sent）。",
            _ => "报文无法安全读取，或者没有身份标识。",
        };
        return new DeskRefusal("cap." + (worst.Code ?? "rejected"), chinese, worst.Message ?? "The document cannot be read safely, or has no identity.");
    }

    /// <summary>Null for what may be proposed.</summary>
    public static DeskRefusal? Of(ChainVerdict verdict, Alert alert, TakenAlert? other) => verdict switch
    {
        ChainVerdict.Conflict => new("ingest.conflict", $"已有同一编号的预警，但内容不同；保留先到的第 {other?.SubmissionNo} 号，请人工核对。",
            $"An alert of this identity exists with other content; the first one (submission {other?.SubmissionNo}) is kept, and a person must look."),
        ChainVerdict.Late => new("ingest.late", $"这条预警已被第 {other?.SubmissionNo} 号更新或解除，不再发布。", $"This alert was already updated or cancelled by submission {other?.SubmissionNo}; it is not sent any more."),
        ChainVerdict.Expired => new("alert.expired", "预警在收到时已过有效期，不再发布。", "The alert's life was over when it came; it is not sent."),
        ChainVerdict.NotForPublic => new("ingest.not-for-public", $"这类报文不对公众发布（status {alert.Status}，msgType {alert.MsgType}，scope {alert.Scope}），仅作记录。",
            $"This kind of message is not for the public (status {alert.Status}, msgType {alert.MsgType}, scope {alert.Scope}); it was taken note of."),
        _ => null,
    };
}
