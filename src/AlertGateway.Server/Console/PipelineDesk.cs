using System.Collections.Concurrent;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Ingest;
using AlertGateway.Server.Security;
using AlertGateway.Storage.People;

namespace AlertGateway.Server.Web;

/// <summary>The corridor behind the pages and the API. Reads are snapshots of the rooms' own books; every step goes through <see cref="AlertPipeline"/>.</summary>
/// <param name="programme">Finds a kept programme's WAV by its hash.</param>
public sealed class PipelineDesk(AlertPipeline pipeline, IngestRoom ingest, ApprovalDesk approval, RefusalBook refusals, PeopleStore people, Func<string, ReadOnlyMemory<byte>?> programme) : IDesk
{
    /// <summary>Newest submissions and proposals that a page lists.</summary>
    private const int ListedMax = 200;

    // Reading a submission parses its document again; the newest are looked at over and over.
    private readonly ConcurrentDictionary<int, Submission> _read = new();

    public IReadOnlyList<Proposal> Proposals => [.. approval.All.Reverse().Take(ListedMax)];

    public Proposal? FindProposal(int proposalNo) => approval.Find(proposalNo);

    public IReadOnlyList<Submission> Submissions => [.. ingest.All.Reverse().Take(ListedMax).Select(Read)];

    public Submission? FindSubmission(int submissionNo) => ingest.Find(submissionNo) is { } taken ? Read(taken) : null;

    public IReadOnlyList<RefusalLine> Refusals
    {
        get
        {
            // The same refusal in a row is one line with a count.
            List<RefusalLine> lines = [];
            foreach (var (at, row) in refusals.Newest.Reverse())
            {
                string sentence = $"{row.Sentence} {row.SentenceEnglish}".Trim();
                if (lines.Count > 0 && lines[^1].Code == row.Code && lines[^1].Sentence == sentence) lines[^1] = lines[^1] with { Times = lines[^1].Times + 1 };
                else lines.Add(new RefusalLine(at, row.Code, sentence, 1));
            }

            return lines;
        }
    }

    public ReadOnlyMemory<byte>? Programme(string sha256Hex) => programme(sha256Hex);

    public async Task<IntakeReply> SubmitAsync(ReadOnlyMemory<byte> document, SignedInPerson by, CancellationToken cancellationToken)
    {
        var outcomes = await pipeline.SubmitAsync(document, new SubmissionSource($"person:{by.PersonId}", Official: false, by.PersonId), cancellationToken);
        var refusal = outcomes.Select(o => o.Refusal).FirstOrDefault(r => r is not null);
        bool taken = outcomes.Any(o => o.Submission is not null && o.Refusal is null);
        return new IntakeReply
        {
            Taken = taken,
            Code = taken ? "taken" : refusal?.Code ?? "cap.rejected",
            Sentence = taken ? "已受理。" : refusal?.Sentence ?? "",
            SentenceEnglish = taken ? "Taken in." : refusal?.SentenceEnglish ?? "",
            SubmissionNos = [.. outcomes.Where(o => o.Submission is not null).Select(o => o.Submission!.SubmissionNo)],
            ProposalNos = [.. outcomes.SelectMany(o => o.Proposals).Select(p => p.ProposalNo)],
            Findings = [.. outcomes.Where(o => o.Submission is not null).SelectMany(o => o.Submission!.Findings)],
        };
    }

    public Task<DeskReply> SignAsync(int proposalNo, SignedInPerson by, SignatureRole role, ApprovalHashes hashes, CancellationToken cancellationToken) => AnswerAsync(by, "已签署。", "Signed.", person =>
        role == SignatureRole.Proposer ? pipeline.ProposeAsync(proposalNo, person, hashes, cancellationToken) : pipeline.ApproveAsync(proposalNo, person, hashes, cancellationToken));

    public Task<DeskReply> ReturnAsync(int proposalNo, SignedInPerson by, string reason, CancellationToken cancellationToken) =>
        AnswerAsync(by, "已退回。", "Returned.", person => pipeline.ReturnAsync(proposalNo, person, reason, cancellationToken));

    public Task<DeskReply> ReleaseHoldAsync(int proposalNo, SignedInPerson by, string reason, CancellationToken cancellationToken) =>
        AnswerAsync(by, "已放行。", "Released.", person => pipeline.ReleaseHoldAsync(proposalNo, person, reason, cancellationToken));

    public Task<DeskReply> CancelAsync(int disseminationNo, SignedInPerson by, string reason, bool falseAlarm, CancellationToken cancellationToken) =>
        AnswerAsync(by, "已撤销。", "Taken back.", person => pipeline.CancelAsync(disseminationNo, person, reason, falseAlarm, cancellationToken));

    private async Task<DeskReply> AnswerAsync(SignedInPerson by, string done, string doneEnglish, Func<Person, Task<StepOutcome>> step)
    {
        // The account as it is now decides, not the claims of the request.
        if (people.All().FirstOrDefault(p => p.PersonId == by.PersonId && p.Enabled) is not { } person)
            return new DeskReply(false, "person.missing", "只有本人登录后才能操作。", "Only an enabled person may do this.");
        var outcome = await step(person);
        return outcome.Refusal is { } refusal
            ? new DeskReply(false, refusal.Code, refusal.Sentence, refusal.SentenceEnglish)
            : new DeskReply(true, "", done, doneEnglish, outcome.DisseminationNo ?? 0);
    }

    private Submission Read(TakenAlert taken)
    {
        if (_read.Count > 4 * ListedMax) _read.Clear();
        return _read.GetOrAdd(taken.SubmissionNo, _ => taken.ToSubmission());
    }
}
