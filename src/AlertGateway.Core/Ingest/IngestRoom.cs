using System.Security.Cryptography;
using AlertGateway.Cap;
using AlertGateway.Core.Approval;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core.Ingest;

/// <summary>What became of one alert of the document handed in.</summary>
/// <param name="Submission">The alert as taken in (for a duplicate: as it was the first time, with <see cref="ChainVerdict.Duplicate"/>); null when it could not be read.</param>
/// <param name="Refusal">Why it goes no further; null when it may be proposed, or is a duplicate of one that may.</param>
/// <param name="NoRoom">The disk was full: it was not taken in, and is to be handed in again.</param>
public sealed record IngestResult(Submission? Submission, DeskRefusal? Refusal, LedgerFullException? NoRoom = null);

/// <summary>
/// Bytes in, submissions out. Its state is the fold of the ledger's <c>Submitted</c> rows: hand it the ledger's rows at start, and register it as observer. Thread-safe.
/// </summary>
public sealed class IngestRoom(ILedger ledger, TimeProvider clock, IngestOptions options) : ICommitObserver, IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Lock _lock = new();
    private readonly ChainBook _book = new();
    private volatile Made? _made;

    /// <summary>The newest alert as it was read: what is folded a moment later need not be read again.</summary>
    private sealed record Made(TakenAlert Taken, Alert Alert, ReadOnlyMemory<byte> Body);

    /// <summary>Judges every alert of a document. Returns when all that follows from it is durable (I9). There is at least one result. On a full disk cancels are taken in, and nothing else.</summary>
    /// <exception cref="LedgerException">The ledger failed.</exception>
    public async Task<IReadOnlyList<IngestResult>> TakeAsync(ReadOnlyMemory<byte> bytes, SubmissionSource source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (bytes.IsEmpty) return [await RefuseAsync(IngestRefusals.Empty, bytes, source)];
        if (bytes.Length > options.BytesMax) return [await RefuseAsync(IngestRefusals.TooLarge(bytes.Length, options.BytesMax), bytes, source)];
        var document = Read(bytes);
        var results = new List<IngestResult>(document.Messages.Count);
        foreach (var message in document.Messages)
        {
            try
            {
                results.Add(await TakeAsync(Demand(message, source), source, null, cancellationToken));
            }
            catch (LedgerFullException ex)
            {
                // The next one may be a cancel.
                results.Add(new IngestResult(null, null, ex));
            }
        }

        return results;
    }

    /// <summary>
    /// As <see cref="TakeAsync(ReadOnlyMemory{byte}, SubmissionSource, CancellationToken)"/> for a document of one alert; what follows from it goes into the same append, so that both are durable at once or not at all.
    /// </summary>
    /// <param name="follow">Gives the rows that follow from a submission that nothing speaks against; none where nothing follows yet. May append nothing itself.</param>
    public Task<IngestResult> TakeAsync(ReadOnlyMemory<byte> bytes, SubmissionSource source, Func<Submission, Task<IReadOnlyList<LedgerEvent>>> follow, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        return TakeAsync(Demand(Read(bytes).Messages[0], source), source, follow, cancellationToken);
    }

    /// <summary>The full submission.</summary>
    /// <exception cref="KeyNotFoundException">There is no such number.</exception>
    public Submission SubmissionOf(int submissionNo)
    {
        var taken = Find(submissionNo) ?? throw new KeyNotFoundException($"There is no submission {submissionNo}.");
        return _made is { } made && made.Taken.SubmissionNo == submissionNo ? made.Taken.ToSubmission(made.Alert) : taken.ToSubmission();
    }

    /// <summary>The gateway's clock, UTC ticks.</summary>
    public long NowTicks => clock.GetUtcNow().UtcTicks;

    /// <summary>All submissions so far, in order; a copy.</summary>
    public IReadOnlyList<TakenAlert> All
    {
        get
        {
            lock (_lock) return [.. _book.All];
        }
    }

    /// <summary>Null when there is no such number.</summary>
    public TakenAlert? Find(int submissionNo)
    {
        lock (_lock) return submissionNo >= 1 && submissionNo <= _book.All.Count ? _book.All[submissionNo - 1] : null;
    }

    /// <inheritdoc cref="ChainBook.PredecessorsOf"/>
    public IReadOnlyList<TakenAlert> PredecessorsOf(TakenAlert taken)
    {
        lock (_lock) return _book.PredecessorsOf(taken);
    }

    /// <inheritdoc cref="ChainBook.CancelsOf"/>
    public IReadOnlyList<TakenAlert> CancelsOf(TakenAlert taken)
    {
        lock (_lock) return _book.CancelsOf(taken);
    }

    /// <inheritdoc cref="ChainBook.SupersederOf"/>
    public TakenAlert? SupersederOf(TakenAlert taken)
    {
        ArgumentNullException.ThrowIfNull(taken);
        lock (_lock) return _book.SupersederOf(taken.Key, taken.Status);
    }

    public void OnCommitted(long firstSequence, ReadOnlySpan<LedgerEvent> events)
    {
        for (int i = 0; i < events.Length; i++)
        {
            ref readonly var e = ref events[i];
            if (e.Kind != LedgerEventKind.Submitted) continue;
            var taken = _made is { } made && made.Body.Equals(e.Body) ? made.Taken : LedgerJson.Read<TakenAlert>(e.Body.Span, firstSequence + i);
            lock (_lock) _book.Add(taken);
        }
    }

    public void Dispose() => _gate.Dispose();

    private CapDocument Read(ReadOnlyMemory<byte> bytes) => CapReader.Read(bytes, new CapReaderOptions { BytesMax = options.BytesMax, ReceivedAt = clock.GetUtcNow(), AgeMax = options.AgeMax, Keys = options.Keys });

    private async Task<IngestResult> TakeAsync(CapMessage message, SubmissionSource source, Func<Submission, Task<IReadOnlyList<LedgerEvent>>>? follow, CancellationToken cancellationToken)
    {
        if (message.Disposition == Disposition.Reject || message.Alert is not { } alert) return await RefuseAsync(IngestRefusals.Rejected(message.Findings), message.RawBytes, source);
        // Without a readable time there is no identity, so nothing could be told apart, updated or cancelled.
        if (alert.Key is not { } key) return await RefuseAsync(IngestRefusals.NoIdentity, message.RawBytes, source);
        var rawSha256 = Convert.ToHexStringLower(SHA256.HashData(message.RawBytes.Span));
        var content = AlertContent.Sha256(alert);
        var colour = AlertLife.ColourOf(alert);
        var expires = AlertLife.ExpiresTicks(alert, options.DefaultLife);

        await _gate.WaitAsync(cancellationToken);
        try
        {
            var now = clock.GetUtcNow().UtcTicks;
            ChainVerdict verdict;
            TakenAlert? known, other;
            int no;
            lock (_lock)
            {
                known = _book.Find(key);
                verdict = known is not null ? ChainVerdict.Conflict : _book.Judge(alert, key, expires, now);
                other = known ?? (verdict == ChainVerdict.Late ? _book.SupersederOf(key, alert.Status) : null);
                no = _book.All.Count + 1;
                // The same conflicting bytes again tell nothing new.
                known = known is null ? null : _book.All.FirstOrDefault(t => t.Key == key && (t.RawSha256 == rawSha256 || t.ContentSha256 == content));
            }

            if (known is not null) return new IngestResult(known.ToSubmission(alert) with { Chain = ChainVerdict.Duplicate }, known.Refusal);
            var taken = new TakenAlert
            {
                SubmissionNo = no,
                Sender = key.Sender,
                Identifier = key.Identifier,
                Sent = key.Sent,
                SentText = key.SentText,
                Status = alert.Status,
                MsgType = alert.MsgType,
                References = alert.References,
                Verdict = verdict,
                Disposition = message.Disposition,
                Colour = colour,
                Source = source,
                Findings = message.Findings,
                ReceivedTicks = now,
                RawSha256 = rawSha256,
                ContentSha256 = content,
                Raw = message.RawBytes.ToArray(),
                Refusal = IngestRefusals.Of(verdict, alert, other),
            };
            var row = new LedgerEvent { Kind = LedgerEventKind.Submitted, AtTicks = now, Number = no, Code = (byte)verdict, Body = LedgerJson.Write(taken) };
            LedgerEvent[] rows = taken.Refusal is { } refusal ? [row, RefusalRow.ToEvent(refusal, source.PersonId, source.Name, $"submission {no}", now)] : [row];
            _made = new Made(taken, alert, row.Body);
            var submission = taken.ToSubmission(alert);
            if (taken.Refusal is null && follow is not null) rows = [.. rows, .. await follow(submission)];
            // Once handed over it may be on disk: not to be abandoned half-way.
            if (verdict == ChainVerdict.Cancel) await ledger.AppendTakingBackAsync(rows, CancellationToken.None);
            else await ledger.AppendAsync(rows, CancellationToken.None);
            return new IngestResult(submission, taken.Refusal);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Only a valid signature satisfies a source that must sign: unverifiable is no proof (CAP 1.2 §3.3.4.1 forbids to reject it, so a person decides).</summary>
    private CapMessage Demand(CapMessage message, SubmissionSource source)
    {
        if (message.Signature == SignatureOutcome.Valid || message.Disposition == Disposition.Reject || !options.SignatureRequired.Contains(source.Name)) return message;
        var code = FindingCodes.SignatureRequired;
        return message with { Disposition = Disposition.Quarantine, Findings = [.. message.Findings, new Finding(code.Code, code.Level, "/alert/Signature", $"{source.Name} must sign its messages; this one is {message.Signature}.")] };
    }

    private async Task<IngestResult> RefuseAsync(DeskRefusal refusal, ReadOnlyMemory<byte> bytes, SubmissionSource source)
    {
        var subject = "sha256 " + Convert.ToHexStringLower(SHA256.HashData(bytes.Span));
        await ledger.AppendAsync(new[] { RefusalRow.ToEvent(refusal, source.PersonId, source.Name, subject, clock.GetUtcNow().UtcTicks) }, CancellationToken.None);
        return new IngestResult(null, refusal);
    }
}
