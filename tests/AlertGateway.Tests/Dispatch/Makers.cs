using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Tests.Dispatch;

/// <summary>Small towns and alerts for tests of dispatch and tracking.</summary>
internal static class Makers
{
    public static readonly ApprovalHashes Hashes = new("c", "a", "u", "r", long.MaxValue);

    /// <summary>One town, two villages, households of two persons, each with an SMS endpoint numbered like the person.</summary>
    public static RegistrySnapshot ATown(int households, params (int Person, PersonFlags Flags)[] flags) => ATown(households, "v1", flags);

    public static RegistrySnapshot ATown(int households, string version, params (int Person, PersonFlags Flags)[] flags) => ATown(households, version, [], flags);

    public static RegistrySnapshot ATown(int households, string version, IReadOnlyList<Site> sites, params (int Person, PersonFlags Flags)[] flags)
    {
        int persons = households * 2;
        var personFlags = new PersonFlags[persons + 1];
        foreach (var (person, flag) in flags) personFlags[person] = flag;
        return new RegistrySnapshot
        {
            Version = version, Synthetic = true,
            Towns = [new Division("320481106000", "天目湖镇", -1, 31.3, 119.4, 0)],
            Villages = [new Division("320481106001", "甲村", 0, 31.3, 119.4, 1), new Division("320481106002", "乙村", 0, 31.31, 119.41, 2)],
            HouseholdVillage = [0, .. Enumerable.Range(1, households).Select(h => (ushort)(h % 2))],
            HouseholdLatitude = new double[households + 1], HouseholdLongitude = new double[households + 1],
            HouseholdFirstPerson = [0, .. Enumerable.Range(0, households + 1).Select(h => (h * 2) + 1)],
            PersonHousehold = [0, .. Enumerable.Range(0, persons).Select(p => (p / 2) + 1)],
            PersonFlags = personFlags,
            EndpointChannel = [0, .. Enumerable.Repeat((byte)ChannelKind.Sms, persons)],
            EndpointPerson = [.. Enumerable.Range(0, persons + 1)],
            EndpointFlags = new EndpointFlags[persons + 1],
            Loudspeakers = [], Stations = [], Sites = sites, HouseholdsByCode = new Dictionary<(string, string), int[]>(),
        };
    }

    public static ClearedAlert ARedAlert(RegistrySnapshot town, DateTimeOffset sent, string identifier = "demo-1", long expiresTicks = long.MaxValue, int takesOver = 0, WarningColour colour = WarningColour.Red)
    {
        var alert = new Alert { Identifier = identifier, Sender = "test@example.org", SentText = sent.ToString("O"), Sent = sent, Status = AlertStatus.Actual, MsgType = MsgType.Alert, Scope = AlertScope.Public };
        int[] endpoints = [.. Enumerable.Range(1, town.Endpoints)];
        var audience = new Audience
        {
            RegistryVersion = town.Version, HouseholdNos = [.. Enumerable.Range(1, town.Households)], Channels = [new ChannelAudience(ChannelKind.Sms, endpoints, new byte[endpoints.Length])], Sha256 = "u",
            Counts = new AudienceCounts { Towns = 1, Villages = 2, Households = town.Households, Persons = town.Persons, DangerZoneHouseholds = 0, UnreachableHouseholds = 0, Deliveries = new Dictionary<ChannelKind, int>(), ByTown = [] },
        };
        var proposal = new Proposal
        {
            ProposalNo = 1, Audience = audience, Hashes = Hashes with { ExpiresTicks = expiresTicks }, Holds = [], State = ProposalState.Cleared, Signatures = [], TakesOverDisseminationNo = takesOver,
            Area = new AlertArea { Descriptions = [], GeoJson = null, Codes = [], SquareKilometres = 0, Sha256 = "a" },
            Renditions = [ARendition(Purpose.Original, "警报"), ARendition(Purpose.Cancel, "解除"), ARendition(Purpose.Correction, "更正")],
            Submission = new Submission { SubmissionNo = 1, Alert = alert, Findings = [], Disposition = Disposition.Accept, Chain = ChainVerdict.First, Source = new SubmissionSource("person:1", false, 1), Colour = colour, ReceivedTicks = sent.UtcTicks, RawBytes = default },
        };
        return new ClearedAlert(proposal, sent.UtcTicks);
    }

    public static Rendition ARendition(Purpose purpose, string text, string status = "Actual") =>
        new() { Channel = ChannelKind.Sms, Purpose = purpose, Language = "zh", Status = status, Text = text, Segments = 1, Colour = WarningColour.Red, Sha256 = text };
}

/// <summary>A channel with memory that does what its script says.</summary>
internal sealed class ScriptedChannel : IChannel
{
    private readonly List<DeliveryTag> _sent = [];
    private int _probes;

    public ChannelKind Kind => ChannelKind.Sms;

    public AdapterClass Class => AdapterClass.Queryable;

    /// <summary>What comes of each attempt; by default it is accepted.</summary>
    public Func<OutgoingDelivery, DispatchOutcome> Script { get; set; } = static _ => DispatchOutcome.Accepted("ref");

    public Func<OutgoingDelivery, AskOutcome> Answer { get; set; } = static _ => new AskOutcome(AskAnswer.Taken, "ref");

    /// <summary>Held attempts wait here until released.</summary>
    public TaskCompletionSource? Hold { get; set; }

    public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What a probe hears.</summary>
    public bool Probe { get; set; }

    public int Probes => Volatile.Read(ref _probes);

    public TaskCompletionSource Probed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DeliveryTag[] Sent
    {
        get
        {
            lock (_sent) return [.. _sent];
        }
    }

    public async ValueTask<DispatchOutcome> DispatchAsync(OutgoingDelivery delivery, CancellationToken cancellationToken)
    {
        if (!delivery.Gate.IsOpen) return DispatchOutcome.NotSent;
        lock (_sent) _sent.Add(delivery.Tag);
        Reached.TrySetResult();
        if (Hold is { } hold && delivery.Tag.Key.Purpose == Purpose.Original) await hold.Task.WaitAsync(cancellationToken);
        return Script(delivery);
    }

    public ValueTask<AskOutcome> AskAsync(OutgoingDelivery delivery, CancellationToken cancellationToken) => ValueTask.FromResult(Answer(delivery));

    public ValueTask<bool> ProbeAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _probes);
        Probed.TrySetResult();
        return ValueTask.FromResult(Probe);
    }
}
