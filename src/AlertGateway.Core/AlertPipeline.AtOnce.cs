using AlertGateway.Cap;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;

namespace AlertGateway.Core;

// Seconds count: an earthquake's area and audience come from what was made with the registry, words and sound from stock, and a standing order signs. Every row and hash is that of any other warning; nothing is skipped but the work.
public sealed partial class AlertPipeline
{
    /// <summary>It was released.</summary>
    public bool IsRunning(AlertKey key) => dispatch.FindByAlert(key) is not null;

    /// <summary>Takes an earthquake warning in and releases it at once where a standing order says so; where none does, it is laid on the desk like any other.</summary>
    /// <param name="bytes">One CAP alert, Actual.</param>
    public async Task<SubmitOutcome> WarnAtOnceAsync(ReadOnlyMemory<byte> bytes, SubmissionSource source, TargetingResult audience, QuakeStock stock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(audience);
        var (submission, refusal) = (await ingest.TakeAsync(bytes, source, cancellationToken))[0];
        if (submission is null) return new SubmitOutcome(null, refusal, [], null);
        if (submission.Chain is ChainVerdict.First or ChainVerdict.Update)
        {
            var expires = AlertLife.ExpiresTicks(submission.Alert, options.DefaultLife);
            var older = submission.Chain == ChainVerdict.Update ? Running(submission).LastOrDefault().DisseminationNo : 0;
            var proposal = submission.Alert.Status == AlertStatus.Actual && audience.Audience.Channels.Count > 0 && publishers?.HoldOf(submission.Alert) is null
                ? await desk.ClearAtOnceAsync(submission, audience, rendering.RenderAtOnce(submission, expires, stock), expires, older) : null;
            if (proposal is null) await LayAsync(submission, cancellationToken);
            else await ReleaseAsync(proposal, cancellationToken);
            if (submission.Chain == ChainVerdict.Update) await EndOlderAsync(submission, cancellationToken);
        }

        return new SubmitOutcome(submission, refusal, ProposalsOf(submission), submission.Alert.Key is { } key ? dispatch.FindByAlert(key) : null);
    }
}
