using System.Globalization;
using System.Text;
using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;
using AlertGateway.Server.City;
using AlertGateway.Server.Composition;
using AlertGateway.Server.Demo;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Acceptance.Load;

/// <summary>The judge of demo and city load, on nights that went wrong on purpose.</summary>
public sealed class JournalAuditTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("agw-judge-");
    private readonly StringBuilder _journal = new();
    private readonly List<LedgerEvent> _rows = [];
    private readonly RegistryStore _store;
    private readonly AddressReader _addresses;
    private readonly RegistrySnapshot _registry;

    public JournalAuditTests()
    {
        _store = RegistryStore.Open(Path.Combine(_folder.FullName, "registry.db"));
        SyntheticCity.Create(_store, SchematicCity.Read(Path.Combine(GatewayConfiguration.ConfigFolder, "cities", "liyang")), new CityOptions { Households = 20, PushPersons = 0, Loudspeakers = 0 });
        _registry = _store.LoadSnapshot();
        _addresses = _store.OpenAddresses();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private int[] Live(ChannelKind channel) => [.. Enumerable.Range(1, _registry.Endpoints).Where(e => _registry.EndpointChannel[e] == (byte)channel && _registry.EndpointFlags[e] == EndpointFlags.None)];

    public void Dispose()
    {
        _addresses.Dispose();
        _store.Dispose();
        _folder.Delete(recursive: true);
    }

    private void Started(int endpoint, byte attempt = 1, bool labelled = false) => _rows.Add(Row(LedgerEventKind.Started, endpoint, attempt, labelled ? StartedCodes.PossibleDuplicate : StartedCodes.Plain, 0));

    private void Result(int endpoint, ResultCode code, DispatchError error = DispatchError.None, byte attempt = 1) => _rows.Add(Row(LedgerEventKind.Result, endpoint, attempt, (byte)code, (long)error));

    private LedgerEvent Row(LedgerEventKind kind, int endpoint, byte attempt, byte code, long number) => new()
    {
        Kind = kind, AtTicks = 638_000_000_000_000_000 + _rows.Count, DisseminationNo = 1, EndpointNo = endpoint, Channel = (byte)ChannelKind.Sms, Purpose = (byte)Purpose.Original, Attempt = attempt, Code = code, Number = number,
    };

    private void Took(int endpoint)
    {
        var address = new ReadOnlyMemory<byte>[1];
        _addresses.Read([endpoint], address);
        _journal.Append(CultureInfo.InvariantCulture, $"{_journal.Length}\taccept\t{Encoding.UTF8.GetString(address[0].Span)}\tSM{endpoint}\tab\td1-{endpoint}-1-0-1\n");
    }

    private void Delivered(int endpoint)
    {
        Started(endpoint);
        Took(endpoint);
        Result(endpoint, ResultCode.Accepted);
    }

    /// <summary>Opens an alert for these numbers and every transmitter, adds the rows, and judges; transmitters are left out of the count.</summary>
    private async Task<AuditResult> JudgeAsync(int[] planned, params int[] broken)
    {
        using (var ledger = SqliteLedger.Open(Path.Combine(_folder.FullName, "ledger.db")))
        {
            var room = new DisseminationRoom(ledger, _registry, TimeProvider.System, static _ => new ChannelTimes(TimeSpan.MaxValue, TimeSpan.MaxValue));
            ledger.Observe(room);
            Assert.Equal(1, await room.OpenAsync(AnAlert(planned), Stop));
            await ledger.AppendAsync(_rows.ToArray(), Stop);
        }
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "sms.journal"), _journal.ToString(), Stop);
        return JournalAudit.Run(_folder.FullName, _folder.FullName, _registry, _addresses, new HashSet<int>(), new HashSet<int>([.. Live(ChannelKind.Broadcast), .. broken]), citywide: [1]);
    }

    private ClearedAlert AnAlert(int[] planned)
    {
        var sent = new DateTimeOffset(2026, 7, 5, 2, 10, 0, TimeSpan.FromHours(8));
        var alert = new Alert { Identifier = "a", Sender = "test@example.org", SentText = sent.ToString("O"), Sent = sent, Status = AlertStatus.Actual, MsgType = MsgType.Alert, Scope = AlertScope.Public };
        int[] stations = Live(ChannelKind.Broadcast);
        return new ClearedAlert(new Proposal
        {
            ProposalNo = 1, Hashes = new ApprovalHashes("c", "a", "u", "r", long.MaxValue), Holds = [], State = ProposalState.Cleared, Signatures = [],
            Audience = new Audience
            {
                RegistryVersion = _registry.Version, HouseholdNos = [.. Enumerable.Range(1, _registry.Households)], Sha256 = "u",
                Channels = [new ChannelAudience(ChannelKind.Sms, planned, new byte[planned.Length]), new ChannelAudience(ChannelKind.Broadcast, stations, new byte[stations.Length])],
                Counts = new AudienceCounts { Towns = 1, Villages = 2, Households = 20, Persons = 40, DangerZoneHouseholds = 0, UnreachableHouseholds = 0, Deliveries = new Dictionary<ChannelKind, int>(), ByTown = [] },
            },
            Area = new AlertArea { Descriptions = [], GeoJson = null, Codes = [], SquareKilometres = 0, Sha256 = "a" },
            Renditions = [.. new[] { ChannelKind.Sms, ChannelKind.Broadcast }.Select(c => new Rendition { Channel = c, Purpose = Purpose.Original, Language = "zh", Status = "Actual", Text = "警报", Segments = 1, Colour = WarningColour.Red, Sha256 = "r" })],
            Submission = new Submission { SubmissionNo = 1, Alert = alert, Findings = [], Disposition = Disposition.Accept, Chain = ChainVerdict.First, Source = new SubmissionSource("person:1", false, 1), Colour = WarningColour.Red, ReceivedTicks = sent.UtcTicks, RawBytes = default },
        }, sent.UtcTicks);
    }

    [Fact]
    public async Task A_night_on_which_everybody_had_it_once_is_clean()
    {
        int[] sms = Live(ChannelKind.Sms);
        foreach (int endpoint in sms) Delivered(endpoint);
        var audit = await JudgeAsync(sms);
        Assert.Equal((sms.Length, 0, 0, 0, 0, 0, 0, 0), (audit.Taken, audit.Lost, audit.Duplicates, audit.WrongAddress, audit.Stray, audit.Unplanned, audit.TakenYetFailed, audit.TakenYetSuppressed));
    }

    [Fact]
    public async Task Somebody_of_the_registry_whom_no_plan_holds_is_lost()
    {
        int[] sms = Live(ChannelKind.Sms);
        foreach (int endpoint in sms[1..]) Delivered(endpoint);
        var audit = await JudgeAsync(sms[1..]);
        Assert.Equal((1, 1), (audit.Unplanned, audit.Lost));
    }

    [Fact]
    public async Task Somebody_outside_the_audience_who_had_it_is_a_stray()
    {
        int[] sms = Live(ChannelKind.Sms);
        foreach (int endpoint in sms) Delivered(endpoint);
        Took(Enumerable.Range(1, _registry.Endpoints).First(e => _registry.EndpointChannel[e] == (byte)ChannelKind.Sms && (_registry.EndpointFlags[e] & EndpointFlags.Exercise) != 0));
        Assert.Equal(1, (await JudgeAsync(sms)).Stray);
    }

    [Fact]
    public async Task A_device_that_was_told_to_fail_and_had_it_all_the_same_is_no_stray()
    {
        int[] sms = Live(ChannelKind.Sms);
        foreach (int endpoint in sms) Delivered(endpoint);
        Assert.Equal(0, (await JudgeAsync(sms, broken: sms[0])).Stray);
    }

    [Fact]
    public async Task What_was_taken_and_is_called_failed_or_suppressed_is_told()
    {
        int[] sms = Live(ChannelKind.Sms);
        foreach (int endpoint in sms[3..]) Delivered(endpoint);
        foreach (int endpoint in sms[..3])
        {
            Started(endpoint);
            Took(endpoint);
        }
        Result(sms[0], ResultCode.Refused, DispatchError.BadAddress);
        Result(sms[1], ResultCode.NotSent, DispatchError.GateClosed);
        // The far side took it and gave up later: known, and no contradiction.
        Result(sms[2], ResultCode.Accepted);
        _rows.Add(Row(LedgerEventKind.Receipt, sms[2], 1, (byte)Evidence.Planned, 0));
        var audit = await JudgeAsync(sms);
        Assert.Equal((1, 1, 0), (audit.TakenYetFailed, audit.TakenYetSuppressed, audit.Lost));
    }

    [Fact]
    public async Task A_kill_answers_for_its_own_labelled_starts()
    {
        int[] sms = Live(ChannelKind.Sms);
        foreach (int endpoint in sms[4..]) Delivered(endpoint);
        void Again(int[] endpoints, DispatchError error)
        {
            foreach (int endpoint in endpoints) Started(endpoint);
            foreach (int endpoint in endpoints) Result(endpoint, ResultCode.Unknown, error);
            foreach (int endpoint in endpoints)
            {
                Started(endpoint, attempt: 2, labelled: true);
                Took(endpoint);
                Result(endpoint, ResultCode.Accepted, attempt: 2);
            }
        }
        Again(sms[..2], DispatchError.GatewayCrashed);
        Again(sms[2..3], DispatchError.GatewayCrashed);
        Again(sms[3..4], DispatchError.TimedOut);
        var labels = (await JudgeAsync(sms)).Labels;
        Assert.Equal([2, 1], labels.PerKill);
        Assert.Equal((2, 1), (labels.Most, labels.WithoutKill));
    }

    [Fact]
    public void Loudspeakers_and_transmitters_that_had_the_event_are_left_alone_by_what_repeats_it()
    {
        int[] sms = Live(ChannelKind.Sms), stations = Live(ChannelKind.Broadcast);
        HashSet<DeliveryKey> Plan(int no, IEnumerable<int> endpoints) => [.. endpoints.Select(e => new DeliveryKey(no, e, (ChannelKind)_registry.EndpointChannel[e], Purpose.Original))];
        HashSet<DeliveryKey> first = Plan(1, [.. sms, .. stations]);
        Assert.Equal(0, CitywideAudience.Unplanned(_registry, [1, 2], first.Union(Plan(2, sms)).ToHashSet()));
        Assert.Equal(sms.Length, CitywideAudience.Unplanned(_registry, [1, 2], first.Union(Plan(2, stations)).ToHashSet()));
        Assert.Equal(stations.Length, CitywideAudience.Unplanned(_registry, [1], Plan(1, sms)));
    }
}
