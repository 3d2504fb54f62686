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
        /// Adds the SMS providers, one <see cref="ChannelRoute"/> each. Needs <see cref="TimeProvider"/>, <see cref="IReceiptSink"/>, <see cref="IRefusalLog"/> and an <see cref="SmsEndpointLookup"/>. A provider's token is only in the file that
        /// its <see cref="TwilioOptions.TokenFile"/> names.
        /// </summary>
        public IServiceCollection AddTwilioSms(IConfiguration section)
        {
            services.AddOptions<SmsOptions>().Bind(section).ValidateOnStart();
            services.AddSingleton<IValidateOptions<SmsOptions>, SmsOptionsValidator>();
            services.AddSingleton(s => new SmsProviders(s.GetRequiredService<IOptions<SmsOptions>>().Value, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<SmsEndpointLookup>(), s.GetRequiredService<IReceiptSink>(), s.GetRequiredService<IRefusalLog>()));
            return services;
        }
    }

    extension(IEndpointRouteBuilder routes)
    {
        /// <summary>Maps every provider's status callbacks and replies: anonymous, checked by that provider's signature.</summary>
        public IEndpointRouteBuilder MapTwilioReceipts()
        {
            foreach (var endpoints in routes.ServiceProvider.GetRequiredService<SmsProviders>().Receipts) routes.MapTwilioReceipts(endpoints);
            return routes;
        }

        internal IEndpointRouteBuilder MapTwilioReceipts(TwilioReceiptEndpoints endpoints)
        {
            routes.MapPost(endpoints.StatusRoute, (RequestDelegate)endpoints.StatusAsync).AllowAnonymous();
            routes.MapPost(endpoints.InboundRoute, (RequestDelegate)endpoints.InboundAsync).AllowAnonymous();
            return routes;
        }
    }
}

/// <summary>The SMS providers, in order of preference.</summary>
public sealed class SmsProviders : IDisposable
{
    private readonly List<TwilioChannel> _channels = [];

    public SmsProviders(SmsOptions options, TimeProvider clock, SmsEndpointLookup endpointOf, IReceiptSink receipts, IRefusalLog refusals)
    {
        ArgumentNullException.ThrowIfNull(options);
        TwilioOptions[] providers = [options, .. options.Standby];
        foreach (var provider in providers) _channels.Add(new TwilioChannel(provider, clock));
        Routes = [.. providers.Select((p, i) => new ChannelRoute(_channels[i], (byte)p.Number, p.Name, p.RatePerSecond))];
        Receipts = [.. providers.Select(p => new TwilioReceiptEndpoints(p, endpointOf, receipts, refusals))];
    }

    public IReadOnlyList<ChannelRoute> Routes { get; }

    internal IReadOnlyList<TwilioReceiptEndpoints> Receipts { get; }

    /// <summary>Asks every provider something that sends nothing, so that its connection is open when the first message comes. What they answer does not matter; never throws for it.</summary>
    public Task WarmAsync(CancellationToken cancellationToken) => Task.WhenAll(_channels.Select(c => Task.Run(() => c.ProbeAsync(cancellationToken).AsTask(), cancellationToken)));

    public void Dispose()
    {
        foreach (var channel in _channels) channel.Dispose();
    }
}
