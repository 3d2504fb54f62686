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
