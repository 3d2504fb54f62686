using AlertGateway.Core.Dispatch;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AlertGateway.Channels.Sms;

/// <summary>What the composition calls for SMS.</summary>
public static class TwilioSms
{
    extension(IServiceCollection services)
    {
        /// <summary>
        /// Adds the SMS channel. Needs <see cref="TimeProvider"/>, <see cref="IReceiptSink"/>, <see cref="IRefusalLog"/> and an <see cref="SmsEndpointLookup"/>. The token is only in the file that <see cref="TwilioOptions.TokenFile"/> names.
        /// </summary>
        public IServiceCollection AddTwilioSms(IConfiguration section)
        {
            services.AddOptions<TwilioOptions>().Bind(section).ValidateOnStart();
            services.AddSingleton<IValidateOptions<TwilioOptions>, TwilioOptionsValidator>();
            services.AddSingleton(s => new TwilioChannel(s.GetRequiredService<IOptions<TwilioOptions>>().Value, s.GetRequiredService<TimeProvider>()));
            services.AddSingleton<IChannel>(s => s.GetRequiredService<TwilioChannel>());
            services.AddSingleton(s => new TwilioReceiptEndpoints(
                s.GetRequiredService<IOptions<TwilioOptions>>().Value, s.GetRequiredService<SmsEndpointLookup>(), s.GetRequiredService<IReceiptSink>(), s.GetRequiredService<IRefusalLog>()));
            return services;
        }
    }

    extension(IEndpointRouteBuilder routes)
    {
        /// <summary>Maps the provider's status callbacks and replies: anonymous, checked by signature.</summary>
        public IEndpointRouteBuilder MapTwilioReceipts()
        {
            var endpoints = routes.ServiceProvider.GetRequiredService<TwilioReceiptEndpoints>();
            routes.MapPost(TwilioReceiptEndpoints.StatusPath + "/{tag}", (RequestDelegate)endpoints.StatusAsync).AllowAnonymous().WithName("TwilioStatus");
            routes.MapPost(TwilioReceiptEndpoints.InboundPath, (RequestDelegate)endpoints.InboundAsync).AllowAnonymous().WithName("TwilioInbound");
            return routes;
        }
    }
}
