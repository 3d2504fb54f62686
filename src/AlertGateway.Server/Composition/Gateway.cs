using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using AlertGateway.Channels.Broadcast;
using AlertGateway.Channels.Keys;
using AlertGateway.Channels.Loudspeaker;
using AlertGateway.Channels.Push;
using AlertGateway.Channels.Sms;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Seismic;
using AlertGateway.Core.Targeting;
using AlertGateway.Core.Tracking;
using AlertGateway.Server.Api;
using AlertGateway.Server.Security;
using AlertGateway.Server.Web;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.People;
using AlertGateway.Storage.Registry;
using Microsoft.Extensions.Options;

namespace AlertGateway.Server.Composition;

/// <summary>The gateway, put together in one straight line: storage, rooms, channels, rim. Start is recovery: whatever the ledger says is carried on.</summary>
public sealed class Gateway : IAsyncDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly StartTimes _times;

    private Gateway(WebApplication app, StartTimes times) => (App, _times) = (app, times);

    public WebApplication App { get; }

    /// <param name="settingsFile">Settings that win over the shipped ones; null for none.</param>
    /// <exception cref="OptionsValidationException">Settings are wrong; every problem is listed.</exception>
    /// <exception cref="LedgerException">The ledger cannot be opened or is damaged; the message names the place.</exception>
    public static async Task<Gateway> StartAsync(string? settingsFile, CancellationToken cancellationToken)
    {
        var times = new StartTimes();
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        GatewayConfiguration.Apply(builder.Configuration, settingsFile);
        builder.Logging.ClearProviders().AddJsonConsole(o => o.UseUtcTimestamp = true).SetMinimumLevel(LogLevel.Warning);
        builder.Logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        var options = ReadOptions(builder.Configuration);
        var hydrology = HydrologyHouse.ReadOptions(builder.Configuration);
        string data = Path.GetFullPath(options.DataFolder, GatewayConfiguration.Home());
        string config = GatewayConfiguration.ConfigFolder;
        Directory.CreateDirectory(data);
        var clock = new ClockWatch(TimeProvider.System);

        // Storage: both files are large and are opened side by side, while the configuration is read.
        var opening = Task.Run(() => SqliteLedger.Open(Path.Combine(data, "ledger.db"), new SqliteLedgerOptions
        {
            WitnessFile = options.AuditWitnessFile.Length > 0 ? Path.GetFullPath(options.AuditWitnessFile, GatewayConfiguration.Home()) : null, ReserveBytes = options.DiskReserveMiB * 1024L * 1024L, Clock = clock,
        }), cancellationToken);
        var registryStore = RegistryStore.Open(Path.Combine(data, "registry.db"));
        var loading = Task.Run(registryStore.LoadSnapshot, cancellationToken);
        var people = PeopleStore.Open(Path.Combine(data, "people.db"), clock, RandomNumberGenerator.Create());
        var lookups = registryStore.OpenAddresses();
        var files = await GatewayFiles.ReadAsync(config, options, builder.Configuration, clock, cancellationToken);
        var (publishers, speech, languages, wording) = (files.Publishers, files.Speech, files.Languages, files.Wording);
        var ledger = await opening;
        var clockFile = new ClockFile(Path.Combine(data, "clock"), ClockFile.ThisBoot(), clock);
        clockFile.TakeUp(LedgerTime.NewestTicks(Path.Combine(data, "ledger.db")));
        times.Mark("ledger");
        var registry = await loading;
        times.Mark("registry");

        // Rooms.
        var ingest = new IngestRoom(ledger, clock, files.Ingest);
        var desk = new ApprovalDesk(ledger, clock, files.Authority, ingest.SubmissionOf, publishers);
        var refusals = new RefusalBook();
        var room = new DisseminationRoom(ledger, registry, clock, c => new ChannelTimes(options.Lanes.For(c).ReceiptTimeout, options.Lanes.For(c).UnreachableTimeout ?? TimeSpan.MaxValue), TimeSpan.FromDays(options.CloseAfterDays));
        var snapshots = new StateSnapshots(new SnapshotFolder(Path.Combine(data, "snapshot")), ledger, room);

        // Recovery: fold the ledger. It needs these rooms only and takes a core for itself; channels and rim are put together meanwhile. What was in flight goes on as soon as the deliveries are folded; what people decided is folded beside it.
        ledger.Observe(ingest);
        ledger.Observe(desk);
        ledger.Observe(refusals);
        ledger.Observe(room);
        ledger.Observe(snapshots);
        var decisions = new List<(long Sequence, LedgerEvent Row)>();
        var recovered = Task.Run(Recover, cancellationToken);
        void FoldDesk(long first, ReadOnlySpan<LedgerEvent> rows)
        {
            ingest.OnCommitted(first, rows);
            desk.OnCommitted(first, rows);
            refusals.OnCommitted(first, rows);
        }
        void Decided(long first, ReadOnlySpan<LedgerEvent> rows)
        {
            for (int i = 0; i < rows.Length; i++)
            {
                if (StateSnapshots.IsOfDesk(rows[i].Kind)) decisions.Add((first + i, rows[i]));
            }
        }
        void Recover()
        {
            long from = snapshots.Restore(Decided);
            times.Mark("snapshot");
            ledger.Read(from, (first, rows) =>
            {
                Decided(first, rows);
                room.OnCommitted(first, rows);
                snapshots.OnCommitted(first, rows);
            });
            times.Mark("ledgerTail");
        }

        var rendering = new RenderingRoom(wording, speech.Renderer, languages, publishers);
        // Outlines and the places of all households: needed by the first new warning, not by what is in flight.
        var jurisdiction = registryStore.ReadMeta("jurisdiction") ?? throw new InvalidDataException("The registry has no jurisdiction: fill it first (agw city create).");
        var targeting = new Lazy<TargetingRoom>(() => new TargetingRoom(registry, files.Targets, files.Zones, Jurisdiction.FromJson(jurisdiction), files.Neighbours, BoundaryBook.Load(Path.Combine(config, "boundaries")), languages));
        var programmes = new ProgrammeStore(Path.Combine(data, "programmes"));
        var pipeline = new AlertPipeline(ingest, (alert, colour) => targeting.Value.Plan(alert, colour), rendering, (p, _) => { programmes.PutMap(programmes.Put(p.Wav), Channels.Speech.ProgrammeMap.Of(p).ToJson()); return Task.CompletedTask; }, desk, room, files.Ingest,
            publishers, new EpisodePolicy(wording.EventKindOf, files.Targets.Repeat));

        // Channels and rim.
        var s = builder.Services;
        s.AddSingleton<LaneHouse>().AddHostedService<GatewayWorker>();
        s.AddSingleton<TimeProvider>(clock).AddSingleton(clock).AddSingleton(clockFile).AddSingleton(new ClockTrust(ledger, clock, files.Authority)).AddSingleton(wording).AddSingleton<ILedger>(ledger).AddSingleton(registry).AddSingleton(room).AddSingleton(snapshots).AddSingleton<IReceiptSink>(room).AddSingleton<IWakeSink>(room).AddSingleton<IHornPlans>(room).AddSingleton<ITrackingBoard>(room);
        s.AddSingleton(new FieldReports(room, files.Authority, registry.VillageCodeOf, ledger, clock));
        s.AddSingleton<IRefusalLog>(new RimRefusals(ledger, clock)).AddSingleton(pipeline).AddSingleton(ingest).AddSingleton(desk).AddSingleton(refusals).AddSingleton(people).AddSingleton(speech);
        var tokens = new DeviceBook(lookups);
        s.AddSingleton<SmsEndpointLookup>(tokens.SmsEndpoint).AddSingleton<ResidentTokenLookup>(tokens.Resident).AddSingleton<StationTokenLookup>(tokens.Station).AddSingleton<LoudspeakerKeyLookup>(tokens.LoudspeakerKey);
        s.AddOrderKey(Path.Combine(data, "order.key"));
        s.AddProgrammes(Path.Combine(data, "programmes"));
        s.AddTwilioSms(builder.Configuration.GetSection("Sms"));
        s.AddResidentPush();
        s.AddBroadcastPull(builder.Configuration.GetSection("Broadcast"));
        s.AddVillageLoudspeakers(builder.Configuration.GetSection("Loudspeaker"));
        s.AddSingleton<SubmissionShelf>().AddSingleton<IDesk, DeskWindow>().AddSingleton<IPeople, PeopleWindow>().AddSingleton(await CityMapAsync(config, options.City, registry.Synthetic, cancellationToken));
        s.AddSingleton(p => p.GetServices<IChannel>().Select(c => new ChannelRoute(c)).Concat(p.GetRequiredService<SmsProviders>().Routes).GroupBy(r => r.Channel.Kind).Select(r => new Lane([.. r], options.Lanes.For(r.Key), room, ledger, registryStore.OpenAddresses().Read, registry, clock, p.GetRequiredService<ILogger<Lane>>())).ToArray());
        s.AddSingleton(p => FeedHouse.Open(builder.Configuration["Feeds:Folder"] is { Length: > 0 } own ? own : Path.Combine(config, "feeds"), clock, pipeline, ingest, p.GetRequiredService<QuakeRoom>()));
        var earthquake = builder.Configuration.GetSection("Earthquake").Get<QuakeOptions>() ?? new QuakeOptions();
        s.AddSingleton(p => new QuakeRehearsal(registry, rendering, files.Authority, files.Ingest, earthquake, p.GetRequiredService<LoudspeakerOptions>(), clock));
        s.AddSingleton(p => QuakeHouse.Open(registry, languages, ingest, rendering, programmes, pipeline, clock, p.GetRequiredService<HornStock>(), p.GetRequiredService<LoudspeakerChannel>(),
            earthquake, p.GetRequiredService<QuakeRehearsal>(), p.GetRequiredService<ILogger<QuakeHouse>>()));
        s.AddSingleton(p => p.GetRequiredService<QuakeHouse>().Room);
        s.AddHostedService(p => p.GetRequiredService<QuakeHouse>());
        s.AddSingleton(p => HydrologyHouse.Open(data, config, hydrology, files.Zones, clock, p.GetRequiredService<ILoggerFactory>()));
        s.AddSingleton<FeedVitals>().AddSingleton<FeedMetrics>();
        s.AddSingleton<IHealthSource, HealthWindow>();
        s.AddConsole();
        s.AddPublicAlerts(Path.Combine(data, "publishing.key"));
        s.PostConfigure<ConsoleOptions>(o => o.KeyFolder = o.KeyFolder is { Length: > 0 } own ? Path.GetFullPath(own, GatewayConfiguration.Home()) : Path.Combine(data, "cookie-keys"));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k =>
        {
            k.AddServerHeader = false;
            k.Limits.MaxRequestBodySize = IngestLimits.BodyBytesMax;
            k.Limits.MaxConcurrentConnections = 20_000;
        });
        builder.WebHost.UseUrls(options.Url.GetLeftPart(UriPartial.Authority));

        var app = builder.Build();
        app.Use(FullDisk.AnswerAsync);
        app.UseConsole();
        app.MapTwilioReceipts();
        app.MapResidentHub();
        app.MapProgrammes();
        app.MapBroadcastPull();
        app.MapOrderKey();
        app.MapApi();
        app.MapPublicAlerts();
        app.MapConsole();
        FeedMetrics.Map(app);
        app.MapGet("/healthz/live", () => Results.Text("live")).AllowAnonymous();
        app.MapGet("/healthz/ready", () => ledger.Failure is null ? Results.Text("ready") : Results.Text("ledger failed", statusCode: 503)).AllowAnonymous();
        times.Mark("built");
        var gateway = new Gateway(app, times);
        gateway._owned.AddRange([ledger, registryStore, people, lookups, speech, ingest, desk]);
        // The first message after a restart waits for no connection to be made.
        _ = app.Services.GetRequiredService<SmsProviders>().WarmAsync(cancellationToken);
        await recovered;
        await room.RecoverAsync(cancellationToken);
        times.Mark("recovered");
        var lanes = app.Services.GetRequiredService<LaneHouse>();
        lanes.Start();
        try
        {
            foreach (var (sequence, row) in decisions) FoldDesk(sequence, [row]);
            times.Mark("decisions");
            await app.StartAsync(cancellationToken);
            times.Mark("listening");
            _ = targeting.Value;
            await pipeline.ResumeAsync(cancellationToken);
            times.Mark("ready");
            return gateway;
        }
        catch
        {
            await lanes.StopAsync();
            throw;
        }
    }

    /// <summary>The first line on stdout: where the gateway listens.</summary>
    public string ReadyLine() => JsonSerializer.Serialize(new
    {
        ready = true, name = "gateway", url = App.Urls.First(), mqttPort = App.Services.GetRequiredService<LoudspeakerBroker>().Port, sl651Port = App.Services.GetRequiredService<HydrologyHouse>().Stations?.Port,
        orderKeyId = App.Services.GetRequiredService<OrderKey>().KeyId, orderKey = App.Services.GetRequiredService<OrderKey>().PublicKeyBase64, processId = Environment.ProcessId, startMilliseconds = _times.Marks,
    });

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        foreach (var owned in Enumerable.Reverse(_owned)) owned.Dispose();
    }

    public static GatewayOptions ReadOptions(IConfiguration configuration)
    {
        var options = configuration.GetSection("Gateway").Get<GatewayOptions>() ?? new GatewayOptions();
        var verdict = new GatewayOptionsValidator().Validate(null, options);
        return verdict.Failed ? throw new OptionsValidationException("Gateway", typeof(GatewayOptions), verdict.Failures) : options;
    }

    private static async Task<CityMap> CityMapAsync(string config, string city, bool synthetic, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(config, "cities", city);
        if (city.Length == 0 || !Directory.Exists(folder)) return CityMap.Read("合成", "Synthetic", synthetic, null, null);
        return CityMap.Read(city == "liyang" ? "溧阳" : city, CultureInfo.InvariantCulture.TextInfo.ToTitleCase(city), synthetic,
            await File.ReadAllTextAsync(Path.Combine(folder, "outline_wgs84.geojson"), cancellationToken), await File.ReadAllTextAsync(Path.Combine(folder, "towns_SCHEMATIC.geojson"), cancellationToken));
    }
}

/// <summary>Bounds at the rim.</summary>
internal static class IngestLimits
{
    /// <summary>A little above the largest document, so that the API can say 413 in words.</summary>
    public const long BodyBytesMax = 6_000_000;
}
