using AlertGateway.Core.Dispatch;

namespace AlertGateway.Simulation;

public sealed class CircuitTests
{
    private readonly SimClock _clock = new();

    [Fact]
    public void Answers_about_recipients_never_close_the_way_to_the_others()
    {
        var circuit = new LaneCircuit(_clock);
        for (int i = 0; i < 1_000; i++)
        {
            circuit.Told(DispatchOutcome.RetryLater(DispatchError.ServerError)); // this handset is off
            circuit.Told(DispatchOutcome.Refused(DispatchError.BadAddress));
            circuit.Told(DispatchOutcome.RetryLater(DispatchError.Throttled));
            circuit.Told(DispatchOutcome.NotSent);
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
        for (int i = 0; i < 15; i++) circuit.Told(silence);
        Assert.False(circuit.IsOpen);
        circuit.Told(silence);
        Assert.Equal((true, 0), (circuit.IsOpen, circuit.Allowed()));
        _clock.Now += TimeSpan.TicksPerSecond;
        Assert.Equal(1, circuit.Allowed());
        circuit.Told(silence);
        Assert.Equal(0, circuit.Allowed());
        _clock.Now += 5 * TimeSpan.TicksPerSecond;
        Assert.InRange(circuit.Allowed(), 1, 4);
        for (int i = 0; i < 9; i++)
        {
            Assert.True(circuit.IsOpen);
            circuit.Told(DispatchOutcome.Accepted());
        }
        Assert.Equal((false, int.MaxValue), (circuit.IsOpen, circuit.Allowed()));
    }

    [Fact]
    public void One_failure_in_three_closes_nothing()
    {
        var circuit = new LaneCircuit(_clock);
        for (int i = 0; i < 3_000; i++) circuit.Told(i % 3 == 0 ? DispatchOutcome.Unknown(DispatchError.ServerError) : DispatchOutcome.Accepted());
        Assert.False(circuit.IsOpen);
    }
}
