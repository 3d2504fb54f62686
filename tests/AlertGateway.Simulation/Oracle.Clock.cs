using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Simulation;

/// <summary>Life and its end by the true time. What a clock is off by unnoticed, drift and a small step, is the gateway's to err by; a jump is not.</summary>
internal sealed partial class Oracle
{
    private const long LookTicks = 10 * TimeSpan.TicksPerMillisecond; // the clocks are compared twice a second

    private long _stepped;

    private long Slack => (run.Scheduler.Clock.Now / 1_000_000 * Math.Abs(run.Scheduler.Clock.DriftPpm) * 2) + LookTicks + _stepped;

    /// <summary>The wall clock is stepped by so little that nobody need notice.</summary>
    public void Stepped(long ticks)
    {
        run.Scheduler.Clock.StepTicks += ticks;
        _stepped += Math.Abs(ticks);
    }

    private void JudgeLife(DeliveryTag tag)
    {
        if (tag.Key.Purpose != Purpose.Original || !_expires.TryGetValue(tag.Key.DisseminationNo, out long expires) || expires == long.MaxValue) return;
        if (run.Scheduler.Clock.TrueTicks >= expires + Slack) Fail($"I4: {tag} left after its expiry", tag.Key.EndpointNo);
    }

    private void JudgeExpiry(in LedgerEvent e)
    {
        if ((DispatchError)e.Code != DispatchError.Expired || (Purpose)e.Purpose != Purpose.Original || !_expires.TryGetValue(e.DisseminationNo, out long expires)) return;
        if (run.Scheduler.Clock.TrueTicks < expires - Slack) Fail($"I1: d{e.DisseminationNo} was given up as expired and lives");
    }
}
