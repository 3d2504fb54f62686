using System.Text;
using AlertGateway.Cap;
using AlertGateway.Emulators.Feed;
using AlertGateway.Feeds;
using AlertGateway.Feeds.Cap;
using AlertGateway.Feeds.Naads;
using AlertGateway.Feeds.Streaming;

namespace AlertGateway.Tests.Feeds.Chaos;

/// <summary>A stream that is told of most items, and has another way to give back the rest: an archive named by heartbeats, or documents over HTTP.</summary>
internal sealed class StreamUpstream : Upstream
{
    private const int Window = 20;
    private readonly IFeedAdapter _adapter;
    private readonly List<Item> _items = [];
    private readonly HashSet<string> _untold = new(StringComparer.Ordinal);
    private readonly bool _socket;

    public StreamUpstream(string kind, FeedTimeline timeline, FeedServer server, TimeProvider world)
        : base(kind, timeline, world)
    {
        (Server, _socket) = (server, kind != NaadsDecoder.Kind);
        var options = new CapFeedOptions
        {
            Name = kind,
            Kind = kind,
            Url = _socket ? new UriBuilder(server.Url) { Scheme = "ws", Path = "/ws" }.Uri : new Uri($"tcp://127.0.0.1:{server.Stream.Port}"),
            Recovery = [new Uri(server.Url, _socket ? "/document/recent" : "/archive")],
        };
        _adapter = _socket
            ? new WebSocketFeed(options, Clock, (record, _, _) =>
            {
                Receive(Item.NameWithValueOf(record));
                return Task.CompletedTask;
            })
            : new NaadsClient(options, Clock, (bytes, _, _) =>
            {
                if (CapReader.Read(bytes).Messages is [{ Alert: { Identifier: ['i', .. var name] } }]) Receive(name);
                else ReceiveUnreadable();
                return Task.CompletedTask;
            });
        Place();
    }

    public FeedServer Server { get; }

    public override int Faults => Server.Faults.Given;

    public override FeedHealth? Health => _adapter.Health;

    /// <summary>Connected, and everything that was told, or named since, has come.</summary>
    public bool Settled => Connected.IsCompleted && Missing.All(_untold.Contains);

    private Task Connected => _socket ? Server.Sockets.ConnectedAsync() : Server.Stream.ConnectedAsync();

    public override Task RunAsync(CancellationToken cancellationToken) => _adapter.RunAsync(cancellationToken);

    /// <summary>What the service says when nothing happens. Only a heartbeat with references names what was missed.</summary>
    public async Task HeartbeatAsync()
    {
        if (_socket) await Server.Sockets.SendAsync("{\"type\":\"heartbeat\",\"ver\":22}"u8.ToArray());
        else
        {
            await Server.Stream.HeartbeatAsync();
            if (Connected.IsCompleted) _untold.Clear();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        _adapter.Dispose();
        await Server.DisposeAsync();
    }

    protected override async Task PlayAsync(TimelineStep step)
    {
        switch (step.Verb)
        {
            case "publish":
                for (var i = step.Number(1); i > 0; i--)
                {
                    var item = Add();
                    if (!Connected.IsCompleted && !_socket) _untold.Add(NameOf(item));
                    await SendAsync(BytesOf(item));
                }

                break;
            case "again":
                await SendAsync(BytesOf(_items[^1]));
                await SendAsync(BytesOf(_items[^1]));
                break;
            case "revise":
                Overtake(NameOf(_items[^1]));
                _items[^1] = _items[^1] with { Revision = _items[^1].Revision + 1 };
                Publish(NameOf(_items[^1]));
                Place();
                await Server.Sockets.SendAsync(BytesOf(_items[^1]), frameBytes: 50);
                break;
            case "miss":
                _untold.Add(NameOf(Add()));
                break;
            case "cut":
                var half = Add();
                if (_socket) await Server.Sockets.SendAsync(BytesOf(half).AsMemory(0, 60));
                else
                {
                    _untold.Add(NameOf(half));
                    await Server.Stream.WriteAsync(BytesOf(half).AsMemory(0, 150));
                }

                Drop();
                break;
            case "drop":
                Drop();
                break;
            case "heartbeat":
                await HeartbeatAsync();
                break;
            case "garbage":
                if (_socket) await Server.Sockets.SendAsync("not json"u8.ToArray());
                else
                {
                    await Server.Stream.WriteAsync(Encoding.ASCII.GetBytes(new string('#', 5_000)));
                    await Server.Stream.WriteAsync("<alert><identifier>broken</alert>"u8.ToArray());
                }

                if (_socket) _untold.Clear(); // Whoever cannot read a message asks for the documents.
                break;
            case "fail":
                Fail(Server.Faults, step, "/", _socket ? "/document/" : "/archive/");
                break;
        }
    }

    private Item Add()
    {
        var item = new Item(_items.Count + 1, 0, World.GetUtcNow());
        _items.Add(item);
        if (!_socket) Server.Stream.Publish(BytesOf(item));
        Publish(NameOf(item));
        Place();
        return item;
    }

    private void Drop()
    {
        if (_socket)
        {
            Server.Sockets.Drop();
            _untold.Clear(); // Every new connection begins with the documents.
        }
        else Server.Stream.Drop();
    }

    private Task SendAsync(byte[] bytes) => _socket ? Server.Sockets.SendAsync(bytes) : Server.Stream.WriteAsync(bytes);

    private string NameOf(Item item) => _socket ? item.NameWithValue : item.Name;

    private byte[] BytesOf(Item item) => Kind switch
    {
        "emsc" => Documents.Emsc(item),
        "wolfx" => Documents.Wolfx(item),
        _ => Documents.Cap(item),
    };

    private void Place()
    {
        if (_socket) Server.Place("recent", [.. _items.TakeLast(Window).SelectMany(i => BytesOf(i).Append((byte)'\n'))]);
    }
}
