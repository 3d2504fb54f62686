using System.Net;
using System.Net.Sockets;
using AlertGateway.Feeds.Cap;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Feeds.Health;
using AlertGateway.Storage.Ledger;
using Microsoft.Extensions.Logging;

namespace AlertGateway.Feeds.Sl651;

/// <summary>Where stations reach the centre.</summary>
public sealed class Sl651Options
{
    /// <summary>Default: no. The protocol has no secrecy and a password of two bytes: let it listen inside the carrier's private network only.</summary>
    public bool Enabled { get; set; }

    public string BindAddress { get; set; } = "127.0.0.1";

    /// <summary>0 to 65,535; 0 takes a free one. Default: 5651.</summary>
    public int Port { get; set; } = 5651;

    /// <summary>Stations that may be connected at once, 1 to 20,000. Default: 2,000.</summary>
    public int ConnectionsMax { get; set; } = 2000;

    /// <summary>A connection without a complete frame for so long is closed. Default: 10 minutes.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Stations that no rule listens to, and that are taken all the same. Others are refused.</summary>
    public IReadOnlyList<string> Stations { get; set; } = [];

    /// <summary>How often some station speaks. Two intervals without any make the feed stale. Default: 1 hour.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromHours(1);
}

/// <summary>
/// The centre of SL 651-2014 over TCP. A report is acknowledged only when <c>take</c> has returned, that is, when it is on disk; a station that hears nothing sends again. Known stations only.
/// Connections are bounded, each has its own deadlines, and none delays another.
/// </summary>
/// <param name="take">Keeps what a frame says; returns when it is durable.</param>
public sealed partial class Sl651Server(Sl651Options options, Func<string, bool> isKnown, Action<FeedDecode> take, FeedPulse pulse, TimeProvider clock, ILogger<Sl651Server> logger) : IDisposable
{
    /// <summary>Bytes that are no frame, after which a connection is closed.</summary>
    private const int GarbageMax = 8192;

    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(10);

    private readonly TcpListener _listener = new(IPAddress.Parse(options.BindAddress), options.Port);
    private readonly SemaphoreSlim _slots = new(options.ConnectionsMax, options.ConnectionsMax);
    private int _connections;

    /// <summary>The port that stations reach; valid after <see cref="Start"/>.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections => Volatile.Read(ref _connections);

    public void Start() => _listener.Start(512);

    /// <summary>Serves until cancelled. What <c>take</c> throws because the disk failed comes through; a full disk only leaves the station without an answer.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            while (true)
            {
                // A full house waits in the listen queue.
                await _slots.WaitAsync(stop.Token);
                var accepted = _listener.AcceptTcpClientAsync(stop.Token).AsTask();
                if (await Task.WhenAny(accepted, failed.Task) == failed.Task) await failed.Task;
                var client = await accepted;
                _ = Task.Run(() => HoldAsync(client, failed, stop.Token), CancellationToken.None);
            }
        }
        finally
        {
            await stop.CancelAsync();
            _listener.Stop();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _slots.Dispose();
    }

    private async Task HoldAsync(TcpClient client, TaskCompletionSource failed, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _connections);
        try
        {
            using (client)
            {
                client.NoDelay = true;
                await ServeAsync(client.GetStream(), cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The line broke, fell silent, or the gateway stops: the station calls again.
        }
        catch (LedgerFullException)
        {
            // Not answered: the station sends again.
            pulse.Failed(FeedHealth.NoRoom);
        }
        catch (Exception e)
        {
            failed.TrySetException(e);
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
            ReleaseSlot();
        }
    }

    private void ReleaseSlot()
    {
        try
        {
            _slots.Release();
        }
        catch (ObjectDisposedException)
        {
            // The server is gone.
        }
    }

    private async Task ServeAsync(NetworkStream line, CancellationToken cancellationToken)
    {
        var reader = new Sl651FrameReader();
        var assembler = new Sl651Assembler();
        var buffer = new byte[4096];
        var garbage = 0;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var idle = clock.CreateTimer(static s => ((CancellationTokenSource)s!).Cancel(), deadline, options.IdleTimeout, Timeout.InfiniteTimeSpan);
        while (true)
        {
            var read = await line.ReadAsync(buffer, deadline.Token);
            if (read == 0) return;
            reader.Append(buffer.AsSpan(0, read));
            while (reader.TryRead(out var item))
            {
                garbage += item.SkippedBytes;
                idle.Change(options.IdleTimeout, Timeout.InfiniteTimeSpan);
                if (!item.Frame!.Uplink) continue;
                if (!isKnown(item.Frame.Station))
                {
                    pulse.Refused("A station that is not configured called.");
                    LogUnknown(logger, item.Frame.Station);
                    return;
                }

                if (Answer(item.Frame, assembler) is not { } answer) continue;
                using var write = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                await using var writeDeadline = clock.CreateTimer(static s => ((CancellationTokenSource)s!).Cancel(), write, WriteTimeout, Timeout.InfiniteTimeSpan);
                await line.WriteAsync(answer, write.Token);
            }

            if (garbage + reader.Skipped > GarbageMax)
            {
                pulse.Refused("A connection sent too many bytes that are no frame.");
                return;
            }
        }
    }

    /// <summary>Keeps what the frame says and gives the answer; null for none (keep-alives and packets before the last one).</summary>
    private byte[]? Answer(Sl651Frame frame, Sl651Assembler assembler)
    {
        if (frame.Function == Sl651Marks.Link)
        {
            pulse.Good(0, null);
            return null;
        }

        switch (assembler.Add(frame, out var whole))
        {
            case Sl651Assembly.Waiting:
                return null;
            case Sl651Assembly.Missing:
                pulse.Failed("Packets of a message were missing.");
                return Sl651Reply.Again(frame, clock.GetUtcNow());
        }

        var decoded = Sl651Decoder.Decode(whole, clock.GetUtcNow());
        take(decoded); // durable from here on
        pulse.Good(decoded.Records.Count, decoded.Records.Max(r => r.EventTime));
        return frame.PacketTotal > 1 ? Sl651Reply.ConfirmPackets(whole, clock.GetUtcNow()) : Sl651Reply.Confirm(frame, clock.GetUtcNow());
    }

    [LoggerMessage(1201, LogLevel.Warning, "Station {Station} called and is not configured")]
    private static partial void LogUnknown(ILogger logger, string station);
}
