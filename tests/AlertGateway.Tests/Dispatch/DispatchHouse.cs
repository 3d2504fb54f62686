using System.Text;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Registry;
using Microsoft.Extensions.Logging.Abstractions;

namespace AlertGateway.Tests.Dispatch;

/// <summary>Ledger on disk, room and one lane over a scripted channel: the real thing without the sockets.</summary>
internal sealed class DispatchHouse : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _lane;
    private int _readers;
    private volatile bool _readTogether;

    private DispatchHouse(SqliteLedger ledger, DisseminationRoom room, ScriptedChannel channel, ScriptedChannel? standby, RegistrySnapshot town, LaneOptions options)
    {
        (Ledger, Room, Channel) = (ledger, room, channel);
        ChannelRoute[] routes = standby is null ? [new ChannelRoute(channel)] : [new ChannelRoute(channel), new ChannelRoute(standby, 1, "standby")];
        var lane = Lane = new Lane(routes, options, room, ledger, Addresses, town, TimeProvider.System, NullLogger.Instance);
        _lane = Task.Run(() => lane.RunAsync(_stop.Token));
    }

    public SqliteLedger Ledger { get; }

    public DisseminationRoom Room { get; }

    public ScriptedChannel Channel { get; }

    public Lane Lane { get; }

    public static async Task<DispatchHouse> OpenAsync(string folder, RegistrySnapshot town, ScriptedChannel channel, LaneOptions? options = null, ScriptedChannel? standby = null)
    {
        var ledger = SqliteLedger.Open(Path.Combine(folder, "ledger.db"));
        options ??= new LaneOptions { Slots = 16, Window = 32, ReceiptTimeout = TimeSpan.FromHours(1) };
        var room = new DisseminationRoom(ledger, town, TimeProvider.System, _ => new ChannelTimes(options.ReceiptTimeout, options.UnreachableTimeout ?? TimeSpan.MaxValue));
        ledger.Observe(room);
        ledger.Read(1, room.OnCommitted);
        await room.RecoverAsync(TestContext.Current.CancellationToken);
        return new DispatchHouse(ledger, room, channel, standby, town, options);
    }

    /// <summary>Waits for the board to say so; the test's own time-out is the bound.</summary>
    public async Task<ChannelCounts> UntilAsync(int no, Func<DisseminationView, bool> condition)
    {
        while (true)
        {
            var work = Room.Work.Next;
            var view = Room.Find(no)!;
            if (condition(view)) return view.Channels[0];
            await Task.WhenAny(work, Task.Delay(20, TestContext.Current.CancellationToken));
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Endpoint whose record throws whenever it is read; 0 for none.</summary>
    public int Unreadable { get; set; }

    /// <summary>The lane called the address reader from two threads at once.</summary>
    public bool AddressesWereReadTogether => _readTogether;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _lane.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Ledger.Dispose();
        _stop.Dispose();
    }

    /// <summary>As strict as a registry reader: two callers at once would crash it.</summary>
    private void Addresses(ReadOnlySpan<int> endpoints, Span<ReadOnlyMemory<byte>> addresses)
    {
        if (Interlocked.Increment(ref _readers) > 1) _readTogether = true;
        try
        {
            if (endpoints.Contains(Unreadable)) throw new LedgerException("The page of this record is damaged.");
            for (int i = 0; i < endpoints.Length; i++) addresses[i] = Encoding.ASCII.GetBytes("+86120000" + endpoints[i]);
        }
        finally
        {
            Interlocked.Decrement(ref _readers);
        }
    }
}

/// <summary>A folder of its own for one test.</summary>
internal sealed class TempFolder : IDisposable
{
    public TempFolder() => Directory.CreateDirectory(Path);

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "agw-test-" + System.IO.Path.GetRandomFileName());

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
