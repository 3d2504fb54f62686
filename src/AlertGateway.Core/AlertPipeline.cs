using AlertGateway.Cap;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.People;

namespace AlertGateway.Core;

/// <summary>What became of one alert that was handed in.</summary>
/// <param name="Submission">Null when it could not be read.</param>
/// <param name="Refusal">Why it goes no further; null otherwise.</param>
/// <param name="Proposals">What now lies on the desk for it.</param>
/// <param name="DisseminationNo">Released at once by a standing order; null otherwise.</param>
public sealed record SubmitOutcome(Submission? Submission, DeskRefusal? Refusal, IReadOnlyList<Proposal> Proposals, int? DisseminationNo);

/// <summary>What came of a step that a person took.</summary>
/// <param name="Proposal">As it stands now; null when there is none of that number.</param>
/// <param name="Refusal">Recorded, and nothing changed; null when the step was done.</param>
/// <param name="DisseminationNo">Opened, or ended, by the step; null when neither.</param>
public sealed record StepOutcome(Proposal? Proposal, DeskRefusal? Refusal, int? DisseminationNo);

/// <summary>
/// The corridor. Nothing else calls a stage.
/// <code>
/// bytes ─ Ingest ─ Targeting ─ Rendering ─ Approval ─ Dispatch
/// </code>
/// Every answer is durable first (I9). A crash between two stages is made good by <see cref="ResumeAsync"/>. Thread-safe.
/// </summary>
/// <param name="target">The targeting room: pure, may take a second for a whole city.</param>
/// <param name="publishers">Who may warn of what by law; null judges nobody.</param>
/// <param name="episodes">How warnings of one event are joined, so that they do not alarm again; null lets every one alarm.</param>
/// <param name="keepProgramme">Keeps a programme's bytes, by hash, before anybody is asked to approve it.</param>
public sealed partial class AlertPipeline(
    IngestRoom ingest,
    Func<Alert, WarningColour, TargetingResult> target,
    RenderingRoom rendering,
    Func<ProgrammeAudio, CancellationToken, Task> keepProgramme,
    ApprovalDesk desk,
    IDispatchRoom dispatch,
    IngestOptions options,
    LawfulPublishers? publishers = null,
    EpisodePolicy? episodes = null)
{
    /// <summary>Takes a document in and lays what it says on the desk, one outcome per alert.</summary>
    /// <exception cref="LedgerFullException">The disk is full: hand the document in again. Its cancels went through.</exception>
    public async Task<IReadOnlyList<SubmitOutcome>> SubmitAsync(ReadOnlyMemory<byte> bytes, SubmissionSource source, CancellationToken cancellationToken)
    {
        var outcomes = new List<SubmitOutcome>();
        LedgerFullException? full = null;
        foreach (var (submission, refusal, noRoom) in await ingest.TakeAsync(bytes, source, cancellationToken))
        {
            full ??= noRoom;
            if (submission is null)
            {
                outcomes.Add(new SubmitOutcome(null, refusal, [], null));
                continue;
            }

            var cutOff = await OrPostponeAsync(submission.SubmissionNo, async () =>
            {
                if (submission.Chain is ChainVerdict.First or ChainVerdict.Update) await LayAsync(submission, cancellationToken);
                else if (submission.Chain is ChainVerdict.Cancel or ChainVerdict.Late) await EndOlderAsync(submission, cancellationToken);
            });
            full ??= cutOff;
            outcomes.Add(OutcomeOf(submission, refusal));
        }

        return full is null ? outcomes : throw new LedgerFullException(full.Message, full);
    }

    /// <summary>The first signature. For a cancel draft the only one: it takes the dissemination back.</summary>
    public async Task<StepOutcome> ProposeAsync(int proposalNo, Person person, ApprovalHashes hashes, CancellationToken cancellationToken) =>
        await FollowAsync(await desk.ProposeAsync(proposalNo, person, hashes, OpeningOf), cancellationToken);

    /// <summary>The second signature, by another person: what was approved leaves.</summary>
    public async Task<StepOutcome> ApproveAsync(int proposalNo, Person person, ApprovalHashes hashes, CancellationToken cancellationToken) =>
        await FollowAsync(await desk.ApproveAsync(proposalNo, person, hashes, OpeningOf), cancellationToken);

    public async Task<StepOutcome> ReturnAsync(int proposalNo, Person person, string reason, CancellationToken cancellationToken) =>
        await FollowAsync(await desk.ReturnAsync(proposalNo, person, reason), cancellationToken);

    public async Task<StepOutcome> ReleaseHoldAsync(int proposalNo, Person person, string reason, CancellationToken cancellationToken) =>
        await FollowAsync(await desk.ReleaseHoldAsync(proposalNo, person, reason), cancellationToken);

    /// <summary>Takes a running dissemination back: one authorised person, at once (I5).</summary>
    /// <param name="falseAlarm">It was never true: the correction goes out beside the cancel.</param>
    public async Task<StepOutcome> CancelAsync(int disseminationNo, Person person, string reason, bool falseAlarm, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(person);
        var proposal = ProposalOf(disseminationNo);
        var (rule, refusal) = await desk.MayCancelAsync(proposal, disseminationNo, dispatch.IsClosed(disseminationNo), person, reason);
        if (refusal is not null) return new StepOutcome(proposal, refusal, null);
        await dispatch.CancelAsync(disseminationNo, new Actor(person.PersonId, person.Name, rule!), reason, falseAlarm, cancellationToken);
        await RejudgeAsync(cancellationToken);
        return new StepOutcome(proposal, null, disseminationNo);
    }

    /// <summary>Carries on where a crash stopped: call once the rooms have folded the ledger, before anything is submitted. What a full disk refuses waits for <see cref="CatchUpAsync"/>.</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        _resuming = true;
        var laid = desk.All.Select(p => p.Submission.SubmissionNo).ToHashSet();
        foreach (var taken in ingest.All)
        {
            if (taken.Verdict is ChainVerdict.First or ChainVerdict.Update && !laid.Contains(taken.SubmissionNo) && ingest.SupersederOf(taken) is null) await OrPostponeAsync(taken.SubmissionNo, () => LayAsync(taken.ToSubmission(), cancellationToken));
        }

        foreach (var proposal in desk.All.Where(p => p.State == ProposalState.Cleared)) await OrPostponeAsync(proposal.Submission.SubmissionNo, () => ReleaseAsync(proposal, cancellationToken));
        foreach (var taken in ingest.All.Where(t => t.Verdict is ChainVerdict.Update or ChainVerdict.Cancel or ChainVerdict.Late)) await OrPostponeAsync(taken.SubmissionNo, () => EndOlderAsync(taken.ToSubmission(), cancellationToken));
        await RejudgeAsync(cancellationToken);
        _resuming = false;
    }

    /// <summary>The proposal that this dissemination came from; null when there is none.</summary>
    public Proposal? ProposalOf(int disseminationNo) =>
        desk.All.FirstOrDefault(p => p.State == ProposalState.Cleared && p.Submission.Chain != ChainVerdict.Cancel && p.Submission.Alert.Key is { } key && dispatch.FindByAlert(key) == disseminationNo);

    private IReadOnlyList<Proposal> ProposalsOf(Submission submission) => [.. desk.All.Where(p => p.Submission.SubmissionNo == submission.SubmissionNo)];

    private async Task<Proposal> LayAsync(Submission submission, CancellationToken cancellationToken, bool aloud = false)
    {
        var expires = AlertLife.ExpiresTicks(submission.Alert, options.DefaultLife);
        var audience = target(submission.Alert, submission.Colour);
        var (quieter, repeat) = aloud ? (audience.Audience, RepeatVerdict.First with { Aloud = true }) : Repeat(submission, audience.Audience);
        var rendered = await rendering.RenderAsync(submission, expires, cancellationToken);
        foreach (var programme in rendered.Programmes) await keepProgramme(programme, cancellationToken);
        await EndOlderAsync(submission, cancellationToken);
        var holds = audience.Holds.Concat(rendered.Holds).Concat(Doubt(submission)).ToList();
        if (publishers?.HoldOf(submission.Alert) is { } unlawful) holds.Add(unlawful);
        var proposal = await desk.LayAsync(submission, audience with { Audience = quieter, Holds = holds }, rendered.Renditions, expires, Running(submission).LastOrDefault().DisseminationNo, repeat);
        if (proposal.State == ProposalState.Cleared) await ReleaseAsync(proposal, cancellationToken);
        return proposal;
    }

    private async Task<StepOutcome> FollowAsync(DeskOutcome outcome, CancellationToken cancellationToken)
    {
        var released = outcome is { Done: true, Proposal.State: ProposalState.Cleared } ? await ReleaseAsync(outcome.Proposal, cancellationToken) : (int?)null;
        return new StepOutcome(outcome.Proposal, outcome.Refusal, released);
    }

    /// <summary>What a cleared proposal sets going: a dissemination, or the end of one. May be called again for the same proposal.</summary>
    private async Task<int> ReleaseAsync(Proposal proposal, CancellationToken cancellationToken)
    {
        var signature = proposal.Signatures[^1];
        var actor = new Actor(signature.PersonId, signature.PersonName, signature.Rule);
        if (proposal.Submission.Chain == ChainVerdict.Cancel)
        {
            var reason = proposal.Submission.Alert.Note ?? $"{proposal.Submission.Alert.Key}";
            await dispatch.CancelAsync(proposal.TakesOverDisseminationNo, actor, reason, falseAlarm: false, cancellationToken);
            await RejudgeAsync(cancellationToken);
            return proposal.TakesOverDisseminationNo;
        }

        var no = await dispatch.OpenAsync(new ClearedAlert(proposal, signature.AtTicks), cancellationToken);
        foreach (var (_, older) in Running(proposal.Submission))
        {
            if (older != no) await dispatch.SupersedeAsync(older, no, actor, cancellationToken);
        }

        // A cancel that came while this was being approved, and that nobody could act on then.
        if (ingest.Find(proposal.Submission.SubmissionNo) is { } taken)
        {
            foreach (var cancel in ingest.CancelsOf(taken)) await EndOlderAsync(cancel.ToSubmission(), cancellationToken);
        }

        await RejudgeAsync(cancellationToken);
        return no;
    }

    /// <summary>What a message of a chain means for the older ones: open proposals are overtaken, running disseminations get a cancel draft.</summary>
    private async Task EndOlderAsync(Submission submission, CancellationToken cancellationToken)
    {
        if (ingest.Find(submission.SubmissionNo) is not { } acting) return;
        // A late message may be the link between a cancel and what it cancels.
        if (acting.Verdict == ChainVerdict.Late && ingest.SupersederOf(acting) is { } newer) acting = newer;
        var older = ingest.PredecessorsOf(acting);
        if (acting.Disposition == Disposition.Accept) await desk.OvertakeAsync(older.Where(o => ChainBook.MayActOn(acting, o.Sender)).Select(o => o.SubmissionNo).ToHashSet(), acting.SubmissionNo);
        if (acting.Verdict != ChainVerdict.Cancel) return;
        var cancel = acting.SubmissionNo == submission.SubmissionNo ? submission : acting.ToSubmission();
        foreach (var (original, no) in Running(cancel))
        {
            if (desk.All.Any(p => p.Submission.SubmissionNo == cancel.SubmissionNo && p.TakesOverDisseminationNo == no)) continue;
            var draft = await desk.LayCancelAsync(cancel, original, no);
            if (draft.State == ProposalState.Cleared) await ReleaseAsync(draft, cancellationToken);
        }
    }

    /// <summary>Disseminations of older messages of the chain, oldest first.</summary>
    private IEnumerable<(Proposal Original, int DisseminationNo)> Running(Submission submission)
    {
        if (ingest.Find(submission.SubmissionNo) is not { } taken) return [];
        var older = ingest.PredecessorsOf(taken).Select(o => o.SubmissionNo).ToHashSet();
        return [.. desk.All
            .Where(p => p.State == ProposalState.Cleared && p.Submission.Chain != ChainVerdict.Cancel && older.Contains(p.Submission.SubmissionNo))
            .Select(p => (Original: p, No: p.Submission.Alert.Key is { } key ? dispatch.FindByAlert(key) : null))
            .Where(x => x.No is not null)
            .Select(x => (x.Original, x.No!.Value))];
    }

    private static IEnumerable<HoldReason> Doubt(Submission submission)
    {
        if (submission.Disposition != Disposition.Quarantine) yield break;
        var doubts = submission.Findings.Where(f => FindingCodes.All.Any(c => c.Code == f.Code && c.Effect == Disposition.Quarantine)).Take(5).ToList();
        yield return new HoldReason("cap.quarantine", $"报文有疑点，须人工核对：{string.Join("，", doubts.Select(d => d.Code))}。", $"The message is in doubt: {string.Join(" ", doubts.Select(d => d.Message))}");
    }
}
