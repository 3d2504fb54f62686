using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core;

/// <summary>A person ends the doubt about the machine's clock; who and when is on record. Thread-safe.</summary>
public sealed class ClockTrust(ILedger ledger, ClockWatch watch)
{
    /// <summary>There is a doubt to end.</summary>
    public bool InDoubt => watch.InDoubt;

    /// <summary>The wall clock is right: it counts as soon as that is durable.</summary>
    /// <returns>False where there is no doubt.</returns>
    /// <exception cref="LedgerException">It could not be made durable; the doubt stays.</exception>
    public async Task<bool> BelieveWallAsync(Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        if (!watch.InDoubt) return false;
        var row = new LedgerEvent
        {
            Kind = LedgerEventKind.ClockTrusted, AtTicks = watch.WallTicks, Number = watch.GetUtcNow().UtcTicks, Body = ClearedRows.Body(new VisitRecord(by.PersonId, by.Name, by.Rule), DispatchJson.Default.VisitRecord),
        };
        await ledger.AppendAsync(new[] { row }, cancellationToken).ConfigureAwait(false);
        watch.BelieveWall();
        return true;
    }
}
