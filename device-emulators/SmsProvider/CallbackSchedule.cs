using System.Threading.Channels;
using AlertGateway.Emulators.Hosting;

namespace AlertGateway.Emulators.SmsProvider;

/// <summary>What is to be posted to the gateway.</summary>
internal enum Report : byte
{
    Sent,
    Delivered,
    Undelivered,

    /// <summary>The resident answers <c>1</c>.</summary>
    Reply,
}

/// <summary>One post that is due at some moment.</summary>
/// <param name="Number">The message.</param>
/// <param name="Report">What is reported.</param>
/// <param name="Repeat">0 for the first try, up to 4.</param>
internal readonly record struct DueReport(long Number, Report Report, byte Repeat);

/// <summary>
/// Posts waiting for their moment, in a queue ordered by the monotonic clock and looked at every 5 ms. At most
/// <see cref="WaitingMax"/> wait; beyond that a new one is dropped, as an overloaded provider would, and counted.
/// </summary>
internal sealed class CallbackSchedule(ulong seed, bool canReply)
{
    /// <summary>Most posts that wait.</summary>
    public const int WaitingMax = 8_000_000;

    private readonly Lock _gate = new();
    private readonly PriorityQueue<DueReport, long> _waiting = new();

    /// <summary>Posts dropped because too many were waiting.</summary>
    public long Dropped { get; private set; }

    /// <summary>Plans everything that will be reported of a new message.</summary>
    public void Plan(in Message message, Behaviour behaviour, ulong subject)
    {
        if (message.Target is not null && behaviour.Callbacks != CallbackMode.None)
        {
            for (var copy = 0; copy < behaviour.CallbackCopies; copy++)
            {
                // A copy comes at a moment of its own, and so perhaps before what it should follow.
                var late = copy == 0 ? 0 : behaviour.CallbackDelay.At(Draw.Share(seed, subject ^ ((ulong)copy << 48), Question.Copy));
                if (behaviour.Callbacks == CallbackMode.All)
                    Add(new DueReport(message.Number, Report.Sent, 0), Math.Min(message.CreatedMono + Message.SentAfterNanoseconds, message.FinalMono) + late);
                if (message.Fate != Fate.Silent)
                    Add(new DueReport(message.Number, message.Fate == Fate.Delivered ? Report.Delivered : Report.Undelivered, 0), message.FinalMono + late);
            }
        }

        if (canReply && behaviour.Reply > 0 && message.Fate == Fate.Delivered && Draw.Share(seed, subject, Question.Reply) < behaviour.Reply)
            Add(new DueReport(message.Number, Report.Reply, 0), message.FinalMono + behaviour.ReplyDelay.At(Draw.Share(seed, subject, Question.ReplyDelay)));
    }

    /// <summary>Plans the next try of a post that was not accepted; false when four repeats have been made.</summary>
    public bool Repeat(DueReport due, long nowMono)
    {
        if (due.Repeat >= 4) return false;
        // 0.5, 1, 2, 4 s, each half to one and a half times as long.
        var jitter = 0.5 + Draw.Share(seed, (ulong)due.Number ^ ((ulong)due.Repeat << 56), Question.Pause);
        Add(due with { Repeat = (byte)(due.Repeat + 1) }, nowMono + (long)((500_000_000L << due.Repeat) * jitter));
        return true;
    }

    /// <summary>Hands over what is due, until cancelled; waits while the receivers are busy or <paramref name="isPaused"/> says so.</summary>
    public async Task RunAsync(ChannelWriter<DueReport> due, Func<bool> isPaused, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
                while (!isPaused() && TryTake(Monotonic.Nanoseconds, out var report))
                    await due.WriteAsync(report, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The emulator ends; what is not sent yet is never sent, as when a provider goes down.
        }

        due.TryComplete();
    }

    private void Add(DueReport report, long atMono)
    {
        lock (_gate)
        {
            if (_waiting.Count < WaitingMax) _waiting.Enqueue(report, atMono);
            else Dropped++;
        }
    }

    private bool TryTake(long nowMono, out DueReport report)
    {
        lock (_gate)
        {
            if (_waiting.TryPeek(out report, out var atMono) && atMono <= nowMono)
            {
                _waiting.Dequeue();
                return true;
            }

            return false;
        }
    }
}
