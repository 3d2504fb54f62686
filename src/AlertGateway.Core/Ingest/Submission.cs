using AlertGateway.Cap;

namespace AlertGateway.Core.Ingest;

/// <summary>Where bytes came from. A feed is never a person.</summary>
/// <param name="Name"><c>feed:NAME</c> or <c>person:ID</c>.</param>
/// <param name="Official">A feed that configuration marks official: a standing order may fire live from it.</param>
/// <param name="PersonId">The person who handed it in at the desk; 0 for a feed.</param>
public sealed record SubmissionSource(string Name, bool Official, int PersonId);

/// <summary>What the chain of earlier messages makes of this one.</summary>
public enum ChainVerdict : byte
{
    First = 1,
    Update = 2,
    Cancel = 3,

    /// <summary>Same identity, same bytes (or the same alert over a mirror): nothing to do.</summary>
    Duplicate = 4,

    /// <summary>Same identity, other bytes: the first is kept, a person looks.</summary>
    Conflict = 5,

    /// <summary>Arrived after the message that cancels or supersedes it: a tombstone stood there.</summary>
    Late = 6,

    /// <summary>Ack, Error, System, Draft: taken note of, never disseminated.</summary>
    NotForPublic = 7,

    /// <summary>Its life was over when it came.</summary>
    Expired = 8,
}

/// <summary>An alert as taken in: parsed, judged, not yet proposed.</summary>
public sealed record Submission
{
    /// <summary>Dense, from 1.</summary>
    public required int SubmissionNo { get; init; }

    public required Alert Alert { get; init; }

    public required IReadOnlyList<Finding> Findings { get; init; }

    public required Disposition Disposition { get; init; }

    public required ChainVerdict Chain { get; init; }

    public required SubmissionSource Source { get; init; }

    public required WarningColour Colour { get; init; }

    public required long ReceivedTicks { get; init; }

    /// <summary>The bytes as received: signature and audit need them.</summary>
    public required ReadOnlyMemory<byte> RawBytes { get; init; }
}

/// <summary>Why an alert waits for a person. Codes are stable.</summary>
/// <param name="Code">Such as <c>area.empty</c>, <c>area.oversized</c>, <c>area.outside-jurisdiction</c>, <c>area.unresolved-code</c>, <c>audience.over-cap</c>, <c>cap.quarantine</c>.</param>
public sealed record HoldReason(string Code, string Sentence, string SentenceEnglish);
