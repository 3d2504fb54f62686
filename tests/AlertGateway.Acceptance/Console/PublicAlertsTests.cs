using System.Net;
using System.Net.Http.Headers;
using AlertGateway.Cap;
using Xunit;

namespace AlertGateway.Acceptance.Console;

/// <summary>The gateway's own alerts as another system fetches them.</summary>
public sealed class PublicAlertsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stranger_reads_the_feed_follows_it_and_verifies_the_signature_with_the_published_key()
    {
        await using var fixture = await ConsoleFixture.StartAsync();
        var no = fixture.Desk.Lay(AlertStatus.Actual).ProposalNo;
        fixture.Board.Open(1, no, "溧阳市气象台发布暴雨红色预警信号", AlertStatus.Actual, WarningColour.Red);
        using var client = fixture.Client();
        var feed = FeedReader.Read(await client.GetByteArrayAsync("/public/alerts.atom", Stop));
        var href = Assert.Single(feed.Entries).CapHref!;
        var bytes = await client.GetByteArrayAsync(new Uri(new Uri(fixture.Address, "/public/alerts.atom"), href), Stop);
        var key = PinnedKeys.FromPem(await client.GetStringAsync("/public/signing-key.pem", Stop));
        var message = Assert.Single(CapReader.Read(bytes, new CapReaderOptions { Keys = new PinnedKeys([("alertgateway.invalid", key)]) }).Messages);
        Assert.Equal((SignatureOutcome.Valid, true, "agw-1"), (message.Signature, message.XsdValid, message.Alert!.Identifier));
        var spoilt = System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(bytes).Replace("红色", "蓝色", StringComparison.Ordinal));
        Assert.Equal(SignatureOutcome.Invalid, CapReader.Read(spoilt, new CapReaderOptions { Keys = new PinnedKeys([("alertgateway.invalid", key)]) }).Messages[0].Signature);
    }

    [Theory]
    [InlineData("/public/alerts.atom")]
    [InlineData("/public/alerts/agw-1.xml")]
    public async Task What_did_not_change_is_answered_304(string path)
    {
        await using var fixture = await ConsoleFixture.StartAsync();
        fixture.Board.Open(1, fixture.Desk.Lay(AlertStatus.Actual).ProposalNo, "x", AlertStatus.Actual, WarningColour.Red);
        using var client = fixture.Client();
        using var first = await client.GetAsync(path, Stop);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        using var byTag = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { IfNoneMatch = { new EntityTagHeaderValue(first.Headers.ETag!.Tag) } } };
        using var again = await client.SendAsync(byTag, Stop);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        using var byTime = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { IfModifiedSince = first.Content.Headers.LastModified } };
        using var since = await client.SendAsync(byTime, Stop);
        Assert.Equal(HttpStatusCode.NotModified, since.StatusCode);
        Assert.Equal(await first.Content.ReadAsByteArrayAsync(Stop), await client.GetByteArrayAsync(path, Stop));
    }

    [Fact]
    public async Task An_exercise_and_an_unknown_name_are_not_there()
    {
        await using var fixture = await ConsoleFixture.StartAsync();
        fixture.Board.Open(1, fixture.Desk.Lay(AlertStatus.Exercise).ProposalNo, "x", AlertStatus.Exercise, WarningColour.Red);
        using var client = fixture.Client();
        using var answer = await client.GetAsync("/public/alerts/agw-1.xml", Stop);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Empty(FeedReader.Read(await client.GetByteArrayAsync("/public/alerts.atom", Stop)).Entries);
    }
}
