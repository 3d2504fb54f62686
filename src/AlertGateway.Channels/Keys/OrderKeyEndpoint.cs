using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace AlertGateway.Channels.Keys;

/// <summary>The public half of the order key, for the person who installs it on a device.</summary>
public static class OrderKeyEndpoint
{
    private sealed record PublicHalf(string KeyId, string Algorithm, string PublicKey);

    extension(IServiceCollection services)
    {
        /// <summary>Adds the order key of this file, made on the first run, and the serial numbers of all orders and messages.</summary>
        public IServiceCollection AddOrderKey(string path)
        {
            services.AddSingleton(_ => OrderKey.LoadOrCreate(path));
            services.AddSingleton(s => new MonotonicSerial(s.GetRequiredService<TimeProvider>()));
            return services;
        }
    }

    extension(IEndpointRouteBuilder routes)
    {
        /// <summary>Maps <c>GET /v1/keys/orders</c>: public by nature, so open to all.</summary>
        public IEndpointRouteBuilder MapOrderKey()
        {
            routes.MapGet("/v1/keys/orders", (OrderKey key) => TypedResults.Ok(new PublicHalf(key.KeyId, "Ed25519", key.PublicKeyBase64))).AllowAnonymous().WithName("OrderKey");
            return routes;
        }
    }
}
