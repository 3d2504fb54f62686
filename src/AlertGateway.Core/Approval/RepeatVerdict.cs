using AlertGateway.Core.Ingest;

namespace AlertGateway.Core.Approval;

/// <summary>What a message is against the published warnings of its event.</summary>
/// <param name="JoinedDisseminationNos">Theirs; empty for the first.</param>
/// <param name="SparedDeliveries">Deliveries on loud channels that were left out of its audience.</param>
public sealed record RepeatVerdict(EpisodeAlarm Alarm, IReadOnlyList<int> JoinedDisseminationNos, int SparedDeliveries)
{
    public static RepeatVerdict First { get; } = new(EpisodeAlarm.First, [], 0);

    /// <summary>A person wants it on all channels, whatever was published.</summary>
    public bool Aloud { get; init; }
}
