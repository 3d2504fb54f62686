using System.Net;
using System.Text.RegularExpressions;
using AlertGateway.Cap;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AlertGateway.Acceptance.Console;

/// <summary>Deny by default, at the rim of the real server.</summary>
public sealed partial class SecurityTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_route_of_the_api_denies_the_anonymous()
    {
        await using var fixture = await ConsoleFixture.StartAsync();
        using var client = fixture.Client();
        var routes = fixture.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(e => e.RoutePattern.RawText!.StartsWith("/v1", StringComparison.Ordinal)).ToList();
        Assert.True(routes.Count >= 14, $"only {routes.Count} routes found");
        foreach (var route in routes)
        {
            Assert.Null(route.Metadata.GetMetadata<IAllowAnonymous>());
            foreach (string method in route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods)
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), route.RoutePattern.RawText!.Replace("{n:int}", "1", StringComparison.Ordinal));
                using var answer = await client.SendAsync(request, Stop);
                Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
                Assert.Contains("auth.required", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Every_page_sends_the_anonymous_to_sign_in()
    {
        await using var fixture = await ConsoleFixture.StartAsync();
        using var client = fixture.Client();
        foreach (string path in (string[])["/", "/health", "/refusals", "/live/1", "/exercise/1", "/live/1/cancel", "/live/1/unreached", "/live/proposals/1"])
        {
            using var answer = await client.GetAsync(path, Stop);
            Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
            Assert.Equal("/sign-in", answer.Headers.Location!.AbsolutePath);
        }
    }

    [Fact]
    public async Task A_wrong_token_is_refused_in_words()
    {
        await using var fixture = await ConsoleFixture.StartAsync();
        using var client = fixture.Client("nobody");
        using var answer = await client.GetAsync("/v1/proposals", Stop);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task A_cookie_may_read_the_api_but_changes_nothing_through_it()
    {
        await using var fixture = await ConsoleFixture.StartAsync();
        fixture.Board.Open(1, 1, "红色预警", AlertStatus.Actual, WarningColour.Red);
        using var client = fixture.Client();
        client.DefaultRequestHeaders.Add("Cookie", await SignInAsync(client, "token-wang"));
        using var read = await client.GetAsync("/v1/disseminations", Stop);
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        using var change = await client.PostAsync("/v1/disseminations/1/cancel", new StringContent("""{"reason":"x","falseAlarm":true}""", null, "application/json"), Stop);
        Assert.Equal(HttpStatusCode.Unauthorized, change.StatusCode);
        Assert.Empty(fixture.Desk.Cancels);
    }

    [Fact]
    public async Task The_session_cookie_is_strict_and_out_of_reach_of_scripts()
    {
        await using var fixture = await ConsoleFixture.StartAsync();
        using var client = fixture.Client();
        using var answer = await PostSignInAsync(client, "token-wang", "/");
        string cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"), c => c.StartsWith("agw-session=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_removed_person_is_out_at_the_next_request()
    {
        await using var fixture = await ConsoleFixture.StartAsync();
        using var client = fixture.Client();
        client.DefaultRequestHeaders.Add("Cookie", await SignInAsync(client, "token-wang"));
        using var before = await client.GetAsync("/health", Stop);
        fixture.People.Removed.Add(1);
        using var after = await client.GetAsync("/health", Stop);
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, after.StatusCode);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("javascript:alert(1)")]
    public async Task Signing_in_never_leads_off_the_site(string then)
    {
        await using var fixture = await ConsoleFixture.StartAsync();
        using var client = fixture.Client();
        using var answer = await PostSignInAsync(client, "token-wang", then);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("/", answer.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Guessing_tokens_is_slowed_down()
    {
        await using var fixture = await ConsoleFixture.StartAsync(o => o.SignInTriesPerMinute = 3);
        using var client = fixture.Client();
        for (int i = 0; i < 3; i++)
        {
            using var wrong = await PostSignInAsync(client, "guess" + i, "/");
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        using var answer = await PostSignInAsync(client, "token-wang", "/");
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
    }

    [Fact]
    public async Task Every_form_without_its_own_token_is_refused_and_changes_nothing()
    {
        await using var fixture = await ConsoleFixture.StartAsync();
        fixture.Desk.Lay(AlertStatus.Actual);
        fixture.Board.Open(1, 1, "红色预警", AlertStatus.Actual, WarningColour.Red);
        using var client = fixture.Client();
        client.DefaultRequestHeaders.Add("Cookie", await SignInAsync(client, "token-wang"));
        var forms = fixture.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => !e.RoutePattern.RawText!.StartsWith("/v1", StringComparison.Ordinal) && !e.RoutePattern.RawText.StartsWith("/push/", StringComparison.Ordinal) && e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains("POST") == true && e.RoutePattern.RawText != "/sign-in/bearer").ToList();
        Assert.True(forms.Count >= 11, $"only {forms.Count} forms found");
        foreach (var form in forms)
        {
            using var body = new FormUrlEncodedContent([new("reason", "x"), new("kind", "cancel"), new("token", "token-wang"), new("phrase", "红色 溧阳"), new("level", "Visited"), new("person", "100001")]);
            using var answer = await client.PostAsync(form.RoutePattern.RawText!.Replace("{n:int}", "1", StringComparison.Ordinal), body, Stop);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        Assert.Empty(fixture.Desk.Cancels);
        Assert.Empty(fixture.Board.Visits);
        Assert.Empty(fixture.Desk.FindProposal(1)!.Signatures);
    }

    [Fact]
    public async Task A_foreign_host_name_is_turned_away()
    {
        await using var fixture = await ConsoleFixture.StartAsync();
        using var client = fixture.Client();
        client.DefaultRequestHeaders.Host = "rebound.example";
        using var answer = await client.GetAsync("/sign-in", Stop);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Pages_carry_no_inline_script_or_style_and_a_policy_that_forbids_them()
    {
        await using var fixture = await ConsoleFixture.StartAsync();
        fixture.Desk.Lay(AlertStatus.Actual);
        fixture.Board.Open(1, 1, "红色预警", AlertStatus.Actual, WarningColour.Red);
        using var client = fixture.Client();
        client.DefaultRequestHeaders.Add("Cookie", await SignInAsync(client, "token-wang"));
        foreach (string path in (string[])["/", "/health", "/refusals", "/live/1", "/live/1/cancel", "/live/1/unreached", "/live/proposals/1"])
        {
            using var answer = await client.GetAsync(path, Stop);
            string html = await answer.Content.ReadAsStringAsync(Stop);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            string policy = string.Join(';', answer.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.DoesNotMatch(@"<script(?![^>]*\bsrc=)", html);
            Assert.DoesNotMatch(@"<style|\sstyle=|\son[a-z]+=""", html);
        }
    }

    internal static async Task<string> SignInAsync(HttpClient client, string token)
    {
        using var answer = await PostSignInAsync(client, token, "/");
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("agw-session=", StringComparison.Ordinal)).Split(';')[0];
    }

    private static async Task<HttpResponseMessage> PostSignInAsync(HttpClient client, string token, string then)
    {
        using var page = await client.GetAsync("/sign-in", Stop);
        string formToken = FormToken.Match(await page.Content.ReadAsStringAsync(Stop)).Groups[1].Value;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sign-in") { Content = new FormUrlEncodedContent([new("token", token), new("then", then), new("form-token", formToken)]) };
        request.Headers.Add("Cookie", page.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("agw-form=", StringComparison.Ordinal)).Split(';')[0]);
        return await client.SendAsync(request, Stop);
    }

    [GeneratedRegex("name=\"form-token\" value=\"([^\"]+)\"", RegexOptions.CultureInvariant)]
    private static partial Regex FormToken { get; }
}
