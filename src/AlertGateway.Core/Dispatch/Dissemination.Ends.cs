namespace AlertGateway.Core.Dispatch;

/// <summary>Villages that have less time than the message: an earthquake's.</summary>
public sealed partial class Dissemination
{
    private readonly long[] _villageEnds; // as frozen; empty where the expiry alone ends it
    private readonly EndpointEnds? _ends;

    /// <summary>Its villages have seconds, each its own.</summary>
    internal bool HasVillageEnds => _ends is not null;

    /// <summary>When this delivery may no longer start, UTC ticks: an original where its village's end comes, everything else as its set.</summary>
    public long NotAfterTicks(DeliverySet set, int endpointNo)
    {
        ArgumentNullException.ThrowIfNull(set);
        return set.Ends?.Of(endpointNo) ?? NotAfterTicks(set.Purpose);
    }

    private void NoteEnded(DeliverySet set, int stopped, long atTicks)
    {
        if (stopped > 0) Note(atTicks, "village-ended", $"{ChannelName(set)}：{stopped} 条因所在村时间已到，不再发", $"{set.Channel}: {stopped} deliveries do not start, their villages' time is over");
    }
}
