using System.Collections.Concurrent;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Ingest;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core;

// On a full disk the ledger refuses whatever begins. What had been taken in by then, or was found by a start, and could not go on waits here until there is space.
public sealed partial class AlertPipeline
{
    private readonly ConcurrentDictionary<int, bool> _postponed = [];
    private volatile bool _rejudge;
    private volatile bool _resuming;

    /// <summary>Goes on with what a full disk cut off. Call now and then while there is space; by one caller at a time, beside everything else.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        if (_resuming) return;
        foreach (var no in _postponed.Keys.Order())
        {
            if (ingest.Find(no) is not { } taken || !_postponed.TryRemove(no, out _)) continue;
            if (await OrPostponeAsync(no, () => CarryOnAsync(taken, cancellationToken)) is not null) return;
        }

        if (!_rejudge) return;
        _rejudge = false;
        await RejudgeAsync(cancellationToken);
    }

    private async Task CarryOnAsync(TakenAlert taken, CancellationToken cancellationToken)
    {
        var submission = taken.ToSubmission();
        if (taken.Verdict is ChainVerdict.First or ChainVerdict.Update && ProposalsOf(submission).Count == 0 && ingest.SupersederOf(taken) is null) await LayAsync(submission, cancellationToken);
        foreach (var proposal in ProposalsOf(submission).Where(p => p.State == ProposalState.Cleared)) await ReleaseAsync(proposal, cancellationToken);
        if (taken.Verdict is ChainVerdict.Update or ChainVerdict.Cancel or ChainVerdict.Late) await EndOlderAsync(submission, cancellationToken);
    }

    /// <summary>What the full disk said; null when it was done.</summary>
    private async Task<LedgerFullException?> OrPostponeAsync(int submissionNo, Func<Task> step)
    {
        try
        {
            await step();
            return null;
        }
        catch (LedgerFullException ex)
        {
            _postponed[submissionNo] = true;
            return ex;
        }
    }

    /// <summary>For the append of the signature that clears it.</summary>
    private Opening OpeningOf(Proposal cleared) => dispatch.Opening(new ClearedAlert(cleared, cleared.Signatures[^1].AtTicks), begin: false);
}
