using System.Text;
using AlertGateway.Cap;
using Xunit;

namespace AlertGateway.Tests.Cap;

public sealed class FeedReaderTests
{
    [Theory]
    [InlineData("c0139.atom", 232)]
    [InlineData("c0142.atom", 25)]
    [InlineData("c0137.atom", 12)]
    [InlineData("c0001.atom", 1)]
    public void Real_feeds_give_all_their_entries_with_links(string file, int entries)
    {
        var feed = FeedReader.Read(Corpus.Bytes(file));
        Assert.True(feed.IsFeed);
        Assert.Equal(entries, feed.Entries.Count);
        Assert.All(feed.Entries, e => Assert.NotEmpty(e.Id));
    }

    [Fact]
    public void MeteoAlarm_entries_lead_to_the_CAP_document()
    {
        var entry = FeedReader.Read(Corpus.Bytes("c0139.atom")).Entries[0];
        Assert.StartsWith("https://", entry.CapHref, StringComparison.Ordinal);
        Assert.NotNull(entry.Updated);
        Assert.NotEmpty(entry.Title);
    }

    [Fact]
    public void Embedded_alerts_belong_to_their_entry()
    {
        var feed = FeedReader.Read(Corpus.Bytes("c0005.atom"));
        var entry = Assert.Single(feed.Entries);
        Assert.Equal("2.49.0.1.124.f2c83f5f.2013", Assert.Single(entry.Messages).Alert!.Identifier);
    }

    [Fact]
    public void An_RSS_feed_gives_guid_link_and_date()
    {
        const string rss = "<rss version=\"2.0\"><channel><title>CMA</title><item><title>暴雨橙色预警</title><link>https://example.org/a.xml</link><guid isPermaLink=\"false\">32048141600000_20260701080000</guid><pubDate>Wed, 01 Jul 2026 00:00:00 GMT</pubDate></item><item><title>b</title><link>https://example.org/b.xml</link></item></channel></rss>";
        var feed = FeedReader.Read(Encoding.UTF8.GetBytes(rss));
        Assert.Equal((CapRoot.Rss, "CMA", 2), (feed.Root, feed.Title, feed.Entries.Count));
        Assert.Equal("32048141600000_20260701080000", feed.Entries[0].Id);
        Assert.Equal("https://example.org/a.xml", feed.Entries[0].CapHref);
        Assert.Equal(new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero), feed.Entries[0].Updated);
        Assert.Equal("https://example.org/b.xml", feed.Entries[1].Id);
    }

    [Fact]
    public void A_cut_feed_has_a_finding_and_no_entries()
    {
        var bytes = Corpus.Bytes("c0142.atom");
        var feed = FeedReader.Read(bytes.AsMemory(0, bytes.Length / 2));
        Assert.False(feed.IsFeed);
        Assert.Empty(feed.Entries);
        Assert.Equal("document.not-well-formed", Assert.Single(feed.Findings).Code);
    }
}
