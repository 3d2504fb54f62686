using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AlertGateway.Emulators.SmsProvider;

namespace AlertGateway.Emulators.Tests.SmsProvider;

public sealed class SmsProviderServerTests : IDisposable
{
    private const string Account = "AC0123456789abcdef0123456789abcdef";
    private readonly string _journal = Path.GetTempFileName();
    private readonly HttpClient _http = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _http.Dispose();
        File.Delete(_journal);
    }

    [Fact]
    public async Task A_create_is_answered_journalled_listed_and_fetched()
    {
        string sid;
        await using (var server = await StartAsync(new Behaviour()))
        {
            using var created = await CreateAsync(server);
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
            var message = await ReadAsync(created);
            sid = message.GetProperty("sid").GetString()!;
            Assert.Equal("queued", message.GetProperty("status").GetString());
            Assert.Equal("+8612000000001", message.GetProperty("to").GetString());
            Assert.Equal("暴雨红色预警 \"1\"", message.GetProperty("body").GetString());
            Assert.Equal(JsonValueKind.Null, message.GetProperty("error_code").ValueKind);

            var list = await ReadAsync(await _http.GetAsync(Messages(server, ".json?To=%2B8612000000001&DateSent%3E=2020-01-01&PageSize=50"), Token));
            Assert.Equal(sid, Assert.Single(list.GetProperty("messages").EnumerateArray()).GetProperty("sid").GetString());
            var future = await ReadAsync(await _http.GetAsync(Messages(server, ".json?To=%2B8612000000001&DateSent%3E=2999-01-01"), Token));
            Assert.Empty(future.GetProperty("messages").EnumerateArray());
            var fetched = await ReadAsync(await _http.GetAsync(Messages(server, $"/{sid}.json"), Token));
            Assert.Equal(sid, fetched.GetProperty("sid").GetString());
            using var unknown = await _http.GetAsync(Messages(server, "/SM00000000000000000000000000000001.json"), Token);
            Assert.Equal((404, 20404), ((int)unknown.StatusCode, await CodeAsync(unknown)));
        }

        var columns = Assert.Single(await File.ReadAllLinesAsync(_journal, Token)).Split('\t');
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes("暴雨红色预警 \"1\"")))[..16];
        Assert.Equal(["accept", "+8612000000001", sid, hash, "-"], columns[1..]);
    }

    [Fact]
    public async Task A_final_callback_carries_a_signature_over_the_exact_url()
    {
        await using var listener = await CallbackListener.StartAsync();
        await using var server = await StartAsync(new Behaviour { CallbackDelay = new(0, 0), Delivered = 1 });
        var url = $"{listener.Url}/v1/receipts/twilio/d7-1-1-0-1";
        using var created = await CreateAsync(server, ("StatusCallback", url));
        var post = await listener.NextAsync();
        Assert.Equal(url, post.Url);
        Assert.Equal("delivered", post.Form["MessageStatus"]);
        Assert.Equal("delivered", post.Form["SmsStatus"]);
        Assert.Equal("+8612000000001", post.Form["To"]);
        Assert.Equal("+15005550006", post.Form["From"]);
        Assert.Equal((await ReadAsync(created)).GetProperty("sid").GetString(), post.Form["MessageSid"]);
        Assert.Equal(TwilioSignature.Compute("tok"u8, url, post.Form), post.Signature);
    }

    [Fact]
    public async Task A_callback_that_is_not_taken_is_repeated()
    {
        await using var listener = await CallbackListener.StartAsync(count => count == 1 ? 503 : 204);
        await using var server = await StartAsync(new Behaviour { CallbackDelay = new(0, 0), Delivered = 1 });
        using var created = await CreateAsync(server, ("StatusCallback", $"{listener.Url}/d7-1-1-0-1"));
        Assert.Equal((await listener.NextAsync()).Form["MessageSid"], (await listener.NextAsync()).Form["MessageSid"]);
    }

    [Fact]
    public async Task Undelivered_messages_carry_an_error_code()
    {
        await using var listener = await CallbackListener.StartAsync();
        await using var server = await StartAsync(new Behaviour { CallbackDelay = new(0, 0), Delivered = 0 });
        // Half of them are silent: among sixteen at least one reports, for this seed and every other but one in 65,536.
        for (var i = 0; i < 16; i++) using (await CreateAsync(server, ("StatusCallback", $"{listener.Url}/d7-{i}-1-0-1"))) { }
        var post = await listener.NextAsync();
        Assert.Equal(("undelivered", "30003"), (post.Form["MessageStatus"], post.Form["ErrorCode"]));
        Assert.Equal(TwilioSignature.Compute("tok"u8, post.Url, post.Form), post.Signature);
    }

    [Fact]
    public async Task A_delivered_message_may_be_answered_by_the_resident()
    {
        await using var listener = await CallbackListener.StartAsync();
        await using var server = await StartAsync(
            new Behaviour { Delivered = 1, CallbackDelay = new(0, 0), Reply = 1, ReplyDelay = new(0, 0) }, $"{listener.Url}/v1/receipts/twilio-inbound");
        using var created = await CreateAsync(server);
        var post = await listener.NextAsync();
        Assert.Equal(("+8612000000001", "+15005550006", "1", "0"), (post.Form["From"], post.Form["To"], post.Form["Body"], post.Form["NumMedia"]));
        Assert.Equal(TwilioSignature.Compute("tok"u8, post.Url, post.Form), post.Signature);
    }

    [Theory]
    [InlineData("To", "12345", 21211)]
    [InlineData("To", "", 21604)]
    [InlineData("Body", "", 21602)]
    [InlineData("From", "", 21603)]
    [InlineData("From", "+0", 21212)]
    [InlineData("StatusCallback", "http://192.0.2.1/x/y", 21609)]
    [InlineData("StatusCallback", "nonsense", 21609)]
    [InlineData("ValidityPeriod", "36001", 20001)]
    public async Task A_wrong_parameter_is_refused_with_its_code(string name, string value, int code)
    {
        await using var server = await StartAsync(new Behaviour());
        using var refused = await CreateAsync(server, (name, value));
        Assert.Equal((400, code), ((int)refused.StatusCode, await CodeAsync(refused)));
        Assert.Equal(0, await StatAsync(server, "accepted"));
    }

    [Fact]
    public async Task The_wrong_token_and_the_wrong_media_type_are_refused()
    {
        await using var server = await StartAsync(new Behaviour());
        using var json = await _http.PostAsJsonAsync(Messages(server, ".json"), new { To = "+8612000000001" }, Token);
        Assert.Equal(415, (int)json.StatusCode);
        _http.DefaultRequestHeaders.Authorization = null;
        using var stranger = await CreateAsync(server);
        Assert.Equal((401, 20003), ((int)stranger.StatusCode, await CodeAsync(stranger)));
    }

    [Fact]
    public async Task Beyond_the_throttle_nothing_is_processed()
    {
        await using var server = await StartAsync(new Behaviour { ThrottlePerSecond = 1 });
        var codes = new List<int>();
        for (var i = 0; i < 50; i++) using (var answer = await CreateAsync(server)) codes.Add((int)answer.StatusCode);
        Assert.Contains(429, codes);
        Assert.Equal(codes.Count(code => code == 201), await StatAsync(server, "accepted"));
        Assert.Equal(codes.Count(code => code == 429), await StatAsync(server, "throttled"));
    }

    [Fact]
    public async Task Creates_that_fail_or_are_cut_are_accepted_all_the_same()
    {
        await using var server = await StartAsync(new Behaviour { Fail5xx = 1 });
        using var failed = await CreateAsync(server);
        Assert.Equal(500, (int)failed.StatusCode);
        using var changed = await _http.PostAsJsonAsync(new Uri(server.Url, "/control"), new { fail5xx = 0, cut = 1 }, Token);
        Assert.Equal(200, (int)changed.StatusCode);
        await Assert.ThrowsAsync<HttpRequestException>(() => CreateAsync(server));
        var list = await ReadAsync(await _http.GetAsync(Messages(server, ".json?To=%2B8612000000001"), Token));
        Assert.Equal(await StatAsync(server, "accepted"), list.GetProperty("messages").GetArrayLength());
        Assert.Equal(1, await StatAsync(server, "failed5xx"));
    }

    [Fact]
    public async Task A_create_that_hangs_is_accepted_all_the_same()
    {
        await using var server = await StartAsync(new Behaviour { Hang = 1 });
        using (var patience = CancellationTokenSource.CreateLinkedTokenSource(Token))
        {
            var waiting = _http.PostAsync(Messages(server, ".json"), Form(), patience.Token);
            while (await StatAsync(server, "hung") == 0) await Task.Yield();
            Assert.False(waiting.IsCompleted);
            await patience.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        var list = await ReadAsync(await _http.GetAsync(Messages(server, ".json?To=%2B8612000000001"), Token));
        Assert.Equal(1, list.GetProperty("messages").GetArrayLength());
    }

    [Fact]
    public async Task A_dead_provider_accepts_nothing_until_it_is_told_to_live()
    {
        await using var server = await StartAsync(new Behaviour { Dead = true });
        await Assert.ThrowsAsync<HttpRequestException>(() => CreateAsync(server));
        await Assert.ThrowsAsync<HttpRequestException>(() => _http.GetAsync(Messages(server, ".json?To=%2B8612000000001"), Token));
        Assert.Equal(0, await StatAsync(server, "accepted"));
        using var changed = await _http.PostAsJsonAsync(new Uri(server.Url, "/control"), new { dead = false }, Token);
        using var created = await CreateAsync(server);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
    }

    [Fact]
    public async Task A_callback_comes_as_often_as_it_is_told_to()
    {
        await using var listener = await CallbackListener.StartAsync();
        await using var server = await StartAsync(new Behaviour { CallbackDelay = new(0, 20), Delivered = 1, CallbackCopies = 50 });
        using var created = await CreateAsync(server, ("StatusCallback", $"{listener.Url}/d7-1-1-0-1"));
        for (var i = 0; i < 50; i++) Assert.Equal("delivered", (await listener.NextAsync()).Form["MessageStatus"]);
        Assert.Equal(1, await StatAsync(server, "accepted"));
    }

    [Fact]
    public async Task An_impossible_control_changes_nothing()
    {
        await using var server = await StartAsync(new Behaviour());
        using var refused = await _http.PostAsJsonAsync(new Uri(server.Url, "/control"), new { fail5xx = 1, cut = 7 }, Token);
        Assert.Equal(400, (int)refused.StatusCode);
        using var created = await CreateAsync(server);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
    }

    [Fact]
    public async Task The_second_port_speaks_http2_without_tls()
    {
        await using var server = await StartAsync(new Behaviour());
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.H2Url, $"/2010-04-01/Accounts/{Account}/Messages.json"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = Form(),
        };
        using var created = await _http.SendAsync(request, Token);
        Assert.Equal((HttpVersion.Version20, HttpStatusCode.Created), (created.Version, created.StatusCode));
    }

    private async Task<SmsProviderServer> StartAsync(Behaviour behaviour, string? inboundUrl = null)
    {
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{Account}:tok")));
        return await SmsProviderServer.StartAsync(
            new SmsProviderOptions { Account = Account, AuthToken = "tok", JournalPath = _journal, Behaviour = behaviour, InboundUrl = inboundUrl }, Token);
    }

    private static FormUrlEncodedContent Form(params (string Name, string Value)[] changes)
    {
        var form = new Dictionary<string, string> { ["To"] = "+8612000000001", ["From"] = "+15005550006", ["Body"] = "暴雨红色预警 \"1\"" };
        foreach (var (name, value) in changes) form[name] = value;
        return new FormUrlEncodedContent(form);
    }

    private Task<HttpResponseMessage> CreateAsync(SmsProviderServer server, params (string Name, string Value)[] changes) =>
        _http.PostAsync(Messages(server, ".json"), Form(changes), Token);

    private static Uri Messages(SmsProviderServer server, string rest) => new(server.Url, $"/2010-04-01/Accounts/{Account}/Messages{rest}");

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response) => await response.Content.ReadFromJsonAsync<JsonElement>(Token);

    private static async Task<int> CodeAsync(HttpResponseMessage response) => (await ReadAsync(response)).GetProperty("code").GetInt32();

    private async Task<int> StatAsync(SmsProviderServer server, string name) =>
        (await ReadAsync(await _http.GetAsync(new Uri(server.Url, "/stats"), Token))).GetProperty(name).GetInt32();
}
