using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Registry;
using AlertGateway.Tests.Approval;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace AlertGateway.Tests.Dispatch;

/// <summary>Warnings of earthquakes with any arrivals, on any disk and wire, and the advice after them.</summary>
public sealed class WarnedInTimeTests
{
    [Fact]
    public void No_warning_starts_once_the_wave_is_there_and_everybody_gets_the_advice_after_it() =>
        Gen.Select(Gen.Int[0, 15], Gen.Int[0, 15], Gen.Int[1, 12], Gen.Int[20, 700], Gen.Int[0, 4_000].Array[8, 60]).Sample((near, far, slots, tickMs, draws) =>
        {
            var night = new Night(near, far, slots, tickMs, draws);
            night.Run();
            foreach (var (endpoint, at) in night.FirstBytes[0]) Assert.True(at < night.EndOf(endpoint), $"endpoint {endpoint} was warned {TimeSpan.FromTicks(at - night.EndOf(endpoint))} after the arrival");
            Assert.Equal(Enumerable.Range(1, Night.Endpoints), night.Advised.Order()); // each once
            Assert.All(night.FirstBytes[0], w => Assert.All(night.FirstBytes[1].Where(a => a.Endpoint == w.Endpoint), a => Assert.True(a.At > w.At))); // nobody is warned after the advice
            Assert.All(night.Room.Disseminations, d => Assert.Equal((0, Night.Endpoints), (d.Channels[0].Open, d.Channels[0].Accepted + d.Channels[0].Failed + d.Channels[0].Suppressed)));
            Assert.Equal(night.InTime.Count, night.Room.Find(1)!.Channels[0].Accepted);
            Assert.True(night.Ledger.Rows.Count(r => r.Kind == LedgerEventKind.VillagesEnded) <= 2);
            night.IsRebuilt();
        }, iter: 400);

    /// <summary>Two villages of ten telephones; the lane's own decisions, its tasks played in virtual time.</summary>
    private sealed class Night
    {
        public const int Endpoints = 20;

        private static readonly DateTimeOffset Sent = new(2026, 7, 5, 2, 10, 0, TimeSpan.FromHours(8));
        private static readonly RegistrySnapshot Town = Makers.ATown(Endpoints / 2);
        private readonly FakeTimeProvider _clock = new(Sent);
        private readonly PriorityQueue<Action, (long At, int Order)> _queue = new();
        private readonly LaneSteps _steps;
        private readonly long[] _ends;
        private readonly int _tickMs;
        private readonly int[] _draws;
        private int _drawn;
        private int _queued;

        public Night(int near, int far, int slots, int tickMs, int[] draws)
        {
            (_tickMs, _draws, _ends) = (tickMs, draws, [Ticks(near), Ticks(far)]);
            Room = new DisseminationRoom(Ledger, Town, _clock, Times);
            Ledger.Observe(Room);
            _steps = new LaneSteps([new ChannelRoute(new ScriptedChannel())], ChannelKind.Sms, new LaneOptions { Slots = slots, Window = 2 * slots }, Room, Town.EndpointFlags, _clock);
        }

        public MemoryLedger Ledger { get; } = new();

        public DisseminationRoom Room { get; }

        /// <summary>Of the warning, then of the advice.</summary>
        public List<(int Endpoint, long At)>[] FirstBytes { get; } = [[], []];

        public List<int> InTime { get; } = [];

        public List<int> Advised { get; } = [];

        public long EndOf(int endpoint) => _ends[Town.VillageOf(endpoint)];

        public void Run()
        {
            var warning = Makers.ARedAlert(Town, Sent, expiresTicks: _ends.Max());
            Open(warning with { Proposal = warning.Proposal with { Audience = warning.Proposal.Audience.Until(_ends) } });
            int adviceAfter = (int)((_ends.Max() - Sent.UtcTicks) / TimeSpan.TicksPerMillisecond) + Draw();
            In(adviceAfter, () => Open(Makers.ARedAlert(Town, Sent.AddSeconds(30), "advice", takesOver: 1)));
            Tick();
            while (_queue.TryDequeue(out var next, out var at) && at.At < Ticks(3_600))
            {
                if (at.At > Now) _clock.SetUtcNow(new DateTimeOffset(at.At, TimeSpan.Zero));
                next();
            }
        }

        public void IsRebuilt()
        {
            var rebuilt = new DisseminationRoom(new MemoryLedger(), Town, _clock, Times);
            Ledger.Read(1, rebuilt.OnCommitted);
            Assert.Equal(Bytes(Room), Bytes(rebuilt));
        }

        private static byte[] Bytes(DisseminationRoom room)
        {
            var writer = new SnapshotWriter();
            for (int no = 1; no <= 2; no++) room.Save(no, writer);
            return writer.Written.ToArray();
        }

        private static ChannelTimes Times(ChannelKind channel) => new(TimeSpan.FromDays(1), TimeSpan.MaxValue);

        private static long Ticks(int seconds) => Sent.UtcTicks + (seconds * TimeSpan.TicksPerSecond);

        private long Now => _clock.GetUtcNow().UtcTicks;

        private int Draw() => _draws[_drawn++ % _draws.Length];

        private void In(int milliseconds, Action what) => _queue.Enqueue(what, (Now + (milliseconds * TimeSpan.TicksPerMillisecond), _queued++));

        // The ledger in memory is durable at once: nothing is waited for.
        private void Open(ClearedAlert alert)
        {
            Assert.True(Room.OpenAsync(alert, CancellationToken.None).IsCompletedSuccessfully);
            Pump();
        }

        private void Tick()
        {
            Assert.True(Room.TickAsync(CancellationToken.None).IsCompletedSuccessfully);
            Pump();
            if (Room.Disseminations.Count < 2 || Room.Disseminations.Any(d => d.Channels[0].Open > 0)) In(_tickMs, Tick);
        }

        private void Pump()
        {
            var batch = new TakenDelivery[16];
            var rows = new LedgerEvent[16];
            for (int count; (count = _steps.Take(batch, rows, out _)) > 0;)
            {
                var (taken, starts) = (batch[..count], rows[..count]);
                In(Draw() / 8, () => // the disk
                {
                    Append(starts);
                    foreach (var one in taken)
                    {
                        var outgoing = _steps.Make(in one, "+8612"u8.ToArray());
                        In(Draw(), () => Send(outgoing));
                    }
                });
            }
        }

        private void Send(Outgoing outgoing)
        {
            var key = outgoing.Delivery.Tag.Key;
            var outcome = DispatchOutcome.NotSent;
            if (outgoing.Delivery.Gate.IsOpen)
            {
                FirstBytes[key.DisseminationNo - 1].Add((key.EndpointNo, Now));
                outcome = (Draw() % 4, key.DisseminationNo) switch
                {
                    (0, _) when outgoing.Delivery.Tag.Attempt < 4 => DispatchOutcome.RetryLater(DispatchError.ServerError),
                    (1, 1) => DispatchOutcome.Refused(DispatchError.DeviceRefused),
                    _ => DispatchOutcome.Accepted(),
                };
                if (outcome.Code == ResultCode.Accepted) (key.DisseminationNo == 1 ? InTime : Advised).Add(key.EndpointNo);
            }
            In(Draw() / 4, () =>
            {
                Append([_steps.Finish(in outgoing, outcome)]);
                _steps.Settled(1);
                Pump();
            });
        }

        private void Append(LedgerEvent[] rows) => Assert.True(Ledger.AppendAsync(rows).AsTask().IsCompletedSuccessfully);
    }
}
