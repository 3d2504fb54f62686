using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using Xunit;

namespace AlertGateway.Tests.Channels;

/// <summary>The trial of a class finds the channel that claims more, or less, than it keeps.</summary>
public sealed class ClassPromiseTests
{
    /// <summary>What the channel of these tests, or its far side, does.</summary>
    public enum Habit
    {
        /// <summary>The far side keeps one of two with the same key.</summary>
        KeepsOne,

        /// <summary>Asked, it looks up what was taken, and says so when it cannot.</summary>
        TellsTheTruth,
        SaysTaken,
        SaysNeverTaken,

        /// <summary>As the truth, but a far side that is down counts as one that never had it.</summary>
        GuessesWhenDown,

        /// <summary>Neither keeps one nor tells.</summary>
        None,

        /// <summary>The truth, but an answer that was lost is taken for a refusal that may be tried again.</summary>
        HidesDoubts,

        /// <summary>The truth, and each message goes out twice.</summary>
        SendsTwice,
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(AdapterClass.Idempotent, Habit.KeepsOne)]
    [InlineData(AdapterClass.Queryable, Habit.TellsTheTruth)]
    [InlineData(AdapterClass.Blind, Habit.None)]
    public async Task Who_keeps_the_promise_passes(AdapterClass claimed, Habit habit) => Assert.Null(await ClassPromise.BrokenAsync(new Trial(claimed, habit), Stop));

    [Theory]
    [InlineData(AdapterClass.Idempotent, Habit.None, "the same key sent twice was given 2 times")]
    [InlineData(AdapterClass.Idempotent, Habit.TellsTheTruth, "the same key sent twice was given 2 times")]
    [InlineData(AdapterClass.Idempotent, Habit.HidesDoubts, "what was taken and not answered ends as RetryLater")]
    [InlineData(AdapterClass.Queryable, Habit.None, "of what was never sent it says CannotTell")]
    [InlineData(AdapterClass.Queryable, Habit.KeepsOne, "of what was never sent it says CannotTell")]
    [InlineData(AdapterClass.Queryable, Habit.SaysTaken, "of what was never sent it says Taken")]
    [InlineData(AdapterClass.Queryable, Habit.SaysNeverTaken, "of what was taken it says NeverTaken")]
    [InlineData(AdapterClass.Queryable, Habit.GuessesWhenDown, "of a far side that is down it says NeverTaken")]
    [InlineData(AdapterClass.Queryable, Habit.HidesDoubts, "what was taken and not answered ends as RetryLater")]
    [InlineData(AdapterClass.Queryable, Habit.SendsTwice, "what arrived once was given 2 times")]
    [InlineData(AdapterClass.Blind, Habit.KeepsOne, "its far side keeps one of two, and it does not declare that it does")]
    [InlineData(AdapterClass.Blind, Habit.TellsTheTruth, "it says Taken when asked, and does not declare that it can be")]
    [InlineData(AdapterClass.Blind, Habit.HidesDoubts, "what was taken and not answered ends as RetryLater")]
    public async Task Who_claims_a_class_and_does_not_keep_it_is_found(AdapterClass claimed, Habit habit, string why) => Assert.Equal(why, await ClassPromise.BrokenAsync(new Trial(claimed, habit), Stop));

    /// <summary>A channel and its far side in memory.</summary>
    private sealed class Trial(AdapterClass claimed, Habit habit) : IPromiseTrial, IChannel
    {
        private readonly List<DeliveryKey> _given = [];
        private bool _down;
        private bool _unheard;
        private bool _lost;

        public IChannel Channel => this;

        public ChannelKind Kind => ChannelKind.Sms;

        public AdapterClass Class => claimed;

        public OutgoingDelivery Attempt(byte number)
        {
            var delivery = Make.ADelivery(Make.ARendition(ChannelKind.Sms, "暴雨"), 1, default, DateTimeOffset.UnixEpoch);
            return delivery with { Tag = delivery.Tag with { Attempt = number } };
        }

        public async Task<DispatchOutcome> SendUnheardAsync(OutgoingDelivery delivery)
        {
            _unheard = true;
            var outcome = await DispatchAsync(delivery, Stop);
            _unheard = false;
            return outcome;
        }

        public async Task<DispatchOutcome> SendLostAsync(OutgoingDelivery delivery)
        {
            _lost = true;
            var outcome = await DispatchAsync(delivery, Stop);
            _lost = false;
            return outcome;
        }

        public Task<int> GivenAsync(int handedOver) => Task.FromResult(_given.Count);

        public Task GoDownAsync()
        {
            _down = true;
            return Task.CompletedTask;
        }

        public ValueTask<DispatchOutcome> DispatchAsync(OutgoingDelivery delivery, CancellationToken cancellationToken)
        {
            if (_lost) return new(DispatchOutcome.Unknown(DispatchError.LinkDown));
            if (habit != Habit.KeepsOne || !_given.Contains(delivery.Tag.Key)) _given.Add(delivery.Tag.Key);
            if (habit == Habit.SendsTwice) _given.Add(delivery.Tag.Key);
            if (!_unheard) return new(DispatchOutcome.Accepted());
            return new(habit == Habit.HidesDoubts ? DispatchOutcome.RetryLater(DispatchError.LinkDown) : DispatchOutcome.Unknown(DispatchError.TimedOut));
        }

        public ValueTask<AskOutcome> AskAsync(OutgoingDelivery delivery, CancellationToken cancellationToken) => new(new AskOutcome(habit switch
        {
            Habit.SaysTaken => AskAnswer.Taken,
            Habit.SaysNeverTaken => AskAnswer.NeverTaken,
            Habit.None or Habit.KeepsOne => AskAnswer.CannotTell,
            _ when _down => habit == Habit.GuessesWhenDown ? AskAnswer.NeverTaken : AskAnswer.CannotTell,
            _ => _given.Contains(delivery.Tag.Key) ? AskAnswer.Taken : AskAnswer.NeverTaken,
        }));
    }
}
