using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using AlertGateway.Acceptance.Feeds;
using AlertGateway.Server.City;

namespace AlertGateway.Acceptance.House;

/// <summary>
/// An official source, a standing order by magnitude and intensity, and no person awake: loudspeakers that hold the words sound at once; whoever could not be reached before the shaking gets advice after it, never a warning.
/// </summary>
public sealed class EarthquakeTests
{
    private const int Horns = 6;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Villages_that_have_time_are_warned_from_stock_and_everybody_is_advised_afterwards()
    {
        await using var upstream = await ScriptedUpstream.StartAsync(Stop);
        upstream.Answer("eew", "{\"type\":\"heartbeat\"}");
        await using var house = await RunningHouse.StartAsync(households: 60, Stop, withSmsProvider: true, loudspeakers: Horns, prepare: h => Prepare(h, upstream));
        await house.JoinAsync("Loudspeaker", "agw-loudspeaker",
            ["--broker", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{house.Gateway.Ready.GetProperty("mqttPort").GetInt32()}"), "--order-key", house.Gateway.Ready.GetProperty("orderKey").GetString()!, "--order-key-id", house.Gateway.Ready.GetProperty("orderKeyId").GetString()!,
                "--offline", "0", "--amp-dead", "0", "--speed", "8", "--devices", Path.Combine(house.Folder, "devices", CitySecrets.HornFile), "--journal", house.Journal("horns")], Stop);
        using var browser = await house.SignInAsync(Stop);
        await RunningHouse.UntilAsync(() => RunningHouse.ReadPageAsync(browser, "/health", Stop), page => page.Contains($"{Horns} 台大喇叭已存有", StringComparison.Ordinal) && page.Contains("启动演练已走通", StringComparison.Ordinal), Stop);
        // It was on paper: nothing is on the ledger, and no loudspeaker heard of it.
        Assert.Empty((await house.GetAsync("/v1/disseminations", Stop)).EnumerateArray());
        Assert.DoesNotContain(Lines(house, "horns"), l => l.Contains("\talarm\t", StringComparison.Ordinal));

        // Some 70 km off: the whole county has a quarter of a minute.
        upstream.Answer("eew", Frame("far", 1, TimeProvider.System.GetUtcNow(), lat: 31.9, lon: 118.85, magnitude: 6.9));
        await RunningHouse.UntilAsync(() => Task.FromResult(Orders(house, "alarm", dissemination: 1)), n => n == Horns, Stop);
        var warning = await house.GetAsync("/v1/disseminations/1", Stop);
        Assert.DoesNotContain(warning.GetProperty("channels").EnumerateArray(), c => c.GetProperty("channel").GetString() == "Sms");
        Assert.Equal(0, Orders(house, "arm", dissemination: 1));

        // Two seconds after the last arrival, by the same order: a text to everybody, and loudspeakers say it one by one.
        var advice = await RunningHouse.UntilAsync(() => house.GetAsync("/v1/disseminations", Stop), all => all.EnumerateArray().Count() == 2, Stop);
        Assert.Contains("震后提示", advice.EnumerateArray().Last().GetRawText() + advice.EnumerateArray().First().GetRawText(), StringComparison.Ordinal);
        await RunningHouse.UntilAsync(() => Task.FromResult(Lines(house, "sms").Count(l => l.Contains("\td2-", StringComparison.Ordinal))), n => n > 60, Stop);
        Assert.DoesNotContain(Lines(house, "sms"), l => l.Contains("\td1-", StringComparison.Ordinal));

        // Felt while the report came: nobody is warned of what is over.
        upstream.Answer("eew", Frame("near", 1, TimeProvider.System.GetUtcNow().AddSeconds(-30), lat: 31.43, lon: 119.48, magnitude: 5.6));
        await RunningHouse.UntilAsync(() => house.GetAsync("/v1/disseminations", Stop), all => all.EnumerateArray().Count() == 3, Stop);
        await RunningHouse.UntilAsync(() => Task.FromResult(Lines(house, "sms").Count(l => l.Contains("\td3-", StringComparison.Ordinal))), n => n > 0, Stop);
        Assert.Equal(Horns, Lines(house, "horns").Count(l => l.Contains("\talarm\t", StringComparison.Ordinal)));
    }

    private static void Prepare(RunningHouse house, ScriptedUpstream upstream)
    {
        string authority = Path.Combine(house.Folder, "config", "authority.json"), text = File.ReadAllText(authority);
        string changed = text.Replace("\"standingOrders\": []", """
            "standingOrders": [{ "name": "eew", "source": "feed:eew", "areas": ["320481"], "events": ["11C02", "EQ-ADVICE"], "minColour": "yellow", "maxColour": "red", "statuses": ["Actual"], "minMagnitude": 5, "minIntensity": 5, "cancels": true }]
            """, StringComparison.Ordinal);
        Assert.NotEqual(text, changed);
        File.WriteAllText(authority, changed);
        string file = Path.Combine(house.Folder, "settings.json");
        var settings = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        settings["Earthquake"] = new JsonObject { ["AdviceAfter"] = "00:00:02" };
        File.WriteAllText(file, settings.ToJsonString());
        File.WriteAllText(Path.Combine(house.Folder, "feeds", "eew.json"), JsonSerializer.Serialize(new { name = "eew", kind = "wolfx", url = new Uri(upstream.Url, "eew"), intervalSeconds = 1, canaryHours = 0, official = true, senderName = "测试地震台网" }));
    }

    private static string Frame(string id, int number, DateTimeOffset origin, double lat, double lon, double magnitude)
    {
        string at = origin.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        return JsonSerializer.Serialize(new { type = "cenc_eew", ID = id, EventID = id, ReportTime = at, ReportNum = number, OriginTime = at, HypoCenter = "测试", Latitude = lat, Longitude = lon, Magnitude = magnitude, Depth = 10, MaxIntensity = 8.0 });
    }

    private static int Orders(RunningHouse house, string type, int dissemination) =>
        Lines(house, "horns").Select(l => l.Split('\t')).Count(c => c.Length >= 6 && c[1] == "order" && c[3] == type && c[5] == "accepted" && c[4].StartsWith($"d{dissemination}-", StringComparison.Ordinal));

    private static string[] Lines(RunningHouse house, string journal)
    {
        if (!File.Exists(house.Journal(journal))) return [];
        using var stream = new FileStream(house.Journal(journal), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n');
    }
}
