using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace AlertGateway.Acceptance.House;

/// <summary>An area that cannot be meant holds the alert, with a reason of its own that the API and the page both show; and nobody can sign it away.</summary>
public sealed class HeldAreaTests
{
    private const int Households = 600;

    // The danger zone below 大溪水库: well inside the county.
    private const string Inside = "31.3745,119.3655 31.3725,119.3820 31.3850,119.3905 31.4010,119.3985 31.4190,119.4010 31.3900,119.3575 31.3745,119.3655";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_area_that_cannot_be_meant_is_held_with_its_own_reason()
    {
        await using var house = await RunningHouse.StartAsync(Households, Stop, householdsMax: Households / 2);
        using var browser = await house.SignInAsync(Stop);
        var cases = new (string Name, string Code, string Chinese, string English, CapDocument Document)[]
        {
            ("no-area", "area.none", "绝不等于全体", "never means everybody", A("no-area")),
            ("no-ground", "area.empty", "没有任何住户", "No household lies", A("no-ground", "31.37,119.36 31.38,119.37 31.39,119.38 31.37,119.36")),
            ("blank", "area.broken", "无法读取", "cannot be read", A("blank", " ")),
            ("two-points", "area.broken", "无法读取", "cannot be read", A("two-points", "31.3745,119.3655 31.3725,119.3820 31.3745,119.3655 31.3745,119.3655")),
            ("not-numbers", "area.broken", "无法读取", "cannot be read", A("not-numbers", "31.37,119.36 north,east 31.40,119.39 31.37,119.36")),
            ("figure-of-eight", "area.broken", "自相交", "crosses itself", A("figure-of-eight", "31.36,119.36 31.42,119.42 31.42,119.36 31.36,119.42 31.36,119.36")),
            ("swapped", "area.swapped", "写反", "swapped", A("swapped", "119.3655,31.3745 119.3820,31.3725 119.3985,31.4010 119.3655,31.3745")),
            ("many-vertices", "area.too-many-vertices", "60,001", "60,001 vertices; the limit is 60,000", A("many-vertices", CapDocument.Ring(31.39, 119.38, 0.01, 60_000))),
            ("elsewhere", "area.outside-jurisdiction", "100% 在", "100% of the area", A("elsewhere", "30.20,120.10 30.20,120.20 30.30,120.20 30.20,120.10")),
            ("oversized", "area.oversized", "允许比例", "more than is allowed", A("oversized", CapDocument.Ring(31.43, 119.38, 0.6, 60))),
            ("over-cap", "audience.over-cap", "超过上限 300", "above the cap of 300", A("over-cap") with { Geocodes = [("CPEAS Geographic Code", "320481000000")] }),
            ("unknown-code", "area.unresolved-code", "找不到对应区域", "not known to the registry", A("unknown-code") with { Geocodes = [("EMMA_ID", "XX999")] }),
        };
        var wrong = new List<string>();
        foreach (var (name, code, chinese, english, document) in cases)
        {
            using var answer = await house.SubmitAsync(document.ToString(), Stop);
            string text = await answer.Content.ReadAsStringAsync(Stop);
            Assert.True(answer.StatusCode == HttpStatusCode.Accepted, $"{name}: {(int)answer.StatusCode} {text}");
            int no = JsonDocument.Parse(text).RootElement.GetProperty("proposalNos")[0].GetInt32();
            var proposal = await house.GetAsync($"/v1/proposals/{no}", Stop);
            if (proposal.GetProperty("state").GetString() != "Held")
            {
                wrong.Add($"{name}: {proposal.GetProperty("state")}");
                continue;
            }
            var holds = proposal.GetProperty("holds").EnumerateArray().ToList();
            string page = await RunningHouse.ReadPageAsync(browser, $"/live/proposals/{no}", Stop);
            bool told = holds.Any(h => h.GetProperty("code").GetString() == code && Says(h, "sentence", chinese) && Says(h, "sentenceEnglish", english));
            if (!told) wrong.Add($"{name}: {string.Join(", ", holds)}");
            else if (!page.Contains(chinese, StringComparison.Ordinal) || !page.Contains(english, StringComparison.Ordinal)) wrong.Add($"{name}: not on the page");

            using var signed = await RunningHouse.SignAsync(house.Editor, proposal, "Proposer", Stop);
            Assert.Equal(HttpStatusCode.Conflict, signed.StatusCode);
            Assert.Contains("proposal.held", await signed.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        }
        Assert.Empty(wrong);
        Assert.Empty((await house.GetAsync("/v1/disseminations", Stop)).EnumerateArray());
    }

    [Fact]
    public async Task The_same_alert_with_an_area_that_can_be_meant_is_not_held()
    {
        await using var house = await RunningHouse.StartAsync(Households, Stop, householdsMax: Households / 2);
        using var answer = await house.SubmitAsync(A("inside", Inside).ToString(), Stop);
        var taken = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        var proposal = await house.GetAsync($"/v1/proposals/{taken.GetProperty("proposalNos")[0].GetInt32()}", Stop);
        Assert.Equal(("Draft", 0), (proposal.GetProperty("state").GetString(), proposal.GetProperty("holds").GetArrayLength()));
    }

    private static bool Says(JsonElement hold, string language, string words) => hold.GetProperty(language).GetString()!.Contains(words, StringComparison.Ordinal);

    private static CapDocument A(string name, params string[] polygons) => new() { Identifier = "hold-" + name, Sent = TimeProvider.System.GetUtcNow(), Polygons = polygons };
}
