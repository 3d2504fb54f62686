using AlertGateway.Core;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Simulation;

/// <summary>History is closed only when nothing is open, and then nothing of it changes (decision 0009).</summary>
internal sealed partial class Oracle
{
    private readonly HashSet<int> _history = [];

    /// <summary>How many messages were closed while the night went on.</summary>
    public int Closed => _history.Count;

    private void ClosedIsDurable(in LedgerEvent e)
    {
        int no = e.DisseminationNo;
        if (!_history.Add(no)) Fail($"I2: dissemination {no} was closed twice");
        foreach (int endpoint in _audience[no])
        {
            var key = new DeliveryKey(no, endpoint, run.Town.KindOf(endpoint), Purpose.Original);
            if (FinalBecause(key) is null) Fail($"I1: dissemination {no} was closed, and {key} waits", endpoint);
        }
        if (!_stopped.Contains(no) && (!_expires.TryGetValue(no, out long expires) || run.Scheduler.Clock.TrueTicks < expires - Slack)) Fail($"I1: dissemination {no} was closed and lives");
    }

    private void NothingOfHistory(DeliveryKey key, byte attempt)
    {
        if (_history.Contains(key.DisseminationNo)) Fail($"I1: attempt {attempt} of {key} started though its message is closed", key.EndpointNo);
    }
}
