using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Benchmarks;

/// <summary>A city of as many people with a telephone as asked for, a ledger on the disk, and one red warning to all of them: the core without sockets.</summary>
internal sealed class WholeCity : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("agw-bench-").FullName;
    private readonly TimeSpan _receiptTimeout = TimeSpan.FromHours(24);

    public WholeCity(int persons)
    {
        Town = ATown(persons);
        Ledger = SqliteLedger.Open(Path.Combine(_folder, "ledger.db"));
        Room = new DisseminationRoom(Ledger, Town, TimeProvider.System, _ => new ChannelTimes(_receiptTimeout, TimeSpan.MaxValue));
        Ledger.Observe(Room);
    }

    public RegistrySnapshot Town { get; }

    public SqliteLedger Ledger { get; }

    public DisseminationRoom Room { get; }

    public int Open()
    {
        int no = Room.OpenAsync(ARedAlert(Town), CancellationToken.None).GetAwaiter().GetResult();
        return no;
    }

    public void Dispose()
    {
        Ledger.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static RegistrySnapshot ATown(int persons)
    {
        int households = persons / 2;
        return new RegistrySnapshot
        {
            Version = "bench", Synthetic = true, Towns = [new Division("320481106000", "镇", -1, 31.3, 119.4, 0)],
            Villages = [.. Enumerable.Range(0, 242).Select(i => new Division($"320481106{i + 1:000}", $"村{i}", 0, 31.3, 119.4, i + 1))],
            HouseholdVillage = [0, .. Enumerable.Range(0, households).Select(h => (ushort)(h % 242))], HouseholdLatitude = new double[households + 1], HouseholdLongitude = new double[households + 1],
            HouseholdFirstPerson = [0, .. Enumerable.Range(0, households + 1).Select(h => (h * 2) + 1)], PersonHousehold = [0, .. Enumerable.Range(0, persons).Select(p => (p / 2) + 1)], PersonFlags = new PersonFlags[persons + 1],
            EndpointChannel = [0, .. Enumerable.Repeat((byte)ChannelKind.Sms, persons)], EndpointPerson = [.. Enumerable.Range(0, persons + 1)], EndpointFlags = new EndpointFlags[persons + 1],
            Loudspeakers = [], Stations = [], Sites = [], HouseholdsByCode = new Dictionary<(string, string), int[]>(),
        };
    }

    private static ClearedAlert ARedAlert(RegistrySnapshot town)
    {
        var sent = DateTimeOffset.UnixEpoch;
        int[] endpoints = [.. Enumerable.Range(1, town.Endpoints)];
        var alert = new Alert { Identifier = "bench", Sender = "bench@example.org", SentText = sent.ToString("O", System.Globalization.CultureInfo.InvariantCulture), Sent = sent, Status = AlertStatus.Actual, MsgType = MsgType.Alert, Scope = AlertScope.Public };
        Rendition Rendered(Purpose purpose) => new() { Channel = ChannelKind.Sms, Purpose = purpose, Language = "zh", Status = "Actual", Text = "警报", Segments = 1, Colour = WarningColour.Red, Sha256 = "r" };
        return new ClearedAlert(new Proposal
        {
            ProposalNo = 1, Hashes = new ApprovalHashes("c", "a", "u", "r", long.MaxValue), Holds = [], State = ProposalState.Cleared, Signatures = [], TakesOverDisseminationNo = 0,
            Area = new AlertArea { Descriptions = [], GeoJson = null, Codes = [], SquareKilometres = 0, Sha256 = "a" }, Renditions = [Rendered(Purpose.Original), Rendered(Purpose.Cancel), Rendered(Purpose.Correction)],
            Audience = new Audience
            {
                RegistryVersion = town.Version, HouseholdNos = [.. Enumerable.Range(1, town.Households)], Channels = [new ChannelAudience(ChannelKind.Sms, endpoints, new byte[endpoints.Length])], Sha256 = "u",
                Counts = new AudienceCounts { Towns = 1, Villages = 242, Households = town.Households, Persons = town.Persons, DangerZoneHouseholds = 0, UnreachableHouseholds = 0, Deliveries = new Dictionary<ChannelKind, int>(), ByTown = [] },
            },
            Submission = new Submission { SubmissionNo = 1, Alert = alert, Findings = [], Disposition = Disposition.Accept, Chain = ChainVerdict.First, Source = new SubmissionSource("person:1", false, 1), Colour = WarningColour.Red, ReceivedTicks = 0, RawBytes = default },
        }, TimeProvider.System.GetUtcNow().UtcTicks);
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
