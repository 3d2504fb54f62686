using AlertGateway.Channels.Broadcast;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Ingest;
using AlertGateway.Server.Security;
using AlertGateway.Server.Web;
using AlertGateway.Storage.People;

namespace AlertGateway.Server.Composition;

/// <summary>The pipeline as pages and API see it.</summary>
internal sealed class DeskWindow(AlertPipeline pipeline, IngestRoom ingest, ApprovalDesk desk, RefusalBook refusals, PeopleStore people, IProgrammeStore programmes, SubmissionShelf shelf, Core.Rendering.Wording wording) : IDesk
{
    private const int ListMax = 200;

    public IReadOnlyList<Proposal> Proposals => [.. desk.All.OrderByDescending(p => p.ProposalNo).Take(ListMax)];

    public Proposal? FindProposal(int proposalNo) => desk.Find(proposalNo);

    public IReadOnlyList<Submission> Submissions => shelf.Newest(ListMax);

    public IReadOnlyList<Episode> Episodes => EpisodeBook.Join(Submissions.Where(s => s.Chain is ChainVerdict.First or ChainVerdict.Update).Select(s => EpisodeBook.FactsOf(s, wording.EventKindOf)));

    public Submission? FindSubmission(int submissionNo) => ingest.Find(submissionNo)?.ToSubmission();

    public IReadOnlyList<RefusalLine> Refusals => [.. refusals.Newest.Reverse().Take(ListMax).Select(r => new RefusalLine(r.AtTicks, r.Row.Code, $"{r.Row.Sentence} {r.Row.SentenceEnglish}".Trim(), r.Times))];

    public ReadOnlyMemory<byte>? Programme(string sha256Hex) => programmes.TryOpen(sha256Hex, out var wav) ? wav : null;

    public ReadOnlyMemory<byte>? ProgrammeMap(string sha256Hex) => programmes.TryOpenMap(sha256Hex, out var map) ? map : null;

    public async Task<IntakeReply> SubmitAsync(ReadOnlyMemory<byte> document, SignedInPerson by, CancellationToken cancellationToken)
    {
        var outcomes = await pipeline.SubmitAsync(document, new SubmissionSource($"person:{by.PersonId}", Official: false, by.PersonId), cancellationToken);
        var refusal = outcomes.Select(o => o.Refusal).FirstOrDefault(r => r is not null);
        bool taken = outcomes.Any(o => o.Submission is not null && o.Refusal is null);
        return new IntakeReply
        {
            Taken = taken, Code = taken ? "taken" : refusal?.Code ?? "cap.rejected", Sentence = taken ? "已收下，等待核发。" : refusal?.Sentence ?? "无法读取。", SentenceEnglish = taken ? "Taken in; waits for approval." : refusal?.SentenceEnglish ?? "It cannot be read.",
            SubmissionNos = [.. outcomes.Where(o => o.Submission is not null).Select(o => o.Submission!.SubmissionNo)], ProposalNos = [.. outcomes.SelectMany(o => o.Proposals).Select(p => p.ProposalNo)],
            Findings = [.. outcomes.SelectMany(o => o.Submission?.Findings ?? [])],
        };
    }

    public Task<DeskReply> SignAsync(int proposalNo, SignedInPerson by, SignatureRole role, ApprovalHashes hashes, CancellationToken cancellationToken) =>
        AsAsync(by, p => role == SignatureRole.Proposer ? pipeline.ProposeAsync(proposalNo, p, hashes, cancellationToken) : pipeline.ApproveAsync(proposalNo, p, hashes, cancellationToken));

    public Task<DeskReply> ReturnAsync(int proposalNo, SignedInPerson by, string reason, CancellationToken cancellationToken) => AsAsync(by, p => pipeline.ReturnAsync(proposalNo, p, reason, cancellationToken));

    public Task<DeskReply> ReleaseHoldAsync(int proposalNo, SignedInPerson by, string reason, CancellationToken cancellationToken) => AsAsync(by, p => pipeline.ReleaseHoldAsync(proposalNo, p, reason, cancellationToken));

    public Task<DeskReply> AlarmAloudAsync(int proposalNo, SignedInPerson by, string reason, CancellationToken cancellationToken) => AsAsync(by, p => pipeline.AlarmAloudAsync(proposalNo, p, reason, cancellationToken));

    public Task<DeskReply> CancelAsync(int disseminationNo, SignedInPerson by, string reason, bool falseAlarm, CancellationToken cancellationToken) =>
        AsAsync(by, p => pipeline.CancelAsync(disseminationNo, p, reason, falseAlarm, cancellationToken));

    private async Task<DeskReply> AsAsync(SignedInPerson by, Func<Person, Task<StepOutcome>> step)
    {
        if (people.All().FirstOrDefault(p => p.PersonId == by.PersonId && p.Enabled) is not { } person) return new DeskReply(false, "person.missing", "账号已停用。", "The account is not enabled.");
        var outcome = await step(person);
        return outcome.Refusal is { } refusal ? new DeskReply(false, refusal.Code, refusal.Sentence, refusal.SentenceEnglish) : new DeskReply(true, "", "已完成。", "Done.", outcome.DisseminationNo ?? 0);
    }
}

/// <summary>Accounts as the rim sees them.</summary>
internal sealed class PeopleWindow(PeopleStore people) : IPeople
{
    public ValueTask<SignedInPerson?> FindByTokenAsync(string token, CancellationToken cancellationToken) => ValueTask.FromResult(Of(people.FindByBearer(token)));

    public ValueTask<SignedInPerson?> SignInAsync(string token, CancellationToken cancellationToken) => ValueTask.FromResult(Of(people.FindByBearer(token) ?? people.Exchange(token)?.Person));

    public ValueTask<BearerGrant?> ExchangeAsync(string token, CancellationToken cancellationToken) =>
        ValueTask.FromResult(people.Exchange(token) is { } e && Of(e.Person) is { } person ? new BearerGrant(person, e.BearerToken, e.ExpiresTicks) : null);

    public ValueTask<SignedInPerson?> FindAsync(int personId, CancellationToken cancellationToken) => ValueTask.FromResult(Of(people.All().FirstOrDefault(p => p.PersonId == personId)));

    private static SignedInPerson? Of(Person? person) => person is { Enabled: true } ? new SignedInPerson(person.PersonId, person.Name, [person.Role]) : null;
}

