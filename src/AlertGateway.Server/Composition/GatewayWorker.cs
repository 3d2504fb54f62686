using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Tracking;
using AlertGateway.Feeds;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Server.Composition;

/// <summary>Runs feeds and the tick, and watches the lanes, until the host stops; feeds once all of it is up. A lane that ends because the ledger failed ends the process: start is recovery.</summary>
internal sealed partial class GatewayWorker(LaneHouse lanes, IFeedAdapter[] feeds, DisseminationRoom room, HydrologyHouse hydrology, AlertPipeline pipeline, ILedger ledger, StateSnapshots snapshots, ClockWatch clock, ClockFile clockFile, IHostApplicationLifetime host, ILogger<GatewayWorker> logger) : BackgroundService
{
    private const long SnapshotRows = 100_000;
    private static readonly TimeSpan SnapshotPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SnapshotQuiet = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan CatchUpPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TickPeriod = TimeSpan.FromMilliseconds(250);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var tasks = lanes.Running.Append(TickAsync(stoppingToken)).ToList();
        tasks.Add(Task.Run(() => KeepSnapshotsAsync(stoppingToken), stoppingToken));
        tasks.Add(TakeInAsync(stoppingToken));
        tasks.Add(CatchUpAsync(stoppingToken));
        if (ledger is SqliteLedger file) tasks.Add(StopWithAsync(file, stoppingToken));
        try
        {
            await await Task.WhenAny(tasks);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        catch (Exception ex)
        {
            LogStopped(logger, ex);
            Environment.ExitCode = 3;
            host.StopApplication();
            throw;
        }
    }

    private async Task TakeInAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var _ = host.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
        var tasks = feeds.Select(f => Task.Run(() => f.RunAsync(cancellationToken), cancellationToken)).Concat(hydrology.Run(pipeline, cancellationToken)).ToList();
        if (tasks.Count == 0) await Task.Delay(Timeout.Infinite, cancellationToken);
        await await Task.WhenAny(tasks);
    }

    /// <summary>What a full disk cut off goes on once there is space.</summary>
    private async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(CatchUpPeriod, clock);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (!ledger.IsShortOfSpace) await pipeline.CatchUpAsync(cancellationToken);
        }
    }

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TickPeriod, clock);
        bool inDoubt = false;
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            await room.TickAsync(cancellationToken);
            bool changed = clock.InDoubt != inDoubt;
            if (changed && (inDoubt = clock.InDoubt)) LogClock(logger, new DateTimeOffset(clock.WallTicks, TimeSpan.Zero), clock.GetUtcNow());
            else if (changed) LogClockAgain(logger);
            clockFile.Keep(now: changed);
        }
    }

    [LoggerMessage(5012, LogLevel.Critical, "The machine's clock says {Wall:O} and the gateway reckons {Reckoned:O}: nothing expires by it, and what is near its end waits. Set the clock right, or confirm it on the health page")]
    private static partial void LogClock(ILogger logger, DateTimeOffset wall, DateTimeOffset reckoned);

    [LoggerMessage(5013, LogLevel.Warning, "The clock is no longer in doubt")]
    private static partial void LogClockAgain(ILogger logger);

    /// <summary>A snapshot after many rows, or after a quiet minute with some, and one at the end: a restart reads what follows the last one.</summary>
    private async Task KeepSnapshotsAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(SnapshotPeriod, clock);
        long since = clock.GetTimestamp();
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            long rows = ledger.LastSequence - snapshots.SnapshotRow;
            if (rows < SnapshotRows && (rows == 0 || clock.GetElapsedTime(since) < SnapshotQuiet)) continue;
            SaveSnapshot();
            since = clock.GetTimestamp();
        }
    }

    private void SaveSnapshot()
    {
        try
        {
            snapshots.Write();
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            LogNoSnapshot(logger, ex);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await lanes.StopAsync();
        SaveSnapshot();
    }

    [LoggerMessage(5011, LogLevel.Warning, "No snapshot could be written; the next start reads more of the ledger")]
    private static partial void LogNoSnapshot(ILogger logger, Exception exception);

    /// <summary>A ledger that failed ends the process also when nobody appends: a failed fsync is never tried again.</summary>
    private static async Task StopWithAsync(SqliteLedger ledger, CancellationToken cancellationToken)
    {
        var failure = await ledger.Stopped.WaitAsync(cancellationToken);
        throw new LedgerException(failure.Message, failure);
    }

    [LoggerMessage(5010, LogLevel.Critical, "The gateway can no longer keep its promise and stops; the next start recovers from the ledger")]
    private static partial void LogStopped(ILogger logger, Exception exception);
}
