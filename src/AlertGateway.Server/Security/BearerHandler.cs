using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace AlertGateway.Server.Security;

/// <summary>RFC 6750 bearer tokens in the Authorization header; never in the address or the body, where they would be logged.</summary>
public sealed class BearerHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IPeople people)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "bearer";
    private const int TokenLengthMax = 512;
    private const string Prefix = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) return AuthenticateResult.NoResult();
        string token = header[Prefix.Length..].Trim();
        if (token.Length is 0 or > TokenLengthMax) return AuthenticateResult.Fail("The bearer token is empty or too long.");
        var person = await people.FindByTokenAsync(token, Context.RequestAborted);
        return person is null
            ? AuthenticateResult.Fail("The bearer token is unknown.")
            : AuthenticateResult.Success(new AuthenticationTicket(person.ToPrincipal(SchemeName), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return Api.Problems.Unauthenticated.WriteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Api.Problems.Forbidden.WriteAsync(Context);
}
