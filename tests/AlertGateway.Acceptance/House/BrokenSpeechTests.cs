using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using AlertGateway.Acceptance.Feeds;
using AlertGateway.Server.City;

namespace AlertGateway.Acceptance.House;

/// <summary>The night on which nothing can speak: the cloud's engine answers with JSON, and espeak-ng is not installed. The horns still sound, and the console says why they say so little.</summary>
public sealed class BrokenSpeechTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_voice_horns_play_the_recorded_announcement_and_the_console_says_what_happened()
    {
        await using var cloud = await ScriptedUpstream.StartAsync(Stop);
        cloud.Answer("v1/audio/speech", """{"error":{"message":"quota exceeded"}}""");
        await using var house = await RunningHouse.StartAsync(households: 60, Stop, loudspeakers: 3, prepare: h =>
        {
            string file = Path.Combine(h.Folder, "settings.json");
            var settings = JsonNode.Parse(File.ReadAllText(file))!;
            settings["Speech"] = JsonSerializer.SerializeToNode(new
            {
                Espeak = new { Program = Path.Combine(h.Folder, "no-espeak") },
                Http = new[] { new { Name = "cloud", Dialect = "OpenAi", Address = new Uri(cloud.Url, "/v1/audio/speech"), Model = "tts-1", ChineseVoice = "zf", EnglishVoice = "af", Timeout = "00:00:02" } },
            });
            File.WriteAllText(file, settings.ToJsonString());
        });
        await house.JoinAsync("Loudspeaker", "agw-loudspeaker",
            ["--broker", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{house.Gateway.Ready.GetProperty("mqttPort").GetInt32()}"), "--order-key", house.Gateway.Ready.GetProperty("orderKey").GetString()!, "--order-key-id", house.Gateway.Ready.GetProperty("orderKeyId").GetString()!,
                "--offline", "0", "--amp-dead", "0", "--speed", "200", "--devices", Path.Combine(house.Folder, "devices", CitySecrets.HornFile), "--journal", house.Journal("horns"), "--state-every", "1"], Stop);

        using var answer = await house.SubmitAsync(new CapDocument { Identifier = "mute-1", Sent = TimeProvider.System.GetUtcNow(), Geocodes = [("CPEAS Geographic Code", "320481000000")] }.ToString(), Stop);
        var taken = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        int number = taken.GetProperty("proposalNos")[0].GetInt32();
        var proposal = await house.GetAsync($"/v1/proposals/{number}", Stop);
        using var browser = await house.SignInAsync(Stop);
        string page = await RunningHouse.ReadPageAsync(browser, $"/live/proposals/{number}", Stop);
        Assert.Contains("改播通用录音", page, StringComparison.Ordinal);
        Assert.Contains("answered with application/json instead of sound", page, StringComparison.Ordinal);
        Assert.DoesNotContain("quota", page, StringComparison.Ordinal); // what the far side wrote stays there
        string health = await RunningHouse.ReadPageAsync(browser, "/health", Stop);
        Assert.Contains("语音引擎 cloud", health, StringComparison.Ordinal);
        Assert.Contains("最近一次失败", health, StringComparison.Ordinal);

        foreach (var (person, role) in new[] { (house.Editor, "Proposer"), (house.Officer, "Approver") })
        {
            using var signed = await RunningHouse.SignAsync(person, proposal, role, Stop);
            Assert.True(signed.IsSuccessStatusCode, await signed.Content.ReadAsStringAsync(Stop));
        }

        var horns = await RunningHouse.UntilAsync(() => HornsAsync(house), h => h.GetProperty("delivered").GetInt32() == 3, Stop);
        Assert.Equal(3, horns.GetProperty("planned").GetInt32());
    }

    private static async Task<JsonElement> HornsAsync(RunningHouse house) =>
        Assert.Single((await house.GetAsync("/v1/disseminations", Stop)).EnumerateArray()).GetProperty("channels").EnumerateArray().Single(c => c.GetProperty("channel").GetString() == "Loudspeaker");
}
