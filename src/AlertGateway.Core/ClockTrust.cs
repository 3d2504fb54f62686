using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core;

/// <summary>A person whose role may do so ends the doubt about the machine's clock; who and when is on record, a refusal too. Thread-safe.</summary>
public sealed class ClockTrust(ILedger ledger, ClockWatch watch, AuthorityMatrix authority)
{
    /// <summary>There is a doubt to end.</summary>
    public bool InDoubt => watch.InDoubt;

    /// <summary>One of the roles may end it.</summary>
    public bool MayEnd(IReadOnlyList<string> roles) => RuleFor(roles) is not null;

    /// <summary>The wall clock is right: it counts as soon as that is durable.</summary>
    /// <returns>Null when done; else why not.</returns>
    /// <exception cref="LedgerException">It could not be made durable; the doubt stays.</exception>
    public async Task<DeskRefusal?> BelieveWallAsync(int personId, string name, IReadOnlyList<string> roles, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(roles);
        if (!watch.InDoubt) return DeskRefusals.ClockAgrees;
        if (RuleFor(roles) is not { } rule)
        {
            await ledger.AppendAsync(new[] { RefusalRow.ToEvent(DeskRefusals.MayNotTrustClock, personId, $"person:{personId}", "clock", watch.GetUtcNow().UtcTicks) }, cancellationToken).ConfigureAwait(false);
            return DeskRefusals.MayNotTrustClock;
        }
        var row = new LedgerEvent
        {
            Kind = LedgerEventKind.ClockTrusted, AtTicks = watch.WallTicks, Number = watch.GetUtcNow().UtcTicks, Body = ClearedRows.Body(new VisitRecord(personId, name, rule), DispatchJson.Default.VisitRecord),
        };
        await ledger.AppendAsync(new[] { row }, cancellationToken).ConfigureAwait(false);
        watch.BelieveWall();
        return null;
    }

    private string? RuleFor(IReadOnlyList<string> roles) => roles.Select(authority.AllowsTrustingClock).FirstOrDefault(rule => rule is not null);
}
