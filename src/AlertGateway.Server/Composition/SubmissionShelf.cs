using AlertGateway.Core.Ingest;

namespace AlertGateway.Server.Composition;

/// <summary>The newest submissions as read from their bytes, so that a page which lists them reads each document once. Submissions never change. Thread-safe.</summary>
internal sealed class SubmissionShelf(IngestRoom ingest)
{
    private readonly Lock _lock = new();
    private Dictionary<int, Submission> _read = [];

    /// <summary>Newest first; only the last ones asked for are kept.</summary>
    public IReadOnlyList<Submission> Newest(int count)
    {
        var taken = ingest.All;
        lock (_lock)
        {
            var kept = new Dictionary<int, Submission>(Math.Min(count, taken.Count));
            var newest = new List<Submission>(kept.Count);
            for (int i = taken.Count - 1; i >= Math.Max(0, taken.Count - count); i--)
            {
                int no = taken[i].SubmissionNo;
                kept[no] = _read.TryGetValue(no, out var read) ? read : taken[i].ToSubmission();
                newest.Add(kept[no]);
            }
            _read = kept;
            return newest;
        }
    }
}
