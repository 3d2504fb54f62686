using AlertGateway.Core.Ingest;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core.Approval;

/// <summary>All proposals and their states: the fold of the ledger's <c>Proposed</c>, <c>Signed</c> and <c>Returned</c> rows. Thread-safe.</summary>
internal sealed class ProposalBook(Func<int, Submission> submissionOf)
{
    public const byte Laid = 1, Released = 2, ByPerson = 1, Overtaken = 2;

    private readonly Lock _lock = new();
    private readonly List<Proposal> _all = [];
    private readonly Dictionary<int, int> _cancels = [];

    public int Count
    {
        get
        {
            lock (_lock) return _all.Count;
        }
    }

    /// <summary>In order of their numbers; a copy.</summary>
    public IReadOnlyList<Proposal> All
    {
        get
        {
            lock (_lock) return [.. _all];
        }
    }

    public Proposal? Find(int proposalNo)
    {
        lock (_lock) return proposalNo >= 1 && proposalNo <= _all.Count ? _all[proposalNo - 1] : null;
    }

    /// <summary>For a cancel draft the proposal that it takes back; any other is its own.</summary>
    public Proposal OriginalOf(Proposal proposal)
    {
        lock (_lock) return _cancels.TryGetValue(proposal.ProposalNo, out var original) ? _all[original - 1] : proposal;
    }

    /// <param name="laid">What the row says, where that is known already.</param>
    public void Fold(long sequence, in LedgerEvent e, LaidRow? laid)
    {
        switch (e.Kind)
        {
            case LedgerEventKind.Proposed when e.Code == Laid:
                Add(laid ?? LedgerJson.Read<LaidRow>(e.Body.Span, sequence));
                break;
            case LedgerEventKind.Proposed when e.Code == Released:
                Change(LedgerJson.Read<ReleasedRow>(e.Body.Span, sequence).ProposalNo, p => p with { State = ProposalState.Draft, Holds = [] });
                break;
            case LedgerEventKind.Signed:
                var signed = LedgerJson.Read<SignedRow>(e.Body.Span, sequence);
                Change(signed.ProposalNo, p => After(p, signed));
                break;
            case LedgerEventKind.Returned when e.Code is ByPerson or Overtaken:
                var state = e.Code == Overtaken ? ProposalState.Overtaken : ProposalState.Returned;
                Change(LedgerJson.Read<ReturnedRow>(e.Body.Span, sequence).ProposalNo, p => p with { State = state });
                break;
            case LedgerEventKind.Proposed or LedgerEventKind.Returned:
                throw new LedgerException($"Ledger row {sequence} ({e.Kind}) has the code {e.Code}, which this program does not know: a newer one wrote it.");
        }
    }

    /// <summary>A proposal as its row lays it down.</summary>
    public static Proposal Of(LaidRow row, Submission submission) => new()
    {
        ProposalNo = row.ProposalNo,
        Submission = submission,
        Area = row.Area,
        Audience = row.Audience,
        Renditions = row.Renditions,
        Hashes = row.Hashes,
        Holds = row.Holds,
        State = row.Holds.Count > 0 ? ProposalState.Held : ProposalState.Draft,
        Signatures = [],
        TakesOverDisseminationNo = row.TakesOverDisseminationNo,
        Alarm = row.Alarm,
        JoinedDisseminationNos = row.JoinedDisseminationNos,
        SparedDeliveries = row.SparedDeliveries,
        Aloud = row.Aloud,
    };

    /// <summary>The same with one signature more.</summary>
    public static Proposal After(Proposal proposal, SignedRow signed) =>
        proposal with { State = signed.Clears ? ProposalState.Cleared : ProposalState.Proposed, Signatures = [.. proposal.Signatures, signed.Signature] };

    /// <summary>The proposal as this row clears it; null where the row is no signature that does.</summary>
    public static Proposal? Cleared(Proposal proposal, in LedgerEvent e) =>
        e.Kind == LedgerEventKind.Signed && LedgerJson.Read<SignedRow>(e.Body.Span) is { Clears: true } signed ? After(proposal, signed) : null;

    private void Add(LaidRow row)
    {
        var proposal = Of(row, submissionOf(row.SubmissionNo));
        lock (_lock)
        {
            if (row.ProposalNo != _all.Count + 1) throw new InvalidDataException($"Proposal {row.ProposalNo} follows {_all.Count}: a row of the ledger is missing.");
            _all.Add(proposal);
            if (row.CancelsProposalNo > 0) _cancels.Add(row.ProposalNo, row.CancelsProposalNo);
        }
    }

    private void Change(int proposalNo, Func<Proposal, Proposal> change)
    {
        lock (_lock) _all[proposalNo - 1] = change(_all[proposalNo - 1]);
    }
}
