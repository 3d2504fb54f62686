using System.Globalization;
using System.Security.Claims;
using System.Threading.RateLimiting;
using AlertGateway.Server.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.Options;

namespace AlertGateway.Server.Security;

/// <summary>Who may speak to the gateway: deny by default, a bearer token for programs, a strict cookie for pages.</summary>
internal static class SecurityRegistration
{
    public const string CookieScheme = "session";
    public const string CookieName = "agw-session";

    /// <summary>Routes that change something through the API: a bearer token only, since a cookie would travel with a forged form.</summary>
    public const string BearerOnly = "bearer-only";

    public const string SignInLimit = "sign-in";
    private const string EitherScheme = "either";

    public static void AddGatewaySecurity(this IServiceCollection services)
    {
        services.AddAuthentication(EitherScheme)
            .AddPolicyScheme(EitherScheme, null, o => o.ForwardDefaultSelector = c => c.Request.Headers.ContainsKey("Authorization") ? BearerHandler.SchemeName : CookieScheme)
            .AddScheme<AuthenticationSchemeOptions, BearerHandler>(BearerHandler.SchemeName, null)
            .AddCookie(CookieScheme, SessionCookie);
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder(EitherScheme).RequireAuthenticatedUser().Build())
            .SetDefaultPolicy(new AuthorizationPolicyBuilder(EitherScheme).RequireAuthenticatedUser().Build())
            .AddPolicy(BearerOnly, p => p.AddAuthenticationSchemes(BearerHandler.SchemeName).RequireAuthenticatedUser());
        services.AddAntiforgery(o =>
        {
            o.Cookie.Name = "agw-form";
            o.Cookie.SameSite = SameSiteMode.Strict;
            o.Cookie.HttpOnly = true;
            o.FormFieldName = "form-token";
        });
        services.AddRateLimiter(o =>
        {
            o.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            o.OnRejected = static (c, _) => new ValueTask(Api.Problems.TooManyTries.WriteAsync(c.HttpContext));
            o.AddPolicy(SignInLimit, c => RateLimitPartition.GetFixedWindowLimiter(c.Connection.RemoteIpAddress?.ToString() ?? "unknown",
                _ => new FixedWindowRateLimiterOptions { PermitLimit = c.RequestServices.GetRequiredService<IOptions<ConsoleOptions>>().Value.SignInTriesPerMinute, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 }));
        });
        services.AddHostFiltering(_ => { });
        services.AddOptions<HostFilteringOptions>().Configure<IOptions<ConsoleOptions>>((o, console) => o.AllowedHosts = [.. console.Value.AllowedHosts]);
        services.AddDataProtection().SetApplicationName("AlertGateway");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(static p => new ConfigureOptions<KeyManagementOptions>(o =>
        {
            string? folder = p.GetRequiredService<IOptions<ConsoleOptions>>().Value.KeyFolder;
            if (folder is not null) o.XmlRepository = new OwnerOnlyKeyFolder(folder, p.GetRequiredService<ILoggerFactory>());
        }));
    }

    private static void SessionCookie(CookieAuthenticationOptions o)
    {
        o.Cookie.Name = CookieName;
        o.Cookie.HttpOnly = true;
        o.Cookie.SameSite = SameSiteMode.Strict;
        o.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        o.ExpireTimeSpan = TimeSpan.FromHours(12); // one watch
        o.SlidingExpiration = false;
        o.LoginPath = "/sign-in";
        o.AccessDeniedPath = "/sign-in";
        o.ReturnUrlParameter = "then";
        o.Events.OnRedirectToLogin = c =>
        {
            if (c.Request.Path.StartsWithSegments("/v1")) return Api.Problems.Unauthenticated.WriteAsync(c.HttpContext);
            c.Response.Redirect(c.RedirectUri);
            return Task.CompletedTask;
        };
        o.Events.OnRedirectToAccessDenied = static c => Api.Problems.Forbidden.WriteAsync(c.HttpContext);
        o.Events.OnValidatePrincipal = static async c =>
        {
            // A person who was removed, or whose roles changed, does not act on an old cookie.
            var known = int.TryParse(c.Principal?.FindFirstValue(ClaimTypes.NameIdentifier), NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                ? await c.HttpContext.RequestServices.GetRequiredService<IPeople>().FindAsync(id, c.HttpContext.RequestAborted)
                : null;
            if (known is null) c.RejectPrincipal();
            else c.ReplacePrincipal(known.ToPrincipal(CookieScheme));
        };
    }
}
