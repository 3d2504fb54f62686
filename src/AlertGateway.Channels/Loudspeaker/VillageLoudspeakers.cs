using AlertGateway.Core.Dispatch;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AlertGateway.Channels.Loudspeaker;

/// <summary>What the composition calls for village loudspeakers.</summary>
public static class VillageLoudspeakers
{
    extension(IServiceCollection services)
    {
        /// <summary>
        /// Adds the loudspeaker channel and its broker, which starts with the host. Needs <see cref="TimeProvider"/>, <see cref="Keys.OrderKey"/>, <see cref="Keys.MonotonicSerial"/>, <see cref="Broadcast.ProgrammeTickets"/>,
        /// <see cref="IReceiptSink"/>, <see cref="IRefusalLog"/>, <see cref="IWakeSink"/>, <see cref="IHornPlans"/> and a <see cref="Keys.LoudspeakerKeyLookup"/>.
        /// </summary>
        public IServiceCollection AddVillageLoudspeakers(IConfiguration section)
        {
            services.AddOptions<LoudspeakerOptions>().Bind(section).ValidateOnStart();
            services.AddSingleton<IValidateOptions<LoudspeakerOptions>, LoudspeakerOptionsValidator>();
            services.AddSingleton(s => s.GetRequiredService<IOptions<LoudspeakerOptions>>().Value);
            services.AddSingleton<HornStock>();
            services.AddSingleton<LoudspeakerChannel>();
            services.AddSingleton<IChannel>(s => s.GetRequiredService<LoudspeakerChannel>());
            services.AddSingleton<LoudspeakerBroker>();
            services.AddHostedService<HornPlanKeeper>();
            services.AddHostedService(s => s.GetRequiredService<LoudspeakerBroker>());
            return services;
        }
    }
}
