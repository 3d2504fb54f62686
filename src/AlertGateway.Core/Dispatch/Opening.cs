using AlertGateway.Core.Approval;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core.Dispatch;

/// <summary>
/// What opens a dissemination, on its way into the append of whoever asked: the rows of its clearance, and behind them the Started rows of each lane's first attempts, which hold their slots already. As soon as the append is durable they
/// leave, without another commit. Dispose it once the append has been made or given up: what has not left by then gives its slots back.
/// </summary>
public sealed class Opening : IDisposable
{
    private readonly Action? _giveUp;

    /// <param name="rows">None when the message has a dissemination already.</param>
    /// <param name="giveUp">Called when it is disposed; does nothing where the attempts have left.</param>
    public Opening(IReadOnlyList<LedgerEvent> rows, Action? giveUp = null) => (Rows, _giveUp) = (rows, giveUp);

    /// <summary>To be appended as they stand, all of them in one append.</summary>
    public IReadOnlyList<LedgerEvent> Rows { get; }

    public void Dispose() => _giveUp?.Invoke();
}

/// <summary>A running lane, as the room sees it that opens an alert.</summary>
internal interface ILaneHead
{
    ChannelKind Channel { get; }

    LaneSteps Steps { get; }

    /// <summary>Hands over attempts whose Started rows are durable. Called from the ledger's writer: must not wait for anything.</summary>
    void SendFirst(TakenDelivery[] taken);
}

/// <summary>Attempts of one lane that wait for their alert to be opened.</summary>
internal sealed record FirstStarts(ILaneHead Head, LedgerEvent[] Rows);

public sealed partial class DisseminationRoom
{
    /// <summary>First attempts of a lane that stand in the append which opens an alert. More would make the first ones wait for the last one's row.</summary>
    internal const int FirstTogether = 32;

    private readonly List<ILaneHead> _heads = [];
    private readonly Dictionary<int, List<FirstStarts>> _opening = [];

    /// <inheritdoc/>
    public Opening Opening(ClearedAlert cleared, bool begin = true)
    {
        ArgumentNullException.ThrowIfNull(cleared);
        lock (_openLock)
        {
            var (no, rows) = RowsOf(cleared);
            // Of a chain that goes on, each endpoint waits for what the older message has on the wire (I6): lanes look, an opening does not.
            if (rows.Length == 0 || !begin || cleared.Proposal.TakesOverDisseminationNo > 0) return new Opening(rows);
            var first = new List<FirstStarts>();
            var ends = cleared.Proposal.Audience.VillageEnds is { Length: > 0 } villageEnds ? new EndpointEnds(_registry, villageEnds, cleared.Proposal.Hashes.ExpiresTicks) : null;
            bool hornsFirst = ends is not null && cleared.Proposal.Audience.Channels.Any(c => c is { Channel: ChannelKind.Loudspeaker, EndpointNos.Length: > 0 });
            long now = Now;
            foreach (var head in _heads)
            {
                if (hornsFirst && head.Channel is ChannelKind.Push or ChannelKind.Sms) continue;
                if (cleared.Proposal.Audience.Channels.FirstOrDefault(c => c.Channel == head.Channel) is not { } audience || !cleared.Proposal.Renditions.Any(r => r.Channel == head.Channel && r.Purpose == Purpose.Original)) continue;
                var starts = head.Steps.TakeFirst(no, [.. audience.EndpointNos.Where(e => ends is null || ends.Of(e) > now).Take(FirstTogether)]);
                if (starts.Length > 0) first.Add(new FirstStarts(head, starts));
            }
            _opening[no] = first;
            return new Opening([.. rows, .. first.SelectMany(f => f.Rows)], () => GiveUp(no));
        }
    }

    /// <summary>A lane begins: its first attempts may stand in the append that opens an alert.</summary>
    internal void Join(ILaneHead head)
    {
        lock (_openLock) _heads.Add(head);
    }

    internal void Leave(ILaneHead head)
    {
        lock (_openLock) _heads.Remove(head);
    }

    private List<FirstStarts> FirstOf(int no)
    {
        lock (_openLock) return _opening.Remove(no, out var first) ? first : [];
    }

    private void GiveUp(int no)
    {
        foreach (var (head, rows) in FirstOf(no)) head.Steps.GiveBack(rows);
    }

    /// <summary>Its rows are folded, those of its first attempts too: from here on lanes see it.</summary>
    private void Opened(Held held)
    {
        held.Ready();
        foreach (var (head, rows) in FirstOf(held.State.DisseminationNo))
        {
            var taken = new TakenDelivery[rows.Length];
            lock (held.Lock)
            {
                var set = held.State.Set(head.Channel, Purpose.Original)!;
                for (int i = 0; i < rows.Length; i++) taken[i] = Describe(held, set, set.SlotOf(rows[i].EndpointNo), rows[i]);
            }
            head.SendFirst(taken);
        }
    }
}
