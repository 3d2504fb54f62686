using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace AlertGateway.Tests.Feeds.Chaos;

/// <summary>The documents of each upstream, written from its published form and not with the product's code.</summary>
internal static class Documents
{
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    public static byte[] Cap(Item item) => Bytes(
        $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>i{item.Name}</identifier><sender>a@b.ca</sender><sent>{Utc(item.Time, "-00:00")}</sent>" +
        "<status>Actual</status><msgType>Alert</msgType><scope>Public</scope><info><category>Met</category><event>Rain</event><urgency>Immediate</urgency><severity>Severe</severity><certainty>Observed</certainty>" +
        $"<expires>{Utc(item.Time.AddHours(2), "-00:00")}</expires><area><areaDesc>x</areaDesc><circle>31.4,119.5 5</circle></area></info></alert>");

    public static byte[] UsgsGeoJson(IReadOnlyList<Item> items, bool broken) => Bytes(
        $"{{\"type\":\"FeatureCollection\",\"features\":[{(broken ? "7," : "")}{Join(items, i => $$$"""{"type":"Feature","id":"i{{{i.Name}}}","properties":{"mag":{{{i.ValueText}}},"time":{{{Ms(i)}}},"updated":{{{Ms(i) + i.Revision}}},"status":"automatic"},"geometry":{"type":"Point","coordinates":[119.5,31.4,10]}}""")}]}}");

    public static byte[] QuakeMl(IReadOnlyList<Item> items, bool broken) => Bytes(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><q:quakeml xmlns:q=\"http://quakeml.org/xmlns/quakeml/1.2\" xmlns=\"http://quakeml.org/xmlns/bed/1.2\"><eventParameters publicID=\"smi:local/p\">" + (broken ? "<event/>" : "") +
        string.Concat(items.Select(i => $"<event publicID=\"smi:local/i{i.Name}\"><type>earthquake</type><creationInfo><version>{i.Revision}</version></creationInfo><magnitude publicID=\"smi:local/m\"><mag><value>{i.ValueText}</value></mag></magnitude>" +
            $"<origin publicID=\"smi:local/o\"><time><value>{Utc(i.Time, "Z")}</value></time><latitude><value>31.5</value></latitude><longitude><value>119.5</value></longitude><depth><value>12000</value></depth></origin></event>")) +
        "</eventParameters></q:quakeml>");

    public static byte[] Emsc(Item i) => Bytes(
        $$$$"""{"action":"{{{{(i.Revision == 0 ? "create" : "update")}}}}","data":{"type":"Feature","geometry":{"type":"Point","coordinates":[119.5,31.4,-8.0]},"id":"2026_{{{{i.Name}}}}","properties":{"lastupdate":"{{{{Utc(i.Time.AddSeconds(i.Revision), "Z")}}}}","time":"{{{{Utc(i.Time, "Z")}}}}","lat":31.4,"lon":119.5,"depth":8.0,"mag":{{{{i.ValueText}}}},"unid":"2026_{{{{i.Name}}}}"}}}""");

    public static byte[] Wolfx(Item i) => Bytes(
        $$"""{"type":"sc_eew","EventID":"20260705.{{i.Name}}","ReportTime":"{{Local(i)}}","ReportNum":{{i.Revision + 1}},"OriginTime":"{{Local(i)}}","Latitude":31.4,"Longitude":119.5,"Magunitude":{{i.ValueText}},"Depth":10,"isCancel":false}""");

    public static byte[] Jma(Item i) => Bytes(
        "<Report xmlns=\"http://xml.kishou.go.jp/jmaxml1/\"><Control><Title>震源・震度に関する情報</Title><DateTime>2026-08-28T21:07:40Z</DateTime><Status>通常</Status><PublishingOffice>気象庁</PublishingOffice></Control>" +
        $"<Head xmlns=\"http://xml.kishou.go.jp/jmaxml1/informationBasis1/\"><Title>t</Title><ReportDateTime>{Utc(i.Time, "Z")}</ReportDateTime><TargetDateTime>{Utc(i.Time, "Z")}</TargetDateTime><EventID>2026082906{i.Name}</EventID><InfoType>発表</InfoType><Serial>1</Serial></Head>" +
        "<Body xmlns=\"http://xml.kishou.go.jp/jmaxml1/body/seismology1/\" xmlns:jmx_eb=\"http://xml.kishou.go.jp/jmaxml1/elementBasis1/\">" +
        $"<Earthquake><OriginTime>{Utc(i.Time, "Z")}</OriginTime><Hypocenter><Area><Name>某地</Name><jmx_eb:Coordinate>+37.6+137.2-10000/</jmx_eb:Coordinate></Area></Hypocenter><jmx_eb:Magnitude type=\"Mj\">{i.ValueText}</jmx_eb:Magnitude></Earthquake></Body></Report>");

    public static byte[] Nws(IReadOnlyList<Item> items, bool broken) => Bytes(
        $"{{\"type\":\"FeatureCollection\",\"features\":[{(broken ? "null," : "")}{Join(items, i => $$$"""{"id":"https://x/i{{{i.Name}}}","type":"Feature","geometry":null,"properties":{"id":"urn:oid:i{{{i.Name}}}","geocode":{"SAME":["027123"],"UGC":["MNC123"]},"areaDesc":"Ramsey","sent":"{{{Utc(i.Time, "+00:00")}}}","expires":"{{{Utc(i.Time.AddHours(2), "+00:00")}}}","status":"Actual","messageType":"Alert","severity":"Severe","event":"Flood Warning"}}""")}]}}");

    public static byte[] Nmc(IReadOnlyList<Item> items, bool broken) => Bytes(
        $"[{(broken ? "{}," : "")}{Join(items, i => $$"""{"id":"32048141600000_2026070514{{i.Name}}","title":"溧阳市气象台发布暴雨橙色预警信号","signaltype":"暴雨","signallevel":"橙色","effective":"2026/07/05 14:20","type":"p0002002"}""")}]");

    public static byte[] QWeather(IReadOnlyList<Item> items, bool broken) => Bytes(
        $"{{\"code\":\"200\",\"warning\":[{(broken ? "7," : "")}{Join(items, i => $$"""{"id":"10{{i.Name}}","sender":"溧阳市气象台","pubTime":"{{Utc(i.Time, "+00:00")}}","title":"溧阳市气象台发布大风橙色预警","status":"active","severity":"Severe","severityColor":"Orange","typeName":"大风","text":"大风"}""")}]}}");

    public static byte[] MeteoAlarm(IReadOnlyList<Item> items, bool broken) => Bytes(
        $"{{\"warnings\":[{(broken ? "{}," : "")}{Join(items, i => $$$"""{"uuid":"u","alert":{"identifier":"2.49.0.{{{i.Name}}}","sender":"a@b.no","sent":"{{{Utc(i.Time, "+00:00")}}}","status":"Actual","msgType":"Alert","scope":"Public","info":[{"language":"no","event":"Rain","severity":"Severe","onset":"{{{Utc(i.Time, "+00:00")}}}","expires":"{{{Utc(i.Time.AddHours(3), "+00:00")}}}","parameter":[{"value":"3; orange; Severe","valueName":"awareness_level"}],"area":[{"areaDesc":"x","geocode":[{"value":"NO001","valueName":"EMMA_ID"}]}]}]}}""")}]}}");

    public static byte[] Dwd(IReadOnlyList<Item> items, bool broken)
    {
        using var memory = new MemoryStream();
        using (var archive = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            if (broken) Write(archive, "broken.xml", "<alert"u8);
            foreach (var item in items) Write(archive, $"i{item.Name}.xml", Cap(item));
        }

        return memory.ToArray();
    }

    public static byte[] UsgsIv(IReadOnlyList<Item> items, bool broken) => Bytes(
        $"{{\"value\":{{\"timeSeries\":[{(broken ? "{}," : "")}" + """{"sourceInfo":{"siteCode":[{"value":"01646500"}]},"variable":{"variableCode":[{"value":"00065"}],"unit":{"unitCode":"m"},"noDataValue":-999999.0},"values":[{"method":[{"methodID":1}],"value":[""" +
        Join(items, i => $$"""{"value":"{{i.ValueText}}","qualifiers":["P"],"dateTime":"{{Utc(i.Time, "+00:00")}}"}""") + "]}]}]}}");

    public static byte[] UkFlood(IReadOnlyList<Item> items, bool broken) => Bytes(
        $"{{\"items\":[{(broken ? "7," : "")}{Join(items, i => $$"""{"@id":"http://x/{{i.Name}}","dateTime":"{{Utc(i.Time, "Z")}}","measure":"http://x/id/measures/1029TH-level-stage-i-15_min-m","value":{{i.ValueText}}}""")}]}}");

    public static byte[] Sl323(IReadOnlyList<Item> items, bool broken) => Bytes(
        "STCD,TM,Z,Q\n" + (broken ? "only one cell\n" : "") + string.Concat(items.Select(i => $"63200100,{i.Time.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm:ss", Plain)},{i.ValueText},\n")));

    private static void Write(ZipArchive archive, string name, ReadOnlySpan<byte> bytes)
    {
        using var entry = archive.CreateEntry(name).Open();
        entry.Write(bytes);
    }

    private static string Join(IReadOnlyList<Item> items, Func<Item, string> write) => string.Join(',', items.Select(write));

    private static string Utc(DateTimeOffset time, string zone) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", Plain) + zone;

    private static string Local(Item item) => item.Time.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm:ss", Plain);

    private static long Ms(Item item) => item.Time.ToUnixTimeMilliseconds();

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
