using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using AlertGateway.Emulators.Feed;

namespace AlertGateway.Tests.Feeds.Chaos;

/// <summary>
/// All adapters at once against their emulators in real time, by the same scripts. Runs only when <c>AGW_FEEDS_MINUTES</c> says for how many minutes; <c>AGW_FEEDS_RESULT</c> names the file that gets the result.
/// </summary>
public sealed class RealTimeRunTests
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_adapters_at_once_lose_nothing_that_their_recovery_gives_back()
    {
        if (!int.TryParse(Environment.GetEnvironmentVariable("AGW_FEEDS_MINUTES"), NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)) Assert.Skip("AGW_FEEDS_MINUTES is not set.");
        var world = TimeProvider.System;
        var upstreams = new List<Upstream>();
        foreach (var form in PolledForm.All) upstreams.Add(new PolledUpstream(form, ChaosScripts.Read("polled"), await ServerAsync(), world));
        foreach (var kind in new[] { "cap-feed", "jma-xml" }) upstreams.Add(new IndexUpstream(kind, ChaosScripts.Read("index"), await ServerAsync(), world));
        foreach (var kind in new[] { "naads", "emsc", "wolfx" }) upstreams.Add(new StreamUpstream(kind, ChaosScripts.Read(kind == "naads" ? "naads" : "websocket"), await ServerAsync(), world));
        var station = new StationUpstream(minutes * 60 / 4, world);
        var pushing = new PushUpstream(minutes * 60 / 4, world);
        upstreams.AddRange([station, pushing]);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        using var process = Process.GetCurrentProcess();
        var cpuBefore = process.TotalProcessorTime;
        var memory = new List<long>();
        var started = Stopwatch.GetTimestamp();
        var runs = upstreams.Select(u => u.RunAsync(stop.Token)).ToList();
        var reporting = Task.WhenAll(station.ReportAsync(stop.Token), pushing.ReportAsync(stop.Token));
        using (var tick = new PeriodicTimer(TimeSpan.FromSeconds(1)))
        {
            for (var second = 0; second < minutes * 60; second++)
            {
                await Task.WhenAll(upstreams.Select(async u =>
                {
                    foreach (var step in u.Timeline.At(second)) await u.DoAsync(step);
                }));
                if (second % 10 == 0) memory.Add(GC.GetTotalMemory(forceFullCollection: second % 60 == 0) >> 10);
                Assert.DoesNotContain(runs, r => r.IsFaulted);
                await tick.WaitForNextTickAsync(Stop);
            }

            // The feeds go on as long as their own recovery needs: some polls, a reconnection, two heartbeats.
            await reporting.WaitAsync(TimeSpan.FromMinutes(10), Stop);
            for (var second = 0; second < 240 && upstreams.Any(u => u.Missing.Count > 0); second++)
            {
                if (second % 10 == 0) await upstreams.OfType<StreamUpstream>().Single(u => u.Kind == "naads").HeartbeatAsync();
                await tick.WaitForNextTickAsync(Stop);
            }
        }

        process.Refresh();
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var result = new
        {
            command = $"AGW_FEEDS_MINUTES={minutes} AGW_FEEDS_RESULT=FILE dotnet run --project tests/AlertGateway.Tests -c Release -- -class '{GetType().FullName}'",
            machine = $"{Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20} MiB, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}",
            minutes,
            seconds = Math.Round(seconds),
            cpuSeconds = Math.Round((process.TotalProcessorTime - cpuBefore).TotalSeconds, 1),
            peakWorkingSetMiB = process.PeakWorkingSet64 >> 20,
            managedKiB = new { first = memory[0], last = memory[^1], most = memory.Max() },
            published = upstreams.Sum(u => u.Published),
            lost = upstreams.Sum(u => u.Missing.Count),
            neverPublished = upstreams.Sum(u => u.Foreign.Count),
            feeds = upstreams.Select(u => new
            {
                u.Kind,
                u.Published,
                u.Received,
                lost = u.Missing.Count,
                neverPublished = u.Foreign.Count,
                handedOverAgain = u.Repeats,
                unreadableHandedOver = u.Unreadable,
                faults = u.Faults,
                reconnects = u.Health?.Reconnects ?? 0,
                gaps = u.Health?.Gaps ?? 0,
                steps = u.Steps.OrderBy(s => s.Key, StringComparer.Ordinal).ToDictionary(),
            }),
        };
        if (Environment.GetEnvironmentVariable("AGW_FEEDS_RESULT") is { Length: > 0 } file) await File.WriteAllTextAsync(file, JsonSerializer.Serialize(result, Json) + "\n", Stop);

        await stop.CancelAsync();
        foreach (var run in runs) await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        foreach (var upstream in upstreams) await upstream.DisposeAsync();
        Assert.Equal((0, 0), (result.lost, result.neverPublished));
    }

    private static Task<FeedServer> ServerAsync() => FeedServer.StartAsync(new FeedOptions(), Stop);
}
