using AlertGateway.Emulators.Loudspeaker;

namespace AlertGateway.Emulators.Devices.Tests;

/// <summary>Repeat plans on the device, hours in virtual time: it keeps to them alone, and one order ends them.</summary>
public sealed class HornPlanTests
{
    // Three plays in ten minutes, then every thirty minutes.
    private static async Task<HornBench> ARedPlanAsync(HornTraits? traits = null, double playInSeconds = 10, string until = "change", double liveSeconds = 4 * 3600)
    {
        var bench = new HornBench(traits);
        await bench.PrepareAsync(1);
        await bench.ArmAsync(2, playInSeconds, liveSeconds, repeat: 3, every: 200, thenInSeconds: playInSeconds + 400 + 1800, thenEvery: 1800, until: until);
        return bench;
    }

    private static List<(string Type, double At)> Run(HornBench bench, double seconds)
    {
        long from = bench.Now;
        bench.Run(seconds);
        return [.. bench.Reports().Where(r => r.GetProperty("type").GetString() is "started" or "evacuated").Select(r =>
            (r.GetProperty("type").GetString()!, r.TryGetProperty("actualStartTicks", out var at) ? Math.Round((at.GetInt64() - from) / 1e7) : -1))];
    }

    [Fact]
    public async Task Three_plays_in_ten_minutes_then_every_thirty_with_no_word_from_the_gateway()
    {
        using var bench = await ARedPlanAsync();
        Assert.Equal([10, 210, 410, 2210, 4010, 5810], Run(bench, 2 * 3600).Select(r => r.At));
    }

    [Fact]
    public async Task A_stop_between_two_plays_ends_the_plan_at_once()
    {
        using var bench = await ARedPlanAsync();
        Assert.Equal(4, Run(bench, 2300).Count);
        await bench.StopAsync(3, "d7-8001-3-1-1", HornBench.Tag, null, playInSeconds: 0);
        Assert.Empty(Run(bench, 2 * 3600));
    }

    [Fact]
    public async Task A_stop_during_a_play_cuts_it_off()
    {
        using var bench = await ARedPlanAsync();
        bench.Run(10.5);
        await bench.StopAsync(3, "d7-8001-3-1-1", HornBench.Tag, null, playInSeconds: 0);
        bench.Run(3600);
        Assert.Equal(["ready", "armed", "started", "stopped"], bench.ReportTypes());
    }

    [Fact]
    public async Task No_play_begins_after_expiry_whatever_the_plan()
    {
        using var bench = await ARedPlanAsync(liveSeconds: 2300);
        Assert.Equal([10, 210, 410, 2210], Run(bench, 3 * 3600).Select(r => r.At));
    }

    [Fact]
    public async Task A_device_that_gets_the_order_late_keeps_the_common_beat()
    {
        using var bench = await ARedPlanAsync(playInSeconds: -3000);
        // The first stretch is over; the later plays of the others lie 800 s before now and then every 1,800 s.
        Assert.Equal([1000, 2800], Run(bench, 3600).Select(r => r.At));
    }

    [Fact]
    public async Task The_key_on_the_device_reports_that_all_have_left_and_the_device_goes_on_until_it_is_stopped()
    {
        using var bench = await ARedPlanAsync(new HornTraits(HornBench.DeviceId, EvacuatedAfterPlays: 2), until: "evacuated");
        Assert.Equal(["started", "started", "evacuated", "started"], Run(bench, 600).Select(r => r.Type));
    }

    [Fact]
    public async Task An_order_that_does_not_ask_for_it_has_no_key()
    {
        using var bench = await ARedPlanAsync(new HornTraits(HornBench.DeviceId, EvacuatedAfterPlays: 2));
        Assert.DoesNotContain("evacuated", Run(bench, 600).Select(r => r.Type));
    }

    [Fact]
    public async Task The_state_names_the_plans_that_have_plays_to_come()
    {
        using var bench = await ARedPlanAsync();
        bench.Run(2300);
        bench.Reports();
        bench.Horn.ReportState();
        Assert.Equal([HornBench.Tag], Assert.Single(bench.Reports()).GetProperty("plans").EnumerateArray().Select(t => t.GetString()!));
        await bench.StopAsync(3, "d7-8001-3-1-1", HornBench.Tag, null, playInSeconds: 0);
        bench.Reports();
        bench.Horn.ReportState();
        Assert.Empty(Assert.Single(bench.Reports()).GetProperty("plans").EnumerateArray());
    }

    [Fact]
    public async Task A_plan_that_ended_under_its_own_tag_may_be_taken_up_again()
    {
        using var bench = await ARedPlanAsync(until: "evacuated");
        bench.Run(700);
        await bench.StopAsync(3, HornBench.Tag, HornBench.Tag, null, playInSeconds: 0);
        bench.Reports();
        await bench.ArmAsync(4, playInSeconds: 60, liveSeconds: 7200, repeat: 1, thenInSeconds: 1860, thenEvery: 1800, until: "evacuated");
        Assert.Equal([60, 1860, 3660], Run(bench, 3700).Select(r => r.At));
    }
}
