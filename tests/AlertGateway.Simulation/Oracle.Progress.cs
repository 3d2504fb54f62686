using AlertGateway.Core;
using AlertGateway.Core.Dispatch;

namespace AlertGateway.Simulation;

/// <summary>
/// I10: a lane with a connection free, room in its window and a far side that answers begins with what waits, whatever other lanes, other recipients or other messages are busy with. Looked at twice a second; nothing is judged while the ledger lives on its reserve,
/// shortly after a crash or after a far side was down, and until the wall clock has caught up after it was stepped back.
/// </summary>
internal sealed partial class Oracle
{
    private static readonly long BeginsWithin = TimeSpan.FromSeconds(3).Ticks;
    private static readonly long TroubleLasts = TimeSpan.FromSeconds(30).Ticks;

    private readonly Dictionary<ChannelKind, Waiting> _waiting = [];
    private long _wallHigh;

    /// <summary>The gateway has looked at what is due.</summary>
    public void Progress(SimGateway gateway)
    {
        var clock = run.Scheduler.Clock;
        bool behind = clock.WallTicks < _wallHigh;
        _wallHigh = Math.Max(_wallHigh, clock.WallTicks);
        foreach (var channel in run.Town.Kinds)
        {
            if (!_waiting.TryGetValue(channel, out var waiting)) _waiting[channel] = waiting = new Waiting();
            if (run.Far.IsInTrouble(channel)) waiting.TroubleUntil = clock.Now + TroubleLasts;
            bool free = !behind && gateway.Ready && !run.Disk.OnReserve && clock.Now >= waiting.TroubleUntil && HasRoom(channel);
            if (!free || (waiting.For is { } known && !MayBegin(gateway.Room, known))) waiting.For = null;
            if (!free) continue;
            if (waiting.For is null)
            {
                waiting.For = FirstThatMayBegin(gateway.Room, channel);
                waiting.Since = clock.Now;
            }
            else if (clock.Now - Math.Max(waiting.Since, gateway.ReadyTicks) > BeginsWithin)
            {
                Fail($"I10: {waiting.For} has waited for {(clock.Now - waiting.Since) / TimeSpan.TicksPerMillisecond} ms, its lane could begin and has begun nothing new", waiting.For.Value.EndpointNo);
            }
        }
    }

    /// <summary>A first attempt has begun: the lane goes on.</summary>
    private void Begins(ChannelKind channel)
    {
        if (_waiting.TryGetValue(channel, out var waiting)) waiting.For = null;
    }

    // A quarter of the slots, as the most that a lane keeps for cancels and for what threatens life.
    private bool HasRoom(ChannelKind channel) => _unsettled.GetValueOrDefault(channel) < Math.Min(run.Faults.Slots - (run.Faults.Slots / 4), run.Faults.Window);

    private DeliveryKey? FirstThatMayBegin(DisseminationRoom room, ChannelKind channel)
    {
        foreach (var state in room.States)
        {
            foreach (var set in state.Sets)
            {
                if (set.Channel != channel || set.ClosedBecause is not null || set.Of(Outcome.Planned) == 0) continue;
                for (int slot = 0; slot < set.Count; slot++)
                {
                    if (set.OutcomeOf(slot) == Outcome.Planned && KeyOf(state, set, slot) is var key && IsNext(room, key)) return key;
                }
            }
        }
        return null;
    }

    private bool MayBegin(DisseminationRoom room, DeliveryKey key) =>
        room.States.FirstOrDefault(s => s.DisseminationNo == key.DisseminationNo)?.Set(key.Channel, key.Purpose) is { ClosedBecause: null } set && set.OutcomeOf(set.SlotOf(key.EndpointNo)) == Outcome.Planned && IsNext(room, key);

    /// <summary>Nothing older of its chain is under way at its endpoint: an update and a cancel wait for that (I6).</summary>
    private bool IsNext(DisseminationRoom room, DeliveryKey key)
    {
        foreach (var state in room.States)
        {
            if (state.DisseminationNo > key.DisseminationNo || ChainOf(state.DisseminationNo) != ChainOf(key.DisseminationNo)) continue;
            foreach (var set in state.Sets)
            {
                if (set.Channel != key.Channel || (state.DisseminationNo == key.DisseminationNo && (set.Purpose == key.Purpose || key.Purpose == Purpose.Original))) continue;
                if (set.SlotOf(key.EndpointNo) is >= 0 and var slot && set.OutcomeOf(slot) is Outcome.Planned or Outcome.InFlight or Outcome.Retrying or Outcome.Unknown) return false;
            }
        }
        return true;
    }

    /// <summary>What has waited longest of a lane that could begin.</summary>
    private sealed class Waiting
    {
        /// <summary>Null while nothing waits that could begin, or the lane has just begun something.</summary>
        public DeliveryKey? For { get; set; }

        /// <summary>Monotonic ticks.</summary>
        public long Since { get; set; }

        /// <summary>Until when its far side explains a wait, monotonic ticks.</summary>
        public long TroubleUntil { get; set; }
    }
}
