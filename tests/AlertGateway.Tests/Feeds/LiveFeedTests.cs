using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using AlertGateway.Core.Ingest;
using AlertGateway.Emulators.Feed;
using AlertGateway.Feeds;
using AlertGateway.Feeds.Cap;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Feeds.Hydrology;
using AlertGateway.Feeds.Naads;
using AlertGateway.Feeds.Polling;
using AlertGateway.Feeds.Streaming;
using Microsoft.Extensions.Time.Testing;

namespace AlertGateway.Tests.Feeds;

/// <summary>Adapters against the feed emulator: drops, duplicates, garbage, silence.</summary>
public sealed class LiveFeedTests
{
    private static readonly DateTimeOffset Start = new(2026, 7, 5, 6, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider _clock = new(Start);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static byte[] Alert(string id) => Encoding.UTF8.GetBytes(
        $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>{id}</identifier><sender>a@b.ca</sender><sent>2026-07-05T01:00:00-05:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope></alert>");

    /// <summary>A running adapter and what it handed on.</summary>
    private sealed class Reading<T>(Func<Func<T, SubmissionSource, CancellationToken, Task>, IFeedAdapter> make, FakeTimeProvider clock) : IAsyncDisposable
    {
        private readonly Channel<T> _taken = System.Threading.Channels.Channel.CreateUnbounded<T>();
        private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        private Task _run = Task.CompletedTask;

        public IFeedAdapter Adapter { get; private set; } = null!;

        public ConcurrentBag<SubmissionSource> Sources { get; } = [];

        public void Begin()
        {
            Adapter = make(async (item, source, ct) =>
            {
                Sources.Add(source);
                await _taken.Writer.WriteAsync(item, ct);
            });
            _run = Adapter.RunAsync(_stop.Token);
        }

        /// <summary>The next item; meanwhile the clock is moved on, so that waits between attempts pass.</summary>
        public async Task<T> NextAsync()
        {
            var next = _taken.Reader.ReadAsync(Stop).AsTask();
            await UntilAsync(next);
            return await next;
        }

        public async Task UntilAsync(Task task)
        {
            await PassAsync(clock, () => task.IsCompleted);
            await task;
        }

        public bool HasMore => _taken.Reader.TryPeek(out _);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _run);
            Adapter.Dispose();
            _stop.Dispose();
        }
    }

    /// <summary>Lets time pass on the adapter's clock until something has happened on the real sockets; slowly, so that its deadlines stay far away.</summary>
    private static async Task PassAsync(FakeTimeProvider clock, Func<bool> happened)
    {
        while (!happened())
        {
            await Task.Delay(25, Stop);
            if (!happened()) clock.Advance(TimeSpan.FromMilliseconds(50));
        }
    }

    private Reading<string> Naads(FeedServer server) => new(
        take => new NaadsClient(
            new CapFeedOptions { Name = "naads", Kind = "naads", Url = new Uri($"tcp://127.0.0.1:{server.Stream.Port}"), Official = true, Recovery = [new Uri(server.Url, "/archive")] }, _clock,
            (bytes, source, ct) => take(AlertGateway.Cap.CapReader.Read(bytes).Messages[0].Alert!.Identifier, source, ct)),
        _clock);

    [Fact]
    public async Task Alerts_come_once_through_drops_duplicates_and_garbage_and_what_was_missed_comes_from_the_archive()
    {
        await using var server = await FeedServer.StartAsync(new FeedOptions { Clock = _clock }, Stop);
        await using var reading = Naads(server);
        reading.Begin();
        await reading.UntilAsync(server.Stream.ConnectedAsync());
        await server.Stream.SendAsync(Alert("1"));
        Assert.Equal("1", await reading.NextAsync());
        await server.Stream.SendAsync(Alert("1"));
        await server.Stream.WriteAsync(new byte[5_000]);
        await server.Stream.SendAsync(Alert("2"));
        Assert.Equal("2", await reading.NextAsync());

        // Half an alert, then the line is cut; one alert is published while nobody listens.
        server.Stream.Publish(Alert("3"));
        await server.Stream.WriteAsync(Alert("3").AsMemory(0, 150));
        server.Stream.Drop();
        server.Stream.Publish(Alert("4"));
        await reading.UntilAsync(server.Stream.ConnectedAsync());
        await server.Stream.HeartbeatAsync();
        Assert.Equal(["3", "4"], new[] { await reading.NextAsync(), await reading.NextAsync() }.Order());
        await server.Stream.HeartbeatAsync();
        await server.Stream.SendAsync(Alert("5"));
        Assert.Equal("5", await reading.NextAsync());
        Assert.False(reading.HasMore);
        Assert.Equal((5L, 0L, 0L, 1L), (reading.Adapter.Health.DocumentsTaken, reading.Adapter.Health.DocumentsFailed, reading.Adapter.Health.Gaps, reading.Adapter.Health.Reconnects));
        Assert.All(reading.Sources, s => Assert.Equal(("feed:naads", true), (s.Name, s.Official)));
    }

    [Fact]
    public async Task A_silent_socket_is_left_and_a_gap_that_the_heartbeat_cannot_name_is_an_alarm()
    {
        await using var server = await FeedServer.StartAsync(new FeedOptions { Clock = _clock }, Stop);
        await using var reading = Naads(server);
        reading.Begin();
        await reading.UntilAsync(server.Stream.ConnectedAsync());
        await server.Stream.SendAsync(Alert("0"));
        Assert.Equal("0", await reading.NextAsync());
        await server.Stream.HeartbeatAsync();
        await server.Stream.SendAsync(Alert("00"));
        Assert.Equal("00", await reading.NextAsync());

        var accepted = server.Stream.Accepted;
        _clock.Advance(TimeSpan.FromSeconds(149));
        Assert.Equal(0, reading.Adapter.Health.Reconnects);
        await PassAsync(_clock, () => server.Stream.Accepted > accepted); // Nothing is sent, so the reader leaves and comes again.
        Assert.Equal(1, reading.Adapter.Health.Reconnects);
        for (var i = 1; i <= 12; i++) server.Stream.Publish(Alert($"{i:00}x"));
        await server.Stream.HeartbeatAsync();
        var recovered = new List<string>();
        for (var i = 0; i < 10; i++) recovered.Add(await reading.NextAsync());
        Assert.Equal(Enumerable.Range(3, 10).Select(i => $"{i:00}x"), recovered.Order());
        Assert.Equal(1, reading.Adapter.Health.Gaps);
    }

    private static byte[] Frame(int report, double magnitude, bool cancel = false) => Encoding.UTF8.GetBytes(
        $$"""{"type":"sc_eew","ID":1,"EventID":"202607051413.0001_{{report}}","ReportTime":"2026-07-05 14:13:56","ReportNum":{{report}},"OriginTime":"2026-07-05 14:13:34","Latitude":31.4,"Longitude":119.5,"Magunitude":{{magnitude}},"Depth":10,"isCancel":{{(cancel ? "true" : "false")}}}""");

    [Fact]
    public async Task A_websocket_gives_every_report_once_through_drops_and_garbage_and_catches_up_over_http()
    {
        await using var server = await FeedServer.StartAsync(new FeedOptions { Clock = _clock }, Stop);
        var options = new CapFeedOptions { Name = "eew", Kind = "wolfx", Url = new UriBuilder(server.Url) { Scheme = "ws", Path = "/ws" }.Uri, Recovery = [new Uri(server.Url, "/document/eew.json")] };
        await using var reading = new Reading<FeedRecord>(take => new WebSocketFeed(options, _clock, take), _clock);
        server.Place("eew.json", Frame(1, 5.0));
        reading.Begin();
        Assert.Equal("1", (await reading.NextAsync()).Revision);
        await reading.UntilAsync(server.Sockets.ConnectedAsync());
        await server.Sockets.SendAsync("{\"type\":\"heartbeat\",\"ver\":22}"u8.ToArray());
        await server.Sockets.SendAsync("not json"u8.ToArray());
        await server.Sockets.SendAsync(Frame(1, 5.0));
        await server.Sockets.SendAsync(Frame(2, 5.5), frameBytes: 7);
        Assert.Equal(("2", 5.5), ((await reading.NextAsync()) is var two ? (two.Revision, two.Value) : default));

        server.Place("eew.json", Frame(3, 5.9));
        server.Sockets.Drop();
        Assert.Equal("3", (await reading.NextAsync()).Revision);
        await reading.UntilAsync(server.Sockets.ConnectedAsync());
        await server.Sockets.SendAsync(Frame(4, 5.9, cancel: true));
        Assert.True((await reading.NextAsync()).Cancel);
        Assert.False(reading.HasMore);
        Assert.Equal((4L, 1L, 1L), (reading.Adapter.Health.DocumentsTaken, reading.Adapter.Health.DocumentsFailed, reading.Adapter.Health.Reconnects));
        Assert.All(reading.Sources, s => Assert.False(s.Official));
    }

    [Fact]
    public async Task A_message_without_end_ends_the_connection_not_the_process()
    {
        await using var server = await FeedServer.StartAsync(new FeedOptions { Clock = _clock }, Stop);
        var options = new CapFeedOptions { Name = "eew", Kind = "wolfx", Url = new UriBuilder(server.Url) { Scheme = "ws", Path = "/ws" }.Uri };
        await using var reading = new Reading<FeedRecord>(take => new WebSocketFeed(options, _clock, take), _clock);
        reading.Begin();
        await reading.UntilAsync(server.Sockets.ConnectedAsync());
        await server.Sockets.SendAsync(new byte[2 << 20]);
        await PassAsync(_clock, () => server.Sockets.Accepted == 2);
        await reading.UntilAsync(server.Sockets.ConnectedAsync());
        await server.Sockets.SendAsync(Frame(1, 5.0));
        Assert.Equal("1", (await reading.NextAsync()).Revision);
    }

    [Fact]
    public async Task A_poller_gives_every_revision_once_and_asks_conditionally()
    {
        await using var server = await FeedServer.StartAsync(new FeedOptions { Clock = _clock }, Stop);
        var taken = new List<FeedRecord>();
        var options = new CapFeedOptions { Name = "usgs", Kind = "usgs-geojson", Url = new Uri(server.Url, "/document/all.geojson"), StaleAfterSeconds = 120 };
        using var poller = new HttpFeedPoller(options, _clock, (record, _, _) =>
        {
            taken.Add(record);
            return Task.CompletedTask;
        });
        static byte[] Document(params (string Id, double Magnitude, string Status)[] quakes) => Encoding.UTF8.GetBytes(
            "{\"features\":[" + string.Join(',', quakes.Select(q => $$$"""{"id":"{{{q.Id}}}","properties":{"mag":{{{q.Magnitude}}},"time":1783231200000,"updated":1,"status":"{{{q.Status}}}"},"geometry":{"type":"Point","coordinates":[119,31,5]}}""")) + "]}");

        await poller.PollAsync(Stop);
        Assert.Equal(1, poller.Health.ConsecutiveErrors);
        server.Place("all.geojson", Document(("a", 3, "automatic"), ("b", 4, "automatic")));
        await poller.PollAsync(Stop);
        await poller.PollAsync(Stop);
        Assert.Equal(["a", "b"], taken.Select(r => r.Id).Order());
        server.Place("all.geojson", "<html>502</html>"u8.ToArray());
        await poller.PollAsync(Stop);
        Assert.Equal(1, poller.Health.ConsecutiveErrors);
        server.Place("all.geojson", Document(("b", 4.5, "reviewed"))); // a is no longer listed, which means nothing
        await poller.PollAsync(Stop);
        server.Place("all.geojson", Document(("b", 4.5, "deleted")));
        await poller.PollAsync(Stop);
        Assert.Equal([("b", 4.5, false), ("b", 4.5, true)], taken.Skip(2).Select(r => (r.Id, r.Value!.Value, r.Cancel)));
        Assert.False(poller.Health.IsStale(_clock.GetUtcNow()));
        _clock.Advance(TimeSpan.FromSeconds(121));
        Assert.True(poller.Health.IsStale(_clock.GetUtcNow()));
    }

    [Fact]
    public async Task A_record_that_could_not_be_kept_is_handed_on_again()
    {
        await using var server = await FeedServer.StartAsync(new FeedOptions { Clock = _clock }, Stop);
        server.Place("x", """{"type":"Feature","id":"a","properties":{"mag":3,"time":1783231200000},"geometry":null}"""u8.ToArray());
        var broken = true;
        var taken = 0;
        using var poller = new HttpFeedPoller(new CapFeedOptions { Name = "usgs", Kind = "usgs-geojson", Url = new Uri(server.Url, "/document/x") }, _clock, (_, _, _) =>
        {
            if (broken) throw new Storage.Ledger.LedgerException("full");
            taken++;
            return Task.CompletedTask;
        });
        await Assert.ThrowsAsync<Storage.Ledger.LedgerException>(() => poller.PollAsync(Stop));
        broken = false;
        await poller.PollAsync(Stop);
        Assert.Equal(1, taken);
    }

    [Fact]
    public async Task What_a_full_disk_refuses_is_shown_and_handed_on_once_there_is_space()
    {
        await using var server = await FeedServer.StartAsync(new FeedOptions { Clock = _clock }, Stop);
        server.Place("x", """{"features":[{"id":"a","properties":{"mag":3,"time":1783231200000},"geometry":null},{"id":"b","properties":{"mag":3,"time":1783231260000},"geometry":null}]}"""u8.ToArray());
        var full = true;
        var taken = new List<string>();
        using var poller = new HttpFeedPoller(new CapFeedOptions { Name = "usgs", Kind = "usgs-geojson", Url = new Uri(server.Url, "/document/x") }, _clock, (record, _, _) =>
        {
            if (full && record.Id == "a") throw new Storage.Ledger.LedgerFullException("The disk is full.");
            taken.Add(record.Id);
            return Task.CompletedTask;
        });
        await poller.PollAsync(Stop);
        Assert.Equal(["b"], taken);
        Assert.StartsWith("The disk is full", poller.Health.LastError, StringComparison.Ordinal);
        full = false;
        await poller.PollAsync(Stop);
        await poller.PollAsync(Stop);
        Assert.Equal(["b", "a"], taken);
        Assert.Equal("", poller.Health.LastError);
    }

    [Fact]
    public async Task A_stream_keeps_what_a_full_disk_refuses_until_there_is_space()
    {
        await using var server = await FeedServer.StartAsync(new FeedOptions { Clock = _clock }, Stop);
        var options = new CapFeedOptions { Name = "eew", Kind = "wolfx", Url = new UriBuilder(server.Url) { Scheme = "ws", Path = "/ws" }.Uri };
        int refused = 0;
        bool full = true;
        await using var reading = new Reading<FeedRecord>(take => new WebSocketFeed(options, _clock, (record, source, ct) =>
        {
            if (!Volatile.Read(ref full) || record.Cancel) return take(record, source, ct);
            Interlocked.Increment(ref refused);
            throw new Storage.Ledger.LedgerFullException("The disk is full.");
        }), _clock);
        reading.Begin();
        await reading.UntilAsync(server.Sockets.ConnectedAsync());
        await server.Sockets.SendAsync(Frame(1, 5.0));
        await PassAsync(_clock, () => Volatile.Read(ref refused) > 0);
        await server.Sockets.SendAsync(Frame(2, 5.0, cancel: true));
        Assert.Equal("2", (await reading.NextAsync()).Revision);
        Assert.StartsWith("The disk is full", reading.Adapter.Health.LastError, StringComparison.Ordinal);
        Volatile.Write(ref full, false);
        Assert.Equal("1", (await reading.NextAsync()).Revision);
        Assert.Equal((1, 0L), (server.Sockets.Accepted, reading.Adapter.Health.Reconnects));
    }

    [Fact]
    public async Task An_alert_of_the_socket_that_a_full_disk_refuses_waits_here_also_without_an_archive()
    {
        await using var server = await FeedServer.StartAsync(new FeedOptions { Clock = _clock }, Stop);
        int refused = 0;
        bool full = true;
        await using var reading = new Reading<string>(take => new NaadsClient(new CapFeedOptions { Name = "naads", Kind = "naads", Url = new Uri($"tcp://127.0.0.1:{server.Stream.Port}") }, _clock, (bytes, source, ct) =>
        {
            string id = AlertGateway.Cap.CapReader.Read(bytes).Messages[0].Alert!.Identifier;
            if (!Volatile.Read(ref full) || id != "1") return take(id, source, ct);
            Interlocked.Increment(ref refused);
            throw new Storage.Ledger.LedgerFullException("The disk is full.");
        }), _clock);
        reading.Begin();
        await reading.UntilAsync(server.Stream.ConnectedAsync());
        await server.Stream.SendAsync(Alert("1"));
        await PassAsync(_clock, () => Volatile.Read(ref refused) > 0);
        await server.Stream.SendAsync(Alert("2"));
        Assert.Equal("2", await reading.NextAsync());
        Volatile.Write(ref full, false);
        await server.Stream.HeartbeatAsync();
        Assert.Equal("1", await reading.NextAsync());
        Assert.Equal((2L, 0L), (reading.Adapter.Health.DocumentsTaken, reading.Adapter.Health.Reconnects));
    }

    [Fact]
    public async Task A_hydrological_poller_asks_again_for_what_a_full_disk_refused()
    {
        await using var server = await FeedServer.StartAsync(new FeedOptions { Clock = _clock }, Stop);
        server.Place("x", "STCD,TM,Z\n63200100,2026-07-05 02:00:00,4.52\n"u8.ToArray());
        var full = true;
        using var poller = new HydroPoller(new HydroFeedOptions { Name = "table", Kind = "sl323", Url = new Uri(server.Url, "/document/x") }, _ =>
        {
            if (full) throw new Storage.Ledger.LedgerFullException("The disk is full.");
        }, _clock);
        await poller.PollAsync(Stop);
        Assert.StartsWith("The disk is full", poller.Pulse.Vital.LastError, StringComparison.Ordinal);
        full = false;
        await poller.PollAsync(Stop);
        Assert.Equal("", poller.Pulse.Vital.LastError);
    }

    [Theory]
    [InlineData("""{ "name": "n", "kind": "naads", "url": "https://x/" }""", "url:")]
    [InlineData("""{ "name": "n", "kind": "nonsense", "url": "https://x/" }""", "kind:")]
    [InlineData("""{ "name": "n", "kind": "wolfx", "url": "wss://x/all_eew", "silenceSeconds": 1, "recovery": ["ftp://x/"] }""", "recovery:")]
    public void A_feed_file_that_cannot_work_is_refused_with_the_reason(string json, string problem)
    {
        var e = Assert.Throws<InvalidDataException>(() => CapFeedOptions.Parse(Encoding.UTF8.GetBytes(json)));
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }
}
