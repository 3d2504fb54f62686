using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Tests.Dispatch;

/// <summary>What a connection had taken waits in memory until the device says that it has it; a crash loses it, so it is sent again.</summary>
public sealed class PushAfterCrashTests
{
    [Fact]
    public void A_push_without_acknowledgement_is_sent_again_after_a_crash()
    {
        var set = ASet(ChannelKind.Push, AdapterClass.Idempotent);
        Sent(set, 1);
        Sent(set, 2);
        set.Apply(Row(LedgerEventKind.Receipt, 2, (byte)Evidence.Delivered));
        Assert.Equal([0], set.SlotsLostWithTheProcess());
        Crash(set, 1);
        var slots = new int[4];
        Assert.Equal(1, set.Take(long.MaxValue, slots));
        Assert.Equal((0, false), (slots[0], set.NextStartIsLabelled(0)));
    }

    [Fact]
    public void What_a_provider_took_is_not_sent_again()
    {
        var set = ASet(ChannelKind.Sms, AdapterClass.Queryable);
        Sent(set, 1);
        Sent(set, 2);
        Assert.Empty(set.SlotsLostWithTheProcess());
        Crash(set, 1);
        Assert.Equal(0, set.Take(long.MaxValue, new int[4]));
    }

    [Fact]
    public void Nothing_that_was_taken_back_is_sent_again()
    {
        var set = ASet(ChannelKind.Push, AdapterClass.Idempotent);
        Sent(set, 1);
        set.Apply(Row(LedgerEventKind.Suppressed, 0, (byte)DispatchError.GateClosed));
        Assert.Empty(set.SlotsLostWithTheProcess());
    }

    private static DeliverySet ASet(ChannelKind channel, AdapterClass adapterClass) => new(channel, Purpose.Original, adapterClass, [1, 2], [0, 0], lifeThreat: true);

    private static void Sent(DeliverySet set, int endpoint)
    {
        set.Take(0, new int[1]);
        set.Apply(Row(LedgerEventKind.Started, endpoint, StartedCodes.Plain));
        set.Apply(Row(LedgerEventKind.Result, endpoint, (byte)ResultCode.Accepted));
    }

    private static void Crash(DeliverySet set, int endpoint) => set.Apply(Row(LedgerEventKind.Result, endpoint, (byte)ResultCode.Unknown) with { Number = (byte)DispatchError.GatewayCrashed });

    private static LedgerEvent Row(LedgerEventKind kind, int endpoint, byte code) => new() { Kind = kind, AtTicks = 1, DisseminationNo = 1, EndpointNo = endpoint, Attempt = 1, Code = code };
}
