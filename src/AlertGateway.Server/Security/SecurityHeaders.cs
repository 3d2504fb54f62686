namespace AlertGateway.Server.Security;

/// <summary>Headers that go on every answer: only our own scripts and styles run, nobody frames the console, nothing is cached.</summary>
public static class SecurityHeaders
{
    /// <summary>No inline script or style anywhere: everything is a file of ours.</summary>
    public const string ContentSecurityPolicy =
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=()";
        if (!headers.ContainsKey("Cache-Control")) headers.CacheControl = "no-store";
        return next(context);
    });
}
