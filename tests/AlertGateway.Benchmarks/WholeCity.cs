using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Registry;
using AlertGateway.Tests.Dispatch;

namespace AlertGateway.Benchmarks;

/// <summary>A city of as many people with a telephone as asked for, a ledger on the disk, and one red warning to all of them: the core without sockets.</summary>
internal sealed class WholeCity : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("agw-bench-").FullName;
    private readonly TimeSpan _receiptTimeout = TimeSpan.FromHours(24);

    public WholeCity(int persons)
    {
        Town = Makers.ATown(persons / 2);
        Ledger = SqliteLedger.Open(Path.Combine(_folder, "ledger.db"));
        Room = new DisseminationRoom(Ledger, Town, TimeProvider.System, _ => new ChannelTimes(_receiptTimeout, TimeSpan.MaxValue));
        Ledger.Observe(Room);
    }

    public RegistrySnapshot Town { get; }

    public SqliteLedger Ledger { get; }

    public DisseminationRoom Room { get; }

    public int Open(string identifier = "demo-1") => Room.OpenAsync(Makers.ARedAlert(Town, DateTimeOffset.UnixEpoch, identifier), CancellationToken.None).GetAwaiter().GetResult();

    public void Dispose()
    {
        Ledger.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>A provider that takes everything at once: what is left is the gateway's own work.</summary>
internal sealed class EagerChannel : IChannel
{
    public ChannelKind Kind => ChannelKind.Sms;

    public AdapterClass Class => AdapterClass.Queryable;

    public ValueTask<DispatchOutcome> DispatchAsync(OutgoingDelivery delivery, CancellationToken cancellationToken) => new(delivery.Gate.IsOpen ? DispatchOutcome.Accepted() : DispatchOutcome.NotSent);

    public ValueTask<AskOutcome> AskAsync(OutgoingDelivery delivery, CancellationToken cancellationToken) => new(new AskOutcome(AskAnswer.CannotTell));
}
