using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;

namespace AlertGateway.Core.Approval;

/// <summary>Body of a <c>Proposed</c> row with code 1: everything that people will approve.</summary>
internal sealed record LaidRow
{
    public required int ProposalNo { get; init; }

    public required int SubmissionNo { get; init; }

    public required int TakesOverDisseminationNo { get; init; }

    /// <summary>For a cancel draft the proposal that it takes back, whose authority decides; else 0.</summary>
    public int CancelsProposalNo { get; init; }

    public required AlertArea Area { get; init; }

    public required Audience Audience { get; init; }

    public required IReadOnlyList<Rendition> Renditions { get; init; }

    public required ApprovalHashes Hashes { get; init; }

    public required IReadOnlyList<HoldReason> Holds { get; init; }

    /// <summary>Absent in rows of before, which all alarmed.</summary>
    public EpisodeAlarm Alarm { get; init; } = EpisodeAlarm.First;

    public IReadOnlyList<int> JoinedDisseminationNos { get; init; } = [];

    public int SparedDeliveries { get; init; }

    /// <summary>A person wants it on all channels, whatever was published before.</summary>
    public bool Aloud { get; init; }
}

/// <summary>Body of a <c>Proposed</c> row with code 2: a person released the holds.</summary>
internal sealed record ReleasedRow(int ProposalNo, int PersonId, string PersonName, string Rule, string Reason);

/// <summary>Body of a <c>Signed</c> row; its code is the role.</summary>
/// <param name="Clears">This signature clears the proposal.</param>
internal sealed record SignedRow(int ProposalNo, ApprovalSignature Signature, bool Clears);

/// <summary>Body of a <c>Returned</c> row; code 1: by a person, 2: overtaken by a newer message.</summary>
internal sealed record ReturnedRow(int ProposalNo, int PersonId, string PersonName, string Rule, string Reason, int BySubmissionNo);
