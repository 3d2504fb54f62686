using System.Diagnostics;

namespace AlertGateway.Emulators.BroadcastEncoder;

/// <summary>How a play ended.</summary>
/// <param name="PlayedBytes">Bytes of samples that went out.</param>
/// <param name="IsWhole">False when it was interrupted.</param>
public readonly record struct Play(int PlayedBytes, bool IsWhole);

/// <summary>
/// The transmitter's only output: takes samples in blocks of 20 ms at the pace of its clock, one programme at a time. A programme
/// of higher priority interrupts a lower one.
/// </summary>
public sealed class VirtualDac(TimeProvider clock, double speed) : IDisposable
{
    private const int BlockMilliseconds = 20;
    private readonly SemaphoreSlim _output = new(1, 1);
    private readonly Lock _gate = new();
    private CancellationTokenSource? _current;
    private int _currentPriority;

    /// <summary>Plays until the end, until something more urgent comes, or until stopped by the token.</summary>
    /// <param name="programme">What to play.</param>
    /// <param name="priority">0…255, higher is more urgent.</param>
    /// <param name="started">Called when the output is ours, right before the first block.</param>
    /// <param name="stop">Ends the play.</param>
    public async Task<Play> PlayAsync(Programme programme, int priority, Func<ValueTask> started, CancellationToken stop)
    {
        lock (_gate)
            if (_current is not null && _currentPriority < priority) _current.Cancel();
        await _output.WaitAsync(stop);
        using var interrupted = CancellationTokenSource.CreateLinkedTokenSource(stop);
        lock (_gate) (_current, _currentPriority) = (interrupted, priority);
        try
        {
            await started();
            return await PlayBlocksAsync(programme, interrupted.Token);
        }
        finally
        {
            lock (_gate) _current = null;
            _output.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _output.Dispose();

    private async Task<Play> PlayBlocksAsync(Programme programme, CancellationToken interrupted)
    {
        var bytesPerMillisecond = programme.Rate * programme.Channels * 2 * speed / 1000;
        var frame = programme.Channels * 2;
        var begun = clock.GetTimestamp();
        var played = 0;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(BlockMilliseconds), clock);
        try
        {
            while (played < programme.Samples.Length)
            {
                await timer.WaitForNextTickAsync(interrupted);
                var due = (long)(clock.GetElapsedTime(begun).TotalMilliseconds * bytesPerMillisecond);
                played = (int)Math.Min(programme.Samples.Length, due - (due % frame));
            }
        }
        catch (OperationCanceledException)
        {
            Debug.Assert(interrupted.IsCancellationRequested, "only the interruption ends a play early");
        }

        return new Play(played, played == programme.Samples.Length);
    }
}
