using AlertGateway.Storage.Ledger;

namespace AlertGateway.Core.Approval;

/// <summary>A refusal as recorded: what, why, and who asked. Never an address, a token or an alert's text.</summary>
/// <param name="PersonId">0 when nobody is known.</param>
/// <param name="Source"><c>feed:NAME</c> or <c>person:ID</c>; empty when unknown.</param>
/// <param name="Subject">What it was about: a proposal, a dissemination, or the hash of bytes that were turned away.</param>
public sealed record RefusalRow(string Code, string Sentence, string SentenceEnglish, int PersonId, string Source, string Subject)
{
    internal static LedgerEvent ToEvent(DeskRefusal refusal, int personId, string source, string subject, long atTicks, long number = 0) => new()
    {
        Kind = LedgerEventKind.Refused,
        AtTicks = atTicks,
        Number = number,
        Body = LedgerJson.Write(new RefusalRow(refusal.Code, refusal.Sentence, refusal.SentenceEnglish, personId, source, subject)),
    };
}

/// <summary>The newest refusals, for the page; the ledger keeps all. Thread-safe.</summary>
public sealed class RefusalBook : ICommitObserver
{
    /// <summary>How many are held.</summary>
    public const int RefusalsMax = 500;

    private readonly Lock _lock = new();
    private readonly Queue<(long AtTicks, RefusalRow Row, int Times)> _newest = new();

    /// <summary>Newest last. <c>Times</c>: at the rim, how often the same was refused since the row before, this one included; else 1.</summary>
    public IReadOnlyList<(long AtTicks, RefusalRow Row, int Times)> Newest
    {
        get
        {
            lock (_lock) return [.. _newest];
        }
    }

    public void OnCommitted(long firstSequence, ReadOnlySpan<LedgerEvent> events)
    {
        foreach (ref readonly var e in events)
        {
            if (e.Kind != LedgerEventKind.Refused) continue;
            RefusalRow row;
            try
            {
                row = LedgerJson.Read<RefusalRow>(e.Body.Span);
            }
            catch (System.Text.Json.JsonException)
            {
                row = new RefusalRow("refusal.unreadable", "", "", 0, "", ""); // Rows of other rooms may have another form.
            }

            lock (_lock)
            {
                if (_newest.Count == RefusalsMax) _newest.Dequeue();
                _newest.Enqueue((e.AtTicks, row, row.Source == RimRefusals.Source ? (int)Math.Clamp(e.Number, 1, int.MaxValue) : 1));
            }
        }
    }
}
