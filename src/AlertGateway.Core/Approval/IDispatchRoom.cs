using AlertGateway.Cap;
using AlertGateway.Core.Tracking;

namespace AlertGateway.Core.Approval;

/// <summary>What follows clearance. Every task completes when its ledger rows are durable.</summary>
public interface IDispatchRoom
{
    /// <summary>Opens the dissemination of a cleared alert and gives its number; for one that is already open, its number again.</summary>
    Task<int> OpenAsync(ClearedAlert cleared, CancellationToken cancellationToken);

    /// <summary>The dissemination of this alert; null when it was never opened.</summary>
    int? FindByAlert(AlertKey key);

    /// <summary>Ends a dissemination and tells exactly those who were started (I5). Does nothing where it was cancelled before.</summary>
    /// <param name="falseAlarm">The correction of a false alarm goes out beside the cancel.</param>
    Task CancelAsync(int disseminationNo, Actor by, string reason, bool falseAlarm, CancellationToken cancellationToken);

    /// <summary>Ends a dissemination whose place a newer message of its chain takes (I6). Does nothing where it has ended before.</summary>
    Task SupersedeAsync(int oldDisseminationNo, int newDisseminationNo, Actor by, CancellationToken cancellationToken);
}
