using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Rendering;
using Xunit;

namespace AlertGateway.Tests.Channels;

/// <summary>What every channel owes the lane, whatever its medium. One subclass per channel, each against a far side of its own over loopback.</summary>
public abstract class ChannelCompliance : IAsyncLifetime, IPromiseTrial
{
    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected abstract IChannel Channel { get; }

    /// <summary>A rendition of this medium that may go to a live endpoint, or an exercise one with or without its marks.</summary>
    protected abstract Rendition ARendition(string status = "Actual", bool marked = true);

    private protected abstract OutgoingDelivery ADelivery(Rendition rendition, SwitchGate gate, bool exerciseEndpoint);

    /// <summary>What the far side got of this rendition: its text, or the hash of its programme.</summary>
    protected abstract Task<string> ReceivedAsync();

    /// <summary>What <see cref="ReceivedAsync"/> must give for it.</summary>
    protected abstract string Expected(Rendition rendition);

    /// <summary>Messages that reached the far side so far.</summary>
    protected abstract int ReceivedCount { get; }

    /// <summary>The far side goes away.</summary>
    protected abstract Task GoDownAsync();

    /// <summary>The far side takes the order and never answers.</summary>
    protected abstract void FallSilent();

    /// <summary>Hands over; the far side takes it and its answer is lost. Where there is no answer to lose it is handed over.</summary>
    protected abstract Task<DispatchOutcome> SendUnheardAsync(OutgoingDelivery delivery);

    /// <summary>Hands over what is lost on the way. Only asked where the class is <see cref="AdapterClass.Queryable"/>.</summary>
    protected virtual Task<DispatchOutcome> SendLostAsync(OutgoingDelivery delivery) => throw new NotSupportedException("Only a channel that can be asked is tried so.");

    /// <summary>How often somebody was given this test's delivery after so many hand-overs: what the protocol's page takes for one counts once.</summary>
    protected abstract Task<int> GivenAsync(int handedOver);

    IChannel IPromiseTrial.Channel => Channel;

    OutgoingDelivery IPromiseTrial.Attempt(byte number)
    {
        var delivery = ADelivery(ARendition(), new SwitchGate(), exerciseEndpoint: false);
        return delivery with { Tag = delivery.Tag with { Attempt = number } };
    }

    Task<DispatchOutcome> IPromiseTrial.SendUnheardAsync(OutgoingDelivery delivery) => SendUnheardAsync(delivery);

    Task<DispatchOutcome> IPromiseTrial.SendLostAsync(OutgoingDelivery delivery) => SendLostAsync(delivery);

    Task<int> IPromiseTrial.GivenAsync(int handedOver) => GivenAsync(handedOver);

    Task IPromiseTrial.GoDownAsync() => GoDownAsync();

    public abstract ValueTask InitializeAsync();

    public abstract ValueTask DisposeAsync();

    [Fact]
    public async Task A_live_rendition_to_a_live_endpoint_is_accepted_byte_for_byte()
    {
        var rendition = ARendition();
        var outcome = await Channel.DispatchAsync(ADelivery(rendition, new SwitchGate(), exerciseEndpoint: false), Stop);
        Assert.Equal(ResultCode.Accepted, outcome.Code);
        Assert.Equal(Expected(rendition), await ReceivedAsync());
    }

    [Fact]
    public async Task A_marked_exercise_to_an_exercise_endpoint_is_accepted_byte_for_byte()
    {
        var rendition = ARendition("Exercise");
        var outcome = await Channel.DispatchAsync(ADelivery(rendition, new SwitchGate(), exerciseEndpoint: true), Stop);
        Assert.Equal(ResultCode.Accepted, outcome.Code);
        Assert.Equal(Expected(rendition), await ReceivedAsync());
    }

    [Fact]
    public async Task A_closed_gate_lets_nothing_out()
    {
        var gate = new SwitchGate();
        gate.Close();
        var outcome = await Channel.DispatchAsync(ADelivery(ARendition(), gate, exerciseEndpoint: false), Stop);
        Assert.Equal(ResultCode.NotSent, outcome.Code);
        Assert.Equal(0, ReceivedCount);
    }

    [Fact]
    public async Task An_unmarked_exercise_is_refused()
    {
        var outcome = await Channel.DispatchAsync(ADelivery(ARendition("Exercise", marked: false), new SwitchGate(), exerciseEndpoint: true), Stop);
        Assert.Equal(DispatchOutcome.Refused(DispatchError.Unmarked), outcome);
        Assert.Equal(0, ReceivedCount);
    }

    [Theory]
    [InlineData("Actual", true)]
    [InlineData("Exercise", false)]
    [InlineData("Test", false)]
    public async Task The_wrong_world_is_refused(string status, bool exerciseEndpoint)
    {
        var outcome = await Channel.DispatchAsync(ADelivery(ARendition(status), new SwitchGate(), exerciseEndpoint), Stop);
        Assert.Equal(DispatchOutcome.Refused(DispatchError.WrongWorld), outcome);
        Assert.Equal(0, ReceivedCount);
    }

    [Fact]
    public async Task A_far_side_that_is_down_is_reported_as_worth_another_try_and_not_thrown()
    {
        await GoDownAsync();
        var outcome = await Channel.DispatchAsync(ADelivery(ARendition(), new SwitchGate(), exerciseEndpoint: false), Stop);
        Assert.Contains(outcome.Code, new[] { ResultCode.RetryLater, ResultCode.Unreachable });
    }

    [Fact]
    public async Task A_cancelled_token_ends_the_wait_for_a_silent_far_side()
    {
        FallSilent();
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var dispatch = Channel.DispatchAsync(ADelivery(ARendition(), new SwitchGate(), exerciseEndpoint: false), cut.Token).AsTask();
        if (Channel.Kind != ChannelKind.Push) await ReceivedAsync();
        await cut.CancelAsync();
        var outcome = await dispatch.WaitAsync(TimeSpan.FromSeconds(30), Stop);
        Assert.Contains(outcome.Code, Channel.Kind == ChannelKind.Push ? new[] { ResultCode.Accepted } : new[] { ResultCode.Unknown, ResultCode.RetryLater, ResultCode.NotSent });
    }

    [Fact]
    public async Task A_token_cancelled_beforehand_lets_nothing_out()
    {
        var outcome = await Channel.DispatchAsync(ADelivery(ARendition(), new SwitchGate(), exerciseEndpoint: false), new CancellationToken(canceled: true));
        Assert.Contains(outcome.Code, new[] { ResultCode.NotSent, ResultCode.RetryLater });
        Assert.Equal(0, ReceivedCount);
    }

    [Fact]
    public async Task It_keeps_what_its_class_promises() => Assert.Null(await ClassPromise.BrokenAsync(this, Stop));

    /// <summary>The fold decides by the medium what an unknown outcome becomes; the channel is of the same mind.</summary>
    [Fact]
    public void Its_class_is_the_one_that_the_ledger_is_folded_by() => Assert.Equal(ChannelClasses.Of(Channel.Kind), Channel.Class);
}
