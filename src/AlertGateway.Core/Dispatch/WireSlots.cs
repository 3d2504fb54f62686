namespace AlertGateway.Core.Dispatch;

/// <summary>
/// The connection slots of one route. An attempt whose start is durable begins in one, or waits here for one: a slot so never stands empty while a commit is under way. The last slots are for what takes back, those before them for what
/// threatens life. Thread-safe.
/// </summary>
/// <param name="reserves">How many slots are kept for what takes back, and before those for what threatens life.</param>
internal sealed class WireSlots(int slots, (int TakingBack, int Life) reserves)
{
    private readonly Lock _lock = new();
    private readonly Queue<Outgoing>[] _waiting = [new(), new(), new()]; // by urgency
    private readonly int[] _limits = [slots, slots - reserves.TakingBack, slots - reserves.TakingBack - reserves.Life];
    private int _busy;

    /// <summary>True when it has a slot; else it waits, and <see cref="TryNext"/> hands it out.</summary>
    public bool TryBegin(in Outgoing outgoing)
    {
        int urgency = UrgencyOf(in outgoing);
        lock (_lock)
        {
            if (_waiting[urgency].Count == 0 && _busy < _limits[urgency])
            {
                _busy++;
                return true;
            }
            _waiting[urgency].Enqueue(outgoing);
            return false;
        }
    }

    /// <summary>Gives a slot back, and takes it for the most urgent that waits and may have it. Call until false: then no slot is held.</summary>
    public bool TryNext(out Outgoing next)
    {
        lock (_lock)
        {
            _busy--;
            for (int urgency = 0; urgency < _waiting.Length; urgency++)
            {
                if (_busy >= _limits[urgency] || !_waiting[urgency].TryDequeue(out next)) continue;
                _busy++;
                return true;
            }
            next = default;
            return false;
        }
    }

    private static int UrgencyOf(in Outgoing outgoing) => (Purpose)outgoing.Started.Purpose is Purpose.Cancel or Purpose.Correction ? 0 : outgoing.LifeThreat ? 1 : 2;
}
