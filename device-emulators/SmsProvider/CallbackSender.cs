using System.Text;
using System.Threading.Channels;
using AlertGateway.Emulators.Hosting;

namespace AlertGateway.Emulators.SmsProvider;

/// <summary>A fixed number of connections that post what is due.</summary>
internal sealed class CallbackSender : IAsyncDisposable
{
    private readonly SmsProviderOptions _options;
    private readonly MessageStore _store;
    private readonly CallbackSchedule _schedule;
    private readonly Journal _journal;
    private readonly ProviderStats _stats;
    private readonly CallbackTarget? _inbound;
    private readonly byte[] _inboundRest = [];
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _running;

    /// <param name="options">Account, token, seed, inbound URL, number of connections.</param>
    /// <param name="store">Where the messages are.</param>
    /// <param name="schedule">What is due when.</param>
    /// <param name="isPaused">True while posts are held back.</param>
    /// <param name="journal">Told of every attempt.</param>
    /// <param name="stats">Told of every attempt.</param>
    public CallbackSender(
        SmsProviderOptions options, MessageStore store, CallbackSchedule schedule, Func<bool> isPaused, Journal journal, ProviderStats stats)
    {
        (_options, _store, _schedule, _journal, _stats) = (options, store, schedule, journal, stats);
        if (options.InboundUrl is { } url)
        {
            var bytes = Encoding.ASCII.GetBytes(url);
            var prefix = CallbackTarget.PrefixLength(bytes);
            _inbound = (prefix < 0 ? null : CallbackTarget.Parse(bytes.AsSpan(0, prefix)))
                ?? throw new UsageException("--inbound-url must be a plain http URL on this machine with a path");
            _inboundRest = bytes[prefix..];
        }

        var due = Channel.CreateBounded<DueReport>(new BoundedChannelOptions(4096) { SingleWriter = true });
        var tasks = new List<Task> { schedule.RunAsync(due.Writer, isPaused, _ending.Token) };
        for (var i = 0; i < options.CallbackConnections; i++) tasks.Add(Task.Run(() => PostAllAsync(due.Reader, _ending.Token)));
        _running = Task.WhenAll(tasks);
    }

    /// <summary>Stops posting; a post on the wire is abandoned.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _running;
        _ending.Dispose();
    }

    private async Task PostAllAsync(ChannelReader<DueReport> due, CancellationToken cancellationToken)
    {
        using var connection = new CallbackConnection();
        var post = new CallbackPost(Encoding.UTF8.GetBytes(_options.AuthToken), _options.Account, _options.Seed);
        try
        {
            await foreach (var report in due.ReadAllAsync(cancellationToken))
                await PostAsync(connection, post, report, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The emulator ends.
        }
    }

    private async Task PostAsync(CallbackConnection connection, CallbackPost post, DueReport due, CancellationToken cancellationToken)
    {
        if (!_store.TryGet(due.Number, out var message)) return; // Older than the store reaches back.
        var isReply = due.Report == Report.Reply;
        var request = isReply ? post.Reply(in message, _inbound!, _inboundRest) : post.Status(in message, due.Report);
        Interlocked.Increment(ref isReply ? ref _stats.Replies : ref _stats.CallbacksSent);
        var mono = Monotonic.Nanoseconds;
        var status = await connection.PostAsync(isReply ? _inbound!.EndPoint : message.Target!.EndPoint, request, cancellationToken);
        if (!isReply) Interlocked.Increment(ref status is >= 200 and < 300 ? ref _stats.CallbacksAnswered : ref _stats.CallbacksRefused);
        Write(mono, in message, due.Report, status);
        if (status is < 200 or >= 300) _schedule.Repeat(due, Monotonic.Nanoseconds);
    }

    private void Write(long mono, in Message message, Report report, int status)
    {
        if (!_journal.IsOpen) return;
        var line = new LineBuffer(stackalloc byte[160]);
        line.Add(mono);
        if (report == Report.Reply)
        {
            line.Add("\treply\t+"u8);
            line.Add(message.To);
        }
        else
        {
            line.Add("\tcallback\t"u8);
            line.AddSid(_options.Seed, message.Number);
            line.Add(report switch { Report.Sent => "\tsent"u8, Report.Delivered => "\tdelivered"u8, _ => "\tundelivered"u8 });
        }

        line.Add("\t"u8);
        line.Add(status);
        _journal.Append(line.Written);
    }
}
