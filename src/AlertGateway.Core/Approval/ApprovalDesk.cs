using AlertGateway.Cap;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.People;

namespace AlertGateway.Core.Approval;

/// <summary>What came of a step at the desk: the proposal as it stands, or the refusal that changed nothing.</summary>
public sealed record DeskOutcome(Proposal? Proposal, DeskRefusal? Refusal)
{
    public bool Done => Refusal is null;
}

/// <summary>A clearance by standing order on its way into the ledger; the desk takes no other step until it is disposed.</summary>
/// <param name="proposal">As it stands once the rows are durable.</param>
public sealed class Clearance(Proposal proposal, IReadOnlyList<LedgerEvent> rows, SemaphoreSlim gate) : IDisposable
{
    public Proposal Proposal { get; } = proposal;

    public IReadOnlyList<LedgerEvent> Rows { get; } = rows;

    public void Dispose() => gate.Release();
}

/// <summary>
/// Where two people sign the same hashes. Every step is decided and recorded under one gate and answered only once it is durable (I9); the state is the fold of the ledger's rows: hand it the
/// ledger's rows at start (after <see cref="IngestRoom"/> had them), and register it as observer. Thread-safe.
/// </summary>
/// <param name="publishers">Whose approvers clear what was drafted here in a publisher's name; null asks for none.</param>
public sealed class ApprovalDesk(ILedger ledger, TimeProvider clock, AuthorityMatrix authority, Func<int, Submission> submissionOf, LawfulPublishers? publishers = null) : ICommitObserver, IDisposable
{
    private const int ReasonCharsMax = 500;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ProposalBook _book = new(submissionOf);
    private volatile Made? _made;

    /// <summary>The newest row as it was made: what is folded a moment later need not be read again.</summary>
    private sealed record Made(LaidRow Row, ReadOnlyMemory<byte> Body);

    /// <summary>In order of their numbers; a copy.</summary>
    public IReadOnlyList<Proposal> All => _book.All;

    public Proposal? Find(int proposalNo) => _book.Find(proposalNo);

    /// <summary>The hashes that people will sign.</summary>
    public static ApprovalHashes HashesOf(Submission submission, AlertArea area, Audience audience, IReadOnlyList<Rendition> renditions, long expiresTicks)
    {
        ArgumentNullException.ThrowIfNull(submission);
        ArgumentNullException.ThrowIfNull(area);
        ArgumentNullException.ThrowIfNull(audience);
        return new ApprovalHashes(AlertContent.Sha256(submission.Alert), area.Sha256, audience.Sha256, RenditionHash.Of(renditions), expiresTicks);
    }

    /// <summary>Lays a draft on the desk: held when there is a reason, and cleared at once where a standing order says so.</summary>
    /// <param name="repeat">What it is against the warnings of its event; null where it stands alone.</param>
    public Task<Proposal> LayAsync(Submission submission, TargetingResult target, IReadOnlyList<Rendition> renditions, long expiresTicks, int takesOverDisseminationNo, RepeatVerdict? repeat = null) =>
        LayAsync(submission, target, renditions, expiresTicks, takesOverDisseminationNo, 0, repeat ?? RepeatVerdict.First);

    /// <summary>Clears it if a standing order says so, in the append of whoever asks, which must be made before the clearance is disposed; null when none does, and then nothing was laid.</summary>
    public async Task<Clearance?> ClearAtOnceAsync(Submission submission, TargetingResult target, IReadOnlyList<Rendition> renditions, long expiresTicks, int takesOverDisseminationNo)
    {
        await _gate.WaitAsync();
        Clearance? clearance = null;
        try
        {
            var (proposal, rows) = Lay(submission, target, renditions, expiresTicks, takesOverDisseminationNo, 0, RepeatVerdict.First);
            return clearance = proposal.State == ProposalState.Cleared ? new Clearance(proposal, rows, _gate) : null;
        }
        finally
        {
            if (clearance is null) _gate.Release();
        }
    }

    /// <summary>Appends the rows of a clearance by themselves.</summary>
    public async Task MakeDurableAsync(Clearance clearance)
    {
        ArgumentNullException.ThrowIfNull(clearance);
        await ledger.AppendAsync(clearance.Rows.ToArray(), CancellationToken.None);
    }

    /// <summary>Lays the draft of a cancel that a source sent: area, audience and prepared cancel are those of the original.</summary>
    public Task<Proposal> LayCancelAsync(Submission cancel, Proposal original, int disseminationNo)
    {
        ArgumentNullException.ThrowIfNull(original);
        return LayAsync(cancel, new TargetingResult(original.Area, original.Audience, []), original.Renditions, long.MaxValue, disseminationNo, original.ProposalNo, RepeatVerdict.First);
    }

    /// <summary>For a cancel draft the proposal that it takes back; any other is its own.</summary>
    public Proposal OriginalOf(Proposal proposal) => _book.OriginalOf(proposal);

    private async Task<Proposal> LayAsync(
        Submission submission, TargetingResult target, IReadOnlyList<Rendition> renditions, long expiresTicks, int takesOverDisseminationNo, int cancelsProposalNo, RepeatVerdict repeat)
    {
        await _gate.WaitAsync();
        try
        {
            var (proposal, rows) = Lay(submission, target, renditions, expiresTicks, takesOverDisseminationNo, cancelsProposalNo, repeat);
            await AppendAsync(proposal, rows);
            return _book.Find(proposal.ProposalNo)!;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The proposal and its rows: laid, and cleared where a standing order says so. Under the gate until they are durable.</summary>
    private (Proposal Proposal, LedgerEvent[] Rows) Lay(Submission submission, TargetingResult target, IReadOnlyList<Rendition> renditions, long expiresTicks, int takesOverDisseminationNo, int cancelsProposalNo, RepeatVerdict repeat)
    {
        ArgumentNullException.ThrowIfNull(submission);
        ArgumentNullException.ThrowIfNull(target);
        var now = clock.GetUtcNow().UtcTicks;
        var row = new LaidRow
        {
            ProposalNo = _book.Count + 1,
            SubmissionNo = submission.SubmissionNo,
            TakesOverDisseminationNo = takesOverDisseminationNo,
            CancelsProposalNo = cancelsProposalNo,
            Area = target.Area,
            Audience = target.Audience,
            Renditions = renditions,
            Hashes = HashesOf(submission, target.Area, target.Audience, renditions, expiresTicks),
            Holds = target.Holds,
            Alarm = repeat.Alarm,
            JoinedDisseminationNos = repeat.JoinedDisseminationNos,
            SparedDeliveries = repeat.SparedDeliveries,
            Aloud = repeat.Aloud,
        };
        var rows = new List<LedgerEvent> { Row(LedgerEventKind.Proposed, ProposalBook.Laid, row.ProposalNo, now, row) };
        var order = StandingOrderFor(submission, row, now);
        var proposal = ProposalBook.Of(row, submission);
        if (order is not null)
        {
            var signature = new ApprovalSignature(0, submission.Source.Name, SignatureRole.StandingOrder, now, "standing-order:" + order.Name, row.Hashes);
            var signed = new SignedRow(row.ProposalNo, signature, Clears: true);
            rows.Add(Row(LedgerEventKind.Signed, (byte)SignatureRole.StandingOrder, row.ProposalNo, now, signed));
            proposal = ProposalBook.After(proposal, signed);
        }

        _made = new Made(row, rows[0].Body);
        return (proposal, [.. rows]);
    }

    /// <summary>The first of two signatures. A cancel draft is released by this one step (I5).</summary>
    /// <param name="open">What opens the dissemination where this signature clears a warning: both are durable together or not at all. Null for an append of its own.</param>
    public Task<DeskOutcome> ProposeAsync(int proposalNo, Person person, ApprovalHashes hashes, Func<Proposal, Opening>? open = null) => StepAsync(proposalNo, person, (p, now) =>
    {
        var isCancel = p.Submission.Chain == ChainVerdict.Cancel;
        if (p.State != ProposalState.Draft) return (DeskRefusals.Wrong(p), null);
        var act = isCancel ? AuthorityAct.Cancel : AuthorityAct.Propose;
        if (authority.Allows(person.Role, act, _book.OriginalOf(p)) is not { } rule) return (DeskRefusals.NoAuthority(act), null);
        if (Unfit(p, hashes, now) is { } unfit) return (unfit, null);
        if (!isCancel && Reached(p.Audience) == 0) return (DeskRefusals.NobodyToReach, null);
        // Where the law lets a sender ask to be broadcast immediately, configuration may let one person release it.
        if (!isCancel && IsImmediate(p) && Publisher(p, person) is null && authority.Allows(person.Role, AuthorityAct.ReleaseImmediate, p) is { } atOnce) return (null, Sign(p, person, SignatureRole.Approver, atOnce, now, clears: true));
        return (null, Sign(p, person, isCancel ? SignatureRole.Approver : SignatureRole.Proposer, rule, now, clears: isCancel));
    }, open);

    /// <summary>The second signature, by another person than proposed and than handed the alert in.</summary>
    /// <param name="open">As with <see cref="ProposeAsync"/>.</param>
    public Task<DeskOutcome> ApproveAsync(int proposalNo, Person person, ApprovalHashes hashes, Func<Proposal, Opening>? open = null) => StepAsync(proposalNo, person, (p, now) =>
    {
        if (p.Submission.Chain == ChainVerdict.Cancel && p.State == ProposalState.Draft) return (DeskRefusals.IsCancel, null);
        if (p.State != ProposalState.Proposed) return (p.State == ProposalState.Draft ? DeskRefusals.NotProposed : DeskRefusals.Wrong(p), null);
        if (p.Signatures.Any(s => s.PersonId == person.PersonId)) return (DeskRefusals.SamePerson, null);
        if (p.Submission.Source.PersonId == person.PersonId) return (DeskRefusals.Author, null);
        if (authority.Allows(person.Role, AuthorityAct.Approve, p) is not { } rule) return (DeskRefusals.NoAuthority(AuthorityAct.Approve), null);
        if (Publisher(p, person) is { } publisher) return (DeskRefusals.NotOfPublisher(publisher), null);
        if (Unfit(p, hashes, now) is { } unfit) return (unfit, null);
        return (null, Sign(p, person, SignatureRole.Approver, rule, now, clears: true));
    }, open);

    /// <summary>Turns a proposal down, or withdraws it.</summary>
    public Task<DeskOutcome> ReturnAsync(int proposalNo, Person person, string reason) => StepAsync(proposalNo, person, (p, now) =>
    {
        if (p.State is not (ProposalState.Draft or ProposalState.Held or ProposalState.Proposed)) return (DeskRefusals.Wrong(p), null);
        if (!IsReason(reason)) return (DeskRefusals.NoReason, null);
        if (authority.Allows(person.Role, AuthorityAct.Return, _book.OriginalOf(p)) is not { } rule) return (DeskRefusals.NoAuthority(AuthorityAct.Return), null);
        return (null, Row(LedgerEventKind.Returned, ProposalBook.ByPerson, p.ProposalNo, now, new ReturnedRow(p.ProposalNo, person.PersonId, person.Name, rule, reason, 0)));
    });

    /// <summary>Lets a held proposal go on as a draft, with a name and a reason, where configuration allows it for every one of its holds.</summary>
    public Task<DeskOutcome> ReleaseHoldAsync(int proposalNo, Person person, string reason) => StepAsync(proposalNo, person, (p, now) =>
    {
        if (p.State != ProposalState.Held) return (p.State is ProposalState.Draft or ProposalState.Proposed ? DeskRefusals.NotHeld : DeskRefusals.Wrong(p), null);
        if (!IsReason(reason)) return (DeskRefusals.NoReason, null);
        if (p.Holds.FirstOrDefault(h => !authority.ResolvableHolds.Contains(h.Code, StringComparer.Ordinal)) is { } lasting) return (DeskRefusals.HoldNotResolvable(lasting.Code), null);
        if (authority.Allows(person.Role, AuthorityAct.ReleaseHold, p) is not { } rule) return (DeskRefusals.NoAuthority(AuthorityAct.ReleaseHold), null);
        return (null, Row(LedgerEventKind.Proposed, ProposalBook.Released, p.ProposalNo, now, new ReleasedRow(p.ProposalNo, person.PersonId, person.Name, rule, reason)));
    });

    /// <summary>Ends what is still open for these submissions, because a newer message took their place.</summary>
    public async Task OvertakeAsync(IReadOnlySet<int> submissionNos, int bySubmissionNo)
    {
        ArgumentNullException.ThrowIfNull(submissionNos);
        await _gate.WaitAsync();
        try
        {
            var now = clock.GetUtcNow().UtcTicks;
            var rows = _book.All
                .Where(p => submissionNos.Contains(p.Submission.SubmissionNo) && p.State is ProposalState.Draft or ProposalState.Held or ProposalState.Proposed)
                .Select(p => Row(LedgerEventKind.Returned, ProposalBook.Overtaken, p.ProposalNo, now, new ReturnedRow(p.ProposalNo, 0, "", "chain", "", bySubmissionNo)))
                .ToArray();
            if (rows.Length > 0) await ledger.AppendAsync(rows, CancellationToken.None);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Ends an open proposal whose message was laid on the desk again.</summary>
    public async Task ReplaceAsync(int proposalNo)
    {
        await _gate.WaitAsync();
        try
        {
            if (_book.Find(proposalNo) is not { State: ProposalState.Draft or ProposalState.Held or ProposalState.Proposed } p) return;
            var row = Row(LedgerEventKind.Returned, ProposalBook.Overtaken, proposalNo, clock.GetUtcNow().UtcTicks, new ReturnedRow(proposalNo, 0, "", "laid-again", "", p.Submission.SubmissionNo));
            await ledger.AppendAsync(new[] { row }, CancellationToken.None);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Whether the person may take back what this proposal released; the rule's name, or the refusal, which is recorded.</summary>
    public async Task<(string? Rule, DeskRefusal? Refusal)> MayCancelAsync(Proposal? proposal, int disseminationNo, bool closed, Person person, string reason)
    {
        ArgumentNullException.ThrowIfNull(person);
        string? rule = null;
        var refusal = !IsPerson(person) ? DeskRefusals.NotAPerson
            : proposal is null ? DeskRefusals.UnknownDissemination(disseminationNo)
            : !IsReason(reason) ? DeskRefusals.NoReason
            : (rule = authority.Allows(person.Role, AuthorityAct.Cancel, proposal)) is null ? DeskRefusals.NoAuthority(AuthorityAct.Cancel)
            : closed ? DeskRefusals.Closed
            : null;
        if (refusal is not null) await RecordAsync(refusal, person, $"dissemination {disseminationNo}", disseminationNo);
        return (rule, refusal);
    }

    public void OnCommitted(long firstSequence, ReadOnlySpan<LedgerEvent> events)
    {
        for (int i = 0; i < events.Length; i++) _book.Fold(firstSequence + i, in events[i], _made is { } made && made.Body.Equals(events[i].Body) ? made.Row : null);
    }

    public void Dispose() => _gate.Dispose();

    // Only what an official source sent itself, without any doubt about it.
    private static bool IsImmediate(Proposal p) =>
        p.Submission.Source is { Official: true, PersonId: 0 } && p.Submission.Disposition == Disposition.Accept && CapCpProfile.BroadcastImmediately(p.Submission.Alert);

    /// <summary>The publisher whose approver this person is not. What the publisher's own official feed sent has been released by it already.</summary>
    private LawfulPublisher? Publisher(Proposal p, Person person) =>
        p.Submission.Source.Official ? null : publishers?.ApproversOf(p.Submission.Alert).FirstOrDefault(l => !l.ApproverRoles.Contains(person.Role, StringComparer.Ordinal));

    private static int Reached(Audience audience) => audience.Channels.Sum(c => c.EndpointNos.Length);

    private static bool IsReason(string? reason) => !string.IsNullOrWhiteSpace(reason) && reason.Length <= ReasonCharsMax;

    private static bool IsPerson(Person person) => person is { PersonId: > 0, Enabled: true };

    private static DeskRefusal? Unfit(Proposal proposal, ApprovalHashes hashes, long now)
    {
        if (hashes != proposal.Hashes) return DeskRefusals.HashChanged;
        return proposal.Hashes.ExpiresTicks <= now ? DeskRefusals.Expired : null;
    }

    private static LedgerEvent Row<T>(LedgerEventKind kind, byte code, int proposalNo, long now, T body) =>
        new() { Kind = kind, Code = code, AtTicks = now, Number = proposalNo, Body = LedgerJson.Write(body) };

    private static LedgerEvent Sign(Proposal p, Person person, SignatureRole role, string rule, long now, bool clears) =>
        Row(LedgerEventKind.Signed, (byte)role, p.ProposalNo, now, new SignedRow(p.ProposalNo, new ApprovalSignature(person.PersonId, person.Name, role, now, rule, p.Hashes), clears));

    private StandingOrder? StandingOrderFor(Submission submission, LaidRow row, long now)
    {
        if (row.Hashes.ExpiresTicks <= now) return null;
        var draft = ProposalBook.Of(row, submission) with { State = ProposalState.Draft };
        if (submission.Chain != ChainVerdict.Cancel) return Reached(row.Audience) > 0 ? authority.StandingOrderFor(draft) : null;
        // The source takes back what it released itself: the order of the original decides, since a cancel may say neither event nor area.
        if (row.CancelsProposalNo == 0 || submission.Disposition != Disposition.Accept || _book.Find(row.CancelsProposalNo) is not { } original) return null;
        var own = original.Submission.Source == submission.Source && original.Submission.Alert.Sender == submission.Alert.Sender && original.Signatures.Any(s => s.Role == SignatureRole.StandingOrder);
        return own && authority.StandingOrderFor(original) is { Cancels: true } order ? order : null;
    }

    private async Task<DeskOutcome> StepAsync(int proposalNo, Person person, Func<Proposal, long, (DeskRefusal? Refusal, LedgerEvent? Row)> decide, Func<Proposal, Opening>? open = null)
    {
        ArgumentNullException.ThrowIfNull(person);
        await _gate.WaitAsync();
        Opening? opening = null;
        try
        {
            var now = clock.GetUtcNow().UtcTicks;
            var proposal = _book.Find(proposalNo);
            var (refusal, row) = !IsPerson(person) ? (DeskRefusals.NotAPerson, null) : proposal is null ? (DeskRefusals.UnknownProposal(proposalNo), null) : decide(proposal, now);
            if (refusal is not null)
            {
                await RecordAsync(refusal, person, $"proposal {proposalNo}", proposalNo);
                return new DeskOutcome(proposal, refusal);
            }

            if (open is not null && proposal!.Submission.Chain != ChainVerdict.Cancel && ProposalBook.Cleared(proposal, row!.Value) is { } cleared) opening = open(cleared);
            await AppendAsync(proposal!, [row!.Value, .. opening?.Rows ?? []]);
            return new DeskOutcome(_book.Find(proposalNo), null);
        }
        finally
        {
            opening?.Dispose();
            _gate.Release();
        }
    }

    /// <summary>What is done with a source's cancel goes through on a full disk too.</summary>
    private async Task AppendAsync(Proposal proposal, LedgerEvent[] rows)
    {
        if (proposal.Submission.Chain == ChainVerdict.Cancel) await ledger.AppendTakingBackAsync(rows, CancellationToken.None);
        else await ledger.AppendAsync(rows, CancellationToken.None);
    }

    private async Task RecordAsync(DeskRefusal refusal, Person person, string subject, long number) =>
        await ledger.AppendAsync(new[] { RefusalRow.ToEvent(refusal, person.PersonId, $"person:{person.PersonId}", subject, clock.GetUtcNow().UtcTicks, number) }, CancellationToken.None);
}
