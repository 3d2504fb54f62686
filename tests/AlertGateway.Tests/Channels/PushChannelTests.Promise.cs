using AlertGateway.Core.Dispatch;

namespace AlertGateway.Tests.Channels;

/// <summary>Of an app that keeps one: it has no answer to lose, and what it sounds for.</summary>
public sealed partial class PushChannelTests
{
    protected override Task<DispatchOutcome> SendUnheardAsync(OutgoingDelivery delivery) => Channel.DispatchAsync(delivery, Stop).AsTask();

    /// <summary>An app does not sound twice for the same tag without its last part.</summary>
    protected override async Task<int> GivenAsync(int handedOver)
    {
        var sounded = new HashSet<string>();
        for (int i = 0; i < handedOver; i++)
        {
            string tag = Read(await _app!.NextAsync(Stop)).Tag;
            sounded.Add(tag[..tag.LastIndexOf('-')]);
        }
        return sounded.Count;
    }
}
