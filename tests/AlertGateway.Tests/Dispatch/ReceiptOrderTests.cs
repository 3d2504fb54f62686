using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;
using CsCheck;

namespace AlertGateway.Tests.Dispatch;

/// <summary>Receipts come twice, late, in any order, and contradict each other: the end is the same.</summary>
public sealed class ReceiptOrderTests
{
    private const byte GaveUp = (byte)Evidence.Planned;

    [Fact]
    public void The_order_and_number_of_receipts_does_not_matter()
    {
        byte[] words = [(byte)Evidence.Accepted, (byte)Evidence.Delivered, (byte)Evidence.Presented, (byte)Evidence.Acknowledged, GaveUp];
        Gen.Int[0, words.Length - 1].Select(i => words[i]).Array[1, 8].SelectMany(said => Gen.Shuffle(said).Select(other => (said, other))).Sample(pair => Assert.Equal(Fold(pair.said), Fold(pair.other)));
    }

    [Fact]
    public void What_was_delivered_is_delivered_though_the_far_side_gave_up_before_or_after()
    {
        Assert.Equal((Outcome.Delivered, Evidence.Delivered), Fold(GaveUp, (byte)Evidence.Delivered));
        Assert.Equal((Outcome.Delivered, Evidence.Delivered), Fold((byte)Evidence.Delivered, GaveUp));
        Assert.Equal((Outcome.Failed, Evidence.Accepted), Fold(GaveUp, GaveUp));
    }

    [Fact]
    public void A_failure_of_an_older_attempt_does_not_end_the_newer_one()
    {
        var set = ASet();
        set.Apply(Row(LedgerEventKind.Result, 1, (byte)ResultCode.Unknown));
        set.Apply(Row(LedgerEventKind.Result, 1, (byte)ResultCode.AskedInVain));
        set.Apply(Row(LedgerEventKind.Receipt, 1, GaveUp));
        Assert.Equal(Outcome.Retrying, set.OutcomeOf(0));
        set.Apply(Row(LedgerEventKind.Started, 2, StartedCodes.PossibleDuplicate));
        set.Apply(Row(LedgerEventKind.Receipt, 1, GaveUp));
        Assert.Equal(Outcome.InFlight, set.OutcomeOf(0));
        set.Apply(Row(LedgerEventKind.Result, 2, (byte)ResultCode.Accepted));
        set.Apply(Row(LedgerEventKind.Receipt, 1, GaveUp));
        Assert.Equal(Outcome.Accepted, set.OutcomeOf(0));
        set.Apply(Row(LedgerEventKind.Receipt, 2, GaveUp));
        Assert.Equal(Outcome.Failed, set.OutcomeOf(0));
    }

    [Fact]
    public void What_was_given_up_for_lost_and_arrived_is_not_lost()
    {
        var set = new DeliverySet(ChannelKind.Sms, Purpose.Original, AdapterClass.Queryable, [1], [0], lifeThreat: false);
        set.Apply(Row(LedgerEventKind.Started, 1, 0));
        set.Apply(Row(LedgerEventKind.Result, 1, (byte)ResultCode.Unknown));
        set.Apply(Row(LedgerEventKind.Result, 1, (byte)ResultCode.AskedInVain));
        Assert.Equal((Outcome.Failed, 1), (set.OutcomeOf(0), set.PossibleLoss));
        set.Apply(Row(LedgerEventKind.Receipt, 1, (byte)Evidence.Delivered));
        Assert.Equal((Outcome.Delivered, 0), (set.OutcomeOf(0), set.PossibleLoss));
    }

    private static (Outcome, Evidence) Fold(params byte[] words)
    {
        var set = ASet();
        set.Apply(Row(LedgerEventKind.Result, 1, (byte)ResultCode.Accepted));
        foreach (byte word in words) set.Apply(Row(LedgerEventKind.Receipt, 1, word));
        return (set.OutcomeOf(0), set.EvidenceOf(0));
    }

    private static DeliverySet ASet()
    {
        var set = new DeliverySet(ChannelKind.Sms, Purpose.Original, AdapterClass.Queryable, [1], [0], lifeThreat: true);
        set.Apply(Row(LedgerEventKind.Started, 1, 0));
        return set;
    }

    private static LedgerEvent Row(LedgerEventKind kind, byte attempt, byte code) => new() { Kind = kind, AtTicks = 1, DisseminationNo = 1, EndpointNo = 1, Channel = (byte)ChannelKind.Sms, Attempt = attempt, Code = code };
}
