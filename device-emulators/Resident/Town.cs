using AlertGateway.Emulators.Hosting;

namespace AlertGateway.Emulators.Resident;

/// <summary>
/// All apps of the process on one wheel of 50 ms: connecting at the given pace, naps, the taps of persons, and reconnecting with full jitter
/// (0.5–30 s, endlessly).
/// </summary>
internal sealed class Town : IAsyncDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);
    private readonly ResidentOptions _options;
    private readonly TimeProvider _clock;
    private readonly Random _random;
    private readonly List<PhoneLink> _links = [];
    private readonly HashSet<PhoneLink> _nappers = [];
    private readonly Dictionary<PhoneLink, (bool Taps, bool Helps)> _persons = [];
    private readonly Lock _gate = new();
    private readonly PriorityQueue<PhoneLink, long> _toConnect = new();
    private readonly PriorityQueue<PhoneLink, long> _toNap = new();
    private readonly PriorityQueue<(PhoneLink Link, string Tag, string Level), long> _toTap = new();
    private readonly TaskCompletionSource<int> _allTried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _untried;

    /// <param name="devices">Rows of endpoint number and token.</param>
    public Town(ResidentOptions options, LinkSurroundings surroundings, IEnumerable<string[]> devices)
    {
        (_options, _clock, _random) = (options, surroundings.Clock, new Random(options.Seed));
        foreach (var row in devices.Take(options.Count))
        {
            var (naps, taps, helps) = (_random.NextDouble(), _random.NextDouble(), _random.NextDouble());
            var link = new PhoneLink(row[0], row[1], surroundings) { Lost = l => Retry(l, 1), Sounded = PersonHears, NeverReads = _links.Count < options.NeverRead };
            _links.Add(link);
            _persons[link] = (taps < options.AckShare, helps < options.HelpedShare);
            if (naps < options.NapShare)
            {
                _nappers.Add(link);
            }

            _toConnect.Enqueue(link, 0);
        }

        _untried = _links.Count;
        if (_untried == 0)
        {
            _allTried.SetResult(0);
        }
    }

    /// <summary>Completes with the number of connected apps once each has tried for the first time.</summary>
    public Task<int> FirstConnections => _allTried.Task;

    public int Connected => _links.Count(l => l.IsUp);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Step, _clock);
        var (started, connects) = (_clock.GetTimestamp(), 0L);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                var budget = _clock.GetElapsedTime(started).TotalSeconds * _options.ConnectPerSecond;
                connects = Math.Max(connects, (long)(budget - _options.ConnectPerSecond)); // at most a second's worth at once
                while (connects < budget && TryTake(_toConnect, out var link))
                {
                    connects++;
                    _ = ConnectAsync(link, cancellationToken);
                }

                while (TryTake(_toNap, out var tired))
                {
                    _ = NapAsync(tired);
                }

                while (TryTake(_toTap, out var tap))
                {
                    tap.Link.Owe(tap.Tag, tap.Level);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The normal end.
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var link in _links)
        {
            link.Lost = null;
        }

        // In parallel: one by one, thousands of closing handshakes would outlast any supervisor's patience.
        await Parallel.ForEachAsync(_links, new ParallelOptions { MaxDegreeOfParallelism = 256 }, static async (link, _) => await link.DisposeAsync());
    }

    private async Task ConnectAsync(PhoneLink link, CancellationToken cancellationToken)
    {
        var up = false;
        try
        {
            up = await link.ConnectAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
        finally
        {
            var first = !link.HasTried;
            link.HasTried = true;
            if (first && Interlocked.Decrement(ref _untried) == 0)
            {
                _allTried.TrySetResult(Connected);
            }
        }

        if (!up)
        {
            Retry(link, link.Failures);
        }
        else if (_nappers.Contains(link))
        {
            At(_toNap, link, _options.Awake);
        }
    }

    private async Task NapAsync(PhoneLink link)
    {
        if (link.IsUp) // else it has been lost, and reconnects by itself
        {
            await link.NapAsync();
            At(_toConnect, link, _options.Nap);
        }
    }

    private void PersonHears(PhoneLink link, string tag)
    {
        var (taps, helps) = _persons[link];
        if (taps)
        {
            At(_toTap, (link, tag, "acknowledged"), _options.AckDelay);
        }

        if (helps)
        {
            At(_toTap, (link, tag, "helped"), _options.AckDelay);
        }
    }

    private void Retry(PhoneLink link, int failures)
    {
        var most = (int)(Math.Min(30, Math.Pow(2, Math.Min(failures, 6))) * 1000);
        At(_toConnect, link, new MillisecondRange(500, most));
    }

    private void At<T>(PriorityQueue<T, long> queue, T item, MillisecondRange wait)
    {
        lock (_gate)
        {
            queue.Enqueue(item, _clock.GetUtcNow().UtcTicks + wait.Draw(_random).Ticks);
        }
    }

    private bool TryTake<T>(PriorityQueue<T, long> queue, out T item)
    {
        lock (_gate)
        {
            if (queue.TryPeek(out item!, out var due) && due <= _clock.GetUtcNow().UtcTicks)
            {
                queue.Dequeue();
                return true;
            }

            return false;
        }
    }
}
