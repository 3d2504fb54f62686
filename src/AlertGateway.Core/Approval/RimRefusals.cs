using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core.Approval;

/// <summary>Records what channels refuse at the rim. One row per code and minute, with a count in the next one: a flood of forged callbacks must not fill the ledger. Thread-safe.</summary>
public sealed class RimRefusals(ILedger ledger, TimeProvider clock) : IRefusalLog
{
    /// <summary>What a refusal at the rim names as its source.</summary>
    internal const string Source = "rim";
    private const int CodesMax = 256;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long MinuteTicks, int Unwritten)> _seen = [];

    /// <inheritdoc/>
    public void Refused(string code, string sentence)
    {
        long now = clock.GetUtcNow().UtcTicks;
        int times = 1;
        lock (_lock)
        {
            if (_seen.TryGetValue(code, out var seen))
            {
                if (now - seen.MinuteTicks < TimeSpan.TicksPerMinute)
                {
                    _seen[code] = (seen.MinuteTicks, seen.Unwritten + 1);
                    return;
                }
                times += seen.Unwritten;
            }
            else if (_seen.Count >= CodesMax) return;
            _seen[code] = (now, 0);
        }
        // Not awaited: the answer to a forger need not wait for the disk, and a ledger that failed has already stopped the gateway.
        _ = ledger.AppendAsync(new[] { RefusalRow.ToEvent(new DeskRefusal(code, sentence, ""), 0, Source, "", now, times) }).AsTask().ContinueWith(static t => _ = t.Exception, TaskScheduler.Default);
    }
}
