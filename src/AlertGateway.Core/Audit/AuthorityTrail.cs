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
/// Walks a verified log and proves I7: every attempt was started under a clearance whose hashes a person proposed and another one approved (or a standing order, or a break-glass on record), and every cancel was ordered by a person.
/// Hand it each row in order. Not thread-safe.
/// </summary>
public sealed class AuthorityTrail
{
    private const int FindingsMax = 100;

    private readonly Dictionary<int, int> _authors = []; // submission → person who handed it in
    private readonly Dictionary<int, LaidDigest> _proposals = [];
    private readonly Dictionary<int, List<ApprovalSignature>> _signatures = [];
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
            case LedgerEventKind.Submitted:
                var taken = LedgerJson.Read<SubmittedDigest>(row.Body.Span);
                _authors[taken.SubmissionNo] = taken.Source.PersonId;
                break;
            case LedgerEventKind.Proposed when row.Code == ProposalBook.Laid:
                var laid = LedgerJson.Read<LaidDigest>(row.Body.Span);
                _proposals[laid.ProposalNo] = laid;
                break;
            case LedgerEventKind.Signed:
                var signed = LedgerJson.Read<SignedRow>(row.Body.Span);
                if (!_signatures.TryGetValue(signed.ProposalNo, out var list)) _signatures[signed.ProposalNo] = list = [];
                list.Add(signed.Signature);
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
        if (WhatIsWrong(record) is { } wrong) Find(sequence, $"Dissemination {row.DisseminationNo} was cleared in row {sequence}, but {wrong}.");
        _authority[row.DisseminationNo] = new SendAuthority
        {
            DisseminationNo = row.DisseminationNo, ProposalNo = record.ProposalNo, Sender = record.Sender, Identifier = record.Identifier, Hashes = record.Hashes, Signatures = record.Signatures, ClearedRow = sequence,
        };
    }

    private string? WhatIsWrong(ClearedRecord record)
    {
        if (!_proposals.TryGetValue(record.ProposalNo, out var laid)) return $"proposal {record.ProposalNo} was never laid before anybody";
        if (laid.Hashes != record.Hashes) return "its hashes are not those of the proposal";
        var recorded = _signatures.GetValueOrDefault(record.ProposalNo) ?? [];
        foreach (var signature in record.Signatures)
        {
            if (!recorded.Contains(signature)) return $"the signature of {signature.PersonName} was not recorded at the desk";
            if (signature.Hashes != record.Hashes) return $"{signature.PersonName} signed other hashes";
        }
        if (record.Signatures.Any(s => s.Role is SignatureRole.StandingOrder or SignatureRole.BreakGlass)) return null;
        var approvers = record.Signatures.Where(s => s.Role == SignatureRole.Approver && s.PersonId > 0).ToList();
        if (!record.Signatures.Any(s => s.Role == SignatureRole.Proposer && approvers.Any(a => a.PersonId != s.PersonId))) return "two different persons did not sign it";
        int author = _authors.GetValueOrDefault(laid.SubmissionNo);
        return author > 0 && approvers.All(a => a.PersonId == author) ? "its author approved it" : null;
    }

    private void Cancel(long sequence, in LedgerEvent row)
    {
        var record = ClearedRows.Read(row.Body.Span, DispatchJson.Default.CancelRecord);
        if (record is null || !_authority.TryGetValue(row.DisseminationNo, out var authority))
        {
            Find(sequence, $"Row {sequence} takes back dissemination {row.DisseminationNo}, which was never cleared, or does not say who did.");
            return;
        }
        if (authority.CancelledRow == 0) _authority[row.DisseminationNo] = authority with { CancelledBy = record, CancelledRow = sequence };
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

    private sealed record SubmittedDigest(int SubmissionNo, SubmissionSource Source);

    private sealed record LaidDigest(int ProposalNo, int SubmissionNo, ApprovalHashes Hashes);
}
