using System.Globalization;
using System.Text;
using AlertGateway.Cap;
using AlertGateway.Emulators.Feed;
using AlertGateway.Feeds.Cap;
using AlertGateway.Feeds.Jma;

namespace AlertGateway.Tests.Feeds.Chaos;

/// <summary>An Atom index of linked documents: CAP, or telegrams of the Japan Meteorological Agency.</summary>
internal sealed class IndexUpstream : Upstream
{
    private const int Window = 20;
    private readonly FeedServer _server;
    private readonly CapFeedPoller _poller;
    private readonly List<(Item Item, DateTimeOffset Updated)> _items = [];
    private int _broken;

    public IndexUpstream(string kind, FeedTimeline timeline, FeedServer server, TimeProvider world)
        : base(kind, timeline, world)
    {
        _server = server;
        var options = new CapFeedOptions { Name = kind, Kind = kind, Url = new Uri(server.Url, "/document/index.atom"), IntervalSeconds = 5 };
        _poller = kind == JmaXmlDecoder.Kind
            ? JmaFeed.Open(options, Clock, (record, _, _) =>
            {
                Receive(Item.NameOf(record));
                return Task.CompletedTask;
            })
            : new CapFeedPoller(options, Clock, (bytes, _, _) =>
            {
                if (CapReader.Read(bytes).Messages is [{ Alert: { } alert }]) Receive(alert.Identifier[1..]);
                else ReceiveUnreadable();
                return Task.CompletedTask;
            });
        Place();
    }

    public FeedServer Server => _server;

    public override int Faults => _server.Faults.Given;

    public override FeedHealth? Health => _poller.Health;

    public override Task RunAsync(CancellationToken cancellationToken) => _poller.RunAsync(cancellationToken);

    public Task PollAsync(CancellationToken cancellationToken) => _poller.PollAsync(cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        _poller.Dispose();
        await _server.DisposeAsync();
    }

    protected override Task PlayAsync(TimelineStep step)
    {
        switch (step.Verb)
        {
            case "publish":
                for (var i = step.Number(1); i > 0; i--)
                {
                    var item = new Item(_items.Count + 1, 0, World.GetUtcNow());
                    _items.Add((item, item.Time));
                    _server.Place($"i{item.Name}.xml", Kind == JmaXmlDecoder.Kind ? Documents.Jma(item) : Documents.Cap(item));
                    Publish(item.Name);
                }

                break;
            case "again":
                // The same document under a newer date, as mirrors do.
                _items[^1] = (_items[^1].Item, World.GetUtcNow().AddSeconds(1));
                break;
            case "garbage":
                _broken++;
                _server.Place($"broken{_broken}.xml", "<alert><identifier>"u8.ToArray());
                break;
            case "fail":
                Fail(_server.Faults, step, "/document/index", "/document/i0");
                return Task.CompletedTask;
        }

        Place();
        return Task.CompletedTask;
    }

    private void Place()
    {
        var atom = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?><feed xmlns=\"http://www.w3.org/2005/Atom\"><title>t</title>");
        if (_broken > 0) atom.Append(CultureInfo.InvariantCulture, $"<entry><id>nothing</id></entry><entry><id>broken{_broken}</id><updated>2026-07-05T00:00:00Z</updated><link type=\"application/xml\" href=\"/document/broken{_broken}.xml\"/></entry>");
        foreach (var (item, updated) in _items.TakeLast(Window).Reverse())
            atom.Append(CultureInfo.InvariantCulture, $"<entry><id>urn:{item.Name}</id><updated>{updated.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}</updated><link type=\"application/xml\" href=\"/document/i{item.Name}.xml\"/></entry>");
        _server.Place("index.atom", Encoding.UTF8.GetBytes(atom.Append("</feed>").ToString()));
    }
}
