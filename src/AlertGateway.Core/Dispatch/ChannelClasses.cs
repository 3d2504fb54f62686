namespace AlertGateway.Core.Dispatch;

/// <summary>What each medium can promise; fixed, because the fold of old rows depends on it.</summary>
public static class ChannelClasses
{
    public static AdapterClass Of(ChannelKind channel) => channel switch
    {
        ChannelKind.Sms => AdapterClass.Queryable,
        ChannelKind.Push or ChannelKind.Loudspeaker or ChannelKind.Broadcast => AdapterClass.Idempotent,
        _ => AdapterClass.Blind,
    };
}
