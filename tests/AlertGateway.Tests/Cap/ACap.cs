using System.Text;
using AlertGateway.Cap;
using Xunit;

namespace AlertGateway.Tests.Cap;

/// <summary>Makes small CAP documents for the tests.</summary>
internal static class ACap
{
    public const string Area = "<area><areaDesc>Liyang</areaDesc><polygon>31.3,119.4 31.5,119.4 31.5,119.6 31.3,119.4</polygon></area>";

    public static string Info(string area = Area, string times = "<expires>2026-07-01T12:00:00+08:00</expires>") =>
        $"<info><language>zh-CN</language><category>Met</category><event>暴雨</event><urgency>Immediate</urgency><severity>Severe</severity><certainty>Observed</certainty>{times}<headline>溧阳市气象台发布暴雨橙色预警</headline>{area}</info>";

    public static string Alert(string? info = null, string identifier = "A1", string sender = "liyang@example.org", string sent = "2026-07-01T08:00:00+08:00",
        string status = "Actual", string msgType = "Alert", string scope = "Public", string extra = "", string ns = "urn:oasis:names:tc:emergency:cap:1.2") =>
        $"<alert xmlns=\"{ns}\"><identifier>{identifier}</identifier><sender>{sender}</sender><sent>{sent}</sent><status>{status}</status><msgType>{msgType}</msgType><scope>{scope}</scope>{extra}{info ?? Info()}</alert>";

    public static CapDocument Read(string xml, CapReaderOptions? options = null) => CapReader.Read(Encoding.UTF8.GetBytes(xml), options);

    public static CapMessage One(string xml, CapReaderOptions? options = null) => Assert.Single(Read(xml, options).Messages);

    public static bool Has(this CapMessage message, FindingCode code) => message.Findings.Any(f => f.Code == code.Code);
}
