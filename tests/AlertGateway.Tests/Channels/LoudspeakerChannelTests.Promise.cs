using System.Text.Json;
using AlertGateway.Core.Dispatch;

namespace AlertGateway.Tests.Channels;

/// <summary>Of a loudspeaker that keeps one: how its answer is lost, and what it plays.</summary>
public sealed partial class LoudspeakerChannelTests
{
    private readonly List<string> _armed = [];

    protected override async Task<DispatchOutcome> SendUnheardAsync(OutgoingDelivery delivery)
    {
        _device!.Answers = order => order.GetProperty("type").GetString() == "arm" ? null : LoudspeakerFarSide.GoodDevice(order);
        var dispatch = Channel.DispatchAsync(delivery, Stop).AsTask();
        await NextArmAsync();
        _clock.Advance(TimeSpan.FromSeconds(10));
        var outcome = await dispatch;
        _device.Answers = LoudspeakerFarSide.GoodDevice;
        return outcome;
    }

    /// <summary>An order with a tag that the loudspeaker holds replaces the earlier one and does not play twice. The first one was read when its answer was lost.</summary>
    protected override async Task<int> GivenAsync(int handedOver)
    {
        while (_armed.Count < handedOver) await NextArmAsync();
        return _armed.Distinct().Count();
    }

    private async Task NextArmAsync()
    {
        JsonElement order;
        do order = await _device!.NextAsync(Stop);
        while (order.GetProperty("type").GetString() != "arm");
        _armed.Add(order.GetProperty("tag").GetString()!);
    }
}
