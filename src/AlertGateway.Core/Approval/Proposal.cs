using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;

namespace AlertGateway.Core.Approval;

/// <summary>What people approve, by hash. What leaves must match, or nothing leaves.</summary>
/// <param name="Content">SHA-256 hex of the alert's canonical text.</param>
/// <param name="Area">SHA-256 hex of the resolved area.</param>
/// <param name="Audience">SHA-256 hex of the frozen audience.</param>
/// <param name="Renditions">SHA-256 hex over all renditions, the prepared cancel and correction among them.</param>
/// <param name="ExpiresTicks">End of life, UTC ticks; <see cref="long.MaxValue"/> for a Chinese signal that lives until 变更 or 解除 (I4).</param>
public sealed record ApprovalHashes(string Content, string Area, string Audience, string Renditions, long ExpiresTicks);

public enum SignatureRole : byte
{
    Proposer = 1,
    Approver = 2,
    StandingOrder = 3,
    BreakGlass = 4,
}

/// <param name="PersonId">0 for a standing order.</param>
/// <param name="Rule">The authority row or standing order that allowed it.</param>
public sealed record ApprovalSignature(int PersonId, string PersonName, SignatureRole Role, long AtTicks, string Rule, ApprovalHashes Hashes);

public enum ProposalState : byte
{
    /// <summary>A draft from a feed or desk that nobody has proposed yet.</summary>
    Draft = 1,

    /// <summary>Held for a named reason; cannot be proposed until a person resolves it.</summary>
    Held = 2,

    /// <summary>Proposed by one person; waits for another.</summary>
    Proposed = 3,
    Cleared = 4,
    Returned = 5,

    /// <summary>Overtaken by a newer message of its chain, or expired.</summary>
    Overtaken = 6,
}

/// <summary>Alert + area + audience + renditions + four hashes, and who signed so far. Immutable: any change makes a new proposal and voids signatures.</summary>
public sealed record Proposal
{
    /// <summary>Dense, from 1.</summary>
    public required int ProposalNo { get; init; }

    public required Submission Submission { get; init; }

    public required AlertArea Area { get; init; }

    public required Audience Audience { get; init; }

    /// <summary>Originals, and beside them the cancel and the correction, prepared before anything is sent.</summary>
    public required IReadOnlyList<Rendition> Renditions { get; init; }

    public required ApprovalHashes Hashes { get; init; }

    public required IReadOnlyList<HoldReason> Holds { get; init; }

    public required ProposalState State { get; init; }

    public required IReadOnlyList<ApprovalSignature> Signatures { get; init; }

    /// <summary>Why it alarms, or that it repeats what people have had and leaves the loud channels alone.</summary>
    public EpisodeAlarm Alarm { get; init; } = EpisodeAlarm.First;

    /// <summary>Disseminations of the same event that this one was judged against; empty for the first.</summary>
    public IReadOnlyList<int> JoinedDisseminationNos { get; init; } = [];

    /// <summary>Deliveries on loud channels that were left out because the endpoint has had the event.</summary>
    public int SparedDeliveries { get; init; }

    /// <summary>A person wants it on all channels, whatever was published before.</summary>
    public bool Aloud { get; init; }

    /// <summary>Dissemination of an earlier message of the chain that this one supersedes or cancels; 0 for none.</summary>
    public int TakesOverDisseminationNo { get; init; }
}

/// <summary>A proposal with its signatures: the only thing that dispatch takes.</summary>
public sealed record ClearedAlert(Proposal Proposal, long ClearedTicks);
