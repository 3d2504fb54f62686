using AlertGateway.Core.Ingest;
using AlertGateway.Emulators.Feed;
using AlertGateway.Feeds;
using AlertGateway.Feeds.Cap;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Feeds.Hydrology;
using AlertGateway.Feeds.Polling;

namespace AlertGateway.Tests.Feeds.Chaos;

/// <summary>What one kind of polled document looks like, and how its records are told apart.</summary>
internal sealed record PolledForm(string Kind, Func<IReadOnlyList<Item>, bool, byte[]> Write, Func<Item, string> NameOf, Func<FeedRecord, string> NameOfRecord, bool Revises = false)
{
    public static IReadOnlyList<PolledForm> All { get; } =
    [
        new("usgs-geojson", Documents.UsgsGeoJson, i => i.NameWithValue, Item.NameWithValueOf, Revises: true),
        new("quakeml", Documents.QuakeMl, i => i.NameWithValue, Item.NameWithValueOf, Revises: true),
        new("nws-geojson", Documents.Nws, i => i.Name, Item.NameOf),
        new("nmc", Documents.Nmc, i => i.Name, Item.NameOf),
        new("qweather", Documents.QWeather, i => i.Name, Item.NameOf),
        new("meteoalarm", Documents.MeteoAlarm, i => i.Name, Item.NameOf),
        new("dwd", Documents.Dwd, i => i.Name, Item.NameOf),
        new("usgs-iv", Documents.UsgsIv, i => i.ValueName, Item.ValueNameOf, Revises: true),
        new("uk-flood", Documents.UkFlood, i => i.ValueName, Item.ValueNameOf, Revises: true),
        new("sl323", Documents.Sl323, i => i.ValueName, Item.ValueNameOf, Revises: true),
    ];
}

/// <summary>A document that lists the newest twenty items, and is polled.</summary>
internal sealed class PolledUpstream : Upstream
{
    private const int Window = 20;
    private readonly PolledForm _form;
    private readonly HttpFeedPoller? _poller;
    private readonly HydroPoller? _hydro;

    public PolledUpstream(PolledForm form, FeedTimeline timeline, FeedServer server, TimeProvider world)
        : base(form.Kind, timeline, world)
    {
        (_form, Server) = (form, server);
        var url = new Uri(server.Url, "/document/" + form.Kind);
        if (form.Kind is "usgs-iv" or "uk-flood" or "sl323")
        {
            _hydro = new HydroPoller(new HydroFeedOptions { Name = form.Kind, Kind = form.Kind, Url = url, IntervalSeconds = 5 }, d =>
            {
                // The same readings come with every document; the store of measurements keeps each once.
                foreach (var record in d.Records.Where(r => r.Value is not null).Where(r => _handed.Add(form.NameOfRecord(r)))) Receive(form.NameOfRecord(record));
            }, Clock);
        }
        else _poller = new HttpFeedPoller(new CapFeedOptions { Name = form.Kind, Kind = form.Kind, Url = url, IntervalSeconds = 5 }, Clock, TakeAsync);

        Place(broken: false);
    }

    private readonly HashSet<string> _handed = new(StringComparer.Ordinal);

    public FeedServer Server { get; }

    private List<Item> Items { get; } = [];

    public override int Faults => Server.Faults.Given;

    public override FeedHealth? Health => _poller?.Health;

    public override Task RunAsync(CancellationToken cancellationToken) => _poller?.RunAsync(cancellationToken) ?? _hydro!.RunAsync(cancellationToken);

    public Task PollAsync(CancellationToken cancellationToken) => _poller?.PollAsync(cancellationToken) ?? _hydro!.PollAsync(cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        _poller?.Dispose();
        _hydro?.Dispose();
        await Server.DisposeAsync();
    }

    protected override Task PlayAsync(TimelineStep step)
    {
        switch (step.Verb)
        {
            case "publish":
                for (var i = step.Number(1); i > 0; i--)
                {
                    Items.Add(new Item(Items.Count + 1, 0, World.GetUtcNow().AddMilliseconds(-i)));
                    Publish(_form.NameOf(Items[^1]));
                }

                break;
            case "revise" when _form.Revises:
                Overtake(_form.NameOf(Items[^1]));
                Items[^1] = Items[^1] with { Revision = Items[^1].Revision + 1 };
                Publish(_form.NameOf(Items[^1]));
                break;
            case "fail":
                Fail(Server.Faults, step, "/document/", "/document/");
                return Task.CompletedTask;
        }

        Place(step.Verb == "garbage");
        return Task.CompletedTask;
    }

    private void Place(bool broken) => Server.Place(Kind, _form.Write([.. Items.TakeLast(Window)], broken));

    private Task TakeAsync(FeedRecord record, SubmissionSource source, CancellationToken cancellationToken)
    {
        // A broken entry is handed on with its error, as something that must not be acted upon.
        if (record.Id.Length == 0) ReceiveUnreadable();
        else Receive(_form.NameOfRecord(record));
        return Task.CompletedTask;
    }
}
