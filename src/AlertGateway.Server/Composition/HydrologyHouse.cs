using System.Net;
using AlertGateway.Core;
using AlertGateway.Core.Drafts;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Targeting;
using AlertGateway.Core.Thresholds;
using AlertGateway.Feeds.Health;
using AlertGateway.Feeds.Hydrology;
using AlertGateway.Feeds.PushJson;
using AlertGateway.Feeds.Sl651;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Observations;
using Microsoft.Extensions.Options;

namespace AlertGateway.Server.Composition;

/// <summary>Everything that measures: stations over SL 651, hydrological feeds, pushing systems; the rules behind them; and the way of their drafts to the desk.</summary>
internal sealed class HydrologyHouse : IDisposable
{
    private static readonly TimeSpan PrunePeriod = TimeSpan.FromHours(6);

    private readonly ObservationStore _store;
    private readonly TimeProvider _clock;
    private readonly HydrologyOptions _options;
    private readonly List<HydroPoller> _pollers = [];

    private HydrologyHouse(ObservationStore store, ObservationRoom room, HydrologyOptions options, TimeProvider clock) =>
        (_store, Room, _options, _clock) = (store, room, options, clock);

    public ObservationRoom Room { get; }

    /// <summary>Null when no station may call.</summary>
    public Sl651Server? Stations { get; private set; }

    public List<FeedPulse> Pulses { get; } = [];

    /// <summary>Null when no system may push.</summary>
    public PushIntake? Pushes { get; private set; }

    public TimeSpan RedUnpublishedAfter => TimeSpan.FromMinutes(_options.RedUnpublishedMinutes);

    /// <exception cref="InvalidDataException">A file does not say what it must; every problem of the file is listed.</exception>
    public static HydrologyHouse Open(string dataFolder, string configFolder, HydrologyOptions options, DangerZones zones, TimeProvider clock, ILoggerFactory loggers)
    {
        string Folder(string own, string shipped) => own.Length > 0 ? Path.GetFullPath(own, GatewayConfiguration.Home()) : Path.Combine(configFolder, shipped);
        var wording = DraftWording.Parse(File.ReadAllBytes(Path.Combine(configFolder, "templates", "drafts.json")));
        var thresholds = Files(Folder(options.ThresholdsFolder, "thresholds")).Select(f => ThresholdConfig.Parse(File.ReadAllBytes(f))).ToList();
        foreach (var rule in thresholds.SelectMany(t => t.Rules).Where(r => r.Station.Length > 0 && r.Zone.Length > 0 && !zones.Zones.Any(z => z.Id == r.Zone)))
        {
            // Without the zone a rule that has nothing else would warn nobody; with areas it warns those.
            if (rule.Areas.Count == 0) throw new InvalidDataException($"Thresholds: {rule.Id}: the danger zone {rule.Zone} is not drawn, and the rule has no areas.");
        }

        string sendersFile = Folder(options.PushSendersFile, "push-senders.json");
        var senders = File.Exists(sendersFile) ? PushSenders.Parse(File.ReadAllBytes(sendersFile), Path.GetDirectoryName(sendersFile)!) : PushSenders.None;
        var store = ObservationStore.Open(Path.Combine(dataFolder, "observations.db"));
        var house = new HydrologyHouse(store, new ObservationRoom(store, thresholds, new DraftComposer(wording, zones), clock), options, clock);
        if (options.Sl651.Enabled)
        {
            var known = house.Room.Stations.Concat(options.Sl651.Stations).ToHashSet(StringComparer.OrdinalIgnoreCase);
            var pulse = new FeedPulse("sl651", Sl651Decoder.Kind, true, options.Sl651.Interval, TimeSpan.Zero, clock);
            house.Pulses.Add(pulse);
            house.Stations = new Sl651Server(options.Sl651, known.Contains, d => house.Room.Take("feed:sl651", Measurements.Of(d)), pulse, clock, loggers.CreateLogger<Sl651Server>());
            house.Stations.Start();
        }

        foreach (var file in Files(Folder(options.FeedsFolder, Path.Combine("feeds", "hydrology"))))
        {
            var feed = HydroFeedOptions.Parse(File.ReadAllBytes(file));
            if (!feed.Enabled) continue;
            var poller = new HydroPoller(feed, d => house.Room.Take("feed:" + feed.Name, Measurements.Of(d)), clock);
            house._pollers.Add(poller);
            house.Pulses.Add(poller.Pulse);
        }

        if (senders.Count > 0)
        {
            house.Pushes = new PushIntake(senders, house.Room, new FeedPulse("push", PushDecoder.Kind, true, TimeSpan.FromDays(1), TimeSpan.Zero, clock), clock);
            house.Pulses.Add(house.Pushes.Pulse);
        }

        return house;
    }

    /// <summary>The tasks that run until the gateway stops. One that ends because the disk failed ends the process.</summary>
    public IEnumerable<Task> Run(AlertPipeline pipeline, CancellationToken cancellationToken)
    {
        yield return Task.Run(() => Room.RunAsync((document, source, ct) => pipeline.SubmitAsync(document, new SubmissionSource(source, false, 0), ct), cancellationToken), cancellationToken);
        if (Stations is { } stations) yield return Task.Run(() => stations.RunAsync(cancellationToken), cancellationToken);
        foreach (var poller in _pollers) yield return Task.Run(() => poller.RunAsync(cancellationToken), cancellationToken);
        yield return PruneAsync(cancellationToken);
    }

    public void Dispose()
    {
        Stations?.Dispose();
        foreach (var poller in _pollers) poller.Dispose();
        Room.Dispose();
        _store.Dispose();
    }

    public static HydrologyOptions ReadOptions(IConfiguration configuration)
    {
        var options = configuration.GetSection("Hydrology").Get<HydrologyOptions>() ?? new HydrologyOptions();
        var verdict = new HydrologyOptionsValidator().Validate(null, options);
        List<string> failures = verdict.Failed ? [.. verdict.Failures] : [];
        var sl651 = options.Sl651;
        if (!IPAddress.TryParse(sl651.BindAddress, out _)) failures.Add("Hydrology:Sl651:BindAddress is no address.");
        if (sl651.Port is < 0 or > 65_535) failures.Add("Hydrology:Sl651:Port is 0 to 65535.");
        if (sl651.ConnectionsMax is < 1 or > 20_000) failures.Add("Hydrology:Sl651:ConnectionsMax is 1 to 20000.");
        if (sl651.IdleTimeout < TimeSpan.FromSeconds(5) || sl651.Interval < TimeSpan.FromMinutes(1)) failures.Add("Hydrology:Sl651:IdleTimeout is at least 5 seconds, Interval at least a minute.");
        return failures.Count == 0 ? options : throw new OptionsValidationException("Hydrology", typeof(HydrologyOptions), failures);
    }

    private static IEnumerable<string> Files(string folder) => Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal) : [];

    private async Task PruneAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(PrunePeriod, _clock);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                _store.Prune((_clock.GetUtcNow() - TimeSpan.FromDays(_options.RetentionDays)).UtcTicks);
            }
            catch (LedgerFullException)
            {
                // To delete takes space too: the next time.
            }
        }
    }
}
