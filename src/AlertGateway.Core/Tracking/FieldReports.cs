using AlertGateway.Core.Approval;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core.Tracking;

/// <summary>
/// What people report from the field: a knock at the door, a family that confirmed, a village that has left. It ends the search for a household and the repeats of a village's loudspeakers, so only a role that may record it for that village does
/// (<see cref="AuthorityAct.RecordReach"/>), under the rule's name; a refusal is on record. Thread-safe.
/// </summary>
/// <param name="villageOf">Code (12 digits) of the village in which a person lives; null for a person whom the registry does not know.</param>
public sealed class FieldReports(ITrackingBoard board, AuthorityMatrix authority, Func<int, string?> villageOf, ILedger ledger, TimeProvider clock)
{
    /// <summary>One of the roles may record what is seen in the village about this dissemination.</summary>
    /// <param name="villageCode">12 digits.</param>
    public bool MayRecord(DisseminationView of, string villageCode, IReadOnlyList<string> roles)
    {
        ArgumentNullException.ThrowIfNull(of);
        return RuleFor(of, villageCode, roles) is not null;
    }

    /// <summary>As <see cref="ITrackingBoard.VisitAsync"/>, by somebody who may.</summary>
    /// <returns>Null when it is durable; else why not.</returns>
    /// <exception cref="LedgerException">It could not be made durable.</exception>
    public async Task<DeskRefusal?> VisitAsync(DisseminationView of, int personNo, Evidence level, int byPersonId, string byName, IReadOnlyList<string> roles, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(of);
        if (villageOf(personNo) is not { } village) return DeskRefusals.UnknownPerson;
        if (RuleFor(of, village, roles) is not { } rule) return await RefusedAsync(of, byPersonId, cancellationToken).ConfigureAwait(false);
        return await board.VisitAsync(of.DisseminationNo, personNo, level, new Actor(byPersonId, byName, rule), cancellationToken).ConfigureAwait(false) ? null : DeskRefusals.UnknownPerson;
    }

    /// <summary>As <see cref="ITrackingBoard.EvacuatedAsync"/>, by somebody who may.</summary>
    /// <returns>Null when it is durable; else why not.</returns>
    /// <exception cref="LedgerException">It could not be made durable.</exception>
    public async Task<DeskRefusal?> EvacuatedAsync(DisseminationView of, string villageCode, bool evacuated, int byPersonId, string byName, IReadOnlyList<string> roles, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(of);
        if (string.IsNullOrEmpty(villageCode)) return DeskRefusals.NoEvacuation;
        if (RuleFor(of, villageCode, roles) is not { } rule) return await RefusedAsync(of, byPersonId, cancellationToken).ConfigureAwait(false);
        return await board.EvacuatedAsync(of.DisseminationNo, villageCode, evacuated, new Actor(byPersonId, byName, rule), cancellationToken).ConfigureAwait(false) ? null : DeskRefusals.NoEvacuation;
    }

    private string? RuleFor(DisseminationView of, string villageCode, IReadOnlyList<string> roles) => roles.Select(role => authority.AllowsRecordingReach(role, villageCode, of.Status)).FirstOrDefault(rule => rule is not null);

    private async Task<DeskRefusal> RefusedAsync(DisseminationView of, int byPersonId, CancellationToken cancellationToken)
    {
        await ledger.AppendAsync(new[] { RefusalRow.ToEvent(DeskRefusals.MayNotRecordReach, byPersonId, $"person:{byPersonId}", $"dissemination {of.DisseminationNo}", clock.GetUtcNow().UtcTicks) }, cancellationToken).ConfigureAwait(false);
        return DeskRefusals.MayNotRecordReach;
    }
}
