using AlertGateway.Core.Dispatch;

namespace AlertGateway.Server.Composition;

/// <summary>The lanes and their one start: before listeners, feeds and desk are up, because what was in flight needs none of them.</summary>
internal sealed class LaneHouse(Lane[] lanes) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>One a lane, once started; each ends with the lane, which is never well before <see cref="StopAsync"/>.</summary>
    public IReadOnlyList<Task> Running { get; private set; } = [];

    public void Start() => Running = [.. lanes.Select(l => Task.Run(() => l.RunAsync(_stop.Token), _stop.Token))];

    /// <summary>Stops them and waits until what they have in hand has been given back.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(Running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stop.Dispose();
}
