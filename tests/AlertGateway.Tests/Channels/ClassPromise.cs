using AlertGateway.Core.Dispatch;

namespace AlertGateway.Tests.Channels;

/// <summary>A channel and its far side, as the trial of its class needs them.</summary>
internal interface IPromiseTrial
{
    IChannel Channel { get; }

    /// <summary>The attempt of that number of one and the same delivery.</summary>
    OutgoingDelivery Attempt(byte number);

    /// <summary>The far side takes what it is handed, and its answer is lost.</summary>
    Task<DispatchOutcome> SendUnheardAsync(OutgoingDelivery delivery);

    /// <summary>What is handed over is lost on the way.</summary>
    Task<DispatchOutcome> SendLostAsync(OutgoingDelivery delivery);

    /// <summary>How often somebody was given it after so many hand-overs that arrived: what the protocol's page takes for one counts once.</summary>
    Task<int> GivenAsync(int handedOver);

    /// <summary>The far side goes away for good.</summary>
    Task GoDownAsync();
}

/// <summary>What each <see cref="AdapterClass"/> promises the lane after a crash or a time-out, tried in earnest.</summary>
internal static class ClassPromise
{
    /// <summary>Why the channel is not of the class that it claims; null when it keeps its promise. Ends with the far side down.</summary>
    public static async Task<string?> BrokenAsync(IPromiseTrial trial, CancellationToken stop) => trial.Channel.Class switch
    {
        AdapterClass.Idempotent => await IdempotentAsync(trial, stop),
        AdapterClass.Queryable => await QueryableAsync(trial, stop),
        AdapterClass.Blind => await BlindAsync(trial, stop),
        _ => $"{trial.Channel.Class} is no class",
    };

    private static async Task<string?> IdempotentAsync(IPromiseTrial trial, CancellationToken stop)
    {
        if (await HidesADoubtAsync(trial, trial.Attempt(1)) is { } hidden) return hidden;
        var again = await trial.Channel.DispatchAsync(trial.Attempt(2), stop);
        if (again.Code != ResultCode.Accepted) return $"the same key sent again ends as {again.Code}";
        int given = await trial.GivenAsync(2);
        return given == 1 ? null : $"the same key sent twice was given {given} times";
    }

    private static async Task<string?> QueryableAsync(IPromiseTrial trial, CancellationToken stop)
    {
        var before = await trial.Channel.AskAsync(trial.Attempt(1), stop);
        if (before.Answer != AskAnswer.NeverTaken) return $"of what was never sent it says {before.Answer}";
        var lost = await trial.SendLostAsync(trial.Attempt(1));
        if (lost.Code is not (ResultCode.Unknown or ResultCode.RetryLater)) return $"what was lost on the way ends as {lost.Code}";
        if ((await trial.Channel.AskAsync(trial.Attempt(1), stop)).Answer is not AskAnswer.NeverTaken and var answer) return $"of what was lost on the way it says {answer}";
        if (await HidesADoubtAsync(trial, trial.Attempt(2)) is { } hidden) return hidden;
        if ((await trial.Channel.AskAsync(trial.Attempt(2), stop)).Answer is not AskAnswer.Taken and var said) return $"of what was taken it says {said}";
        int given = await trial.GivenAsync(1);
        if (given != 1) return $"what arrived once was given {given} times";
        await trial.GoDownAsync();
        return (await trial.Channel.AskAsync(trial.Attempt(2), stop)).Answer is not AskAnswer.CannotTell and var guess ? $"of a far side that is down it says {guess}" : null;
    }

    /// <summary>The class of those who can do neither: whoever can one of the two says so, because the lane sends a blind channel's message once more at most, and lesser ones not at all.</summary>
    private static async Task<string?> BlindAsync(IPromiseTrial trial, CancellationToken stop)
    {
        if (await HidesADoubtAsync(trial, trial.Attempt(1)) is { } hidden) return hidden;
        if ((await trial.Channel.AskAsync(trial.Attempt(1), stop)).Answer is not AskAnswer.CannotTell and var answer) return $"it says {answer} when asked, and does not declare that it can be";
        await trial.Channel.DispatchAsync(trial.Attempt(2), stop);
        return await trial.GivenAsync(2) == 1 ? "its far side keeps one of two, and it does not declare that it does" : null;
    }

    /// <summary>What may have been taken is never reported as certainly not taken: it would be sent again without a question and without a label.</summary>
    private static async Task<string?> HidesADoubtAsync(IPromiseTrial trial, OutgoingDelivery delivery)
    {
        var outcome = await trial.SendUnheardAsync(delivery);
        return outcome.Code is ResultCode.Unknown or ResultCode.Accepted ? null : $"what was taken and not answered ends as {outcome.Code}";
    }
}
