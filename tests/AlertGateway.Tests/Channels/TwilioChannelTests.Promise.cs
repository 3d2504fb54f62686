using AlertGateway.Core.Dispatch;
using Microsoft.AspNetCore.Http;

namespace AlertGateway.Tests.Channels;

/// <summary>Of a provider that can be asked: how its answers, and the requests to it, are lost.</summary>
public sealed partial class TwilioChannelTests
{
    protected override Task<DispatchOutcome> SendUnheardAsync(OutgoingDelivery delivery) => SendThenCutAsync(delivery, _provider.TakeAsync);

    protected override Task<DispatchOutcome> SendLostAsync(OutgoingDelivery delivery) => SendThenCutAsync(delivery, _ => Task.CompletedTask);

    protected override Task<int> GivenAsync(int handedOver) => Task.FromResult(_provider.Taken);

    private async Task<DispatchOutcome> SendThenCutAsync(OutgoingDelivery delivery, Func<HttpContext, Task> meanwhile)
    {
        _provider.Misbehaves = async context =>
        {
            await meanwhile(context);
            context.Abort();
        };
        var outcome = await Channel.DispatchAsync(delivery, Stop);
        _provider.Misbehaves = null;
        return outcome;
    }
}
