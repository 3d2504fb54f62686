using AlertGateway.Cap;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Ingest;
using AlertGateway.Server.Security;

namespace AlertGateway.Server.Web;

/// <summary>What became of a document that was handed in. Durable before it is answered.</summary>
public sealed record IntakeReply
{
    /// <summary>True when the submission is on disk; false when the document was refused.</summary>
    public required bool Taken { get; init; }

    /// <summary>Stable word for what happened, such as <c>taken</c>, <c>cap.rejected</c>, <c>chain.duplicate</c>.</summary>
    public required string Code { get; init; }

    public required string Sentence { get; init; }

    public required string SentenceEnglish { get; init; }

    /// <summary>One per alert of the document.</summary>
    public required IReadOnlyList<int> SubmissionNos { get; init; }

    public required IReadOnlyList<int> ProposalNos { get; init; }

    public required IReadOnlyList<Finding> Findings { get; init; }
}

/// <summary>Answer to something a person asked the desk to do.</summary>
/// <param name="Code">Stable problem code; empty when done.</param>
/// <param name="DisseminationNo">The dissemination that was opened or changed; 0 for none.</param>
public sealed record DeskReply(bool Done, string Code, string Sentence, string SentenceEnglish, int DisseminationNo = 0);

/// <summary>Something that was refused at the rim, for a person to see.</summary>
/// <param name="Times">How often the same thing was refused since; at least 1.</param>
public sealed record RefusalLine(long AtTicks, string Code, string Sentence, int Times);

/// <summary>The desk as pages and API see it: what waits for a decision, and the decisions. Thread-safe; what it hands out is immutable.</summary>
public interface IDesk
{
    /// <summary>Newest first, bounded by the desk.</summary>
    IReadOnlyList<Proposal> Proposals { get; }

    Proposal? FindProposal(int proposalNo);

    /// <summary>Newest first, bounded by the desk; also those that never became a proposal.</summary>
    IReadOnlyList<Submission> Submissions { get; }

    Submission? FindSubmission(int submissionNo);

    /// <summary>Warnings of one event by several offices, joined; the newest first. Bounded like <see cref="Submissions"/>.</summary>
    IReadOnlyList<Episode> Episodes => [];

    /// <summary>Newest first, bounded.</summary>
    IReadOnlyList<RefusalLine> Refusals { get; }

    /// <summary>The WAV of a programme that an open proposal or a dissemination holds; null when there is none of that hash.</summary>
    ReadOnlyMemory<byte>? Programme(string sha256Hex);

    /// <summary>The map (JSON) that was kept beside that WAV; null when there is none.</summary>
    ReadOnlyMemory<byte>? ProgrammeMap(string sha256Hex);

    Task<IntakeReply> SubmitAsync(ReadOnlyMemory<byte> document, SignedInPerson by, CancellationToken cancellationToken);

    /// <summary>Signs exactly these hashes; refused when the proposal no longer has them, or when the person may not.</summary>
    Task<DeskReply> SignAsync(int proposalNo, SignedInPerson by, SignatureRole role, ApprovalHashes hashes, CancellationToken cancellationToken);

    Task<DeskReply> ReturnAsync(int proposalNo, SignedInPerson by, string reason, CancellationToken cancellationToken);

    /// <summary>Lets a held proposal go on as a draft, where configuration allows it for each of its holds.</summary>
    Task<DeskReply> ReleaseHoldAsync(int proposalNo, SignedInPerson by, string reason, CancellationToken cancellationToken);

    /// <summary>Lets a warning that would repeat quietly alarm on all channels: a new proposal takes its place.</summary>
    Task<DeskReply> AlarmAloudAsync(int proposalNo, SignedInPerson by, string reason, CancellationToken cancellationToken) =>
        Task.FromResult(new DeskReply(false, "proposal.alarms", "这条预警本来就会响所有渠道。", "This warning alarms on all channels already."));

    /// <summary>Takes a running dissemination back (I5). One authorised person is enough.</summary>
    Task<DeskReply> CancelAsync(int disseminationNo, SignedInPerson by, string reason, bool falseAlarm, CancellationToken cancellationToken);
}
