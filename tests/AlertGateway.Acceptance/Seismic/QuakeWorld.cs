using System.Globalization;
using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Seismic;
using AlertGateway.Core.Targeting;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Server.Composition;
using AlertGateway.Storage.Registry;
using AlertGateway.Tests.Approval;
using Microsoft.Extensions.Logging.Abstractions;

namespace AlertGateway.Acceptance.Seismic;

/// <summary>The room for earthquakes before a desk on a ledger in memory: three villages in a row, each with a loudspeaker and an app, and a standing order for one official source.</summary>
internal sealed class QuakeWorld : IDisposable
{
    public static readonly SubmissionSource Official = new("feed:eew", true, 0);
    public static readonly SubmissionSource Relay = new("feed:relay", false, 0);

    private const string Authority = """
        {
          "rows": [{ "name": "duty", "role": "duty-officer", "areas": ["320481"], "events": ["*"], "maxColour": "red", "statuses": ["Actual"], "may": ["propose", "approve", "return", "cancel", "releaseHold"] }],
          "standingOrders": [ { "name": "eew", "source": "feed:eew", "areas": ["320481"], "events": ["11C02", "EQ-ADVICE"], "minColour": "blue", "maxColour": "red", "statuses": ["Actual"], "cancels": true } ],
          "resolvableHolds": ["cap.quarantine"]
        }
        """;

    private readonly QuakeReserve _reserve;

    public QuakeWorld(bool inStock = true, MemoryLedger? ledger = null, RememberingDispatch? dispatch = null, DateTimeOffset? now = null)
    {
        Desk = new DeskWorld(ledger, dispatch, Target, now: now, authority: Authority);
        var stock = new RenderingRoom(Shipped.Wording, new WrittenProgrammes()).StockAsync(CancellationToken.None).GetAwaiter().GetResult()!; // it only writes words down
        _reserve = new QuakeReserve(new VillageAudiences(Town, VillageLanguages.Default), stock);
        var places = QuakeHouse.PlacesOf(Town);
        Book = new QuakeBook(places, Options);
        Room = new QuakeRoom(Book, places, Options, Desk.Clock, Desk.Pipeline, () => inStock ? _reserve : null, NullLogger.Instance);
        Room.Restore(Desk.Ingest.All);
    }

    public static RegistrySnapshot Town { get; } = ATown();

    public static QuakeOptions Options { get; } = new();

    public DeskWorld Desk { get; }

    public QuakeBook Book { get; }

    public QuakeRoom Room { get; }

    /// <summary>Whatever went to the targeting room, which looks at the area.</summary>
    public List<Alert> Targeted { get; } = [];

    /// <summary>Takes a while, as rendering speech does.</summary>
    public TimeSpan TargetingTakes { get; set; }

    public DateTimeOffset Now => Desk.Clock.GetUtcNow();

    public IReadOnlyList<Proposal> Proposals => Desk.Desk.All;

    public IReadOnlyList<Proposal> Open => [.. Proposals.Where(p => p.State is ProposalState.Draft or ProposalState.Held)];

    public IReadOnlyList<Alert> Opened => [.. Desk.Dispatch.Opened.Select(o => o.Proposal.Submission.Alert)];

    public static bool IsAdvice(Alert alert) => QuakeAlerts.IsAdvice(alert);

    public static string[] Villages(Alert alert) => [.. alert.Infos[0].Areas.Select(a => a.AreaDesc)];

    /// <summary>The last arrival of an earthquake of <see cref="TakeAsync"/>, by the book's own arithmetic.</summary>
    public DateTimeOffset LastArrival(DateTimeOffset origin, double lat = 31.9, double lon = 118.85, double magnitude = 6.9) => Arrivals(origin, lat, lon, magnitude).Max();

    /// <summary>Of each village.</summary>
    public DateTimeOffset[] Arrivals(DateTimeOffset origin, double lat = 31.9, double lon = 118.85, double magnitude = 6.9) =>
        [.. Book.Everywhere(new QuakeReport { Source = Official, EventId = "e", Origin = origin, Lat = lat, Lon = lon, DepthKm = 10, Magnitude = magnitude, Status = AlertStatus.Actual }).Select(s => s.SArrival)];

    /// <summary>By default some 70 km off: a quarter of a minute for everybody.</summary>
    public Task TakeAsync(int number, DateTimeOffset? origin, double? magnitude = 6.9, double? lat = 31.9, double? lon = 118.85, bool cancel = false, SubmissionSource? source = null, string id = "q1") => Room.TakeAsync(new FeedRecord
    {
        Kind = "wolfx", Type = FeedRecordType.Event, Id = id, Revision = number.ToString(CultureInfo.InvariantCulture), EventTime = origin, Lat = lat, Lon = lon, DepthKm = 10, Value = magnitude, Unit = "M", Status = "Actual", Cancel = cancel,
    }, source ?? Official, "测试地震台网", DeskWorld.Stop);

    /// <summary>The clock goes on; timers that come due have done their work.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        Desk.Clock.Advance(time);
        await Task.Yield();
    }

    public void Dispose()
    {
        Room.Dispose();
        Desk.Dispose();
    }

    private TargetingResult Target(Alert alert, WarningColour colour)
    {
        Targeted.Add(alert);
        if (TargetingTakes > TimeSpan.Zero) Desk.Clock.Advance(TargetingTakes);
        var plan = SmallTown.Plan();
        return alert.Infos.All(i => i.Areas.Count > 0) ? plan : SmallTown.Plan(holds: new HoldReason("area.missing", "没有区域。", "There is no area."));
    }

    private static RegistrySnapshot ATown() => new()
    {
        Version = "v1", Synthetic = true,
        Towns = [new Division("320481101000", "天目湖镇", -1, 31.43, 119.48, 0)],
        Villages = [new Division("320481101001", "东", 0, 31.43, 119.60, 0), new Division("320481101002", "中", 0, 31.43, 119.48, 0), new Division("320481101003", "西", 0, 31.43, 119.36, 0)],
        HouseholdVillage = [0, 0, 1, 2], HouseholdLatitude = new double[4], HouseholdLongitude = new double[4], HouseholdFirstPerson = [0, 1, 2, 3, 4], PersonHousehold = [0, 1, 2, 3], PersonFlags = new PersonFlags[4],
        EndpointChannel = [0, .. Enumerable.Repeat((byte)ChannelKind.Push, 3), .. Enumerable.Repeat((byte)ChannelKind.Loudspeaker, 3)], EndpointPerson = [0, 1, 2, 3, 0, 0, 0], EndpointFlags = new EndpointFlags[7],
        Loudspeakers = [.. Enumerable.Range(0, 3).Select(i => new LoudspeakerSite(4 + i, i, 31.43, 119.5, $"号角{i}"))], Stations = [], Sites = [], HouseholdsByCode = new Dictionary<(string, string), int[]>(),
    };
}
