using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Tracking;
using Xunit;

namespace AlertGateway.Acceptance.Console;

/// <summary>The API as a program meets it.</summary>
public sealed class ApiTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_alert_is_answered_202_with_its_numbers()
    {
        await using var fixture = await ConsoleFixture.StartAsync();
        using var client = fixture.Client("token-wang");
        using var answer = await client.PostAsync("/v1/alerts", new StringContent("<alert/>", Encoding.UTF8, "application/cap+xml"), Stop);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(1, body.GetProperty("proposalNos")[0].GetInt32());
        Assert.Equal("/v1/proposals/1", answer.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task A_refused_document_is_answered_422_with_code_and_findings()
    {
        await using var fixture = await ConsoleFixture.StartAsync();
        using var client = fixture.Client("token-wang");
        using var answer = await client.PostAsync("/v1/alerts", new StringContent("not xml"), Stop);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("cap.rejected", body.GetProperty("code").GetString());
        Assert.Equal("cap.not-xml", body.GetProperty("findings")[0].GetProperty("code").GetString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_five_and_a_half_mebibytes_is_answered_413(bool saysItsLength)
    {
        await using var fixture = await ConsoleFixture.StartAsync();
        using var client = fixture.Client("token-wang");
        byte[] large = new byte[5_767_169];
        using HttpContent content = saysItsLength ? new ByteArrayContent(large) : new StreamContent(new MemoryStream(large)) { Headers = { ContentLength = null } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/alerts") { Content = content };
        request.Headers.TransferEncodingChunked = saysItsLength ? null : true;
        using var answer = await client.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("body.too-large", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Empty(fixture.Desk.Submissions);
    }

    [Fact]
    public async Task Two_persons_sign_the_hashes_and_the_same_one_twice_is_refused()
    {
        await using var fixture = await ConsoleFixture.StartAsync();
        var hashes = fixture.Desk.Lay(AlertStatus.Actual).Hashes;
        using var wang = fixture.Client("token-wang");
        using var li = fixture.Client("token-li");
        using var proposed = await SignAsync(wang, hashes, SignatureRole.Proposer);
        using var same = await SignAsync(wang, hashes, SignatureRole.Approver);
        using var changed = await SignAsync(li, hashes with { Audience = "00" }, SignatureRole.Approver);
        using var cleared = await SignAsync(li, hashes, SignatureRole.Approver);
        Assert.Equal(HttpStatusCode.OK, proposed.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, same.StatusCode);
        Assert.Contains("approver.same-person", await same.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, changed.StatusCode);
        Assert.Equal(1, (await cleared.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("disseminationNo").GetInt32());
    }

    [Fact]
    public async Task Unknown_numbers_and_malformed_bodies_are_refused_each_with_its_code()
    {
        await using var fixture = await ConsoleFixture.StartAsync();
        fixture.Board.Open(1, 1, "红色预警", AlertStatus.Actual, WarningColour.Red);
        using var client = fixture.Client("token-wang");
        foreach (var (path, code) in (IReadOnlyList<(string, string)>)
        [
            ("/v1/proposals/9", "proposal.unknown"), ("/v1/disseminations/9", "dissemination.unknown"), ("/v1/disseminations/9/coverage", "dissemination.unknown"),
            ("/v1/disseminations/9/timeline", "dissemination.unknown"), ("/v1/board/9/events", "dissemination.unknown"), ("/v1/disseminations/1/unreached?take=0", "page.out-of-range"),
        ])
        {
            using var answer = await client.GetAsync(path, Stop);
            Assert.Contains(code, await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        }

        foreach (var (path, json, status) in (IReadOnlyList<(string, string, int)>)
        [
            ("/v1/disseminations/1/cancel", """{"reason":"","falseAlarm":false}""", 400), ("/v1/disseminations/1/cancel", "{", 400), ("/v1/disseminations/1/cancel", """{"reason":"x","falseAlarm":false,"extra":1}""", 400),
            ("/v1/disseminations/1/visits", """{"personNo":100001,"level":"Delivered"}""", 400), ("/v1/disseminations/1/visits", """{"personNo":5,"level":"Visited"}""", 404),
        ])
        {
            using var answer = await client.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"), Stop);
            Assert.Equal(status, (int)answer.StatusCode);
        }

        Assert.Empty(fixture.Desk.Cancels);
        Assert.Empty(fixture.Board.Visits);
    }

    [Fact]
    public async Task A_visit_is_recorded_under_the_name_of_who_made_it()
    {
        await using var fixture = await ConsoleFixture.StartAsync();
        fixture.Board.Open(1, 1, "红色预警", AlertStatus.Actual, WarningColour.Red);
        using var client = fixture.Client("token-zhao");
        using var answer = await client.PostAsync("/v1/disseminations/1/visits", new StringContent("""{"personNo":100001,"level":"Visited"}""", Encoding.UTF8, "application/json"), Stop);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal((1, 100_001, Evidence.Visited, new Actor(3, "赵网格", "wardens")), Assert.Single(fixture.Board.Visits));
    }

    [Fact]
    public async Task Nobody_records_a_visit_or_a_village_that_has_left_without_a_rule_that_says_so()
    {
        await using var fixture = await ConsoleFixture.StartAsync();
        fixture.Board.Open(1, 1, "红色预警", AlertStatus.Actual, WarningColour.Red);
        using var client = fixture.Client("token-li");
        foreach (var (path, json) in (IReadOnlyList<(string, string)>)[("/v1/disseminations/1/visits", """{"personNo":100001,"level":"Visited"}"""), ($"/v1/disseminations/1/villages/{ScriptedBoard.Code(0, 200)}/evacuated", """{"evacuated":true}""")])
        {
            using var answer = await client.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"), Stop);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.Contains("您的角色无权记录", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        }
        string page = WebUtility.HtmlDecode(await client.GetStringAsync($"/live/1/unreached?village={ScriptedBoard.Code(0, 200)}", Stop));
        Assert.DoesNotContain("value=\"Visited\"", page, StringComparison.Ordinal);
        Assert.Contains("这里只供查看", page, StringComparison.Ordinal);
        Assert.Empty(fixture.Board.Visits);
    }

    [Fact]
    public async Task A_cancel_by_somebody_without_authority_is_forbidden_in_words()
    {
        await using var fixture = await ConsoleFixture.StartAsync();
        fixture.Board.Open(1, 1, "红色预警", AlertStatus.Actual, WarningColour.Red);
        using var client = fixture.Client("token-zhao");
        using var answer = await client.PostAsync("/v1/disseminations/1/cancel", new StringContent("""{"reason":"误发","falseAlarm":true}""", Encoding.UTF8, "application/json"), Stop);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("您无权撤销", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> SignAsync(HttpClient client, ApprovalHashes h, SignatureRole role) => client.PostAsync("/v1/proposals/1/sign",
        new StringContent(JsonSerializer.Serialize(new { content = h.Content, area = h.Area, audience = h.Audience, renditions = h.Renditions, expiresTicks = h.ExpiresTicks, role = role.ToString() }), Encoding.UTF8, "application/json"), Stop);
}
