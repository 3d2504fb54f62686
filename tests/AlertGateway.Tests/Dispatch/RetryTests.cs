using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Tests.Dispatch;

/// <summary>As long as a warning lives, somebody who could not be reached is tried again.</summary>
public sealed class RetryTests
{
    [Theory]
    [InlineData(DispatchError.LinkDown, 17, 21)]
    [InlineData(DispatchError.Throttled, 1, 3)]
    public void The_attempts_of_a_delivery_last(DispatchError error, int hoursAtLeast, int hoursAtMost)
    {
        long ticks = 0;
        for (int attempt = 1; attempt < DeliverySet.AttemptsMax; attempt++) ticks += RetrySchedule.DelayTicks(attempt, 7, error, 0);
        Assert.InRange(ticks, TimeSpan.FromHours(hoursAtLeast).Ticks, TimeSpan.FromHours(hoursAtMost).Ticks);
    }

    [Fact]
    public void Whoever_was_throttled_often_has_not_failed_when_the_link_breaks_once()
    {
        var set = ASet(ChannelKind.Sms, AdapterClass.Queryable);
        for (byte attempt = 1; attempt <= 30; attempt++) Attempt(set, attempt, ResultCode.RetryLater, attempt < 30 ? DispatchError.Throttled : DispatchError.LinkDown);
        Assert.Equal(Outcome.Retrying, set.OutcomeOf(0));
    }

    [Fact]
    public void Whoever_falls_silent_is_given_time_and_whom_a_restart_interrupted_is_not_kept_waiting()
    {
        var silent = ASet(ChannelKind.Loudspeaker, AdapterClass.Idempotent);
        Attempt(silent, 1, ResultCode.Unknown, DispatchError.TimedOut);
        Assert.True(silent.NextDueTicks >= TimeSpan.FromMilliseconds(375).Ticks);
        var interrupted = ASet(ChannelKind.Loudspeaker, AdapterClass.Idempotent);
        Attempt(interrupted, 1, ResultCode.Unknown, DispatchError.GatewayCrashed);
        Assert.Equal(1, interrupted.NextDueTicks);
    }

    private static DeliverySet ASet(ChannelKind channel, AdapterClass adapterClass) => new(channel, Purpose.Original, adapterClass, [1], [0], lifeThreat: true);

    private static void Attempt(DeliverySet set, byte attempt, ResultCode code, DispatchError error)
    {
        set.Apply(Row(LedgerEventKind.Started, attempt, 0, 0));
        set.Apply(Row(LedgerEventKind.Result, attempt, (byte)code, (byte)error));
    }

    private static LedgerEvent Row(LedgerEventKind kind, byte attempt, byte code, long number) => new() { Kind = kind, AtTicks = 1, DisseminationNo = 1, EndpointNo = 1, Attempt = attempt, Code = code, Number = number };
}
