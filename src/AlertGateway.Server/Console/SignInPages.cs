using AlertGateway.Server.Security;
using AlertGateway.Server.Web.Components;
using Microsoft.AspNetCore.Authentication;

namespace AlertGateway.Server.Web;

/// <summary>Signing in and out.</summary>
internal static class SignInPages
{
    public static void Map(RouteGroupBuilder pages, RouteGroupBuilder forms)
    {
        pages.MapGet("/sign-in", static (HttpContext context) => Page.Of<SignInPage>(new { Then = LocalPath(context.Request.Query["then"]) })).AllowAnonymous();
        forms.MapPost("/sign-in", SignInAsync).AllowAnonymous().RequireRateLimiting(SecurityRegistration.SignInLimit);
        pages.MapPost("/sign-in/bearer", ExchangeAsync).AllowAnonymous().RequireRateLimiting(SecurityRegistration.SignInLimit);
        forms.MapPost("/sign-out", static async (HttpContext context) =>
        {
            await context.SignOutAsync(SecurityRegistration.CookieScheme);
            return Page.See("/sign-in");
        });
    }

    private static async Task<IResult> SignInAsync(HttpContext context, IPeople people, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        string token = form["token"].ToString().Trim();
        string then = LocalPath(form["then"]);
        var person = token.Length is > 0 and <= 512 ? await people.SignInAsync(token, cancellationToken) : null;
        if (person is null)
            return Page.Of<SignInPage>(new { Then = then, Notice = "令牌不对、已用过或已撤回。The token is wrong, used up or withdrawn." }, StatusCodes.Status401Unauthorized);
        await context.SignInAsync(SecurityRegistration.CookieScheme, person.ToPrincipal(SecurityRegistration.CookieScheme));
        return Page.See(then);
    }

    /// <summary>For programs: the one-time token as JSON <c>{"token": …}</c>, the bearer token back. Sets no cookie, so a foreign page gains nothing by it.</summary>
    private static async Task<IResult> ExchangeAsync(TokenRequest body, IPeople people, CancellationToken cancellationToken) =>
        body.Token is { Length: > 0 and <= 512 } token && await people.ExchangeAsync(token.Trim(), cancellationToken) is { } grant
            ? TypedResults.Ok(grant)
            : Api.Problems.Unauthenticated.ToResult();

    internal sealed record TokenRequest(string Token);

    /// <summary>A path on this site, or the inbox: never an address that a link smuggled in.</summary>
    private static string LocalPath(string? path) =>
        path is { Length: > 0 and <= 300 } && path[0] == '/' && !path.StartsWith("//", StringComparison.Ordinal) && !path.Contains('\\', StringComparison.Ordinal) && !path.Any(char.IsControl) ? path : "/";
}
