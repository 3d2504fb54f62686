using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using AlertGateway.Server.City;

namespace AlertGateway.Acceptance.House;

/// <summary>One running house for the class; its tests run one after the other and each looks only at what it did itself.</summary>
public sealed class BadInputHouse : IAsyncLifetime
{
    internal RunningHouse House { get; private set; } = null!;

    internal HttpClient Browser { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        House = await RunningHouse.StartAsync(households: 300, TestContext.Current.CancellationToken, withSmsProvider: true);
        Browser = await House.SignInAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (House is { } house) await house.DisposeAsync();
    }
}

/// <summary>Whatever comes in wrong is refused in words of its own, in Chinese and English; the refusal is on the page; and nothing else has changed.</summary>
public sealed class BadInputTests(BadInputHouse fixture) : IClassFixture<BadInputHouse>
{
    private const string Inside = "31.3745,119.3655 31.3725,119.3820 31.3850,119.3905 31.4010,119.3985 31.4190,119.4010 31.3900,119.3575 31.3745,119.3655";
    private const int BodyBytesMax = 5_767_168; // 5.5 MiB

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RunningHouse House => fixture.House;

    [Theory]
    [InlineData("<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'><identifier>cut off", "cap.document.not-well-formed", "不是格式正确的 XML")]
    [InlineData("not XML at all", "cap.document.not-well-formed", "不是格式正确的 XML")]
    [InlineData("<!DOCTYPE alert [<!ENTITY a 'aaaa'>]><alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'><identifier>&a;</identifier></alert>", "cap.document.doctype", "DOCTYPE")]
    [InlineData("<!DOCTYPE alert SYSTEM 'http://127.0.0.1:9/evil.dtd'><alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'/>", "cap.document.doctype", "DOCTYPE")]
    [InlineData("<rss version='2.0'><channel><title>no alert</title></channel></rss>", "cap.document.no-alert", "没有 CAP 预警")]
    public async Task A_document_that_cannot_be_read_is_refused(string document, string code, string chinese)
    {
        var before = await StateAsync();
        using var answer = await House.SubmitAsync(document, Stop);
        await AssertRefusedAsync(answer, HttpStatusCode.UnprocessableEntity, code, chinese);
        Assert.Equal(before, await StateAsync());
    }

    [Fact]
    public async Task An_alert_without_identity_is_refused()
    {
        var before = await StateAsync();
        using var answer = await House.SubmitAsync(A("no-identity").ToString().Replace("<identifier>no-identity</identifier>", "", StringComparison.Ordinal), Stop);
        await AssertRefusedAsync(answer, HttpStatusCode.UnprocessableEntity, "cap.identifier.missing", "没有编号");
        Assert.Equal(before, await StateAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_five_and_a_half_mebibytes_is_refused_with_413(bool lengthIsStated)
    {
        var before = await StateAsync();
        using var body = new StreamContent(new MemoryStream(new byte[BodyBytesMax + 1]));
        body.Headers.ContentType = new MediaTypeHeaderValue("application/cap+xml");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/alerts") { Content = body };
        request.Headers.TransferEncodingChunked = !lengthIsStated;
        using var answer = await House.Editor.SendAsync(request, Stop);
        await AssertRefusedAsync(answer, HttpStatusCode.RequestEntityTooLarge, "body.too-large", "超过 5.5 MiB");
        Assert.Equal(before, await StateAsync());
    }

    [Fact]
    public async Task An_alert_whose_life_is_over_is_refused()
    {
        string before = await StateAsync();
        using var answer = await House.SubmitAsync((A("expired") with { Sent = TimeProvider.System.GetUtcNow().AddHours(-3) }).ToString(), Stop);
        await AssertRefusedAsync(answer, HttpStatusCode.UnprocessableEntity, "alert.expired", "已过有效期");
        Assert.Equal(before, await StateAsync());
    }

    [Fact]
    public async Task An_unknown_area_code_holds_the_alert_and_names_the_code()
    {
        using var answer = await House.SubmitAsync((A("unknown-code") with { Polygons = [], Geocodes = [("CPEAS Geographic Code", "320481999000")] }).ToString(), Stop);
        var proposal = await ProposalOfAsync(answer);
        Assert.Equal("Held", proposal.GetProperty("state").GetString());
        var hold = Assert.Single(proposal.GetProperty("holds").EnumerateArray());
        Assert.Equal("area.unresolved-code", hold.GetProperty("code").GetString());
        Assert.Contains("320481999000", hold.GetProperty("sentence").GetString(), StringComparison.Ordinal);
        Assert.Contains("320481999000", await RunningHouse.ReadPageAsync(fixture.Browser, $"/live/proposals/{proposal.GetProperty("proposalNo").GetInt32()}", Stop), StringComparison.Ordinal);
        using var signed = await RunningHouse.SignAsync(House.Editor, proposal, "Proposer", Stop);
        await AssertRefusedAsync(signed, HttpStatusCode.Conflict, "proposal.held", "320481999000");
    }

    [Fact]
    public async Task A_second_signature_by_the_same_person_is_refused()
    {
        // Handed in by the editor, proposed and then approved by the officer alone.
        using var answer = await House.SubmitAsync(A("same-person").ToString(), Stop);
        var proposal = await ProposalOfAsync(answer);
        using (var proposed = await RunningHouse.SignAsync(House.Officer, proposal, "Proposer", Stop)) Assert.Equal(HttpStatusCode.OK, proposed.StatusCode);
        string before = await StateAsync();
        using var approved = await RunningHouse.SignAsync(House.Officer, proposal, "Approver", Stop);
        await AssertRefusedAsync(approved, HttpStatusCode.Forbidden, "approver.same-person", "须由另一人审批");
        using var author = await RunningHouse.SignAsync(House.Editor, proposal, "Approver", Stop);
        Assert.Equal(HttpStatusCode.Forbidden, author.StatusCode);
        Assert.Equal(before, await StateAsync());
    }

    [Theory]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData(null)]
    public async Task A_forged_status_callback_is_refused_and_moves_no_delivery(string? signature)
    {
        string tag = await ADeliveredTagAsync($"forged-{(signature is null ? "unsigned" : "signed")}");
        string before = await StateAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(House.Url, "/v1/receipts/twilio/" + tag))
        {
            Content = new FormUrlEncodedContent([new("MessageSid", "SM" + new string('0', 32)), new("MessageStatus", "undelivered"), new("ErrorCode", "30003")]),
        };
        if (signature is not null) request.Headers.Add("X-Twilio-Signature", signature);
        using var provider = new HttpClient();
        using var answer = await provider.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        await AssertRecordedAsync("sms.callback.forged", "签名不符", "no valid signature");
        Assert.Equal(before, await StateAsync());
    }

    [Fact]
    public async Task A_loudspeaker_with_a_wrong_key_stays_outside()
    {
        string before = await StateAsync();
        var horns = await House.JoinAsync("Loudspeaker", "agw-loudspeaker",
        [
            "--broker", FormattableString.Invariant($"127.0.0.1:{House.Gateway.Ready.GetProperty("mqttPort").GetInt32()}"), "--devices", Path.Combine(House.Folder, "devices", CitySecrets.HornFile),
            "--order-key", House.Gateway.Ready.GetProperty("orderKey").GetString()!, "--order-key-id", House.Gateway.Ready.GetProperty("orderKeyId").GetString()!, "--offline", "0", "--wrong-key", "3",
        ], Stop);
        int devices = horns.Ready.GetProperty("devices").GetInt32();
        Assert.Equal(devices - 3, horns.Ready.GetProperty("connected").GetInt32());
        await AssertRecordedAsync("loudspeaker.key.wrong", "密钥不符", "signed with a wrong key");
        horns.End();
        Assert.Equal(before, await StateAsync());
    }

    private async Task AssertRefusedAsync(HttpResponseMessage answer, HttpStatusCode status, string code, string chinese)
    {
        string text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.StatusCode == status, $"{(int)answer.StatusCode} {text}");
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal(code, problem.GetProperty("code").GetString());
        string title = problem.GetProperty("title").GetString()!;
        Assert.Contains(chinese, title, StringComparison.Ordinal);
        Assert.Matches("[a-z]{2,} [a-z]{2,}", title); // and English words beside it
        await AssertRecordedAsync(code, chinese, "");
    }

    // In the ledger, hence in the book, hence on the page that people look at. What the rim refuses is written behind the answer.
    private async Task AssertRecordedAsync(string code, string chinese, string english)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        string page;
        int tries = 0;
        do page = await RunningHouse.ReadPageAsync(fixture.Browser, "/refusals", Stop);
        while (!page.Contains(code, StringComparison.Ordinal) && ++tries < 100 && await poll.WaitForNextTickAsync(Stop));
        Assert.Contains(code, page, StringComparison.Ordinal);
        Assert.Contains(chinese, page, StringComparison.Ordinal);
        Assert.Contains(english, page, StringComparison.Ordinal);
    }

    /// <summary>All that a refusal must not change.</summary>
    private async Task<string> StateAsync() => $"{await House.GetAsync("/v1/proposals", Stop)}\n{await House.GetAsync("/v1/disseminations", Stop)}";

    private async Task<JsonElement> ProposalOfAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var taken = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        return await House.GetAsync($"/v1/proposals/{taken.GetProperty("proposalNos")[0].GetInt32()}", Stop);
    }

    // A small warning all the way out, so that there is a delivery that a forger could try to move.
    private async Task<string> ADeliveredTagAsync(string identifier)
    {
        using var answer = await House.SubmitAsync((A(identifier) with { Severity = "Minor", Polygons = [], Geocodes = [("CPEAS Geographic Code", "320481000000")] }).ToString(), Stop);
        var proposal = await ProposalOfAsync(answer);
        foreach (var (person, role) in new[] { (House.Editor, "Proposer"), (House.Officer, "Approver") })
        {
            using var signed = await RunningHouse.SignAsync(person, proposal, role, Stop);
            Assert.True(signed.IsSuccessStatusCode, await signed.Content.ReadAsStringAsync(Stop));
        }
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        while (await poll.WaitForNextTickAsync(Stop))
        {
            var channels = (await House.GetAsync("/v1/disseminations", Stop)).EnumerateArray().SelectMany(d => d.GetProperty("channels").EnumerateArray());
            if (channels.Sum(c => c.GetProperty("open").GetInt32() + c.GetProperty("accepted").GetInt32()) == 0) break;
        }
        return File.ReadLines(House.Journal("sms")).Select(l => l.Split('\t')).Last(l => l[1] == "accept")[5];
    }

    private static CapDocument A(string identifier) => new() { Identifier = identifier, Sent = TimeProvider.System.GetUtcNow(), Polygons = [Inside] };
}
