using AlertGateway.Cap;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Targeting;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.People;

namespace AlertGateway.Core;

/// <summary>How warnings of one event are joined.</summary>
/// <param name="KindOf">National event code of an info, by its codes or its words.</param>
/// <param name="Repeat">The channels that a warning still takes to those who have had one of its event.</param>
public sealed record EpisodePolicy(Func<Info, string> KindOf, RepeatChannels Repeat);

// Province, city and county warn of one storm. Whoever has had it is alarmed again only for a higher colour, an earlier onset or a new action; whoever has not, always.
public sealed partial class AlertPipeline
{
    /// <summary>Lets a warning that would repeat quietly alarm aloud after all: the proposal is returned, and one for all channels takes its place.</summary>
    public async Task<StepOutcome> AlarmAloudAsync(int proposalNo, Person person, string reason, CancellationToken cancellationToken)
    {
        if (desk.Find(proposalNo) is { } p && p.Alarm != EpisodeAlarm.None) return new StepOutcome(p, new DeskRefusal("proposal.alarms", "这条预警本来就会响所有渠道。", "This warning alarms on all channels already."), null);
        var returned = await desk.ReturnAsync(proposalNo, person, reason);
        if (returned is not { Done: true, Proposal: { } quiet }) return new StepOutcome(returned.Proposal, returned.Refusal, null);
        return new StepOutcome(await LayAsync(quiet.Submission, cancellationToken, aloud: true), null, null);
    }

    private (Audience Audience, RepeatVerdict Verdict) Repeat(Submission submission, Audience audience)
    {
        if (episodes is null || submission.Chain is not (ChainVerdict.First or ChainVerdict.Update)) return (audience, RepeatVerdict.First);
        var (published, replaced) = Published();
        var facts = published.Select(p => EpisodeBook.FactsOf(p.Proposal.Submission, episodes.KindOf)).ToList();
        var judgement = EpisodeBook.Judge(EpisodeBook.FactsOf(submission, episodes.KindOf), facts, f => !replaced.Contains(f.SubmissionNo));
        var joined = published.Where(p => judgement.JoinedSubmissionNos.Contains(p.Proposal.Submission.SubmissionNo)).ToList();
        int[] numbers = [.. joined.Select(j => j.DisseminationNo).Order()];
        if (judgement.Alarm != EpisodeAlarm.None) return (audience, new RepeatVerdict(judgement.Alarm, numbers, 0));

        // What this message will supersede stops where it is; every other one goes on to the end of its audience.
        var own = ingest.Find(submission.SubmissionNo) is { } taken ? ingest.PredecessorsOf(taken).Select(t => t.SubmissionNo).ToHashSet() : [];
        var quieter = RepeatAudience.Of(audience, episodes.Repeat, channel => joined
            .Select(j => dispatch.Warned(j.DisseminationNo, channel, planned: !own.Contains(j.Proposal.Submission.SubmissionNo)) ?? new HashSet<int>())
            .Aggregate(new HashSet<int>(), (all, some) => { all.UnionWith(some); return all; }), out var spared);
        return (quieter, new RepeatVerdict(EpisodeAlarm.None, numbers, spared));
    }

    /// <summary>What people have had and nobody took back: warnings in force, and those that they replaced.</summary>
    private (List<(Proposal Proposal, int DisseminationNo)> Published, HashSet<int> Replaced) Published()
    {
        var now = ingest.NowTicks;
        var sent = desk.All.Where(p => p.State == ProposalState.Cleared && p.Submission.Chain != ChainVerdict.Cancel)
            .Select(p => (Proposal: p, No: p.Submission.Alert.Key is { } key ? dispatch.FindByAlert(key) : null))
            .Where(x => x.No is { } no && dispatch.Warned(no, ChannelKind.Broadcast, planned: false) is not null)
            .Select(x => (x.Proposal, DisseminationNo: x.No!.Value)).ToList();
        var alive = sent.Where(x => x.Proposal.Hashes.ExpiresTicks > now).Select(x => x.Proposal.Submission.SubmissionNo).ToHashSet();
        var replaced = alive.Select(ingest.Find).OfType<TakenAlert>().SelectMany(ingest.PredecessorsOf).Select(t => t.SubmissionNo).ToHashSet();
        return ([.. sent.Where(x => alive.Contains(x.Proposal.Submission.SubmissionNo) || replaced.Contains(x.Proposal.Submission.SubmissionNo))], replaced);
    }

    /// <summary>
    /// A warning went out, or was taken back: drafts of the same event are judged anew and laid again where the answer is another one. A draft that was to be quiet because of a warning that no longer stands is laid again even
    /// when somebody has signed it.
    /// </summary>
    private async Task RejudgeAsync(CancellationToken cancellationToken)
    {
        if (episodes is null) return;
        foreach (var proposal in desk.All.Where(p => p.State is ProposalState.Draft or ProposalState.Held or ProposalState.Proposed))
        {
            if (proposal.Submission.Chain == ChainVerdict.Cancel || desk.Find(proposal.ProposalNo) is not { } still || still.State != proposal.State) continue;
            var orphaned = proposal.Alarm == EpisodeAlarm.None && proposal.JoinedDisseminationNos.Any(no => dispatch.Warned(no, ChannelKind.Broadcast, planned: false) is null);
            if (!orphaned && (proposal.State == ProposalState.Proposed || proposal.Aloud || (Repeat(proposal.Submission, proposal.Audience).Verdict.Alarm == EpisodeAlarm.None) == (proposal.Alarm == EpisodeAlarm.None))) continue;
            try
            {
                await LayAsync(proposal.Submission, cancellationToken);
            }
            catch (LedgerFullException)
            {
                // What went out or was taken back is done; the drafts are judged again once there is space.
                _rejudge = true;
                return;
            }

            await desk.ReplaceAsync(proposal.ProposalNo);
        }
    }
}
