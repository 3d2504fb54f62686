using AlertGateway.Core.Dispatch;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace AlertGateway.Channels.Push;

/// <summary>What the composition calls for push.</summary>
public static class ResidentPush
{
    extension(IServiceCollection services)
    {
        /// <summary>
        /// Adds the push channel, its hub options and the device authentication scheme. Needs <see cref="TimeProvider"/>, <see cref="Keys.MonotonicSerial"/>, <see cref="IReceiptSink"/>, <see cref="IRefusalLog"/>,
        /// <see cref="IWakeSink"/> and a <see cref="Keys.ResidentTokenLookup"/>.
        /// </summary>
        public IServiceCollection AddResidentPush()
        {
            services.AddSingleton<PushChannel>();
            services.AddSingleton<IChannel>(s => s.GetRequiredService<PushChannel>());
            services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, ResidentTokenHandler>(ResidentTokenHandler.SchemeName, null);
            services.AddAuthorization();
            services.AddSignalR().AddHubOptions<ResidentHub>(hub =>
            {
                hub.MaximumReceiveMessageSize = 4 * 1024;
                hub.EnableDetailedErrors = false;
            });
            return services;
        }
    }

    extension(IEndpointRouteBuilder routes)
    {
        /// <summary>Maps the hub at <c>/hubs/resident</c>. The pipeline needs authentication and authorization before it.</summary>
        public IEndpointRouteBuilder MapResidentHub()
        {
            routes.MapHub<ResidentHub>(ResidentTokenHandler.HubPath, connection =>
            {
                connection.Transports = HttpTransportType.WebSockets;
                connection.ApplicationMaxBufferSize = 8 * 1024;
                connection.TransportMaxBufferSize = 32 * 1024;
            });
            return routes;
        }
    }
}
