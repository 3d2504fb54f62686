using AlertGateway.Emulators.Loudspeaker;

namespace AlertGateway.Emulators.Devices.Tests;

public sealed class HornOrderTests
{
    private static readonly byte[] ForeignSeed = [.. Enumerable.Repeat((byte)9, 32)];

    [Fact]
    public async Task A_prepared_and_armed_programme_starts_on_its_sample_and_is_done()
    {
        using var bench = new HornBench();
        await bench.PrepareAsync(1);
        await bench.ArmAsync(2, playInSeconds: 10);
        var playAt = bench.Now + TimeSpan.FromSeconds(10).Ticks;
        Assert.Equal(["ready", "armed"], bench.ReportTypes());
        bench.Run(13);
        var reports = bench.Reports();
        Assert.Equal(["started", "done"], reports.Select(r => r.GetProperty("type").GetString()));
        Assert.Equal(playAt, reports[0].GetProperty("actualStartTicks").GetInt64());
        Assert.Equal(16000, reports[1].GetProperty("samples").GetInt32());
        Assert.Equal(-12.0, reports[1].GetProperty("rmsDbfs").GetDouble());
        Assert.True(reports[1].GetProperty("audible").GetBoolean());
    }

    [Fact]
    public async Task An_order_signed_by_another_key_is_refused_and_uses_up_no_number()
    {
        using var bench = new HornBench();
        await bench.PrepareAsync(1);
        await bench.ArmAsync(900, seed: ForeignSeed);
        await bench.ArmAsync(2);
        Assert.Equal(["ready", "refused:bad-signature", "armed"], bench.ReportTypes());
    }

    [Fact]
    public async Task A_signed_order_for_one_device_is_no_order_for_another()
    {
        using var bench = new HornBench();
        await bench.PrepareAsync(1);
        await bench.SendAsync(HornBench.Arm("H8002", HornBench.Tag, 2, bench.Sha256, bench.Now + 1000, bench.Now + 100_000_000));
        Assert.Equal(["ready", "refused:bad-signature"], bench.ReportTypes());
    }

    [Fact]
    public async Task A_replayed_number_is_refused()
    {
        using var bench = new HornBench();
        await bench.PrepareAsync(1);
        await bench.ArmAsync(2);
        await bench.ArmAsync(2);
        await bench.PrepareAsync(1);
        Assert.Equal(["ready", "armed", "refused:replayed", "refused:replayed"], bench.ReportTypes());
    }

    [Fact]
    public async Task A_replayed_number_is_refused_by_the_next_process_too()
    {
        var path = Path.GetTempFileName();
        try
        {
            using (var sequences = new SequenceFile(path))
            using (var before = new HornBench(sequences: sequences))
            {
                await before.PrepareAsync(41);
            }

            await File.AppendAllTextAsync(path, "H8001\t", TestContext.Current.CancellationToken); // a line that a crash tore
            using (var sequences = new SequenceFile(path))
            using (var after = new HornBench(sequences: sequences))
            {
                await after.PrepareAsync(41);
                await after.PrepareAsync(42);
                Assert.Equal(["refused:replayed", "ready"], after.ReportTypes());
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task An_expired_order_is_refused()
    {
        using var bench = new HornBench();
        await bench.PrepareAsync(1);
        await bench.ArmAsync(2, liveSeconds: -1);
        Assert.Equal(["ready", "refused:expired"], bench.ReportTypes());
    }

    [Theory]
    [InlineData(false, "Exercise", "refused:exercise-refused")]
    [InlineData(true, "Actual", "refused:live-refused")]
    [InlineData(true, "Exercise", "armed")]
    public async Task Live_and_exercise_never_mix(bool exercise, string status, string answer)
    {
        using var bench = new HornBench(new HornTraits(HornBench.DeviceId, exercise));
        await bench.PrepareAsync(1);
        await bench.ArmAsync(2, status: status);
        Assert.Equal(["ready", answer], bench.ReportTypes());
    }

    [Fact]
    public async Task A_file_that_is_not_the_promised_one_is_refused_and_cannot_be_armed()
    {
        using var bench = new HornBench();
        await bench.PrepareAsync(1, sha256: new string('a', 64));
        await bench.ArmAsync(2);
        Assert.Equal(["refused:hash-mismatch", "refused:not-ready"], bench.ReportTypes());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"type":"arm","tag":"d1-1-3-0-1","seq":5}""")]
    [InlineData("""{"type":"reboot","tag":"d1-1-3-0-1","seq":5}""")]
    [InlineData("""{"type":"prepare","tag":"a\tb","seq":5,"sha256":"x","bytes":1,"url":"http://127.0.0.1/","ticket":"","ttlSeconds":1}""")]
    public async Task What_is_no_order_is_refused_as_malformed(string payload)
    {
        using var bench = new HornBench();
        await bench.SendAsync(payload);
        Assert.Equal(["refused:malformed"], bench.ReportTypes());
    }

    [Fact]
    public async Task A_download_from_outside_the_loopback_is_refused()
    {
        using var bench = new HornBench();
        await bench.SendAsync($$"""{"type":"prepare","tag":"t","seq":1,"sha256":"{{bench.Sha256}}","bytes":9,"url":"http://192.0.2.1/","ticket":"t","ttlSeconds":9}""");
        Assert.Equal(["refused:url-refused"], bench.ReportTypes());
    }
}
