using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace AlertGateway.Acceptance.House;

/// <summary>One storm over the whole house: the city's warning goes out, the county's joins it and leaves horns and transmitters alone, and red alarms again.</summary>
public sealed class EpisodeTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_second_warning_of_a_storm_is_joined_shown_and_quiet_and_a_graver_one_alarms_again()
    {
        await using var house = await RunningHouse.StartAsync(households: 300, Stop, push: 6, loudspeakers: 8);
        var now = TimeProvider.System.GetUtcNow();
        var first = await LaidAsync(house, "Severe", "storm-1", now.AddMinutes(-20));
        Assert.Equal(("First", 0), (first.GetProperty("alarm").GetString(), first.GetProperty("sparedDeliveries").GetInt32()));
        Assert.True(Deliveries(first, "Loudspeaker") > 0);
        foreach (var (person, role) in new[] { (house.Editor, "Proposer"), (house.Officer, "Approver") })
        {
            using var signed = await RunningHouse.SignAsync(person, first, role, Stop);
            Assert.True(signed.IsSuccessStatusCode, await signed.Content.ReadAsStringAsync(Stop));
        }

        var quiet = await LaidAsync(house, "Severe", "storm-2", now.AddMinutes(-10));
        Assert.Equal(("None", Deliveries(first, "Loudspeaker")), (quiet.GetProperty("alarm").GetString(), quiet.GetProperty("sparedDeliveries").GetInt32()));
        Assert.Equal((0, Deliveries(first, "Sms")), (Deliveries(quiet, "Loudspeaker"), Deliveries(quiet, "Sms")));
        Assert.Equal([1], quiet.GetProperty("joinedDisseminationNos").EnumerateArray().Select(n => n.GetInt32()));
        using var browser = await house.SignInAsync(Stop);
        string page = await RunningHouse.ReadPageAsync(browser, $"/live/proposals/{quiet.GetProperty("proposalNo").GetInt32()}", Stop);
        Assert.Contains("已并入，不再告警", page, StringComparison.Ordinal);
        Assert.Contains("同一过程 2 条", await RunningHouse.ReadPageAsync(browser, "/", Stop), StringComparison.Ordinal);

        var red = await LaidAsync(house, "Extreme", "storm-3", now.AddMinutes(-1));
        Assert.Equal("HigherColour", red.GetProperty("alarm").GetString());
        Assert.Equal((Deliveries(first, "Loudspeaker"), true), (Deliveries(red, "Loudspeaker"), Deliveries(red, "Broadcast") > 0));
    }

    private static async Task<JsonElement> LaidAsync(RunningHouse house, string severity, string identifier, DateTimeOffset sent)
    {
        string cap = new CapDocument { Identifier = identifier, Sent = sent, Severity = severity, Life = TimeSpan.FromHours(3), Geocodes = [("CPEAS Geographic Code", "320481000000")] }.ToString();
        if (severity == "Severe") cap = cap.Replace("红色", "橙色", StringComparison.Ordinal);
        using var answer = await house.SubmitAsync(cap, Stop);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var taken = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        return await house.GetAsync($"/v1/proposals/{taken.GetProperty("proposalNos")[0].GetInt32()}", Stop);
    }

    private static int Deliveries(JsonElement proposal, string channel) =>
        proposal.GetProperty("counts").GetProperty("deliveries").EnumerateObject().Where(d => string.Equals(d.Name, channel, StringComparison.OrdinalIgnoreCase)).Sum(d => d.Value.GetInt32());
}
