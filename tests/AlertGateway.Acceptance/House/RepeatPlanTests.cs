using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AlertGateway.Server.City;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Acceptance.House;

/// <summary>
/// 立即转移 over the whole house: loudspeakers play on after the first stretch, also while the gateway is dead, until their village reports 已转移 (on the device, over the API, at the console) or the warning is taken back.
/// The judge is the devices' own journal; they play two hundred times faster than life.
/// </summary>
public sealed class RepeatPlanTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Loudspeakers_repeat_until_their_village_has_left_whatever_becomes_of_the_gateway()
    {
        await using var house = await RunningHouse.StartAsync(households: 60, Stop, loudspeakers: 6);
        using var browser = await house.SignInAsync(Stop);
        string devices = Path.Combine(house.Folder, "devices"), orderKey = house.Gateway.Ready.GetProperty("orderKey").GetString()!;
        await house.JoinAsync("Loudspeaker", "agw-loudspeaker",
            ["--broker", FormattableString.Invariant($"127.0.0.1:{house.Gateway.Ready.GetProperty("mqttPort").GetInt32()}"), "--order-key", orderKey, "--order-key-id", house.Gateway.Ready.GetProperty("orderKeyId").GetString()!, "--offline", "0", "--amp-dead", "0",
                "--speed", "200", "--devices", Path.Combine(devices, CitySecrets.HornFile), "--journal", house.Journal("horns"), "--state-every", "1"], Stop);
        var villageOf = VillageOfHorn(house);
        var horns = villageOf.Keys.ToList();
        string first = villageOf[horns[0]], second = villageOf.Values.First(v => v != first);

        await ReleaseAsync(house);
        // Three plays are the first stretch: the fifth is one of those that go on.
        await UntilAsync(house, () => horns.All(h => Plays(house, h) >= 5));
        Assert.Empty((await house.GetAsync("/v1/disseminations/1/evacuations", Stop)).GetProperty("villageCodes").EnumerateArray());

        house.Gateway.Kill();
        house.Gateway.Dispose();
        var atTheKill = horns.ToDictionary(h => h, h => Plays(house, h));
        await UntilAsync(house, () => horns.All(h => Plays(house, h) >= atTheKill[h] + 2));
        await house.StartGatewayAsync(Stop);

        using var reported = await house.Officer.PostAsJsonAsync($"/v1/disseminations/1/villages/{first}/evacuated", new { evacuated = true }, Stop);
        Assert.Equal(HttpStatusCode.NoContent, reported.StatusCode);
        await AssertSilentAsync(house, horns.Where(h => villageOf[h] == first), horns.Where(h => villageOf[h] != first));

        string page = await RunningHouse.ReadPageAsync(browser, $"/live/1/unreached?village={second}", Stop);
        Assert.Contains("大喇叭重复播放，直到本村报告“已转移”", page, StringComparison.Ordinal);
        using var form = await RunningHouse.PressAsync(browser, $"/live/1/unreached?village={second}", "/live/1/evacuated", [new("village", second), new("evacuated", "yes")], Stop);
        Assert.Equal(HttpStatusCode.OK, form.StatusCode);
        await AssertSilentAsync(house, horns.Where(h => villageOf[h] == second), horns.Where(h => villageOf[h] != first && villageOf[h] != second));

        using var cancelled = await house.Officer.PostAsJsonAsync("/v1/disseminations/1/cancel", new { reason = "误发", falseAlarm = true }, Stop);
        Assert.True(cancelled.IsSuccessStatusCode, await cancelled.Content.ReadAsStringAsync(Stop));
        await AssertSilentAsync(house, horns, []);
        var timeline = await house.GetAsync("/v1/disseminations/1/timeline", Stop);
        Assert.Equal(2, timeline.EnumerateArray().Count(t => t.GetProperty("code").GetString() == "evacuated"));
    }

    [Fact]
    public async Task The_key_on_the_device_is_enough()
    {
        await using var house = await RunningHouse.StartAsync(households: 60, Stop, loudspeakers: 3);
        string devices = Path.Combine(house.Folder, "devices"), orderKey = house.Gateway.Ready.GetProperty("orderKey").GetString()!;
        await house.JoinAsync("Loudspeaker", "agw-loudspeaker",
            ["--broker", FormattableString.Invariant($"127.0.0.1:{house.Gateway.Ready.GetProperty("mqttPort").GetInt32()}"), "--order-key", orderKey, "--order-key-id", house.Gateway.Ready.GetProperty("orderKeyId").GetString()!, "--offline", "0", "--amp-dead", "0",
                "--speed", "200", "--devices", Path.Combine(devices, CitySecrets.HornFile), "--journal", house.Journal("horns"), "--state-every", "1", "--evacuated-after", "4"], Stop);
        await ReleaseAsync(house);
        var villageOf = VillageOfHorn(house);
        await AssertSilentAsync(house, villageOf.Keys, []);
        var left = await house.GetAsync("/v1/disseminations/1/evacuations", Stop);
        Assert.Equal(villageOf.Values.Distinct().Order(StringComparer.Ordinal), left.GetProperty("villageCodes").EnumerateArray().Select(v => v.GetString()!).Order(StringComparer.Ordinal));
    }

    private static async Task ReleaseAsync(RunningHouse house)
    {
        string cap = new CapDocument { Identifier = "leave-1", Sent = TimeProvider.System.GetUtcNow(), Geocodes = [("CPEAS Geographic Code", "320481000000")] }.ToString().Replace("请向高处转移。", "请立即转移到高处。", StringComparison.Ordinal);
        using var answer = await house.SubmitAsync(cap, Stop);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var taken = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        var proposal = await house.GetAsync($"/v1/proposals/{taken.GetProperty("proposalNos")[0].GetInt32()}", Stop);
        foreach (var (person, role) in new[] { (house.Editor, "Proposer"), (house.Officer, "Approver") })
        {
            using var signed = await RunningHouse.SignAsync(person, proposal, role, Stop);
            Assert.True(signed.IsSuccessStatusCode, await signed.Content.ReadAsStringAsync(Stop));
        }
    }

    /// <summary>Every one of these was stopped and begins nothing of the warning after that, while the others have begun two more plays.</summary>
    private static async Task AssertSilentAsync(RunningHouse house, IEnumerable<string> stopped, IEnumerable<string> goingOn)
    {
        var (silent, loud) = (stopped.ToList(), goingOn.ToList());
        await UntilAsync(house, () => silent.All(h => Lines(house, h).Any(l => l[1] == "stop")));
        var before = loud.ToDictionary(h => h, h => Plays(house, h));
        await UntilAsync(house, () => loud.All(h => Plays(house, h) >= before[h] + 2));
        foreach (string horn in silent)
        {
            var after = Lines(house, horn).SkipWhile(l => l[1] != "stop").ToList();
            Assert.DoesNotContain(after, l => l[1] == "start" && l[3].Split('-')[3] == "0");
        }
    }

    private static Dictionary<string, string> VillageOfHorn(RunningHouse house)
    {
        using var store = RegistryStore.Open(Path.Combine(house.DataFolder, "registry.db"));
        var registry = store.LoadSnapshot();
        return registry.Loudspeakers.Where(l => !registry.EndpointFlags[l.EndpointNo].HasFlag(EndpointFlags.Exercise))
            .ToDictionary(l => string.Create(CultureInfo.InvariantCulture, $"H{l.EndpointNo}"), l => registry.Villages[l.VillageIndex].Code);
    }

    private static int Plays(RunningHouse house, string horn) => Lines(house, horn).Count(l => l[1] == "start");

    private static IEnumerable<string[]> Lines(RunningHouse house, string horn)
    {
        string file = house.Journal("horns");
        if (!File.Exists(file)) return [];
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return [.. reader.ReadToEnd().Split('\n')[..^1].Select(l => l.Split('\t')).Where(l => l.Length > 3 && l[2] == horn)];
    }

    private static async Task UntilAsync(RunningHouse house, Func<bool> condition)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        while (!condition())
        {
            try
            {
                await poll.WaitForNextTickAsync(patience.Token);
            }
            catch (OperationCanceledException) when (!Stop.IsCancellationRequested)
            {
                Assert.Fail("It did not come to this:\n" + (File.Exists(house.Journal("horns")) ? string.Join('\n', File.ReadLines(house.Journal("horns")).TakeLast(40)) : "no journal"));
            }
        }
    }
}
