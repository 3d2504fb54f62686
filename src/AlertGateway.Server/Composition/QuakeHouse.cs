using AlertGateway.Channels.Broadcast;
using AlertGateway.Channels.Loudspeaker;
using AlertGateway.Core;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Seismic;
using AlertGateway.Core.Targeting;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Server.Composition;

/// <summary>The room for earthquakes, and what it holds ready: audiences by village, programmes in stock, handed to every loudspeaker. Making them takes seconds after a start; until then a warning goes the way of every other.</summary>
internal sealed partial class QuakeHouse : BackgroundService
{
    private readonly Func<CancellationToken, Task> _stockUp;
    private readonly Func<QuakeStock, int> _stocked;
    private volatile QuakeReserve? _reserve;

    private QuakeHouse(Func<QuakeHouse, CancellationToken, Task> stockUp, Func<Func<QuakeReserve?>, QuakeRoom> room, Func<QuakeStock, int> stocked)
    {
        _stocked = stocked;
        _stockUp = cancellationToken => stockUp(this, cancellationToken);
        Room = room(() => _reserve);
    }

    public QuakeRoom Room { get; }

    /// <summary>Why there is nothing in stock; null when there is, or while it is made.</summary>
    public string? Trouble { get; private set; }

    public bool IsReady => _reserve is not null;

    /// <summary>Loudspeakers that have said, since they connected, that they hold the warning.</summary>
    public int HornsStocked => _reserve is { } reserve ? _stocked(reserve.Stock) : 0;

    /// <summary>The rehearsal got through; null before it, and where there is nobody to warn in time.</summary>
    public bool? Rehearsed { get; private set; }

    /// <summary>What the arithmetic reckons with: the villages of the registry.</summary>
    public static QuakePlace[] PlacesOf(RegistrySnapshot registry) => [.. registry.Villages.Select(v => new QuakePlace(v.Code, v.Name, v.LatitudeDegrees, v.LongitudeDegrees))];

    public static QuakeHouse Open(RegistrySnapshot registry, VillageLanguages languages, IngestRoom ingest, RenderingRoom rendering, ProgrammeStore programmes, AlertPipeline pipeline, TimeProvider clock, HornStock horns, LoudspeakerChannel channel, QuakeOptions options, QuakeRehearsal rehearsal, ILogger<QuakeHouse> logger)
    {
        var places = PlacesOf(registry);
        async Task StockUpAsync(QuakeHouse house, CancellationToken cancellationToken)
        {
            try
            {
                if (rehearsal.Order is null || await rendering.StockAsync(cancellationToken) is not { } stock) return;
                var villages = new VillageAudiences(registry, languages);
                foreach (var programme in stock.All) programmes.PutMap(programmes.Put(programme.Wav), Channels.Speech.ProgrammeMap.Of(programme).ToJson());
                house._reserve = new QuakeReserve(villages, stock);
                horns.Set(stock.All, channel);
                house.Rehearsed = await RehearseAsync(rehearsal.RunAsync, house._reserve, cancellationToken);
                if (house.Rehearsed == true) house.Rehearsed = await RehearseAsync(rehearsal.WarmAsync, house._reserve, cancellationToken);
            }
#pragma warning disable CA1031 // No stock: earthquakes go the slow way, everything else goes on, and the health page says so.
            catch (Exception ex) when (ex is not OperationCanceledException)
#pragma warning restore CA1031
            {
                house.Trouble = ex.Message;
                LogNoStock(logger, ex);
            }
        }

        async Task<bool?> RehearseAsync(Func<QuakeReserve, CancellationToken, Task<bool?>> rehearse, QuakeReserve reserve, CancellationToken cancellationToken)
        {
            try
            {
                return await rehearse(reserve, cancellationToken);
            }
#pragma warning disable CA1031 // A rehearsal that breaks down has rehearsed nothing, and the health page says so; the stock is good all the same.
            catch (Exception ex) when (ex is not OperationCanceledException)
#pragma warning restore CA1031
            {
                LogNoRehearsal(logger, ex);
                return false;
            }
        }

        return new QuakeHouse(StockUpAsync, reserve =>
        {
            var room = new QuakeRoom(new QuakeBook(places, options), places, options, clock, pipeline, reserve, logger);
            room.Restore(ingest.All);
            return room;
        }, stock => channel.Holding(stock.Programmes[Purpose.Original].Select(p => p.Sha256Hex)));
    }

    public override void Dispose()
    {
        Room.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Run(() => _stockUp(stoppingToken), stoppingToken);

    [LoggerMessage(5022, LogLevel.Warning, "The rehearsal of an earthquake broke down")]
    private static partial void LogNoRehearsal(ILogger logger, Exception exception);

    [LoggerMessage(5021, LogLevel.Error, "Nothing is in stock for earthquakes; their warnings go the way of every other")]
    private static partial void LogNoStock(ILogger logger, Exception exception);
}
