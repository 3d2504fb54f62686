using AlertGateway.Cap;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Tracking;

namespace AlertGateway.Core.Approval;

/// <summary>What approval hands over to: takes cleared alerts only, and takes them back.</summary>
public interface IDispatchRoom
{
    /// <summary>Opens the dissemination; its number is returned once everything it needs is durable. Supersedes the one it takes over in the same commit.</summary>
    Task<int> OpenAsync(ClearedAlert cleared, CancellationToken cancellationToken);

    /// <summary>What opens the dissemination, for the append of whoever asks; no rows when the message has one. The number in them is used up, whether they are appended or not. Only for a message that nobody else can open meanwhile.</summary>
    /// <param name="begin">With each lane's first attempts, ahead of whatever waits there.</param>
    Opening Opening(ClearedAlert cleared, bool begin = true);

    /// <summary>The dissemination that was opened for this message; null for none.</summary>
    int? FindByAlert(AlertKey key);

    /// <summary>It is history: nothing of it changes any more.</summary>
    bool IsClosed(int disseminationNo);

    /// <summary>Takes a dissemination back: no original starts after this is durable, and whoever has or may have it gets the prepared cancel.</summary>
    /// <param name="falseAlarm">The alert was an error: the prepared correction goes out instead of the cancel, and once to every horn and broadcast of the area (I5).</param>
    /// <remarks>Does nothing where it is closed, or was taken back before.</remarks>
    /// <exception cref="KeyNotFoundException">No such dissemination.</exception>
    Task CancelAsync(int disseminationNo, Actor by, string reason, bool falseAlarm, CancellationToken cancellationToken);

    /// <summary>The endpoints that have, or may have, the original on a channel. Null when the dissemination was taken back, or there is none: then nobody counts as warned.</summary>
    /// <param name="planned">Whether those that it has not come to yet count as well: they do while nothing supersedes it.</param>
    IReadOnlySet<int>? Warned(int disseminationNo, ChannelKind channel, bool planned);

    /// <summary>Ends a dissemination whose place a newer message of its chain takes (I6). Does nothing where it has ended before; <see cref="OpenAsync"/> has already done it for the one it takes over.</summary>
    Task SupersedeAsync(int oldDisseminationNo, int newDisseminationNo, Actor by, CancellationToken cancellationToken);
}
