using AlertGateway.Emulators.Feed;
using Microsoft.Extensions.Time.Testing;

namespace AlertGateway.Tests.Feeds.Chaos;

/// <summary>
/// Ten virtual minutes of every adapter against its emulator, by the emulator's scripts: outages, broken lines, error pages, stale caches, garbage, duplicates, and a clock that steps. The book says what was published and can
/// still be had; all of it must come, each once in effect, and nothing else.
/// </summary>
public sealed class FeedChaosTests
{
    private const int Seconds = 600;
    private static readonly DateTimeOffset Start = new(2026, 7, 5, 6, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _clock = new(Start);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Polled => [.. PolledForm.All.Select(f => f.Kind)];

    [Theory]
    [MemberData(nameof(Polled))]
    public async Task A_polled_document_loses_nothing_that_it_still_lists(string kind)
    {
        await using var upstream = new PolledUpstream(PolledForm.All.Single(f => f.Kind == kind), ChaosScripts.Read("polled"), await FeedServer.StartAsync(new FeedOptions { Clock = _clock }, Stop), _clock);
        await PollThroughAsync(upstream, upstream.Server, upstream.PollAsync);
        Assert.Empty(upstream.Missing);
        Assert.Empty(upstream.Foreign);
        Assert.Equal(0, upstream.Repeats);
        Assert.True(upstream.Faults >= 45, $"{upstream.Faults} faults");
        Assert.True(upstream.Received >= 75, $"{upstream.Received} received");
    }

    [Theory]
    [InlineData("cap-feed")]
    [InlineData("jma-xml")]
    public async Task An_index_of_linked_documents_loses_nothing_that_it_still_lists(string kind)
    {
        await using var upstream = new IndexUpstream(kind, ChaosScripts.Read("index"), await FeedServer.StartAsync(new FeedOptions { Clock = _clock }, Stop), _clock);
        await PollThroughAsync(upstream, upstream.Server, upstream.PollAsync);
        Assert.Empty(upstream.Missing);
        Assert.Empty(upstream.Foreign);
        Assert.True(upstream.Repeats <= upstream.Steps["again"], $"{upstream.Repeats} repeats");
        Assert.Equal(kind == "cap-feed", upstream.Unreadable > 0);
        Assert.True(upstream.Faults >= 60, $"{upstream.Faults} faults");
    }

    [Theory]
    [InlineData("naads")]
    [InlineData("emsc")]
    [InlineData("wolfx")]
    public async Task A_stream_loses_nothing_that_its_recovery_gives_back(string kind)
    {
        await using var upstream = new StreamUpstream(kind, ChaosScripts.Read(kind == "naads" ? "naads" : "websocket"), await FeedServer.StartAsync(new FeedOptions { Clock = _clock }, Stop), _clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var run = upstream.RunAsync(stop.Token);
        await SettleAsync(upstream);
        for (var second = 0; second < Seconds; second++)
        {
            foreach (var step in upstream.Timeline.At(second))
            {
                await upstream.DoAsync(step);
                await SettleAsync(upstream);
            }

            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        await upstream.HeartbeatAsync();
        await SettleAsync(upstream);
        Assert.Empty(upstream.Missing);
        Assert.Empty(upstream.Foreign);
        Assert.Equal(0, upstream.Repeats);
        Assert.True(upstream.Health!.Reconnects >= 15, $"{upstream.Health.Reconnects} reconnects");
        Assert.Equal(0, upstream.Health.Gaps);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task A_stations_reports_are_all_kept_and_acknowledged()
    {
        await using var upstream = new StationUpstream(reports: Seconds / 3, _clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var run = upstream.RunAsync(stop.Token);
        var reporting = upstream.ReportAsync(stop.Token);
        await PlayAsync(upstream, () => upstream.Idle, reporting);
        Assert.Empty(upstream.Missing);
        Assert.Empty(upstream.Foreign);
        Assert.True(upstream.Vital.Documents > upstream.Published, "Doubled frames are answered, too.");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task A_monitoring_systems_pushes_are_all_kept_once_whatever_its_line_and_our_clock_do()
    {
        await using var upstream = new PushUpstream(reports: Seconds / 3, _clock);
        await upstream.RunAsync(Stop);
        var reporting = upstream.ReportAsync(Stop);
        await PlayAsync(upstream, () => upstream.Idle, reporting);
        Assert.Empty(upstream.Missing);
        Assert.Empty(upstream.Foreign);
        Assert.Equal(0, upstream.Repeats);
        Assert.Equal(0, upstream.Refusals);
        Assert.True(upstream.Faults >= 80, $"{upstream.Faults} faults");
        Assert.True(upstream.Duplicates >= 20, $"{upstream.Duplicates} duplicates");
        Assert.True(upstream.Unauthenticated >= 20, $"{upstream.Unauthenticated} unauthenticated");
    }

    [Fact]
    public void A_script_that_says_nothing_known_is_refused_with_its_line()
    {
        var e = Assert.Throws<FormatException>(() => FeedTimeline.Parse(["cycle 10", "3 publish", "4 fail nonsense"]));
        Assert.Contains("line 3", e.Message, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => FeedTimeline.Parse(["cycle 10", "10 publish"]));
    }

    /// <summary>Plays the script, a second at a time, whenever nothing is on the wire, until everything is reported.</summary>
    private async Task PlayAsync(Upstream upstream, Func<bool> isIdle, Task reporting)
    {
        for (var second = 0; !reporting.IsCompleted;)
        {
            await Task.Delay(1, Stop);
            if (!isIdle() || reporting.IsCompleted) continue;
            foreach (var step in upstream.Timeline.At(second++)) await upstream.DoAsync(step);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        await reporting;
    }

    private async Task PollThroughAsync(Upstream upstream, FeedServer server, Func<CancellationToken, Task> poll)
    {
        for (var second = 0; second < Seconds; second++)
        {
            foreach (var step in upstream.Timeline.At(second)) await upstream.DoAsync(step);
            if (second % 5 == 0) await PollAsync();
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        for (var more = 0; more < 12 && upstream.Missing.Count > 0; more++) await PollAsync();

        async Task PollAsync()
        {
            var polling = poll(Stop);
            while (!polling.IsCompleted)
            {
                await Task.WhenAny(polling, Task.Delay(1, Stop));
                if (server.Faults.Hanging > 0) _clock.Advance(TimeSpan.FromSeconds(1)); // Only the reader's own deadline ends this.
            }

            await polling;
        }
    }

    /// <summary>Lets time pass on the reader's clock, slowly, until all has come that was told; a service that repeats its heartbeat names again what could not be had.</summary>
    private async Task SettleAsync(StreamUpstream upstream)
    {
        for (var turn = 1; !upstream.Settled; turn++)
        {
            if (turn % 100 == 0) await upstream.HeartbeatAsync();
            await Task.Delay(5, Stop);
            if (!upstream.Settled) _clock.Advance(TimeSpan.FromMilliseconds(50));
        }
    }
}
