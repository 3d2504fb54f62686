using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Rendering;

namespace AlertGateway.Simulation;

/// <summary>One recipient's trouble, which must stay theirs, and what a channel itself refuses.</summary>
internal sealed partial class FarSide
{
    private readonly HashSet<int> _spoilt = [];
    private readonly HashSet<int> _hanging = [];

    /// <summary>The record of this endpoint cannot be read for a while.</summary>
    public void Spoil(int endpointNo, int milliseconds)
    {
        if (_spoilt.Add(endpointNo)) run.Scheduler.AfterMilliseconds(milliseconds, milliseconds, () => _spoilt.Remove(endpointNo));
    }

    /// <summary>This device takes a connection and answers nothing for a while. SMS have a provider in between, which answers for all.</summary>
    public void Hang(int endpointNo, int milliseconds)
    {
        if (run.Town.KindOf(endpointNo) != ChannelKind.Sms && _hanging.Add(endpointNo)) run.Scheduler.AfterMilliseconds(milliseconds, milliseconds, () => _hanging.Remove(endpointNo));
    }

    public bool IsSpoilt(int endpointNo) => _spoilt.Contains(endpointNo);

    /// <summary>Some endpoint of this channel is <see cref="IsSpoilt"/>.</summary>
    public bool HasSpoilt(ChannelKind channel) => _spoilt.Any(e => run.Town.KindOf(e) == channel);

    /// <summary>The far side of this channel, or one of its providers, does not answer.</summary>
    public bool IsInTrouble(ChannelKind channel) => Down || (channel == ChannelKind.Sms && (ProviderDown || StandbyDown || RefusesAccount));

    /// <summary>What every channel asks before anything leaves.</summary>
    private DispatchError? RefusalOf(in OutgoingDelivery delivery)
    {
        if (run.Sabotage == Sabotage.MixesWorlds) return null;
        var refusal = Renditions.RefusalOf(delivery.Rendition, delivery.ExerciseEndpoint);
        return refusal == DispatchError.Unmarked && run.Sabotage == Sabotage.ForgetsMarks ? null : refusal;
    }
}
