using System.Globalization;
using System.Security;
using System.Text;

namespace AlertGateway.Acceptance.House;

/// <summary>CAP text for tests, written out by hand: what a publisher in 溧阳 would send, with one thing changed.</summary>
internal sealed record CapDocument
{
    public required string Identifier { get; init; }

    public required DateTimeOffset Sent { get; init; }

    public TimeSpan Life { get; init; } = TimeSpan.FromHours(1);

    public string Status { get; init; } = "Actual";

    public string Severity { get; init; } = "Extreme";

    /// <summary>The text of each <c>polygon</c>, in one area.</summary>
    public IReadOnlyList<string> Polygons { get; init; } = [];

    public IReadOnlyList<(string ValueName, string Value)> Geocodes { get; init; } = [];

    public override string ToString()
    {
        string sent = Time(Sent), expires = Time(Sent + Life);
        var area = new StringBuilder("<areaDesc>测试区域</areaDesc>");
        foreach (string polygon in Polygons) area.Append("<polygon>").Append(SecurityElement.Escape(polygon)).Append("</polygon>");
        foreach (var (name, value) in Geocodes) area.Append("<geocode><valueName>").Append(SecurityElement.Escape(name)).Append("</valueName><value>").Append(SecurityElement.Escape(value)).Append("</value></geocode>");
        return $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
              <identifier>{Identifier}</identifier><sender>test@liyang.example</sender><sent>{sent}</sent><status>{Status}</status><msgType>Alert</msgType><scope>Public</scope>
              <info>
                <language>zh-CN</language><category>Met</category><event>暴雨</event><urgency>Immediate</urgency><severity>{Severity}</severity><certainty>Likely</certainty>
                <eventCode><valueName>CMA Event Code</valueName><value>11B03</value></eventCode>
                <effective>{sent}</effective><expires>{expires}</expires><senderName>溧阳市气象台（虚构）</senderName>
                <headline>溧阳市气象台发布暴雨红色预警信号（测试）</headline><description>测试文本，虚构。</description><instruction>请向高处转移。</instruction>
                <area>{area}</area>
              </info>
            </alert>
            """;
    }

    /// <summary>A closed ring of corners on an ellipse around a point, in CAP's order (latitude, longitude).</summary>
    public static string Ring(double latitude, double longitude, double radiusDegrees, int corners)
    {
        var text = new StringBuilder();
        for (int i = 0; i <= corners; i++)
        {
            double angle = 2 * Math.PI * (i % corners) / corners;
            text.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : " ")}{latitude + radiusDegrees * Math.Sin(angle):0.000000},{longitude + radiusDegrees * Math.Cos(angle):0.000000}");
        }
        return text.ToString();
    }

    private static string Time(DateTimeOffset at) => at.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
}
