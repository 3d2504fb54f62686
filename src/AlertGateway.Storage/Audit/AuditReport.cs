namespace AlertGateway.Storage.Audit;

/// <summary>One thing that is wrong with a log.</summary>
/// <param name="Code">Stable: row, leaf, decision, head, signature, cut, witness, unsealed, unreadable.</param>
/// <param name="Place">Number of the row, entry, head (its size) or line.</param>
/// <param name="Sentence">What was found, for people.</param>
public sealed record AuditFinding(string Code, long Place, string Sentence);

/// <summary>What a verification read, and what it found. The log is whole when <see cref="Findings"/> is empty.</summary>
public sealed record AuditReport
{
    /// <summary>Entries (leaves) read.</summary>
    public required long Entries { get; init; }

    /// <summary>Ledger rows read.</summary>
    public required long Rows { get; init; }

    /// <summary>Signed heads in the log.</summary>
    public required long Heads { get; init; }

    /// <summary>Entries that the newest head covers.</summary>
    public required long Sealed { get; init; }

    /// <summary>Heads that the witness holds too; −1 when there was no witness.</summary>
    public required long Witnessed { get; init; }

    /// <summary>Root of all entries read, lower-case hexadecimal.</summary>
    public required string Root { get; init; }

    public required IReadOnlyList<AuditFinding> Findings { get; init; }
}

/// <summary>Sees each verified row: its number and the entry that proves it. The body is there for decisions and for what a clearance freezes.</summary>
public delegate void AuditRowVisitor(long sequence, long entry, in Ledger.LedgerEvent row);
