using System.Net.Http.Json;
using System.Text.Json;

namespace AlertGateway.Acceptance.House;

/// <summary>A provider's key that was changed behind the gateway's back, at two in the morning.</summary>
public sealed class RefusedAccountTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_refused_account_fails_nobody_calls_a_person_and_everybody_is_reached_once_it_is_mended()
    {
        byte[] right = [];
        await using var house = await RunningHouse.StartAsync(households: 200, Stop, withSmsProvider: true, push: 2, loudspeakers: 2, prepare: h =>
        {
            right = File.ReadAllBytes(h.SmsTokenFile);
            File.WriteAllBytes(h.SmsTokenFile, [.. right.Reverse()]); // the file keeps its mode
        });
        var now = TimeProvider.System.GetUtcNow();
        using var answer = await house.SubmitAsync(new CapDocument { Identifier = "refused-1", Sent = now.AddMinutes(-1), Geocodes = [("CPEAS Geographic Code", "320481000000")] }.ToString(), Stop);
        var taken = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        var proposal = await house.GetAsync($"/v1/proposals/{taken.GetProperty("proposalNos")[0].GetInt32()}", Stop);
        foreach (var (person, role) in new[] { (house.Editor, "Proposer"), (house.Officer, "Approver") })
        {
            using var signed = await RunningHouse.SignAsync(person, proposal, role, Stop);
            Assert.True(signed.IsSuccessStatusCode, await signed.Content.ReadAsStringAsync(Stop));
        }

        using var browser = await house.SignInAsync(Stop);
        string page = await RunningHouse.UntilAsync(() => RunningHouse.ReadPageAsync(browser, "/health", Stop), p => p.Contains("供应商拒绝本账号", StringComparison.Ordinal), Stop);
        Assert.Contains("The provider refuses the account", page, StringComparison.Ordinal);
        var sms = await SmsAsync(house);
        Assert.Equal((0, 0, 0), (Number(sms, "failed"), Number(sms, "delivered"), Number(sms, "handedOff")));
        Assert.True(Number(sms, "planned") > 100);

        await File.WriteAllBytesAsync(house.SmsTokenFile, right, Stop);
        await house.KillAndRestartAsync(Stop);
        sms = await RunningHouse.UntilAsync(() => SmsAsync(house), s => Number(s, "open") + Number(s, "accepted") == 0, Stop);
        // The provider's own dead and switched-off handsets are the only ones that fail.
        Assert.True(Number(sms, "delivered") + Number(sms, "handedOff") > 0.9 * Number(sms, "planned"), sms.GetRawText());
        page = await RunningHouse.ReadPageAsync(browser, "/health", Stop);
        Assert.DoesNotContain("供应商拒绝本账号", page, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> SmsAsync(RunningHouse house) =>
        Assert.Single((await house.GetAsync("/v1/disseminations", Stop)).EnumerateArray()).GetProperty("channels").EnumerateArray().Single(c => c.GetProperty("channel").GetString() == "Sms");

    private static int Number(JsonElement channel, string name) => channel.GetProperty(name).GetInt32();
}
