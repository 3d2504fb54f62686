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
/// have broadcast immediately, or a break-glass on record), and every cancel was ordered by a person under a rule, or by the standing order that signed it. Audience and renditions are hashed again from their rows; each send goes to that audience,
/// and no original was taken by a far side that started after its expiry. What the hashes of content and area are over is not worked out again. Hand it each row in order. Not thread-safe.
/// </summary>
public sealed class AuthorityTrail
{
    private const int FindingsMax = 100;

    private readonly SignedProposals _proposals = new();
    private readonly SortedDictionary<int, SendAuthority> _authority = [];
    private readonly FrozenRows _frozen = new();
    private readonly Dictionary<int, Open> _open = [];
    private readonly Dictionary<int, int> _olderOf = []; // newer → the one it took over from
    private readonly Dictionary<(DeliveryKey Key, byte Attempt), long> _late = []; // originals started after their expiry → row
    private readonly List<AuditFinding> _findings = [];

    /// <summary>Sends without valid authority, at most 100.</summary>
    public IReadOnlyList<AuditFinding> Findings => _findings;

    /// <summary>By dissemination.</summary>
    public IReadOnlyList<SendAuthority> Authorities => [.. _authority.Values.Select(a => a with { Sends = _open[a.DisseminationNo].Sends })];

    /// <summary>Who authorised this row's send; null for what is no send, or was not authorised.</summary>
    public SendAuthority? AuthorityOf(in LedgerEvent row) => row.Kind == LedgerEventKind.Started ? _authority.GetValueOrDefault(row.DisseminationNo) : null;

    public void Fold(long sequence, in LedgerEvent row)
    {
        switch (row.Kind)
        {
            case LedgerEventKind.Submitted or LedgerEventKind.Proposed or LedgerEventKind.Signed:
                _proposals.Fold(in row);
                break;
            case LedgerEventKind.AudienceFrozen or LedgerEventKind.VillageEnds or LedgerEventKind.RenditionStored:
                _frozen.Fold(in row);
                break;
            case LedgerEventKind.Cleared:
                Clear(sequence, in row);
                break;
            case LedgerEventKind.Superseded when row.Number is > 0 and <= int.MaxValue:
                _olderOf[(int)row.Number] = row.DisseminationNo;
                break;
            case LedgerEventKind.CancelAudience:
                Tell(sequence, in row);
                break;
            case LedgerEventKind.Cancelled:
                Cancel(sequence, in row);
                break;
            case LedgerEventKind.Started:
                Start(sequence, in row);
                break;
            case LedgerEventKind.Closed when _open.TryGetValue(row.DisseminationNo, out var open):
                open.IsClosed = true;
                break;
            case LedgerEventKind.Result when _late.Count > 0:
                Settle(in row);
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
        var audience = _frozen.Take(row.DisseminationNo, record, out string? other);
        if (other is not null) Find(sequence, $"Dissemination {row.DisseminationNo} was cleared in row {sequence}, but {other}.");
        _open[row.DisseminationNo] = new Open(audience, record.ExpiresTicks);
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
        var open = _open[row.DisseminationNo];
        if (open.CorrectsToo && !record.FalseAlarm) Find(sequence, $"Row {sequence} takes back dissemination {row.DisseminationNo} as no false alarm, and yet has endpoints beside its audience told.");
        open.IsTakenBack = true;
        _authority[row.DisseminationNo] = authority with { CancelledBy = record, CancelledRow = sequence };
    }

    /// <summary>Whom a cancel tells because they hold an older message of its chain: somebody whom one of its messages was for.</summary>
    private void Tell(long sequence, in LedgerEvent row)
    {
        if (!_open.TryGetValue(row.DisseminationNo, out var open)) return; // Its Cancelled row says so.
        if (!FrozenRows.IsWhole(row.Channel, row.Body.Span))
        {
            Find(sequence, $"Row {sequence} does not say whom the cancel of dissemination {row.DisseminationNo} tells.");
            return;
        }
        int[] told = ClearedRows.ReadAudience(row.Body.Span).Numbers;
        byte channel = row.Channel;
        bool corrects = row.Code == CancelAudienceCodes.CorrectedToo;
        if (corrects && Dissemination.IsHeardByAll((ChannelKind)channel))
        {
            // Where they stand is not in the log: of a horn next door it can only be said that it is nobody's telephone.
            open.CorrectedToo.Add(channel, told);
            open.CorrectsToo = true;
            return;
        }
        Open[] chain = [.. Chain(row.DisseminationNo)];
        int stranger = Array.Find(told, e => !Array.Exists(chain, o => o.Audience?.Has(channel, e) != false));
        if (stranger != 0) Find(sequence, $"Row {sequence} has endpoint {stranger} told of the cancel of dissemination {row.DisseminationNo} on channel {channel}, whom no message of its chain was for.");
        open.CorrectsToo |= corrects;
        (corrects ? open.CorrectedToo : open.AlsoTold).Add(channel, told);
    }

    private IEnumerable<Open> Chain(int disseminationNo)
    {
        for (int no = disseminationNo; no > 0; no = _olderOf.GetValueOrDefault(no) is var older && older < no ? older : 0)
        {
            if (_open.TryGetValue(no, out var open)) yield return open;
        }
    }

    private void Start(long sequence, in LedgerEvent row)
    {
        if (!_open.TryGetValue(row.DisseminationNo, out var open))
        {
            Find(sequence, $"Row {sequence} starts a send of dissemination {row.DisseminationNo}, which nobody cleared.");
            return;
        }
        open.Sends++;
        if (open.IsClosed) Find(sequence, $"Row {sequence} starts a send of dissemination {row.DisseminationNo}, which is closed.");
        bool takesBack = (Purpose)row.Purpose is Purpose.Cancel or Purpose.Correction;
        if (takesBack && !open.IsTakenBack) Find(sequence, $"Row {sequence} starts a cancel of dissemination {row.DisseminationNo}, which nobody took back.");
        else if (open.Audience?.Has(row.Channel, row.EndpointNo) == false && !(takesBack && open.MayTell((Purpose)row.Purpose).Has(row.Channel, row.EndpointNo))) Find(sequence, $"Row {sequence} starts a send of dissemination {row.DisseminationNo} to endpoint {row.EndpointNo} on channel {row.Channel}, which its audience does not have.");
        // A lane may take a delivery a moment before the expiry is noted; its gate is closed then, and the result says so.
        if (!takesBack && row.AtTicks >= open.ExpiresTicks) _late[AttemptOf(in row)] = sequence;
    }

    private void Settle(in LedgerEvent row)
    {
        if ((ResultCode)row.Code is not (ResultCode.NotSent or ResultCode.Accepted) || !_late.Remove(AttemptOf(in row), out long started)) return;
        if ((ResultCode)row.Code == ResultCode.Accepted) Find(started, $"Row {started} starts a send of dissemination {row.DisseminationNo} to endpoint {row.EndpointNo} after its expiry, and the far side took it.");
    }

    private static (DeliveryKey Key, byte Attempt) AttemptOf(in LedgerEvent row) => (new DeliveryKey(row.DisseminationNo, row.EndpointNo, (ChannelKind)row.Channel, (Purpose)row.Purpose), row.Attempt);

    private void Find(long sequence, FormattableString sentence)
    {
        if (_findings.Count < FindingsMax) _findings.Add(new AuditFinding("authority", sequence, sentence.ToString(CultureInfo.InvariantCulture)));
    }

    private sealed class Open(FrozenAudience? audience, long expiresTicks)
    {
        public bool IsClosed { get; set; }

        /// <summary>Null when it is not the approved one, which has been said then.</summary>
        public FrozenAudience? Audience { get; } = audience;

        /// <summary>Whom its cancel tells because they hold an older message of its chain.</summary>
        public FrozenAudience AlsoTold { get; } = new();

        /// <summary>Whom the correction of a false alarm tells beside its audience.</summary>
        public FrozenAudience CorrectedToo { get; } = new();

        public bool CorrectsToo { get; set; }

        public FrozenAudience MayTell(Purpose purpose) => purpose == Purpose.Correction ? CorrectedToo : AlsoTold;

        public long ExpiresTicks { get; } = expiresTicks;

        public bool IsTakenBack { get; set; }

        public long Sends { get; set; }
    }
}
