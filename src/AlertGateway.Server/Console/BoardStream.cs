using AlertGateway.Core.Tracking;

namespace AlertGateway.Server.Web;

/// <summary>Frames of one board. Ticks while anybody watches; keeps the last <see cref="RingFrames"/> for those who are a little late.</summary>
internal sealed class BoardStream(int disseminationNo, ITrackingBoard board, TimeProvider clock)
{
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    /// <summary>Four seconds of frames.</summary>
    public const int RingFrames = 16;

    /// <summary>A beat after this many quiet ticks: two seconds.</summary>
    private const int BeatTicks = 8;

    private readonly Lock _lock = new();
    private readonly ReadOnlyMemory<byte>[] _ring = new ReadOnlyMemory<byte>[RingFrames];
    private TaskCompletionSource _next = NewSignal();
    private BoardState? _state;
    private long _frameNo;
    private int _viewers;
    private bool _ticking;

    /// <summary>Starts the ticking for the first viewer; the last one's leaving ends it.</summary>
    public IDisposable Join()
    {
        lock (_lock)
        {
            _viewers++;
            if (!_ticking)
            {
                _ticking = true;
                _state = BoardState.Read(disseminationNo, board, clock, null);
                _frameNo += RingFrames + 1; // nobody may take frames of an earlier run for a continuation
                _ = TickAsync();
            }
        }

        return new Departure(this);
    }

    /// <summary>Everything as of the newest frame, and that frame's number.</summary>
    public (long FrameNo, ReadOnlyMemory<byte> Bytes) Snapshot()
    {
        lock (_lock) return (_frameNo, BoardFrame.Snapshot(_frameNo, _state));
    }

    /// <summary>Completes when there is a frame after <paramref name="frameNo"/>.</summary>
    public Task Beyond(long frameNo)
    {
        lock (_lock) return _frameNo > frameNo ? Task.CompletedTask : _next.Task;
    }

    /// <summary>False when the ring no longer holds all of them.</summary>
    public bool TryReadSince(long frameNo, out IReadOnlyList<ReadOnlyMemory<byte>> frames)
    {
        lock (_lock)
        {
            long count = _frameNo - frameNo;
            frames = [];
            if (count is < 0 or > RingFrames) return false;
            var list = new ReadOnlyMemory<byte>[count];
            for (int i = 0; i < count; i++) list[i] = _ring[(frameNo + 1 + i) % RingFrames];
            frames = list;
            return true;
        }
    }

    private async Task TickAsync()
    {
        try
        {
            await TickWhileWatchedAsync();
        }
        catch (Exception e)
        {
            // The board broke: end every viewer's stream, so that their pages say the data is stale, and let the next one start anew.
            TaskCompletionSource signal;
            lock (_lock)
            {
                _ticking = false;
                (signal, _next) = (_next, NewSignal());
            }

            signal.SetException(e);
            throw;
        }
    }

    private async Task TickWhileWatchedAsync()
    {
        using var timer = new PeriodicTimer(Period, clock);
        int quiet = 0;
        while (await timer.WaitForNextTickAsync())
        {
            lock (_lock)
            {
                if (_viewers == 0)
                {
                    _ticking = false;
                    return;
                }
            }

            var before = _state; // only this loop writes it while it ticks
            var now = BoardState.Read(disseminationNo, board, clock, before);
            bool changed = now is not null && (before is null || now.DiffersFrom(before));
            if (!changed && ++quiet < BeatTicks) continue;
            quiet = 0;
            Publish(now, no => changed ? BoardFrame.Delta(no, before, now!) : BoardFrame.Beat(no, clock.GetUtcNow()));
        }
    }

    private void Publish(BoardState? state, Func<long, ReadOnlyMemory<byte>> frame)
    {
        TaskCompletionSource signal;
        lock (_lock)
        {
            _state = state ?? _state;
            _frameNo++;
            _ring[_frameNo % RingFrames] = frame(_frameNo);
            (signal, _next) = (_next, NewSignal());
        }

        signal.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Departure(BoardStream stream) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) != 0) return;
            lock (stream._lock) stream._viewers--;
        }
    }
}
