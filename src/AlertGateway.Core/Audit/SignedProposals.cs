using AlertGateway.Cap;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Ingest;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core.Audit;

/// <summary>
/// Submissions, proposals and signatures as ingest and desk recorded them, and what they allow. <c>authority.json</c> is not in the log: a rule is known by the name that the signature gives it, so whether it allowed this person's role, area, event
/// and colour was judged by the desk and cannot be judged again here. Not thread-safe.
/// </summary>
internal sealed class SignedProposals
{
    private const string OrderMark = "standing-order:";

    private readonly Dictionary<int, Author> _authors = []; // by submission
    private readonly Dictionary<int, LaidDigest> _proposals = [];
    private readonly Dictionary<int, List<SignedRow>> _signed = []; // by proposal

    public void Fold(in LedgerEvent row)
    {
        switch (row.Kind)
        {
            case LedgerEventKind.Submitted:
                var taken = LedgerJson.Read<TakenDigest>(row.Body.Span);
                bool trusted = taken is { Source: { Official: true, PersonId: 0 }, Disposition: Disposition.Accept };
                _authors[taken.SubmissionNo] = new Author(taken.Source, trusted, trusted && AsksForImmediate(taken.Raw ?? []));
                break;
            case LedgerEventKind.Proposed when row.Code == ProposalBook.Laid:
                var laid = LedgerJson.Read<LaidDigest>(row.Body.Span);
                _proposals[laid.ProposalNo] = laid;
                break;
            case LedgerEventKind.Signed:
                var signed = LedgerJson.Read<SignedRow>(row.Body.Span);
                if (!_signed.TryGetValue(signed.ProposalNo, out var list)) _signed[signed.ProposalNo] = list = [];
                list.Add(signed);
                break;
        }
    }

    /// <summary>Who handed in what the proposal is about; null when the log does not say.</summary>
    public SubmissionSource? AuthorOf(int proposalNo) => _proposals.TryGetValue(proposalNo, out var laid) ? _authors.GetValueOrDefault(laid.SubmissionNo)?.Source : null;

    /// <summary>Why nothing may be sent under this clearance; null when it may.</summary>
    public string? WhatIsWrong(ClearedRecord record)
    {
        if (!_proposals.TryGetValue(record.ProposalNo, out var laid)) return $"proposal {record.ProposalNo} was never laid before anybody";
        if (!_authors.TryGetValue(laid.SubmissionNo, out var author)) return $"nobody handed in submission {laid.SubmissionNo}";
        if (laid.CancelsProposalNo > 0) return $"proposal {record.ProposalNo} takes something back";
        if (laid.Hashes != record.Hashes) return "its hashes are not those of the proposal";
        if (record.ExpiresTicks != record.Hashes.ExpiresTicks) return "its expiry is not the one that was approved";
        var recorded = _signed.GetValueOrDefault(record.ProposalNo) ?? [];
        foreach (var signature in record.Signatures)
        {
            if (!recorded.Exists(r => r.Signature == signature)) return $"the signature of {signature.PersonName} was not recorded at the desk";
            if (string.IsNullOrWhiteSpace(signature.Rule)) return $"{signature.PersonName} signed by no rule";
            if (signature.Hashes != record.Hashes) return $"{signature.PersonName} signed other hashes";
        }
        if (record.Signatures.FirstOrDefault(s => s.Role == SignatureRole.StandingOrder) is { } order) return WhatIsWrong(order, author);
        if (record.Signatures.FirstOrDefault(s => s.Role == SignatureRole.BreakGlass) is { } glass) return glass.PersonId > 0 && !string.IsNullOrWhiteSpace(glass.Rule) ? null : "nobody answers for its break-glass";
        return WhatIsWrong([.. record.Signatures.Where(s => s.PersonId > 0)], author);
    }

    /// <summary>Why this does not take the dissemination back lawfully; null when it does, as far as the log can say.</summary>
    public string? WhatIsWrong(CancelRecord cancel, SendAuthority original)
    {
        if (string.IsNullOrWhiteSpace(cancel.Rule)) return "names no rule";
        bool byOrder = cancel.Rule.StartsWith(OrderMark, StringComparison.Ordinal);
        if (cancel.PersonId > 0) return byOrder ? "names a person under a standing order" : null;
        if (!byOrder) return "names nobody";
        // A source takes back what it released itself, and nothing else.
        bool own = original.Signatures.Any(s => s.Role == SignatureRole.StandingOrder) && _proposals.Values.Any(laid =>
            laid.CancelsProposalNo == original.ProposalNo && laid.TakesOverDisseminationNo == original.DisseminationNo && _authors.TryGetValue(laid.SubmissionNo, out var author) && author.Source == original.Author
            && _signed.TryGetValue(laid.ProposalNo, out var signed) && signed.Exists(r =>
                r is { Clears: true, Signature.Role: SignatureRole.StandingOrder } && r.Signature.PersonName == cancel.PersonName && r.Signature.Rule == cancel.Rule && r.Signature.Hashes == laid.Hashes && WhatIsWrong(r.Signature, author) is null));
        return own ? null : $"names {cancel.Rule}, which signed no cancel of it";
    }

    private static string? WhatIsWrong(ApprovalSignature order, Author author) =>
        order.PersonId != 0 || order.Rule?.StartsWith(OrderMark, StringComparison.Ordinal) != true || order.PersonName != author.Source.Name ? "the signature of its standing order is not that of its source"
        : author.IsTrusted ? null : $"a standing order released what came from {author.Source.Name}, which is not marked official, is a person, or sent something in doubt";

    private static string? WhatIsWrong(List<ApprovalSignature> persons, Author author)
    {
        var approvers = persons.FindAll(s => s.Role == SignatureRole.Approver);
        bool IsSecond(ApprovalSignature approver) => persons.Exists(p => p.Role == SignatureRole.Proposer && p.PersonId != approver.PersonId);
        if (approvers.Exists(a => a.PersonId != author.Source.PersonId && IsSecond(a))) return null;
        if (approvers.Exists(IsSecond)) return "its author approved it";
        // One person alone, by a rule with releaseImmediate: only what an official source asks to have broadcast immediately.
        return approvers.Count == 1 && persons.Count == 1 && author.AsksForImmediate ? null : "two different persons did not sign it";
    }

    private static bool AsksForImmediate(byte[] raw)
    {
        // Most alerts are told by their bytes; those of two-byte encodings are read.
        if (raw.AsSpan().IndexOf("Broadcast_Immediately"u8) < 0 && !raw.AsSpan(0, Math.Min(4, raw.Length)).Contains((byte)0)) return false;
        return CapReader.Read(raw, new CapReaderOptions { ValidateSchema = false }).Messages[0].Alert is { } alert && CapCpProfile.BroadcastImmediately(alert);
    }

    /// <param name="IsTrusted">An official feed, and no doubt about its message: what standing orders and immediate releases ask for.</param>
    private sealed record Author(SubmissionSource Source, bool IsTrusted, bool AsksForImmediate);

    private sealed record TakenDigest(int SubmissionNo, SubmissionSource Source, Disposition Disposition, byte[]? Raw);

    private sealed record LaidDigest(int ProposalNo, int SubmissionNo, int TakesOverDisseminationNo, int CancelsProposalNo, ApprovalHashes Hashes);
}
