using AlertGateway.Channels.Keys;
using AlertGateway.Core.Dispatch;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AlertGateway.Channels.Broadcast;

/// <summary>What the composition calls for broadcast and for programmes.</summary>
public static class BroadcastPull
{
    extension(IServiceCollection services)
    {
        /// <summary>Adds the content-addressed programme folder and its tickets. Needs an <see cref="OrderKey"/>.</summary>
        public IServiceCollection AddProgrammes(string folder)
        {
            services.AddSingleton(_ => new ProgrammeStore(folder));
            services.AddSingleton<IProgrammeStore>(s => s.GetRequiredService<ProgrammeStore>());
            services.AddSingleton<ProgrammeTickets>();
            services.AddSingleton<ProgrammeEndpoints>();
            return services;
        }

        /// <summary>
        /// Adds the broadcast channel. Needs <see cref="TimeProvider"/>, <see cref="OrderKey"/>, <see cref="MonotonicSerial"/>, <see cref="IReceiptSink"/>, <see cref="IRefusalLog"/>, <see cref="IWakeSink"/> and a
        /// <see cref="StationTokenLookup"/>.
        /// </summary>
        public IServiceCollection AddBroadcastPull(IConfiguration section)
        {
            services.AddOptions<BroadcastOptions>().Bind(section).ValidateOnStart();
            services.AddSingleton<IValidateOptions<BroadcastOptions>, BroadcastOptionsValidator>();
            services.AddSingleton(s => s.GetRequiredService<IOptions<BroadcastOptions>>().Value);
            services.AddSingleton<BroadcastChannel>();
            services.AddSingleton<IChannel>(s => s.GetRequiredService<BroadcastChannel>());
            services.AddSingleton<BroadcastEndpoints>();
            return services;
        }
    }

    extension(IEndpointRouteBuilder routes)
    {
        /// <summary>Maps programme download, checked by token or ticket.</summary>
        public IEndpointRouteBuilder MapProgrammes()
        {
            var endpoints = routes.ServiceProvider.GetRequiredService<ProgrammeEndpoints>();
            routes.MapMethods(ProgrammeEndpoints.Prefix + "{name}", [HttpMethods.Get, HttpMethods.Head], (RequestDelegate)endpoints.DownloadAsync).AllowAnonymous().WithName("Programme");
            return routes;
        }

        /// <summary>Maps orders and reports of encoders, checked by their token.</summary>
        public IEndpointRouteBuilder MapBroadcastPull()
        {
            var endpoints = routes.ServiceProvider.GetRequiredService<BroadcastEndpoints>();
            routes.MapGet("/v1/broadcast/orders", (RequestDelegate)endpoints.OrdersAsync).AllowAnonymous().WithName("BroadcastOrders");
            routes.MapPost("/v1/broadcast/reports", (RequestDelegate)endpoints.ReportAsync).AllowAnonymous().WithName("BroadcastReports");
            return routes;
        }
    }
}
