using AlertGateway.Server.Api;
using AlertGateway.Server.Security;
using Microsoft.AspNetCore.Http.Json;

namespace AlertGateway.Server.Web;

/// <summary>
/// What the composition calls. It registers <see cref="IDesk"/>, <see cref="IPeople"/>, <see cref="IHealthSource"/>, <see cref="CityMap"/>, <c>ITrackingBoard</c> and <c>TimeProvider</c> itself.
/// </summary>
public static class ConsoleRegistration
{
    public static IServiceCollection AddConsole(this IServiceCollection services)
    {
        services.AddOptions<ConsoleOptions>().BindConfiguration("Console").ValidateDataAnnotations().ValidateOnStart();
        services.AddGatewaySecurity();
        services.AddRazorComponents();
        services.AddSingleton<BoardFeed>();
        services.AddProblemDetails();
        services.Configure<JsonOptions>(ApiRoutes.Configure);
        return services;
    }

    /// <summary>Everything between the socket and the routes, in the order that matters. Call before the first Map.</summary>
    public static IApplicationBuilder UseConsole(this IApplicationBuilder app)
    {
        app.UseSecurityHeaders();
        app.UseHostFiltering();
        app.UseRouting();
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();
        return app;
    }

    /// <summary>The pages. Each needs a signed-in person but the sign-in page and the files it is made of.</summary>
    public static IEndpointRouteBuilder MapConsole(this IEndpointRouteBuilder routes)
    {
        ConsoleFiles.Map(routes);
        var pages = routes.MapGroup("").RequireAuthorization().WithMetadata(new PageRoute());
        var forms = pages.MapGroup("").AddEndpointFilter(FormGuard.CheckAsync);
        SignInPages.Map(pages, forms);
        DeskPages.Map(pages, forms);
        ProposalPages.Map(pages, forms);
        BoardPages.Map(pages, forms);
        return routes;
    }
}

/// <summary>Marks a route as a page for people.</summary>
internal sealed record PageRoute;
