using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Simulation;

/// <summary>A town of two villages: every person has SMS, every third the app; three loudspeakers, of which the last stands 30 km off, one transmitter.</summary>
internal sealed class Town
{
    private static readonly ChannelKind[] Kinds = [ChannelKind.Sms, ChannelKind.Push, ChannelKind.Loudspeaker, ChannelKind.Broadcast];

    public Town(int households)
    {
        int persons = households * 2;
        var channel = new List<byte> { 0 };
        var person = new List<int> { 0 };
        void Add(ChannelKind kind, int of) { channel.Add((byte)kind); person.Add(of); }
        for (int p = 1; p <= persons; p++) Add(ChannelKind.Sms, p);
        for (int p = 1; p <= persons; p += 3) Add(ChannelKind.Push, p);
        for (int i = 0; i < 3; i++) Add(ChannelKind.Loudspeaker, 0);
        Add(ChannelKind.Broadcast, 0);
        var flags = new PersonFlags[persons + 1];
        for (int p = 1; p <= persons; p++) flags[p] = (p % 7) switch { 0 => PersonFlags.Away, 1 => PersonFlags.Responsible, _ => PersonFlags.None };
        Registry = new RegistrySnapshot
        {
            Version = "v1", Synthetic = true,
            Towns = [new Division("320481106000", "天目湖镇", -1, 31.3, 119.4, 0)],
            Villages = [new Division("320481106001", "甲村", 0, 31.3, 119.4, 1), new Division("320481106002", "乙村", 0, 31.31, 119.41, 2)],
            HouseholdVillage = [0, .. Enumerable.Range(1, households).Select(h => (ushort)(h % 2))],
            HouseholdLatitude = new double[households + 1], HouseholdLongitude = new double[households + 1],
            HouseholdFirstPerson = [0, .. Enumerable.Range(0, households + 1).Select(h => (h * 2) + 1)],
            PersonHousehold = [0, .. Enumerable.Range(0, persons).Select(p => (p / 2) + 1)],
            PersonFlags = flags, EndpointChannel = [.. channel], EndpointPerson = [.. person], EndpointFlags = new EndpointFlags[channel.Count],
            Loudspeakers = [.. Enumerable.Range(0, 3).Select(i => new LoudspeakerSite(channel.Count - 4 + i, i % 2, i < 2 ? 31.3 : 31.6, 119.4, "大喇叭"))], Stations = [new BroadcastStation(channel.Count - 1, "应急广播")], Sites = [], HouseholdsByCode = new Dictionary<(string, string), int[]>(),
        };
    }

    public RegistrySnapshot Registry { get; }

    /// <summary>Every endpoint.</summary>
    public int[] Everybody => [.. Enumerable.Range(1, Registry.Endpoints)];

    /// <summary>Loudspeakers and transmitters that a false alarm anywhere in the town is corrected by, whether it was for them or not.</summary>
    public bool IsNextDoor(int endpointNo) => (ChannelKind)Registry.EndpointChannel[endpointNo] == ChannelKind.Broadcast || Registry.Loudspeakers.Take(2).Any(h => h.EndpointNo == endpointNo);

    /// <summary>One of the two villages, or some households here and there; never nobody.</summary>
    public int[] Part(Dice dice)
    {
        int village = dice.Below(0, 3);
        var here = Enumerable.Range(0, Registry.Households + 1).Select(h => village < 2 ? Registry.HouseholdVillage[h] == village : h == 1 || dice.Chance(400)).ToArray();
        return [.. Everybody.Where(e => Registry.EndpointPerson[e] is > 0 and var person ? here[Registry.PersonHousehold[person]] : e % 2 == village)];
    }

    /// <summary>A red alert to these endpoints, signed, with its cancel and correction prepared.</summary>
    public ClearedAlert Alert(string identifier, long wallTicks, long expiresTicks, int takesOver, int[] endpoints)
    {
        var sent = new DateTimeOffset(wallTicks, TimeSpan.Zero);
        var alert = new Alert { Identifier = identifier, Sender = "sim@example.org", SentText = sent.ToString("O"), Sent = sent, Status = AlertStatus.Actual, MsgType = takesOver > 0 ? MsgType.Update : MsgType.Alert, Scope = AlertScope.Public };
        var channels = Kinds.Select(k => (Kind: k, Endpoints: endpoints.Where(e => Registry.EndpointChannel[e] == (byte)k).ToArray())).Where(c => c.Endpoints.Length > 0).Select(c => new ChannelAudience(c.Kind, c.Endpoints, new byte[c.Endpoints.Length])).ToArray();
        var proposal = new Proposal
        {
            ProposalNo = 1, Hashes = new ApprovalHashes("c", "a", "u", "r", expiresTicks), Holds = [], State = ProposalState.Cleared, Signatures = [], TakesOverDisseminationNo = takesOver,
            Audience = new Audience
            {
                RegistryVersion = Registry.Version, HouseholdNos = [.. endpoints.Select(e => Registry.EndpointPerson[e]).Where(p => p > 0).Select(p => Registry.PersonHousehold[p]).Distinct().Order()], Channels = channels, Sha256 = "u",
                Counts = new AudienceCounts { Towns = 1, Villages = 2, Households = Registry.Households, Persons = Registry.Persons, DangerZoneHouseholds = 0, UnreachableHouseholds = 0, Deliveries = new Dictionary<ChannelKind, int>(), ByTown = [] },
            },
            Area = new AlertArea { Descriptions = [], GeoJson = null, Codes = [], SquareKilometres = 0, Sha256 = "a" },
            Renditions = [.. from kind in Kinds from purpose in (Purpose[])[Purpose.Original, Purpose.Cancel, Purpose.Correction] select new Rendition { Channel = kind, Purpose = purpose, Language = "zh", Status = "Actual", Text = purpose.ToString(), Segments = 1, Colour = WarningColour.Red, Sha256 = "x" }],
            Submission = new Submission { SubmissionNo = 1, Alert = alert, Findings = [], Disposition = Disposition.Accept, Chain = ChainVerdict.First, Source = new SubmissionSource("person:1", false, 1), Colour = WarningColour.Red, ReceivedTicks = wallTicks, RawBytes = default },
        };
        return new ClearedAlert(proposal, wallTicks);
    }
}
