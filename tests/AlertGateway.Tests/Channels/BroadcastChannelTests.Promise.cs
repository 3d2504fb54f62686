using AlertGateway.Core.Dispatch;
using Xunit;

namespace AlertGateway.Tests.Channels;

/// <summary>Of an encoder that keeps one: how its answer is lost, and what it plays.</summary>
public sealed partial class BroadcastChannelTests
{
    protected override async Task<DispatchOutcome> SendUnheardAsync(OutgoingDelivery delivery)
    {
        _silent = true;
        var dispatch = Channel.DispatchAsync(delivery, Stop).AsTask();
        await _orders.Reader.ReadAsync(Stop);
        _clock.Advance(TimeSpan.FromSeconds(10));
        var outcome = await dispatch;
        _silent = false;
        return outcome;
    }

    /// <summary>An encoder plays an order with a tag that it holds once.</summary>
    protected override Task<int> GivenAsync(int handedOver)
    {
        Assert.Equal(handedOver, _seen.Count);
        return Task.FromResult(_seen.Distinct().Count());
    }
}
