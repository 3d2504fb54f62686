using AlertGateway.Cap;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;

namespace AlertGateway.Core;

// Seconds count: an earthquake's area and audience come from what was made with the registry, words and sound from stock, and a standing order signs. Every row and hash is that of any other warning; nothing is skipped but the work.
public sealed partial class AlertPipeline
{
    /// <summary>It was released.</summary>
    public bool IsRunning(AlertKey key) => dispatch.FindByAlert(key) is not null;

    /// <summary>
    /// Takes an earthquake warning in and releases it at once where a standing order says so; where none does, it is laid on the desk like any other. Its rows are queued one behind the other, so that a first warning waits for the disk once:
    /// a crash leaves a beginning of them, as with every other warning.
    /// </summary>
    /// <param name="bytes">One CAP alert, Actual.</param>
    public async Task<SubmitOutcome> WarnAtOnceAsync(ReadOnlyMemory<byte> bytes, SubmissionSource source, TargetingResult audience, QuakeStock stock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(audience);
        var (taken, durable) = await ingest.QueueAsync(bytes, source, cancellationToken);
        var (submission, refusal) = taken;
        if (submission?.Chain is not (ChainVerdict.First or ChainVerdict.Update))
        {
            await durable;
            return submission is null ? new SubmitOutcome(null, refusal, [], null) : OutcomeOf(submission, refusal);
        }

        // An update finds what it takes over only in what is durable; and what could not be queued leaves nothing to queue behind it.
        if (submission.Chain == ChainVerdict.Update || durable.IsFaulted) await durable;
        var cleared = await ClearAtOnceAsync(submission, audience, stock);
        if (cleared is { Durable.IsFaulted: false, Value: { } proposal }) await Task.WhenAll(durable, cleared.Value.Durable, dispatch.OpenAsync(new ClearedAlert(proposal, proposal.Signatures[^1].AtTicks), cancellationToken));
        await Task.WhenAll(durable, cleared?.Durable ?? Task.CompletedTask);
        if (cleared is { } released) await ReleaseAsync(released.Value, cancellationToken);
        else await LayAsync(submission, cancellationToken);
        if (submission.Chain == ChainVerdict.Update) await EndOlderAsync(submission, cancellationToken);
        return OutcomeOf(submission, refusal);
    }

    private async Task<Queued<Proposal>?> ClearAtOnceAsync(Submission submission, TargetingResult audience, QuakeStock stock)
    {
        if (submission.Alert.Status != AlertStatus.Actual || audience.Audience.Channels.Count == 0 || publishers?.HoldOf(submission.Alert) is not null) return null;
        var expires = AlertLife.ExpiresTicks(submission.Alert, options.DefaultLife);
        int older = submission.Chain == ChainVerdict.Update ? Running(submission).LastOrDefault().DisseminationNo : 0;
        return await desk.ClearAtOnceAsync(submission, audience, rendering.RenderAtOnce(submission, expires, stock), expires, older);
    }

    private SubmitOutcome OutcomeOf(Submission submission, DeskRefusal? refusal) => new(submission, refusal, ProposalsOf(submission), submission.Alert.Key is { } key ? dispatch.FindByAlert(key) : null);
}
