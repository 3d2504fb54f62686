using System.Globalization;
using System.Security;
using System.Text;

namespace AlertGateway.Tests.Approval;

/// <summary>Makes CAP documents for tests; the texts are made up.</summary>
public sealed record CapText
{
    public string Identifier { get; init; } = "32048141600000_20260705142000";

    public string Sender { get; init; } = "liyang-observatory";

    public DateTimeOffset Sent { get; init; } = new(2026, 7, 5, 14, 20, 0, TimeSpan.FromHours(8));

    public string Status { get; init; } = "Actual";

    public string MsgType { get; init; } = "Alert";

    public string Scope { get; init; } = "Public";

    public IReadOnlyList<CapText> References { get; init; } = [];

    public string Event { get; init; } = "暴雨";

    public string EventCode { get; init; } = "11B03";

    public string Severity { get; init; } = "Extreme";

    public string Headline { get; init; } = "溧阳市气象台发布暴雨红色预警[I级/特别严重]";

    public string Description { get; init; } = "预计未来3小时天目湖镇、戴埠镇降雨量将达100毫米以上，山洪、滑坡风险极高。";

    public string Instruction { get; init; } = "请低洼和山边住户立即向安置点转移。";

    public DateTimeOffset? Expires { get; init; } = new(2026, 7, 5, 20, 20, 0, TimeSpan.FromHours(8));

    public string Language { get; init; } = "zh-CN";

    public string SenderName { get; init; } = "溧阳市气象台";

    public string AreaDesc { get; init; } = "溧阳市";

    public string? Geocode { get; init; } = "320481000000";

    /// <summary>CAP's pairs of latitude and longitude, closed; null for none.</summary>
    public string? Polygon { get; init; }

    /// <summary>Parameters of the info, as XML.</summary>
    public string InfoTail { get; init; } = "";

    /// <summary>A further info, as XML.</summary>
    public string MoreInfo { get; init; } = "";

    public byte[] Bytes => Encoding.UTF8.GetBytes(Xml);

    public string Xml
    {
        get
        {
            var references = References.Count == 0 ? "" : $"<references>{string.Join(' ', References.Select(r => $"{r.Sender},{r.Identifier},{Time(r.Sent)}"))}</references>";
            var expires = Expires is { } e ? $"<expires>{Time(e)}</expires>" : "";
            var geocode = Geocode is null ? "" : $"<geocode><valueName>CPEAS Geographic Code</valueName><value>{Geocode}</value></geocode>";
            var polygon = Polygon is null ? "" : $"<polygon>{Polygon}</polygon>";
            var info = MsgType == "Cancel" ? "" : $"""
                <info><language>{Language}</language><category>Met</category><event>{Escape(Event)}</event><urgency>Immediate</urgency><severity>{Severity}</severity><certainty>Observed</certainty>
                <eventCode><valueName>CN</valueName><value>{EventCode}</value></eventCode>{expires}<senderName>{Escape(SenderName)}</senderName><headline>{Escape(Headline)}</headline>
                <description>{Escape(Description)}</description><instruction>{Escape(Instruction)}</instruction>{InfoTail}<area><areaDesc>{Escape(AreaDesc)}</areaDesc>{polygon}{geocode}</area></info>
                """;
            return $"""
                <?xml version="1.0" encoding="UTF-8"?>
                <alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{Identifier}</identifier><sender>{Sender}</sender><sent>{Time(Sent)}</sent><status>{Status}</status><msgType>{MsgType}</msgType><scope>{Scope}</scope>{references}{info}{MoreInfo}</alert>
                """;
        }
    }

    /// <summary>The next message of this one's chain.</summary>
    public CapText Next(string msgType, string identifier, int minutesLater = 10) => this with { MsgType = msgType, Identifier = identifier, Sent = Sent.AddMinutes(minutesLater), References = [this] };

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);

    private static string Escape(string text) => SecurityElement.Escape(text);
}
