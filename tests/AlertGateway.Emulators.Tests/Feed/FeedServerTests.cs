using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using AlertGateway.Emulators.Feed;

namespace AlertGateway.Emulators.Tests.Feed;

public sealed class FeedServerTests : IDisposable
{
    private const string Cap =
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>32048141600000_1</identifier><sender>liyang@example.cn</sender>
        <sent>2026-07-05T01:10:00+08:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>
        <info><language>zh-CN</language><category>Met</category><event>暴雨</event><urgency>Immediate</urgency><severity>Extreme</severity><certainty>Observed</certainty>
        <onset>2026-07-05T01:20:00+08:00</onset><expires>2026-07-05T05:10:00+08:00</expires><headline>暴雨红色预警</headline></info>
        <Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/></alert>
        """;

    private static readonly XNamespace CapNamespace = "urn:oasis:names:tc:emergency:cap:1.2";
    private readonly HttpClient _http = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    [Theory]
    [InlineData("/atom")]
    [InlineData("/rss")]
    public async Task A_published_document_is_linked_until_it_is_withdrawn_and_stays_at_its_url(string feed)
    {
        await using var server = await FeedServer.StartAsync(new FeedOptions(), Token);
        Assert.Equal(HttpStatusCode.NoContent, await PostAsync(server, "/publish?name=a1", Cap));
        var text = await _http.GetStringAsync(new Uri(server.Url, feed), Token);
        Assert.Contains($"{server.Url}cap/a1.xml", text, StringComparison.Ordinal);
        Assert.Contains("暴雨红色预警", text, StringComparison.Ordinal);
        Assert.Equal(Cap, await _http.GetStringAsync(new Uri(server.Url, "/cap/a1.xml"), Token));
        Assert.Equal(HttpStatusCode.NoContent, await PostAsync(server, "/withdraw?name=a1", ""));
        Assert.DoesNotContain("a1.xml", await _http.GetStringAsync(new Uri(server.Url, feed), Token), StringComparison.Ordinal);
        Assert.Equal(Cap, await _http.GetStringAsync(new Uri(server.Url, "/cap/a1.xml"), Token));
    }

    [Fact]
    public async Task An_unchanged_feed_answers_304_and_a_changed_one_does_not()
    {
        await using var server = await FeedServer.StartAsync(new FeedOptions(), Token);
        using var first = await _http.GetAsync(new Uri(server.Url, "/atom"), Token);
        Assert.NotNull(first.Content.Headers.LastModified);
        Assert.Equal(HttpStatusCode.NotModified, await GetAsync(server, first.Headers.ETag!));
        await PostAsync(server, "/publish?name=a1", Cap);
        Assert.Equal(HttpStatusCode.OK, await GetAsync(server, first.Headers.ETag!));
    }

    [Theory]
    [InlineData("/publish?name=../x", HttpStatusCode.BadRequest)]
    [InlineData("/publish", HttpStatusCode.BadRequest)]
    [InlineData("/withdraw?name=none", HttpStatusCode.NotFound)]
    public async Task Names_that_are_none_are_refused(string path, HttpStatusCode status)
    {
        await using var server = await FeedServer.StartAsync(new FeedOptions(), Token);
        Assert.Equal(status, await PostAsync(server, path, Cap));
    }

    [Fact]
    public void A_replay_moves_every_time_by_one_constant_and_keeps_offsets()
    {
        var alert = XDocument.Parse(Encoding.UTF8.GetString(CapReplay.Shift(Encoding.UTF8.GetBytes(Cap), DateTimeOffset.Parse("2026-11-24T12:00:00Z", null)))).Root!;
        Assert.Equal("2026-11-24T20:00:00+08:00", alert.Element(CapNamespace + "sent")!.Value);
        var info = alert.Element(CapNamespace + "info")!;
        Assert.Equal("2026-11-24T20:10:00+08:00", info.Element(CapNamespace + "onset")!.Value);
        Assert.Equal("2026-11-25T00:00:00+08:00", info.Element(CapNamespace + "expires")!.Value);
        Assert.Matches("^replay-[0-9a-f]{8}-1795521600$", alert.Element(CapNamespace + "identifier")!.Value);
        Assert.Equal("liyang@example.cn,32048141600000_1,2026-07-05T01:10:00+08:00", alert.Element(CapNamespace + "note")!.Value);
        Assert.Equal("note", info.ElementsBeforeSelf().Last().Name.LocalName);
        Assert.DoesNotContain(alert.Elements(), element => element.Name.LocalName == "Signature");
    }

    [Fact]
    public async Task A_misbehaving_feed_is_bad_in_the_way_asked_for()
    {
        await using (var html = await FeedServer.StartAsync(new FeedOptions { Misbehave = Misbehaviour.Html }, Token))
        {
            using var answer = await _http.GetAsync(new Uri(html.Url, "/atom"), Token);
            Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
        }

        await using (var dtd = await FeedServer.StartAsync(new FeedOptions { Misbehave = Misbehaviour.Dtd }, Token))
            Assert.Throws<XmlException>(() => CapFile.Parse(_http.GetByteArrayAsync(new Uri(dtd.Url, "/atom"), Token).Result));

        await using (var truncated = await FeedServer.StartAsync(new FeedOptions { Misbehave = Misbehaviour.Truncated }, Token))
            await Assert.ThrowsAsync<HttpRequestException>(() => _http.GetStringAsync(new Uri(truncated.Url, "/atom"), Token));

        await using (var huge = await FeedServer.StartAsync(new FeedOptions { Misbehave = Misbehaviour.Huge }, Token))
            Assert.True((await _http.GetByteArrayAsync(new Uri(huge.Url, "/atom"), Token)).Length > 5.5 * 1024 * 1024);
    }

    private async Task<HttpStatusCode> PostAsync(FeedServer server, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/cap+xml");
        using var answer = await _http.PostAsync(new Uri(server.Url, path), content, Token);
        return answer.StatusCode;
    }

    private async Task<HttpStatusCode> GetAsync(FeedServer server, EntityTagHeaderValue known)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Url, "/atom"));
        request.Headers.IfNoneMatch.Add(known);
        using var answer = await _http.SendAsync(request, Token);
        return answer.StatusCode;
    }
}
