using System.Globalization;
using System.Security.Cryptography;

namespace AlertGateway.Feeds.Decoding;

/// <summary>Which records were handed on already, so that a list that is read again and again gives each revision once. Bounded; the oldest are forgotten.</summary>
internal sealed class SeenRecords
{
    private const int RememberedMax = 60_000;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Queue<string> _inOrder = new();

    /// <summary>Records that were not yet handed on, the oldest first.</summary>
    public List<FeedRecord> Fresh(IReadOnlyList<FeedRecord> records) =>
        [.. records.Where(r => !_seen.Contains(KeyOf(r))).DistinctBy(KeyOf).OrderBy(r => r.EventTime ?? DateTimeOffset.MaxValue)];

    public void Done(FeedRecord record)
    {
        var key = KeyOf(record);
        if (!_seen.Add(key)) return;
        _inOrder.Enqueue(key);
        if (_inOrder.Count > RememberedMax) _seen.Remove(_inOrder.Dequeue());
    }

    // Not by revision alone: some sources have none, or change a value without raising it. Of CAP every byte counts, since the same identity with other bytes is for ingest to see.
    private static string KeyOf(FeedRecord r) => r.Message is { } message
        ? Convert.ToHexStringLower(SHA256.HashData(message.RawBytes.Span))
        : string.Create(CultureInfo.InvariantCulture, $"{r.Type}\n{r.Id}\n{r.Revision}\n{r.EventTime?.UtcTicks}\n{r.Lat}\n{r.Lon}\n{r.Value}\n{r.Severity}\n{r.Status}\n{r.Cancel}");
}
