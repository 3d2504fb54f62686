using AlertGateway.Core.Ingest;
using AlertGateway.Feeds.Cap;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Feeds.Jma;

/// <summary>
/// The agency's pull feeds (<c>eqvol.xml</c>, <c>extra.xml</c>, <c>regular.xml</c> and their <c>_l</c> twins of a week): Atom whose entries link to one telegram each. Every telegram is read once, oldest first,
/// and every revision of every record in it is handed on once.
/// </summary>
public static class JmaFeed
{
    /// <param name="take">Takes one record; completes when what follows from it is durable.</param>
    public static CapFeedPoller Open(CapFeedOptions options, TimeProvider clock, Func<FeedRecord, SubmissionSource, CancellationToken, Task> take)
    {
        ArgumentNullException.ThrowIfNull(take);
        var seen = new SeenRecords();
        return new CapFeedPoller(options, clock, async (bytes, source, cancellationToken) =>
        {
            LedgerFullException? full = null;
            foreach (var record in seen.Fresh(JmaXmlDecoder.Decode(bytes, clock.GetUtcNow()).Records))
            {
                try
                {
                    await take(record, source, cancellationToken);
                    seen.Done(record);
                }
                catch (LedgerFullException ex)
                {
                    // The next one may be a cancel.
                    full = ex;
                }
            }

            if (full is not null) throw new LedgerFullException(full.Message, full);
        });
    }
}
