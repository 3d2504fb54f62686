using System.Text;
using AlertGateway.Core.Ingest;
using AlertGateway.Feeds.Cap;
using AlertGateway.Tests.Approval;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AlertGateway.Tests.Feeds;

public sealed class CapFeedPollerTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(DeskWorld.Start);
    private readonly List<(byte[] Bytes, SubmissionSource Source)> _taken = [];
    private readonly List<string> _requests = [];
    private readonly Dictionary<string, Func<HttpContext, Task>> _pages = [];
    private readonly WebApplication _app;
    private Uri _base = new("http://localhost");

    public CapFeedPollerTests()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(context =>
        {
            lock (_requests) _requests.Add(context.Request.Path);
            if (_pages.TryGetValue(context.Request.Path, out var page)) return page(context);
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _app.StartAsync(Stop);
        _base = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private CapFeedPoller Poller(params string[] hosts) => new(new CapFeedOptions { Name = "city", Url = new Uri(_base, "/atom"), Official = true, Hosts = hosts, StaleAfterSeconds = 300 }, _clock, (bytes, source, _) =>
    {
        _taken.Add((bytes.ToArray(), source));
        return Task.CompletedTask;
    });

    private void Serve(string path, string text, string? etag = null, int status = 200) => _pages[path] = async context =>
    {
        if (etag is not null)
        {
            context.Response.Headers.ETag = etag;
            if (context.Request.Headers.IfNoneMatch == etag)
            {
                context.Response.StatusCode = 304;
                return;
            }
        }

        context.Response.StatusCode = status;
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), context.RequestAborted);
    };

    private static string Cap(string id) => $"<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>{id}</identifier><sender>a@b.c</sender><sent>2026-07-05T14:00:00+08:00</sent></alert>";

    private static string Atom(params string[] entries) => $"<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>t</title>{string.Concat(entries)}</feed>";

    private static string Entry(string id, string href, int minute) => $"<entry><id>{id}</id><updated>2026-07-05T14:{minute:D2}:00+08:00</updated><link rel=\"alternate\" type=\"application/cap+xml\" href=\"{href}\"/></entry>";

    [Fact]
    public async Task Linked_documents_are_handed_on_once_oldest_first_with_the_source_of_the_feed()
    {
        Serve("/atom", Atom(Entry("2", "/cap/2.xml", 20), Entry("1", "cap/1.xml", 10)));
        Serve("/cap/1.xml", Cap("one"));
        Serve("/cap/2.xml", Cap("two"));
        using var poller = Poller();
        await poller.PollAsync(Stop);
        await poller.PollAsync(Stop);
        Assert.Equal([Cap("one"), Cap("two")], _taken.Select(t => Encoding.UTF8.GetString(t.Bytes)));
        Assert.All(_taken, t => Assert.Equal(new SubmissionSource("feed:city", true, 0), t.Source));
        Assert.Equal(4, _requests.Count);
        Assert.Equal((2L, 0, ""), (poller.Health.DocumentsTaken, poller.Health.ConsecutiveErrors, poller.Health.LastError));
    }

    [Fact]
    public async Task What_a_full_disk_refuses_is_shown_asked_for_again_and_holds_nothing_else_up()
    {
        Serve("/atom", Atom(Entry("2", "/cap/2.xml", 20), Entry("1", "/cap/1.xml", 10)), etag: "\"v1\"");
        Serve("/cap/1.xml", Cap("one"));
        Serve("/cap/2.xml", Cap("two"));
        var full = true;
        var taken = new List<string>();
        using var poller = new CapFeedPoller(new CapFeedOptions { Name = "city", Url = new Uri(_base, "/atom"), StaleAfterSeconds = 300 }, _clock, (bytes, _, _) =>
        {
            var text = Encoding.UTF8.GetString(bytes.Span);
            if (full && text == Cap("one")) throw new Storage.Ledger.LedgerFullException("The disk is full.");
            taken.Add(text);
            return Task.CompletedTask;
        });
        await poller.PollAsync(Stop);
        await poller.PollAsync(Stop);
        Assert.Equal([Cap("two")], taken);
        Assert.StartsWith("The disk is full", poller.Health.LastError, StringComparison.Ordinal);
        Assert.Equal((1L, 0L), (poller.Health.DocumentsTaken, poller.Health.DocumentsFailed));
        full = false;
        await poller.PollAsync(Stop);
        await poller.PollAsync(Stop);
        Assert.Equal([Cap("two"), Cap("one")], taken);
        Assert.Equal("", poller.Health.LastError);
    }

    [Fact]
    public async Task An_entry_with_a_newer_date_is_fetched_again()
    {
        Serve("/cap/1.xml", Cap("one"));
        using var poller = Poller();
        Serve("/atom", Atom(Entry("1", "/cap/1.xml", 10)));
        await poller.PollAsync(Stop);
        Serve("/atom", Atom(Entry("1", "/cap/1.xml", 11)));
        await poller.PollAsync(Stop);
        Assert.Equal(2, _taken.Count);
    }

    [Fact]
    public async Task An_unchanged_feed_is_not_read_again()
    {
        Serve("/atom", Atom(Entry("1", "/cap/1.xml", 10)), etag: "\"v1\"");
        Serve("/cap/1.xml", Cap("one"));
        using var poller = Poller();
        await poller.PollAsync(Stop);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await poller.PollAsync(Stop);
        Assert.Single(_taken);
        Assert.Equal(["/atom", "/cap/1.xml", "/atom"], _requests);
        Assert.Equal(_clock.GetUtcNow(), poller.Health.LastGoodPoll);
    }

    [Fact]
    public async Task Rss_and_embedded_alerts_are_read_too()
    {
        var cap = new CapText().Xml.Replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "", StringComparison.Ordinal).Trim();
        Serve("/atom", $"<rss version=\"2.0\"><channel><title>t</title><item><guid>a</guid>{cap}</item><item><guid>b</guid><link>{_base}cap/b.xml</link></item></channel></rss>");
        Serve("/cap/b.xml", Cap("linked"));
        using var poller = Poller();
        await poller.PollAsync(Stop);
        Assert.Equal(2, _taken.Count);
        Assert.Contains(_taken, t => Encoding.UTF8.GetString(t.Bytes).Contains("32048141600000_20260705142000", StringComparison.Ordinal));
        Assert.Contains(_taken, t => Encoding.UTF8.GetString(t.Bytes) == Cap("linked"));
    }

    [Fact]
    public async Task Another_host_is_not_asked_neither_by_link_nor_by_redirect()
    {
        Serve("/atom", Atom(Entry("1", "http://198.51.100.7/cap.xml", 10), Entry("2", "/away", 11), Entry("3", "file:///etc/passwd", 12)));
        _pages["/away"] = context =>
        {
            context.Response.Redirect("http://198.51.100.7/cap.xml");
            return Task.CompletedTask;
        };
        using var poller = Poller();
        await poller.PollAsync(Stop);
        Assert.Empty(_taken);
        Assert.Contains("not an allowed host", poller.Health.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_document_that_cannot_be_had_delays_only_itself_and_is_asked_for_rarely_after_ten_tries()
    {
        Serve("/atom", Atom(Entry("1", "/missing", 10), Entry("2", "/cap/2.xml", 20)), etag: "\"v1\"");
        Serve("/cap/2.xml", Cap("two"));
        using var poller = Poller();
        for (var i = 0; i < 12; i++) await poller.PollAsync(Stop);
        Assert.Single(_taken);
        Assert.Equal(10, _requests.Count(r => r == "/missing"));
        Assert.Equal(1, poller.Health.DocumentsFailed);
        Serve("/missing", Cap("late"));
        for (var i = 12; i < 20; i++) await poller.PollAsync(Stop);
        Assert.Equal(Cap("late"), Encoding.UTF8.GetString(_taken[^1].Bytes));
        Assert.Equal((2, 11), (_taken.Count, _requests.Count(r => r == "/missing")));
    }

    [Fact]
    public async Task An_error_page_in_place_of_a_document_is_seen_and_the_document_is_asked_for_again()
    {
        Serve("/atom", Atom(Entry("1", "/cap/1.xml", 10)), etag: "\"v1\"");
        Serve("/cap/1.xml", "<html>502</html>");
        using var poller = Poller();
        await poller.PollAsync(Stop);
        await poller.PollAsync(Stop);
        Serve("/cap/1.xml", Cap("one"));
        await poller.PollAsync(Stop);
        await poller.PollAsync(Stop);
        Assert.Equal(["<html>502</html>", Cap("one")], _taken.Select(t => Encoding.UTF8.GetString(t.Bytes)));
    }

    [Theory]
    [InlineData("<html><body>maintenance</body></html>", 200)]
    [InlineData("<!DOCTYPE feed [<!ENTITY a \"b\">]><feed xmlns=\"http://www.w3.org/2005/Atom\"/>", 200)]
    [InlineData("<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry>", 200)]
    [InlineData("", 500)]
    public async Task A_feed_that_answers_nonsense_counts_as_an_error_and_grows_stale(string text, int status)
    {
        Serve("/atom", text, status: status);
        using var poller = Poller();
        await poller.PollAsync(Stop);
        await poller.PollAsync(Stop);
        Assert.Empty(_taken);
        Assert.Equal(2, poller.Health.ConsecutiveErrors);
        Assert.NotEmpty(poller.Health.LastError);
        Assert.False(poller.Health.IsStale(_clock.GetUtcNow()));
        _clock.Advance(TimeSpan.FromSeconds(301));
        Assert.True(poller.Health.IsStale(_clock.GetUtcNow()));
    }

    [Fact]
    public async Task A_document_without_end_is_cut_off_at_the_bound()
    {
        Serve("/atom", Atom(Entry("1", "/endless", 10)));
        _pages["/endless"] = async context =>
        {
            var block = new byte[1 << 20];
            for (var i = 0; i < 64 && !context.RequestAborted.IsCancellationRequested; i++) await context.Response.Body.WriteAsync(block, context.RequestAborted);
        };
        using var poller = Poller();
        await poller.PollAsync(Stop);
        Assert.Empty(_taken);
        Assert.Contains("larger", poller.Health.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_hangs_is_given_up_at_the_deadline()
    {
        var reached = new TaskCompletionSource();
        _pages["/atom"] = async context =>
        {
            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        using var poller = Poller();
        var poll = poller.PollAsync(Stop);
        await reached.Task.WaitAsync(Stop);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await poll.WaitAsync(Stop);
        Assert.Contains("10 seconds", poller.Health.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_entry_is_done_with_only_when_it_was_taken()
    {
        Serve("/atom", Atom(Entry("1", "/cap/1.xml", 10)));
        Serve("/cap/1.xml", Cap("one"));
        var broken = true;
        using var poller = new CapFeedPoller(new CapFeedOptions { Name = "city", Url = new Uri(_base, "/atom") }, _clock, (bytes, source, _) =>
        {
            if (broken) throw new Storage.Ledger.LedgerException("full");
            _taken.Add((bytes.ToArray(), source));
            return Task.CompletedTask;
        });
        await Assert.ThrowsAsync<Storage.Ledger.LedgerException>(() => poller.PollAsync(Stop));
        broken = false;
        await poller.PollAsync(Stop);
        Assert.Single(_taken);
    }

    [Fact]
    public void The_shipped_feed_file_is_sound_and_a_bad_one_lists_every_problem()
    {
        Assert.False(CapFeedOptions.Parse(Shipped.Read("feeds/demo.json")).Official);
        var e = Assert.Throws<InvalidDataException>(() => CapFeedOptions.Parse("""{ "name": "A B", "url": "ftp://x/", "intervalSeconds": 0 }"""u8));
        Assert.Contains("name:", e.Message, StringComparison.Ordinal);
        Assert.Contains("url:", e.Message, StringComparison.Ordinal);
        Assert.Contains("intervalSeconds:", e.Message, StringComparison.Ordinal);
    }
}
