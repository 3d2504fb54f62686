using AlertGateway.Core;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Simulation;

/// <summary>What a start knows of the time before it: the newest row, and mostly how the process before it reckoned, since the machine itself was not started anew.</summary>
internal sealed partial class SimRun
{
    private (long Now, long Ticks)? _reckoned;

    /// <summary>When the newest row was written that this machine stamped; 0 for none.</summary>
    public long NewestTicks => Disk.Rows.FindLast(r => r.Kind != LedgerEventKind.Receipt).AtTicks;

    /// <summary>As the process before would go on reckoning; null for none.</summary>
    public long? ReckonedTicks => _reckoned is { } reckoned ? reckoned.Ticks + Scheduler.Clock.Now - reckoned.Now : null;

    public void Reckons(ClockWatch watch) => _reckoned = (Scheduler.Clock.Now, watch.GetUtcNow().UtcTicks);
}
