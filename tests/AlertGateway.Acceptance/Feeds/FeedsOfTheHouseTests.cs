using System.Globalization;
using System.Text.Json;
using AlertGateway.Acceptance.House;

namespace AlertGateway.Acceptance.Feeds;

/// <summary>The whole server against services of the test's own. The documents are made up, in the services' layouts.</summary>
public sealed class FeedsOfTheHouseTests
{
    private static readonly Dictionary<string, string> Senders = new()
    {
        ["nmc"] = "nmc.cn", ["qweather"] = "qweather.com", ["nws"] = "w-nws.webmaster@noaa.gov", ["meteoalarm"] = "noreply@example.no", ["uk-flood"] = "environment.data.gov.uk",
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task Warnings_in_json_lie_on_the_desk_as_drafts_and_never_publish_themselves()
    {
        await using var upstream = await ScriptedUpstream.StartAsync(Stop);
        string[] names = [.. Senders.Keys];
        upstream.Answer("nmc", Nmc("暴雨红色", "RED", "p0002001"));
        upstream.Answer("qweather", $$"""{"metadata":{"tag":"a"},"alerts":[{"id":"202607051420105837988676","senderName":"溧阳市气象台","issuedTime":"{{Beijing(Now)}}","messageType":{"code":"alert"},"eventType":{"name":"大风","code":"1006"},"severity":"minor","color":{"code":"blue"},"effectiveTime":"{{Beijing(Now)}}","expireTime":"{{Beijing(Now.AddHours(6))}}","headline":"溧阳市气象台发布大风蓝色预警信号","description":"测试文本，虚构。"}]}""");
        upstream.Answer("nws", $$$"""{"type":"FeatureCollection","features":[{"id":"https://api.weather.gov/alerts/urn:oid:1.1.1","type":"Feature","geometry":null,"properties":{"id":"urn:oid:1.1.1","areaDesc":"Example","geocode":{"SAME":["037001"],"UGC":["NCZ021"]},"references":[],"sent":"{{{Utc(Now)}}}","effective":"{{{Utc(Now)}}}","expires":"{{{Utc(Now.AddHours(6))}}}","status":"Actual","messageType":"Alert","category":"Met","severity":"Severe","certainty":"Likely","urgency":"Expected","event":"Flood Warning","sender":"w-nws.webmaster@noaa.gov","senderName":"NWS Example","headline":"Flood Warning (made up)","description":"Made up."}}]}""");
        upstream.Answer("meteoalarm", $$$"""{"warnings":[{"uuid":"u1","alert":{"identifier":"2.49.0.1.578.0.1","sender":"noreply@example.no","sent":"{{{Utc(Now)}}}","status":"Actual","msgType":"Alert","scope":"Public","info":[{"language":"en","category":["Met"],"event":"Rain","urgency":"Immediate","severity":"Severe","certainty":"Likely","onset":"{{{Utc(Now)}}}","expires":"{{{Utc(Now.AddHours(6))}}}","headline":"Rain (made up)","parameter":[{"valueName":"awareness_level","value":"3; orange; Severe"}],"area":[{"areaDesc":"Example","geocode":[{"valueName":"EMMA_ID","value":"NO001"}]}]}]}}]}""");
        upstream.Answer("uk-flood", $$"""{"items":[{"floodAreaID":"122WAF999","description":"Upper Example Beck","message":"Made up.","severity":"Flood warning","severityLevel":2,"timeRaised":"{{Now.UtcDateTime:yyyy-MM-ddTHH:mm:ss}}","timeMessageChanged":"{{Now.UtcDateTime:yyyy-MM-ddTHH:mm:ss}}","timeSeverityChanged":"{{Now.UtcDateTime:yyyy-MM-ddTHH:mm:ss}}"}]}""");
        await using var house = await RunningHouse.StartAsync(200, Stop, push: 2, loudspeakers: 2, prepare: h =>
        {
            foreach (string name in names) upstream.FeedOf(h, name, name == "nws" ? "nws-geojson" : name);
        });

        var proposals = await RunningHouse.UntilAsync(() => house.GetAsync("/v1/proposals", Stop), list => names.All(n => Of(list, n).Any()), Stop);
        foreach (string name in names)
        {
            var one = Assert.Single(Of(proposals, name)); // asked for every second, laid on the desk once
            Assert.Contains(one.GetProperty("state").GetString(), (string[])["Draft", "Held"]);
        }

        // Codes that no boundary is known for are held by name, never nobody in silence.
        foreach (string name in (string[])["nws", "meteoalarm", "uk-flood"])
            Assert.Contains(Assert.Single(Of(proposals, name)).GetProperty("holds").EnumerateArray(), h => h.GetProperty("code").GetString() == "area.unresolved-code");
        Assert.Equal("Draft", Assert.Single(Of(proposals, "nmc")).GetProperty("state").GetString());
        Assert.Empty((await house.GetAsync("/v1/disseminations", Stop)).EnumerateArray());
    }

    [Fact]
    public async Task A_feed_that_falls_silent_one_that_brings_nothing_and_a_red_that_nobody_publishes_are_alarms_on_the_page_and_in_the_metrics()
    {
        await using var upstream = await ScriptedUpstream.StartAsync(Stop);
        upstream.Answer("silent", null);
        upstream.Answer("empty", """{"code":0,"data":[]}""");
        upstream.Answer("red", Nmc("暴雨红色", "RED", "p0002001"));
        await using var house = await RunningHouse.StartAsync(200, Stop, push: 2, loudspeakers: 2, redUnpublishedMinutes: 0, prepare: h =>
        {
            upstream.FeedOf(h, "silent", "nmc");
            upstream.FeedOf(h, "empty", "nmc", canaryHours: 0.0005);
            upstream.FeedOf(h, "red", "nmc");
        });
        using var browser = await house.SignInAsync(Stop);
        string metrics = await RunningHouse.UntilAsync(() => house.Officer.GetStringAsync(new Uri("/metrics", UriKind.Relative), Stop),
            text => Metric(text, "agw_feed_stale", "silent") == 1 && Metric(text, "agw_feed_canary_dead", "empty") == 1 && Metric(text, "agw_red_unpublished", null) == 1, Stop);
        Assert.Equal(0, Metric(metrics, "agw_feed_canary_dead", "red"));
        string page = await RunningHouse.ReadPageAsync(browser, "/health", Stop);
        Assert.Contains("久无更新", page, StringComparison.Ordinal);
        Assert.Contains("Stale: nothing good for", page, StringComparison.Ordinal);
        Assert.Contains("It answers and brings nothing", page, StringComparison.Ordinal);
        Assert.Contains("红色预警未发布", page, StringComparison.Ordinal);
        Assert.Contains("Red and not published", page, StringComparison.Ordinal);

        // It speaks again: the alarm ends by itself.
        upstream.Answer("silent", """{"code":0,"data":[]}""");
        await RunningHouse.UntilAsync(() => house.Officer.GetStringAsync(new Uri("/metrics", UriKind.Relative), Stop), text => Metric(text, "agw_feed_stale", "silent") == 0, Stop);
    }

    private static IEnumerable<JsonElement> Of(JsonElement proposals, string feed) => proposals.EnumerateArray().Where(p => p.GetProperty("sender").GetString() == Senders[feed]);

    private static string Nmc(string signal, string severity, string picture)
    {
        string number = $"32048141600000_{Now.ToOffset(TimeSpan.FromHours(8)):yyyyMMddHHmmss}", at = Now.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy'/'MM'/'dd HH:mm", CultureInfo.InvariantCulture);
        return $$"""[{"id":"{{number}}","title":"溧阳市气象台发布{{signal}}预警信号","signaltype":"暴雨","signallevel":"红色","effective":"{{at}}","eventType":"11B03","severity":"{{severity}}","type":"{{picture}}"}]""";
    }

    private static string Utc(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'", CultureInfo.InvariantCulture);

    private static string Beijing(DateTimeOffset at) => at.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd'T'HH:mmzzz", CultureInfo.InvariantCulture);

    /// <summary>The value of a metric's line, or −1 when there is none.</summary>
    private static double Metric(string text, string name, string? feed) =>
        text.Split('\n').Where(l => l.StartsWith(name, StringComparison.Ordinal) && (feed is null || l.Contains($"\"{feed}\"", StringComparison.Ordinal)))
            .Select(l => double.Parse(l[(l.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture)).FirstOrDefault(-1);
}
