using AlertGateway.Cap;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Ingest;

namespace AlertGateway.Core.Tracking;

/// <summary>A red warning that somebody else issued for this place, and that nobody has published here.</summary>
public sealed record RedWaiting(int SubmissionNo, string Source, string Event, TimeSpan Waits);

/// <summary>Looks for "red upstream and nothing published here". Pure.</summary>
public static class UnpublishedRed
{
    /// <param name="after">How long a red one may wait for its release.</param>
    public static IReadOnlyList<RedWaiting> Find(IEnumerable<Proposal> proposals, DateTimeOffset now, TimeSpan after)
    {
        ArgumentNullException.ThrowIfNull(proposals);
        return [.. proposals
            .Where(p => p.Submission is { Colour: WarningColour.Red, Alert.Status: AlertStatus.Actual, Source.PersonId: 0, Chain: ChainVerdict.First or ChainVerdict.Update }
                && p.State is not (ProposalState.Cleared or ProposalState.Returned or ProposalState.Overtaken)
                && p.Hashes.ExpiresTicks > now.UtcTicks
                && now.UtcTicks - p.Submission.ReceivedTicks > after.Ticks)
            .Select(p => new RedWaiting(p.Submission.SubmissionNo, p.Submission.Source.Name, p.Submission.Alert.Infos.Select(i => i.Event).FirstOrDefault() ?? "", TimeSpan.FromTicks(now.UtcTicks - p.Submission.ReceivedTicks)))];
    }
}
