using System.Globalization;
using System.Text.Json;
using AlertGateway.Channels.Loudspeaker;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Seismic;
using AlertGateway.Feeds.Wolfx;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Registry;
using Microsoft.Extensions.Logging.Abstractions;

namespace AlertGateway.Server.Composition;

/// <summary>
/// An earthquake on paper: the way from a frame to the order of a loudspeaker, gone a few times after every start, in rooms of its own, over a ledger that keeps nothing and loudspeakers that are not there. What the way needs is loaded and
/// compiled then; the first warning of a year would wait a tenth of a second for it otherwise. Nothing of it can leave: it has no channel, and signs with a key that no loudspeaker knows.
/// </summary>
internal sealed class QuakeRehearsal(RegistrySnapshot registry, RenderingRoom rendering, AuthorityMatrix authority, IngestOptions ingestOptions, QuakeOptions options, LoudspeakerOptions horns, TimeProvider clock)
{
    private const int Rounds = 3;

    /// <summary>The runtime compiles a method anew, and better, once it was called thirty times after a tenth of a second in which little else was new: before that a warning takes twice as long.</summary>
    private const int WarmRounds = 60;

    private const double Magnitude = 8;
    private const double DegreesAway = 1.7; // of latitude: about 190 km, more than half a minute
    private static readonly TimeSpan WarmPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly QuakePlace[] _places = QuakeHouse.PlacesOf(registry);

    /// <summary>The standing order whose way is gone; null when earthquakes have none, and then there is nothing to rehearse.</summary>
    public StandingOrder? Order { get; } = authority.StandingOrderOn(QuakeAlerts.EventCode);

    /// <summary>An earthquake that the whole area feels, and that leaves it time.</summary>
    /// <returns>The standing order let it through; null where there is nobody whom a warning could reach in time.</returns>
    public Task<bool?> RunAsync(QuakeReserve reserve, CancellationToken cancellationToken) => RunAsync(reserve, Rounds, TimeSpan.Zero, cancellationToken);

    /// <summary>The same over and over for some seconds, with a pause before each, until the way is as fast as it gets.</summary>
    public Task<bool?> WarmAsync(QuakeReserve reserve, CancellationToken cancellationToken) => RunAsync(reserve, WarmRounds, WarmPause, cancellationToken);

    private async Task<bool?> RunAsync(QuakeReserve reserve, int rounds, TimeSpan pause, CancellationToken cancellationToken)
    {
        var everybody = Enumerable.Range(0, _places.Length).ToList();
        if (Order is not { } order || reserve.Villages.Plan(everybody, everybody).Audience.Channels.Count == 0) return null;
        var ledger = new PaperLedger();
        using var ingest = new IngestRoom(ledger, clock, ingestOptions);
        using var desk = new ApprovalDesk(ledger, clock, authority, ingest.SubmissionOf);
        var room = new DisseminationRoom(ledger, registry, clock, _ => new ChannelTimes(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)));
        ledger.Observe(ingest);
        ledger.Observe(desk);
        ledger.Observe(room);
        var pipeline = new AlertPipeline(ingest, (_, _) => reserve.Villages.Plan(everybody, everybody), rendering, (_, _) => Task.CompletedTask, desk, room, ingestOptions);
        using var quakes = new QuakeRoom(new QuakeBook(_places, options), _places, options, clock, pipeline, () => reserve, NullLogger.Instance);

        var channel = new PaperHorns(horns, clock);
        var lane = new Lane([new ChannelRoute(channel)], new LaneOptions { Slots = 4096, Window = 4096 }, room, ledger, (_, _) => { }, registry, clock, NullLogger.Instance);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = lane.RunAsync(stop.Token);
        try
        {
            for (int round = 1; round <= rounds; round++)
            {
                if (pause > TimeSpan.Zero) await Task.Delay(pause, clock, cancellationToken);
                var now = clock.GetUtcNow();
                foreach (var record in WolfxDecoder.Decode(Frame(round, now), now).Records) await quakes.TakeAsync(record, new SubmissionSource(order.Source, Official: true, 0), "", cancellationToken);
                if (room.Find(round) is not { } warning) return false;
                int planned = warning.Channels.Where(c => c.Channel == ChannelKind.Loudspeaker).Sum(c => c.Planned);
                await channel.UntilAsync(planned * round).WaitAsync(Patience, clock, cancellationToken);
            }

            return true;
        }
        finally
        {
            await stop.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private byte[] Frame(int round, DateTimeOffset now)
    {
        string text = now.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        return JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["type"] = "cenc_eew", ["EventID"] = string.Create(CultureInfo.InvariantCulture, $"paper.{round}"), ["ReportTime"] = text, ["ReportNum"] = 1, ["OriginTime"] = text, ["HypoCenter"] = "纸上演练 rehearsal",
            ["Latitude"] = _places.Average(p => p.Lat) + DegreesAway, ["Longitude"] = _places.Average(p => p.Lon), ["Magnitude"] = Magnitude, ["Depth"] = 10, ["MaxIntensity"] = 9,
        });
    }

    /// <summary>Takes whatever comes and counts it; the one order for all is made for the first of each message.</summary>
    private sealed class PaperHorns(LoudspeakerOptions options, TimeProvider clock) : IChannel
    {
        private readonly Lock _lock = new();
        private readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];
        private int _last;
        private int _ordered;

        public ChannelKind Kind => ChannelKind.Loudspeaker;

        public AdapterClass Class => AdapterClass.Idempotent;

        public bool ReadsAddress => false;

        public ValueTask<DispatchOutcome> DispatchAsync(OutgoingDelivery delivery, CancellationToken cancellationToken)
        {
            lock (_lock)
            {
                if (delivery.Tag.Key.DisseminationNo > _last && HornRehearsal.OrderBytes(delivery, options, clock) > 0) _last = delivery.Tag.Key.DisseminationNo;
                _ordered++;
                foreach (var (count, reached) in _waiting)
                {
                    if (_ordered >= count) reached.TrySetResult();
                }
            }
            return new(DispatchOutcome.Accepted());
        }

        public ValueTask<AskOutcome> AskAsync(OutgoingDelivery delivery, CancellationToken cancellationToken) => new(new AskOutcome(AskAnswer.CannotTell));

        public Task UntilAsync(int count)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_lock)
            {
                if (_ordered >= count) reached.SetResult();
                else _waiting.Add((count, reached));
            }
            return reached.Task;
        }
    }

    /// <summary>Numbers rows and has them folded; keeps none.</summary>
    private sealed class PaperLedger : ILedger
    {
        private readonly Lock _lock = new();
        private readonly List<ICommitObserver> _observers = [];

        public long LastSequence { get; private set; }

        public ValueTask<long> AppendAsync(ReadOnlyMemory<LedgerEvent> events, CancellationToken cancellationToken = default)
        {
            lock (_lock)
            {
                long first = LastSequence + 1;
                LastSequence += events.Length;
                foreach (var observer in _observers) observer.OnCommitted(first, events.Span);
                return new(first);
            }
        }

        public void Read(long fromSequence, Action<long, ReadOnlySpan<LedgerEvent>> onBatch)
        {
            // There is nothing.
        }

        public void Observe(ICommitObserver observer) => _observers.Add(observer);
    }
}
