using AlertGateway.Emulators.Loudspeaker;

namespace AlertGateway.Emulators.Devices.Tests;

public sealed class HornPlayTests
{
    [Fact]
    public async Task A_late_device_joins_at_the_next_repeat()
    {
        using var bench = new HornBench();
        await bench.PrepareAsync(1);
        await bench.ArmAsync(2, playInSeconds: -5, repeat: 3, every: 20);
        bench.Run(60);
        var starts = bench.Reports().Where(r => r.GetProperty("type").GetString() == "started").Select(r => r.GetProperty("play").GetInt32());
        Assert.Equal([2, 3], starts);
    }

    [Fact]
    public async Task A_device_that_always_has_something_to_come_asks_for_no_moment_twice()
    {
        using var bench = new HornBench();
        await bench.PrepareAsync(1);
        await bench.ArmAsync(2, playInSeconds: 3_000, liveSeconds: 4_000, tag: "d1-8001-3-0-1");
        for (var i = 0; i < 40; i++)
        {
            await bench.ArmAsync(3 + i, playInSeconds: 1, liveSeconds: 4_000, tag: $"d{2 + i}-8001-3-0-1");
            bench.Run(5);
        }

        Assert.Equal(40, Started(bench).Count);
        Assert.InRange(bench.Firmware.Asked, 1, 2);
    }

    [Fact]
    public async Task A_late_device_without_a_repeat_left_says_so()
    {
        using var bench = new HornBench();
        await bench.PrepareAsync(1);
        await bench.ArmAsync(2, playInSeconds: -5);
        Assert.Equal(["ready", "refused:too-late"], bench.ReportTypes());
    }

    [Fact]
    public async Task No_repeat_begins_after_the_end_of_the_alert()
    {
        using var bench = new HornBench();
        await bench.PrepareAsync(1);
        await bench.ArmAsync(2, playInSeconds: 1, repeat: 5, every: 20, liveSeconds: 30);
        bench.Run(120);
        Assert.Equal(["ready", "armed", "started", "done", "started", "done"], bench.ReportTypes());
    }

    private static List<int> Started(HornBench bench) => [.. bench.Reports().Where(r => r.GetProperty("type").GetString() == "started").Select(r => r.GetProperty("play").GetInt32())];

    [Theory]
    [InlineData(2, new[] { 1 }, new[] { 2, 3 })]
    [InlineData(22, new[] { 1, 2 }, new[] { 3 })]
    [InlineData(90, new[] { 1, 2, 3 }, new int[0])]
    public async Task The_same_order_again_after_it_began_repeats_no_play(double secondsLater, int[] before, int[] after)
    {
        // The gateway was killed before it had written down that the order was taken, and gives it again under the same tag.
        using var bench = new HornBench();
        await bench.PrepareAsync(1);
        await bench.ArmAsync(2, playInSeconds: 1, repeat: 3, every: 20);
        bench.Run(secondsLater);
        Assert.Equal(before, Started(bench));
        await bench.ArmAsync(3, playInSeconds: 5, repeat: 3, every: 20);
        Assert.Contains("armed", bench.ReportTypes());
        bench.Run(120);
        Assert.Equal(after, Started(bench));
    }

    [Fact]
    public async Task One_alarm_is_for_those_whom_it_names_and_begins_with_its_arrival()
    {
        using var bench = new HornBench();
        await bench.PrepareAsync(1, tag: "stock-0123456789abcdef");
        await bench.AlarmAsync(2, to: "7 8000-8002 9000");
        Assert.Equal(["ready", "armed"], bench.ReportTypes());
        bench.Run(1);
        var started = bench.Reports().Single(r => r.GetProperty("type").GetString() == "started");
        Assert.Equal("d7-8001-3-0-1", started.GetProperty("tag").GetString());
        await bench.AlarmAsync(3, to: "8002-9000");
        await bench.AlarmAsync(4, to: "8001", signedTo: "8002");
        await bench.AlarmAsync(2, to: "8001");
        await bench.AlarmAsync(5, to: "8001", status: "Exercise");
        Assert.Equal(["refused:bad-signature", "refused:bad-signature", "refused:replayed", "refused:exercise-refused"], bench.ReportTypes().Where(t => t.StartsWith("refused", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_alarm_for_a_programme_that_is_not_held_says_so()
    {
        using var bench = new HornBench();
        await bench.AlarmAsync(1, to: "8001");
        Assert.Equal(["refused:not-ready"], bench.ReportTypes());
    }

    [Fact]
    public async Task A_stop_silences_at_once_and_plays_the_correction()
    {
        using var bench = new HornBench();
        await bench.PrepareAsync(1);
        await bench.ArmAsync(2, playInSeconds: 1, repeat: 3);
        bench.Run(2);
        await bench.StopAsync(3, "d7-8001-3-1-1", HornBench.Tag, bench.Sha256, playInSeconds: 5);
        Assert.Equal(["ready", "armed", "started", "stopped"], bench.ReportTypes());
        bench.Run(60);
        var after = bench.Reports();
        Assert.Equal(["started", "done"], after.Select(r => r.GetProperty("type").GetString()));
        Assert.All(after, r => Assert.Equal("d7-8001-3-1-1", r.GetProperty("tag").GetString()));
    }

    [Fact]
    public async Task A_stop_forgets_what_has_not_begun_and_what_comes_later()
    {
        using var bench = new HornBench();
        await bench.PrepareAsync(1);
        await bench.ArmAsync(2, playInSeconds: 10);
        await bench.StopAsync(3, "d7-8001-3-1-1", HornBench.Tag, null, playInSeconds: 0);
        await bench.ArmAsync(4, playInSeconds: 10);
        bench.Run(30);
        Assert.Equal(["ready", "armed", "stopped", "refused:stopped"], bench.ReportTypes());
    }

    [Theory]
    [InlineData(true, 100)]
    [InlineData(false, 0)]
    public async Task Without_sound_a_play_is_done_but_not_audible(bool ampDead, int volume)
    {
        using var bench = new HornBench(new HornTraits(HornBench.DeviceId, AmpDead: ampDead));
        await bench.PrepareAsync(1);
        await bench.ArmAsync(2, playInSeconds: 1, volume: volume);
        bench.Run(5);
        var done = bench.Reports()[^1];
        Assert.Equal("done", done.GetProperty("type").GetString());
        Assert.False(done.GetProperty("audible").GetBoolean());
    }

    [Fact]
    public async Task A_more_urgent_programme_cuts_a_lesser_one_short()
    {
        using var bench = new HornBench();
        await bench.PrepareAsync(1);
        await bench.ArmAsync(2, playInSeconds: 1, priority: 10, tag: "d1-8001-3-0-1");
        await bench.ArmAsync(3, playInSeconds: 2, priority: 255, tag: "d2-8001-3-0-1");
        bench.Run(10);
        var reports = bench.Reports();
        Assert.Equal(["ready", "armed", "armed", "started", "done", "started", "done"], reports.Select(r => r.GetProperty("type").GetString()));
        Assert.Equal(8000, reports[4].GetProperty("samples").GetInt32());
        Assert.False(reports[4].GetProperty("audible").GetBoolean());
        Assert.True(reports[6].GetProperty("audible").GetBoolean());
    }

    [Theory]
    [InlineData(false, -12)]
    [InlineData(true, -60)]
    public async Task A_recording_has_the_length_of_the_programme_and_the_level_of_what_sounded(bool ampDead, double dbfs)
    {
        var directory = Directory.CreateTempSubdirectory();
        try
        {
            using var bench = new HornBench(new HornTraits(HornBench.DeviceId, AmpDead: ampDead, RecordDirectory: directory.FullName));
            await bench.PrepareAsync(1);
            await bench.ArmAsync(2, playInSeconds: 1);
            bench.Run(5);
            var wav = await File.ReadAllBytesAsync(Assert.Single(directory.GetFiles()).FullName, TestContext.Current.CancellationToken);
            var heard = Programme.TryDecode(wav);
            Assert.NotNull(heard);
            Assert.Equal(16000, heard.Samples.Length);
            Assert.Equal(dbfs, 20 * Math.Log10(heard.Level(16000).Rms), tolerance: 0.5);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task The_journal_says_what_was_ordered_and_when_it_began()
    {
        var path = Path.GetTempFileName();
        try
        {
            using (var bench = new HornBench(journal: path))
            {
                await bench.PrepareAsync(1);
                await bench.ArmAsync(2, playInSeconds: 1);
                bench.Run(5);
            }

            var lines = await File.ReadAllLinesAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal(["order", "order", "start", "done"], lines.Select(l => l.Split('\t')[1]));
            Assert.Equal(lines[2].Split('\t')[5], lines[2].Split('\t')[6]);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
