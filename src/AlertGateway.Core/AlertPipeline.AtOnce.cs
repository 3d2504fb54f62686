using AlertGateway.Cap;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core;

// Seconds count: an earthquake's area and audience come from what was made with the registry, words and sound from stock, and a standing order signs. Every row and hash is that of any other warning; nothing is skipped but the work.
public sealed partial class AlertPipeline
{
    /// <summary>A person turned it down, or it was taken back after it had been released.</summary>
    public bool IsTurnedDown(AlertKey key) => dispatch.FindByAlert(key) is { } no
        ? dispatch.Warned(no, ChannelKind.Broadcast, planned: false) is null
        : desk.All.Any(p => p.State == ProposalState.Returned && p.Submission.Alert.Key == key);

    /// <summary>It was taken in, durably.</summary>
    public bool WasTaken(AlertKey key) => ingest.All.Any(t => t.Key == key);

    /// <summary>What follows from it is durable: it goes out, or lies before a person. False also for what was signed and neither opened nor ended anything.</summary>
    public bool Stands(AlertKey key)
    {
        if (dispatch.FindByAlert(key) is not null) return true;
        var laid = desk.All.Where(p => p.Submission.Alert.Key == key).ToList();
        return laid.Count > 0 && laid.All(p => p.State != ProposalState.Cleared || (p.Submission.Chain == ChainVerdict.Cancel && dispatch.Warned(p.TakesOverDisseminationNo, ChannelKind.Broadcast, planned: false) is null));
    }

    /// <summary>
    /// Takes an earthquake warning in and releases it at once where a standing order says so; where none does, it is laid on the desk like any other. Taken in, signed, opened and begun are one append: a first warning waits for the
    /// disk once, then its first loudspeakers start.
    /// </summary>
    /// <param name="bytes">One CAP alert, Actual.</param>
    /// <exception cref="LedgerFullException">The disk is full.</exception>
    public async Task<SubmitOutcome> WarnAtOnceAsync(ReadOnlyMemory<byte> bytes, SubmissionSource source, TargetingResult audience, QuakeStock stock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(audience);
        Clearance? clearance = null;
        Opening? opening = null;
        IngestResult taken;
        try
        {
            taken = await ingest.TakeAsync(bytes, source, async submission =>
            {
                // An update finds what it takes over only in what is durable.
                if (submission.Chain != ChainVerdict.First) return [];
                try
                {
                    clearance = await ClearAtOnceAsync(submission, audience, stock);
                    if (clearance is null) return [];
                    opening = dispatch.Opening(Cleared(clearance));
                    return [.. clearance.Rows, .. opening.Rows];
                }
#pragma warning disable CA1031 // Whatever keeps it from going at once: it is taken in all the same, and goes the way of every other, which says what is wrong.
                catch (Exception)
#pragma warning restore CA1031
                {
                    clearance?.Dispose();
                    clearance = null;
                    return [];
                }
            }, cancellationToken);
        }
        finally
        {
            opening?.Dispose();
            clearance?.Dispose();
        }

        var (submission, refusal, _) = taken;
        if (submission is null) return new SubmitOutcome(null, refusal, [], null);
        var full = await OrPostponeAsync(submission.SubmissionNo, async () =>
        {
            if (clearance is not null) await ReleaseAsync(clearance.Proposal, cancellationToken); // It is open already; what else follows from it.
            else if (submission.Chain is ChainVerdict.First or ChainVerdict.Update)
            {
                if (submission.Chain == ChainVerdict.First || !await UpdateAtOnceAsync(submission, audience, stock, cancellationToken)) await LayAsync(submission, cancellationToken);
                if (submission.Chain == ChainVerdict.Update) await EndOlderAsync(submission, cancellationToken);
            }
        });
        return full is null ? OutcomeOf(submission, refusal) : throw new LedgerFullException(full.Message, full);
    }

    /// <summary>Signed, then opened; false where no standing order says so.</summary>
    private async Task<bool> UpdateAtOnceAsync(Submission submission, TargetingResult audience, QuakeStock stock, CancellationToken cancellationToken)
    {
        Proposal proposal;
        using (var clearance = await ClearAtOnceAsync(submission, audience, stock))
        {
            if (clearance is null) return false;
            await desk.MakeDurableAsync(clearance);
            proposal = clearance.Proposal;
        }

        await ReleaseAsync(proposal, cancellationToken);
        return true;
    }

    private async Task<Clearance?> ClearAtOnceAsync(Submission submission, TargetingResult audience, QuakeStock stock)
    {
        if (submission.Alert.Status != AlertStatus.Actual || audience.Audience.Channels.Count == 0 || publishers?.HoldOf(submission.Alert) is not null) return null;
        var expires = AlertLife.ExpiresTicks(submission.Alert, options.DefaultLife);
        int older = submission.Chain == ChainVerdict.Update ? Running(submission).LastOrDefault().DisseminationNo : 0;
        return await desk.ClearAtOnceAsync(submission, audience, rendering.RenderAtOnce(submission, expires, stock), expires, older);
    }

    private static ClearedAlert Cleared(Clearance clearance) => new(clearance.Proposal, clearance.Proposal.Signatures[^1].AtTicks);

    private SubmitOutcome OutcomeOf(Submission submission, DeskRefusal? refusal) => new(submission, refusal, ProposalsOf(submission), submission.Alert.Key is { } key ? dispatch.FindByAlert(key) : null);
}
