using System.Globalization;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Ingest;
using AlertGateway.Storage.Audit;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core.Audit;

/// <summary>Under whose authority the sends of one dissemination went out, from the log alone.</summary>
public sealed record SendAuthority
{
    public required int DisseminationNo { get; init; }

    public required int ProposalNo { get; init; }

    /// <summary>CAP sender and identifier of the alert.</summary>
    public required string Sender { get; init; }

    public required string Identifier { get; init; }

    /// <summary>Who handed the alert in: a feed or a person. Null when the log does not say.</summary>
    public required SubmissionSource? Author { get; init; }

    public required ApprovalHashes Hashes { get; init; }

    /// <summary>Who signed these hashes, by which rule.</summary>
    public required IReadOnlyList<ApprovalSignature> Signatures { get; init; }

    /// <summary>The ledger row that cleared it.</summary>
    public required long ClearedRow { get; init; }

    /// <summary>Who took it back; null when nobody did.</summary>
    public CancelRecord? CancelledBy { get; init; }

    /// <summary>The ledger row that took it back; 0 when nothing did.</summary>
    public long CancelledRow { get; init; }

    /// <summary>Attempts started, cancels and corrections included.</summary>
    public long Sends { get; init; }
}

/// <summary>
/// Walks a verified log and proves I7: every attempt was started under a clearance whose hashes a person proposed and another one approved, who is not its author (or a standing order on an official source, one person on what such a source asks to
/// have broadcast immediately, or a break-glass on record), and every cancel was ordered by a person under a rule, or by the standing order that signed it. Hand it each row in order. Not thread-safe.
/// </summary>
public sealed class AuthorityTrail
{
    private const int FindingsMax = 100;

    private readonly SignedProposals _proposals = new();
    private readonly SortedDictionary<int, SendAuthority> _authority = [];
    private readonly Dictionary<int, long> _sends = [];
    private readonly List<AuditFinding> _findings = [];

    /// <summary>Sends without valid authority, at most 100.</summary>
    public IReadOnlyList<AuditFinding> Findings => _findings;

    /// <summary>By dissemination.</summary>
    public IReadOnlyList<SendAuthority> Authorities => [.. _authority.Values.Select(a => a with { Sends = _sends.GetValueOrDefault(a.DisseminationNo) })];

    /// <summary>Who authorised this row's send; null for what is no send, or was not authorised.</summary>
    public SendAuthority? AuthorityOf(in LedgerEvent row) => row.Kind == LedgerEventKind.Started ? _authority.GetValueOrDefault(row.DisseminationNo) : null;

    public void Fold(long sequence, in LedgerEvent row)
    {
        switch (row.Kind)
        {
            case LedgerEventKind.Submitted or LedgerEventKind.Proposed or LedgerEventKind.Signed:
                _proposals.Fold(in row);
                break;
            case LedgerEventKind.Cleared:
                Clear(sequence, in row);
                break;
            case LedgerEventKind.Cancelled:
                Cancel(sequence, in row);
                break;
            case LedgerEventKind.Started:
                Start(sequence, in row);
                break;
        }
    }

    private void Clear(long sequence, in LedgerEvent row)
    {
        var record = ClearedRows.Read(row.Body.Span, DispatchJson.Default.ClearedRecord);
        if (record is null)
        {
            Find(sequence, $"Row {sequence} clears dissemination {row.DisseminationNo} without saying by whose authority.");
            return;
        }
        if (_authority.ContainsKey(row.DisseminationNo))
        {
            Find(sequence, $"Row {sequence} clears dissemination {row.DisseminationNo}, which was cleared before.");
            return;
        }
        if (_proposals.WhatIsWrong(record) is { } wrong) Find(sequence, $"Dissemination {row.DisseminationNo} was cleared in row {sequence}, but {wrong}.");
        _authority[row.DisseminationNo] = new SendAuthority
        {
            DisseminationNo = row.DisseminationNo, ProposalNo = record.ProposalNo, Sender = record.Sender, Identifier = record.Identifier, Author = _proposals.AuthorOf(record.ProposalNo), Hashes = record.Hashes, Signatures = record.Signatures,
            ClearedRow = sequence,
        };
    }

    private void Cancel(long sequence, in LedgerEvent row)
    {
        var record = ClearedRows.Read(row.Body.Span, DispatchJson.Default.CancelRecord);
        if (record is null || !_authority.TryGetValue(row.DisseminationNo, out var authority))
        {
            Find(sequence, $"Row {sequence} takes back dissemination {row.DisseminationNo}, which was never cleared, or does not say who did.");
            return;
        }
        if (authority.CancelledRow > 0) return; // Taken back already: this row does nothing.
        if (_proposals.WhatIsWrong(record, authority) is { } wrong) Find(sequence, $"Row {sequence} takes back dissemination {row.DisseminationNo}, but {wrong}.");
        _authority[row.DisseminationNo] = authority with { CancelledBy = record, CancelledRow = sequence };
    }

    private void Start(long sequence, in LedgerEvent row)
    {
        _sends[row.DisseminationNo] = _sends.GetValueOrDefault(row.DisseminationNo) + 1;
        if (!_authority.TryGetValue(row.DisseminationNo, out var authority)) Find(sequence, $"Row {sequence} starts a send of dissemination {row.DisseminationNo}, which nobody cleared.");
        else if ((Purpose)row.Purpose is Purpose.Cancel or Purpose.Correction && authority.CancelledRow == 0) Find(sequence, $"Row {sequence} starts a cancel of dissemination {row.DisseminationNo}, which nobody took back.");
    }

    private void Find(long sequence, FormattableString sentence)
    {
        if (_findings.Count < FindingsMax) _findings.Add(new AuditFinding("authority", sequence, sentence.ToString(CultureInfo.InvariantCulture)));
    }
}
