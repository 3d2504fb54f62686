using System.Security.Cryptography;
using System.Text;
using AlertGateway.Emulators.Hosting;

namespace AlertGateway.Emulators.Loudspeaker;

/// <summary>
/// All devices of the process on one loop of 20 ms: it drives the virtual converters, connects at the given pace, reconnects with full jitter
/// (0.5–30 s, endlessly) and lets every device report its state in turn.
/// </summary>
internal sealed class Fleet : IDisposable
{
    private static readonly TimeSpan Block = TimeSpan.FromMilliseconds(20);
    private readonly LoudspeakerOptions _options;
    private readonly HornFirmware _firmware;
    private readonly TimeProvider _clock;
    private readonly Random _random;
    private readonly List<HornLink> _links = [];
    private readonly Lock _gate = new();
    private readonly PriorityQueue<HornLink, long> _toConnect = new();
    private readonly TaskCompletionSource<int> _allTried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _untried;
    private int _connected;

    /// <param name="devices">Rows of endpoint number, device id and base64 seed.</param>
    public Fleet(LoudspeakerOptions options, HornFirmware firmware, IReadOnlyList<string[]> devices)
    {
        (_options, _firmware, _clock, _random) = (options, firmware, firmware.Clock, new Random(options.Seed));
        for (var i = 0; i < devices.Count; i++)
        {
            Add(devices[i], i);
        }

        _untried = _links.Count;
        if (_untried == 0)
        {
            _allTried.SetResult(0);
        }
    }

    /// <summary>Completes with the number of connected devices once every device that is not offline has tried for the first time.</summary>
    public Task<int> FirstConnections => _allTried.Task;

    public int Connected => Volatile.Read(ref _connected);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Block, _clock);
        var (started, connects, seconds) = (_clock.GetTimestamp(), 0L, 0L);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                _firmware.Tick();
                var elapsed = _clock.GetElapsedTime(started).TotalSeconds;
                // The pace is a budget over the whole run, but never more than a second's worth at once after a quiet time.
                connects = Math.Max(connects, (long)((elapsed - 1) * _options.ConnectPerSecond));
                while (connects < elapsed * _options.ConnectPerSecond && TryTakeDue(out var link))
                {
                    connects++;
                    _ = RunLinkAsync(link, cancellationToken);
                }

                for (; seconds < (long)elapsed; seconds++)
                {
                    Maintain(seconds);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The normal end.
        }
    }

    public void Dispose()
    {
        foreach (var link in _links)
        {
            link.Dispose();
        }
    }

    private void Add(string[] row, int index)
    {
        // Every draw is made for every device, so that one option does not move the choices of another.
        var (offline, ampDead, clockError) = (_random.NextDouble(), _random.NextDouble(), (_random.NextDouble() * 2) - 1);
        var traits = new HornTraits(row[1], _options.Exercise, ampDead < _options.AmpDeadShare,
            TimeSpan.FromMilliseconds(clockError * _options.ClockErrorMilliseconds), _random.Next(60, 101), _random.Next(-97, -58),
            index < _options.Recorded ? _options.RecordDirectory : null, _random.Next(), _options.EvacuatedAfterPlays);
        if (offline < _options.OfflineShare)
        {
            return;
        }

        var seed = ReadSeed(row);
        var key = new DeviceKey(index < _options.WrongKeys ? SHA256.HashData(Encoding.UTF8.GetBytes($"wrong {_options.Seed} {row[1]}")) : seed);
        var horn = new Horn(traits, _firmware);
        var link = new HornLink(horn, key, _options.Broker, _options.StateEvery * 3, _clock) { NeverAnswers = index < _options.NeverAnswer };
        horn.OutboxGrew = link.Pump;
        _links.Add(link);
        _toConnect.Enqueue(link, 0);
    }

    private static byte[] ReadSeed(string[] row)
    {
        var seed = new byte[32];
        return row[1].Length is > 0 and <= 64 && Convert.TryFromBase64String(row[2], seed, out var length) && length == 32
            ? seed
            : throw new UsageException($"device {row[1]}: the private key is not the base64 of 32 bytes");
    }

    private async Task RunLinkAsync(HornLink link, CancellationToken cancellationToken)
    {
        var connected = false;
        try
        {
            connected = await link.ConnectAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        finally
        {
            if (connected)
            {
                Interlocked.Increment(ref _connected);
            }

            var first = !link.HasTried;
            link.HasTried = true;
            if (first && Interlocked.Decrement(ref _untried) == 0)
            {
                _allTried.TrySetResult(Connected); // read after the countdown: others have counted themselves before it
            }
        }

        if (connected)
        {
            await link.ReceiveUntilLostAsync(cancellationToken);
            Interlocked.Decrement(ref _connected);
        }

        if (!cancellationToken.IsCancellationRequested)
        {
            lock (_gate)
            {
                var most = Math.Min(30, Math.Pow(2, Math.Min(link.Failures, 6)));
                var wait = TimeSpan.FromSeconds(0.5 + (_random.NextDouble() * (most - 0.5)));
                _toConnect.Enqueue(link, _clock.GetUtcNow().UtcTicks + wait.Ticks);
            }
        }
    }

    private bool TryTakeDue(out HornLink link)
    {
        lock (_gate)
        {
            if (_toConnect.TryPeek(out link!, out var due) && due <= _clock.GetUtcNow().UtcTicks)
            {
                _toConnect.Dequeue();
                return true;
            }

            return false;
        }
    }

    private void Maintain(long second)
    {
        var period = (int)_options.StateEvery.TotalSeconds;
        for (var i = (int)(second % period); i < _links.Count; i += period)
        {
            _links[i].DropIfStuck();
            if (_links[i].IsConnected)
            {
                _links[i].Horn.ReportState();
            }
        }
    }
}
