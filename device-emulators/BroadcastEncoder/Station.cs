using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using AlertGateway.Emulators.Hosting;

namespace AlertGateway.Emulators.BroadcastEncoder;

/// <summary>
/// One station: pulls orders, checks each (signature, window, hash), plays, reports. Orders are remembered for the life of the
/// process only. Says on stderr what a listener would have heard.
/// </summary>
public sealed class Station : IAsyncDisposable
{
    private readonly EncoderOptions _options;
    private readonly GatewayLink _link;
    private readonly VirtualDac _dac;
    private readonly Journal _journal;
    private readonly AirRecording? _recording;
    private readonly Lock _recordingGate = new();
    private readonly ConcurrentDictionary<string, OnAir> _orders = new(StringComparer.Ordinal);
    private readonly Channel<StationReport> _reports = Channel.CreateBounded<StationReport>(1024);

    /// <summary>Makes a station; <see cref="RunAsync"/> sets it going.</summary>
    public Station(EncoderOptions options)
    {
        _options = options;
        _link = new GatewayLink(options);
        _dac = new VirtualDac(options.Clock, options.Speed);
        _journal = new Journal(options.JournalPath);
        if (options.RecordDirectory is not { } directory) return;
        Directory.CreateDirectory(directory);
        _recording = new AirRecording(Path.Combine(directory, options.Station + ".wav"));
    }

    private long NowTicks => _options.Clock.GetUtcNow().UtcTicks;

    /// <summary>Works until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var reporting = ReportAllAsync(cancellationToken);
        var playing = new List<Task>();
        try
        {
            for (long after = 0; ;)
            {
                var page = await _link.PollAsync(after, cancellationToken);
                foreach (var order in page.Orders!.OrderBy(order => order.Serial))
                {
                    after = Math.Max(after, order.Serial);
                    playing.RemoveAll(task => task.IsCompletedSuccessfully);
                    playing.Add(FollowAsync(order, cancellationToken));
                }

                after = Math.Max(after, page.Serial);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The station is switched off.
        }

        await Task.WhenAll([reporting, .. playing]);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _link.Dispose();
        _dac.Dispose();
        _recording?.Dispose();
        foreach (var order in _orders.Values) order.Stop.Dispose();
        await _journal.DisposeAsync();
    }

    private async Task FollowAsync(Order order, CancellationToken cancellationToken)
    {
        try
        {
            var mono = Monotonic.Nanoseconds;
            var refusal = order.Refusal(_options.OrderKey, NowTicks);
            var onAir = refusal is null ? _orders.GetOrAdd(order.Tag, _ => new OnAir()) : null;
            if (onAir is not null && !onAir.TryTake()) refusal = "duplicate";
            else if (onAir is { Stop.IsCancellationRequested: true }) refusal = "stopped";
            _journal.Append(mono, "order", order.Tag, order.Kind, refusal ?? "ok");
            if (refusal is not null)
            {
                // A second copy changes nothing and is not reported: the first one's reports stand.
                if (refusal != "duplicate") await ReportAsync(order, "refused", reason: refusal, cancellationToken: cancellationToken);
                return;
            }

            if (order.Kind == "stop")
            {
                // Also when the order to stop has not come yet: it is then known as stopped.
                _orders.GetOrAdd(order.StopTag!, _ => new OnAir()).Stop.Cancel();
                _journal.Append(Monotonic.Nanoseconds, "stop", order.StopTag!);
            }

            await ReportAsync(order, "taken", cancellationToken: cancellationToken);
            if (order.ProgrammeSha256 is null) await ReportAsync(order, "done", cancellationToken: cancellationToken);
            else await PlayAllAsync(order, onAir!, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The station is switched off.
        }
    }

    private async Task PlayAllAsync(Order order, OnAir onAir, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, onAir.Stop.Token);
        long playedMs = 0;
        var loudness = -120.0;
        var (plays, hasStarted) = (0, false);
        try
        {
            var bytes = await _link.FetchAsync(order.ProgrammeSha256!, order.ProgrammeUrl, stop.Token);
            var programme = bytes is null ? null : Programme.Parse(bytes);
            if (programme is null)
            {
                await ReportAsync(order, "refused", reason: bytes is null ? "bad-hash" : "unplayable", cancellationToken: cancellationToken);
                return;
            }

            var count = Math.Max(1, order.Repeat?.Count ?? 1);
            var nextTicks = Math.Max(order.NotBeforeTicks, NowTicks);
            while (plays < count)
            {
                await WaitUntilAsync(nextTicks, stop.Token);
                if (NowTicks > order.NotAfterTicks) break;
                nextTicks = NowTicks + (long)((order.Repeat?.EverySeconds ?? 0) / _options.Speed * TimeSpan.TicksPerSecond);
                var play = await _dac.PlayAsync(programme, order.Priority, StartedAsync, stop.Token);
                var ms = Note(order, programme, play, out loudness);
                playedMs += ms;
                if (play.IsWhole) plays++;
                else if (stop.IsCancellationRequested) break;
                else nextTicks = NowTicks; // Something more urgent took the air: this play is made up for afterwards.
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Stopped by a later order, before or between plays.
        }

        var reason = onAir.Stop.IsCancellationRequested ? "stopped" : NowTicks > order.NotAfterTicks && plays == 0 ? "expired" : null;
        if (hasStarted) await ReportAsync(order, "done", playedMs, loudness, reason, cancellationToken);
        else await ReportAsync(order, "refused", reason: reason, cancellationToken: cancellationToken);

        ValueTask StartedAsync()
        {
            _journal.Append(Monotonic.Nanoseconds, "start", order.Tag, order.ProgrammeSha256!);
            var isFirst = !hasStarted;
            hasStarted = true;
            return isFirst ? ReportAsync(order, "started", cancellationToken: cancellationToken) : ValueTask.CompletedTask;
        }
    }

    /// <summary>Journal, recording and stderr of one play; returns milliseconds of programme that went out.</summary>
    private long Note(Order order, Programme programme, Play play, out double loudness)
    {
        var samples = programme.Samples.Span[..play.PlayedBytes];
        loudness = Math.Round(Programme.RmsDbfs(samples), 1);
        var ms = (long)((double)play.PlayedBytes / (2 * programme.Channels * programme.Rate) * 1000);
        _journal.Append(
            Monotonic.Nanoseconds, "done", order.Tag, ms.ToString(CultureInfo.InvariantCulture), loudness.ToString("0.0", CultureInfo.InvariantCulture));
        var isRecorded = true;
        lock (_recordingGate) isRecorded = _recording?.Append(programme, samples) ?? true;
        Console.Error.WriteLine($"{_options.Station}: heard {ms} ms of {order.Tag} at {loudness.ToString("0.0", CultureInfo.InvariantCulture)} dBFS" +
            $"{(play.IsWhole ? "" : ", cut short")}{(isRecorded ? "" : ", not recorded: another sample format")}");
        return ms;
    }

    private async Task WaitUntilAsync(long ticks, CancellationToken cancellationToken)
    {
        var wait = TimeSpan.FromTicks(ticks - NowTicks);
        if (wait > TimeSpan.Zero) await Task.Delay(wait < TimeSpan.FromDays(7) ? wait : TimeSpan.FromDays(7), _options.Clock, cancellationToken);
    }

    private ValueTask ReportAsync(
        Order order, string level, long playedMs = 0, double? rmsDbfs = null, string? reason = null, CancellationToken cancellationToken = default) =>
        _reports.Writer.WriteAsync(new StationReport(order.Tag, level, NowTicks, playedMs, rmsDbfs, reason), cancellationToken);

    private async Task ReportAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var report in _reports.Reader.ReadAllAsync(cancellationToken)) await _link.ReportAsync(report, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The station is switched off; the journal holds what the gateway was not told.
        }
    }

    private sealed class OnAir
    {
        private int _taken;

        /// <summary>True for the first copy of the order only.</summary>
        public bool TryTake() => Interlocked.Exchange(ref _taken, 1) == 0;

        public CancellationTokenSource Stop { get; } = new();
    }
}
