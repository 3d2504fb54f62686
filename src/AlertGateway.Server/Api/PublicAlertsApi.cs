using Microsoft.AspNetCore.Http.HttpResults;
using AlertGateway.Server.Publishing;
using Microsoft.Net.Http.Headers;

namespace AlertGateway.Server.Api;

/// <summary>What anybody may read: the gateway's own alerts under <c>/public</c>, with conditional GET (RFC 9110 §13), and the key that their signatures need.</summary>
public static class PublicAlertsApi
{
    public static IServiceCollection AddPublicAlerts(this IServiceCollection services, string keyFile)
    {
        services.AddOptions<PublishingOptions>().BindConfiguration("Publishing").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(_ => PublishingKey.LoadOrCreate(keyFile));
        services.AddSingleton<PublishedAlerts>();
        return services;
    }

    public static IEndpointRouteBuilder MapPublicAlerts(this IEndpointRouteBuilder routes)
    {
        var open = routes.MapGroup("/public").AllowAnonymous();
        open.MapGet("/alerts.atom", static (PublishedAlerts alerts) => Served(alerts.Feed(), "application/atom+xml; charset=utf-8"));
        open.MapGet("/alerts/{identifier:maxlength(80)}.xml", static IResult (string identifier, PublishedAlerts alerts) =>
            alerts.Find(identifier) is { } document ? Served(document, "application/cap+xml; charset=utf-8") : TypedResults.NotFound());
        open.MapGet("/signing-key.pem", static (PublishingKey key) => TypedResults.Text(key.PublicPem, "application/x-pem-file"));
        return routes;
    }

    // The framework answers If-None-Match and If-Modified-Since with 304 by itself once it knows tag and time.
    private static FileContentHttpResult Served(PublishedDocument document, string type) =>
        TypedResults.Bytes(document.Bytes, type, lastModified: document.Modified, entityTag: new EntityTagHeaderValue(document.ETag));
}
