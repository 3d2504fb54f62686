using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Simulation;

/// <summary>The disk is full and the ledger lives on its reserve: for cancels and results, and for nothing new.</summary>
internal sealed partial class Oracle
{
    private static readonly long CancelStartsWithin = TimeSpan.FromSeconds(30).Ticks;

    private readonly Dictionary<int, long> _cancelledAt = [];

    /// <summary>Rows are given to a ledger that lives on its reserve, and were not refused.</summary>
    public void OnReserve(ReadOnlyMemory<LedgerEvent> rows)
    {
        foreach (ref readonly var e in rows.Span)
        {
            if (e.Kind == LedgerEventKind.Started && (Purpose)e.Purpose == Purpose.Original) Fail($"I5: dissemination {e.DisseminationNo} goes on with endpoint {e.EndpointNo} on the reserve that is kept for cancels", e.EndpointNo);
        }
    }

    /// <summary>Somebody takes a message back and hears that there is no room for it.</summary>
    public void CancelRefused(int no) => Fail($"I5: the cancel of dissemination {no} was refused on the reserve");

    /// <summary>There is room again: what has been taken back for long enough has begun to be.</summary>
    /// <param name="sinceTicks">Since when the ledger has lived on its reserve, monotonic.</param>
    public void ReserveEnds(SimGateway gateway, long sinceTicks)
    {
        foreach (var state in gateway.Room.States)
        {
            if (!_cancelledAt.TryGetValue(state.DisseminationNo, out long cancelled) || run.Scheduler.Clock.Now - Math.Max(Math.Max(cancelled, sinceTicks), gateway.ReadyTicks) < CancelStartsWithin) continue;
            foreach (var set in state.Sets.Where(s => s.Purpose is Purpose.Cancel or Purpose.Correction && s.Of(Outcome.Planned) > 0)) Fail($"I5: {set.Of(Outcome.Planned)} of the {set.Channel} {set.Purpose} of dissemination {state.DisseminationNo} wait for the end of the reserve");
        }
    }
}
