using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using AlertGateway.Core.Tracking;

namespace AlertGateway.Server.Web;

/// <summary>The live board's frames for any number of viewers: one computation per dissemination and quarter second, whoever watches.</summary>
public sealed class BoardFeed(ITrackingBoard board, TimeProvider clock)
{
    /// <summary>Viewers at once over all boards.</summary>
    public const int ViewersMax = 500;

    private readonly ConcurrentDictionary<int, BoardStream> _streams = new();
    private int _viewers;

    public bool Knows(int disseminationNo) => board.Find(disseminationNo) is not null;

    /// <summary>Takes a seat; false when all are taken. Dispose it to give it back.</summary>
    public bool TryEnter(out IDisposable seat)
    {
        seat = new Seat(this);
        if (Interlocked.Increment(ref _viewers) <= ViewersMax) return true;
        seat.Dispose();
        return false;
    }

    /// <summary>A snapshot, then what changed, until cancelled. A viewer who falls behind gets a new snapshot, never a backlog.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> WatchAsync(int disseminationNo, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = _streams.GetOrAdd(disseminationNo, n => new BoardStream(n, board, clock));
        using var viewer = stream.Join();
        var (last, snapshot) = stream.Snapshot();
        yield return snapshot;
        while (true)
        {
            await stream.Beyond(last).WaitAsync(cancellationToken);
            if (stream.TryReadSince(last, out var frames))
            {
                foreach (var frame in frames) yield return frame;
                last += frames.Count;
            }
            else
            {
                (last, snapshot) = stream.Snapshot();
                yield return snapshot;
            }
        }
    }

    private sealed class Seat(BoardFeed feed) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) Interlocked.Decrement(ref feed._viewers);
        }
    }
}
