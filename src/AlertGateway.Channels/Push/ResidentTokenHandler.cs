using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using AlertGateway.Channels.Keys;
using AlertGateway.Core.Dispatch;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AlertGateway.Channels.Push;

/// <summary>Knows an app by its device token: as bearer, or as <c>access_token</c> in the query where a WebSocket allows no header. The token is hashed and forgotten.</summary>
public sealed class ResidentTokenHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ResidentTokenLookup endpointOf, IRefusalLog refusals)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "resident-device";

    /// <summary>Claim that holds the endpoint number.</summary>
    public const string EndpointClaim = "endpoint";

    /// <summary>Where apps connect. The handler looks at no other request, also where it is the only scheme and hence the default: bearers of people and stations are not its own.</summary>
    public const string HubPath = "/hubs/resident";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!Request.Path.StartsWithSegments(HubPath)) return Task.FromResult(AuthenticateResult.NoResult());
        string? token = DeviceTokens.Bearer(Request) ?? Request.Query["access_token"].ToString();
        if (token.Length is 0 or > DeviceTokens.LengthMax) return Task.FromResult(AuthenticateResult.NoResult());
        int endpointNo = endpointOf(DeviceTokens.Hash(token));
        if (endpointNo <= 0)
        {
            refusals.Refused("push.token.unknown", "一台未登记的设备试图连接推送，已拒绝。 A device that is not enrolled tried to connect for push and was refused.");
            return Task.FromResult(AuthenticateResult.Fail("Unknown device token."));
        }
        var identity = new ClaimsIdentity([new Claim(EndpointClaim, endpointNo.ToString(CultureInfo.InvariantCulture))], Scheme.Name);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name)));
    }
}
