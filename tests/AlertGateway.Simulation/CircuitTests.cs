using AlertGateway.Core.Dispatch;

namespace AlertGateway.Simulation;

public sealed class CircuitTests
{
    private readonly SimClock _clock = new();

    private long Now => _clock.GetUtcNow().UtcTicks;

    [Fact]
    public void Answers_about_recipients_never_close_the_way_to_the_others()
    {
        var circuit = new LaneCircuit(_clock);
        for (int i = 0; i < 1_000; i++)
        {
            circuit.Told(DispatchOutcome.RetryLater(DispatchError.ServerError), Now); // this handset is off
            circuit.Told(DispatchOutcome.Refused(DispatchError.BadAddress), Now);
            circuit.Told(DispatchOutcome.RetryLater(DispatchError.Throttled), Now);
            circuit.Told(DispatchOutcome.NotSent, Now);
        }
        Assert.Equal((false, int.MaxValue), (circuit.IsOpen, circuit.Allowed()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Who_does_not_answer_is_probed_and_is_trusted_again_after_nine_answers(bool refuses)
    {
        var circuit = new LaneCircuit(_clock);
        var silence = refuses ? DispatchOutcome.RetryLater(DispatchError.LinkDown) : DispatchOutcome.Unknown(DispatchError.TimedOut);
        for (int i = 0; i < 15; i++) circuit.Told(silence, Now);
        Assert.False(circuit.IsOpen);
        circuit.Told(silence, Now);
        Assert.Equal((true, 0), (circuit.IsOpen, circuit.Allowed()));
        _clock.Now += TimeSpan.TicksPerSecond;
        Assert.Equal(1, circuit.Allowed());
        circuit.Told(silence, Now);
        Assert.Equal(0, circuit.Allowed());
        _clock.Now += 5 * TimeSpan.TicksPerSecond;
        Assert.InRange(circuit.Allowed(), 1, 4);
        for (int i = 0; i < 9; i++)
        {
            Assert.True(circuit.IsOpen);
            circuit.Told(DispatchOutcome.Accepted(), Now);
        }
        Assert.Equal((false, int.MaxValue), (circuit.IsOpen, circuit.Allowed()));
    }

    [Fact]
    public void One_failure_in_three_closes_nothing()
    {
        var circuit = new LaneCircuit(_clock);
        for (int i = 0; i < 3_000; i++) circuit.Told(i % 3 == 0 ? DispatchOutcome.Unknown(DispatchError.ServerError) : DispatchOutcome.Accepted(), Now);
        Assert.False(circuit.IsOpen);
    }

    [Fact]
    public void A_late_failure_from_before_the_first_answer_does_not_close_the_way_again()
    {
        var circuit = new LaneCircuit(_clock);
        for (int i = 0; i < 16; i++) circuit.Told(DispatchOutcome.Unknown(DispatchError.TimedOut), Now);
        _clock.Now += 6 * TimeSpan.TicksPerSecond;
        Assert.True(circuit.Allowed() > 0);
        long hanging = Now;
        _clock.Now += TimeSpan.TicksPerSecond;
        circuit.Told(DispatchOutcome.Accepted(), Now);
        circuit.Told(DispatchOutcome.Unknown(DispatchError.TimedOut), hanging);
        Assert.Equal(2, circuit.Allowed());
        circuit.Told(DispatchOutcome.Unknown(DispatchError.TimedOut), Now);
        Assert.Equal(0, circuit.Allowed());
    }
}
