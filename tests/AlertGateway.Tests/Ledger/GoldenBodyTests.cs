using System.IO.Compression;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Tests.Ledger;

/// <summary>
/// The JSON of row bodies, letter by letter: it lies on operators' disks. A property may be added, with a default for old rows; then the text here gets it too. None is renamed, taken out or given another meaning. Packed lists stand here as stored
/// (not compressed) deflate blocks, made by hand.
/// </summary>
public sealed partial class GoldenBodyTests
{
    private const string Hashes = """{"content":"c0","area":"a0","audience":"u0","renditions":"r0","expiresTicks":639205344000000000}""";
    private const string Signature = """{"personId":7,"personName":"Wang","role":2,"atTicks":639205308000000000,"rule":"duty-red","hashes":""" + Hashes + "}";

    private const string Rendition = """
        {"channel":3,"purpose":2,"language":"zh","status":"Actual","text":"t","segments":1,"programmeSha256":"5f","programmeBytes":48044,"programmeDuration":"00:00:12","horns":{"plays":3,"everySeconds":120,"thenEverySeconds":1800,"untilEvacuated":true},"inStock":true,"colour":4,"sha256":"9e"}
        """;

    private const string Taken = """
        {"submissionNo":5,"sender":"s@example.org","identifier":"i-1","sent":"2026-07-26T14:00:00+08:00","sentText":"2026-07-26T14:00:00+08:00","status":1,"msgType":2,"references":[{"sender":"s@example.org","identifier":"i-0","sentText":"2026-07-26T13:00:00+08:00","sent":"2026-07-26T13:00:00+08:00"}],"verdict":2,"disposition":1,"colour":3,"source":{"name":"feed:nmc","official":true,"personId":9},"findings":[{"code":"cap.age","level":1,"path":"/alert/sent","message":"m"}],"receivedTicks":639205308000000000,"rawSha256":"ab","contentSha256":"cd","raw":"AQQA+/88YS8+","refusal":{"code":"alert.expired","sentence":"过期","sentenceEnglish":"late"}}
        """;

    private const string Laid = """
        {"proposalNo":3,"submissionNo":5,"takesOverDisseminationNo":2,"cancelsProposalNo":1,"area":{"descriptions":["溧阳市"],"geoJson":"{}","codes":[{"item1":"GB2260","item2":"320481"}],"squareKilometres":1535.5,"sha256":"a0"},"audience":{"registryVersion":"v1","householdNos":"AQMA/P8GAgY=","channels":[{"channel":1,"endpointNos":"AQIA/f8GCA==","languages":"AQIA/f8AAQ=="}],"counts":{"towns":1,"villages":2,"households":3,"persons":6,"dangerZoneHouseholds":4,"unreachableHouseholds":5,"deliveries":{"Sms":2,"Push":7},"byTown":[{"code":"320481106000","name":"天目湖镇","households":3}]},"villageEnds":[],"sha256":"u0"},"renditions":[
        """;

    private const string LaidEnd = """
        ],"hashes":
        """ + Hashes + ""","holds":[{"code":"area.empty","sentence":"空","sentenceEnglish":"empty"}],"alarm":4,"joinedDisseminationNos":[3],"sparedDeliveries":11,"aloud":true}""";

    private static readonly ApprovalHashes SomeHashes = new("c0", "a0", "u0", "r0", 639205344000000000);

    private static readonly ApprovalSignature SomeSignature = new(7, "Wang", SignatureRole.Approver, 639205308000000000, "duty-red", SomeHashes);

    private static readonly Rendition SomeRendition = new()
    {
        Channel = ChannelKind.Loudspeaker, Purpose = Purpose.Correction, Language = "zh", Status = "Actual", Text = "t", Segments = 1, ProgrammeSha256 = "5f", ProgrammeBytes = 48_044, ProgrammeDuration = TimeSpan.FromSeconds(12),
        Horns = new HornPlan(3, 120, 1800, UntilEvacuated: true), InStock = true, Colour = WarningColour.Red, Sha256 = "9e",
    };

    private static readonly DateTimeOffset Sent = new(2026, 7, 26, 14, 0, 0, TimeSpan.FromHours(8));

    /// <summary>Everything that is JSON in a row's body, with the row's kind.</summary>
    private static readonly Type[] Bodies = [typeof(TakenAlert), typeof(RefusalRow), typeof(LaidRow), typeof(ReleasedRow), typeof(SignedRow), typeof(ReturnedRow), typeof(Rendition), typeof(ClearedRecord), typeof(CancelRecord), typeof(VisitRecord), typeof(TimelineEntry)];

    [Fact]
    public void Submitted_is_what_it_was() => Frozen(Taken, new TakenAlert
    {
        SubmissionNo = 5, Sender = "s@example.org", Identifier = "i-1", Sent = Sent, SentText = "2026-07-26T14:00:00+08:00", Status = AlertStatus.Actual, MsgType = MsgType.Update,
        References = [new Reference("s@example.org", "i-0", "2026-07-26T13:00:00+08:00", Sent.AddHours(-1))], Verdict = ChainVerdict.Update, Disposition = Disposition.Quarantine, Colour = WarningColour.Orange,
        Source = new SubmissionSource("feed:nmc", true, 9), Findings = [new Finding("cap.age", FindingLevel.Warning, "/alert/sent", "m")], ReceivedTicks = 639205308000000000, RawSha256 = "ab", ContentSha256 = "cd", Raw = "<a/>"u8.ToArray(),
        Refusal = new DeskRefusal("alert.expired", "过期", "late"),
    });

    [Fact]
    public void Refused_is_what_it_was() =>
        Frozen("""{"code":"approver.same-person","sentence":"同一人","sentenceEnglish":"same","personId":7,"source":"person:7","subject":"proposal 3"}""", new RefusalRow("approver.same-person", "同一人", "same", 7, "person:7", "proposal 3"));

    [Fact]
    public void Proposed_is_what_it_was()
    {
        Frozen(Laid + Rendition + LaidEnd, new LaidRow
        {
            ProposalNo = 3, SubmissionNo = 5, TakesOverDisseminationNo = 2, CancelsProposalNo = 1, Area = new AlertArea { Descriptions = ["溧阳市"], GeoJson = "{}", Codes = [("GB2260", "320481")], SquareKilometres = 1535.5, Sha256 = "a0" },
            Audience = new Audience
            {
                RegistryVersion = "v1", HouseholdNos = [3, 4, 7], Channels = [new ChannelAudience(ChannelKind.Sms, [3, 7], [0, 1])], Sha256 = "u0",
                Counts = new AudienceCounts
                {
                    Towns = 1, Villages = 2, Households = 3, Persons = 6, DangerZoneHouseholds = 4, UnreachableHouseholds = 5, Deliveries = new SortedDictionary<ChannelKind, int> { [ChannelKind.Sms] = 2, [ChannelKind.Push] = 7 },
                    ByTown = [new TownCount("320481106000", "天目湖镇", 3)],
                },
            },
            Renditions = [SomeRendition], Hashes = SomeHashes, Holds = [new HoldReason("area.empty", "空", "empty")], Alarm = EpisodeAlarm.NewAction, JoinedDisseminationNos = new int[] { 3 }, SparedDeliveries = 11, Aloud = true,
        });
        Frozen("""{"proposalNo":3,"personId":7,"personName":"王","rule":"duty","reason":"看过"}""", new ReleasedRow(3, 7, "王", "duty", "看过"));
    }

    [Fact]
    public void Signed_and_returned_are_what_they_were()
    {
        Frozen("""{"proposalNo":3,"signature":""" + Signature + ""","clears":true}""", new SignedRow(3, SomeSignature, Clears: true));
        Frozen("""{"proposalNo":3,"personId":7,"personName":"Wang","rule":"duty","reason":"no","bySubmissionNo":6}""", new ReturnedRow(3, 7, "Wang", "duty", "no", 6));
    }

    [Fact]
    public void What_opens_and_stops_a_dissemination_is_what_it_was()
    {
        Frozen(Rendition, SomeRendition, DispatchJson.Default.Rendition);
        Frozen("""{"proposalNo":3,"sender":"s@example.org","identifier":"i-1","sentText":"2026-07-26T14:00:00Z","sentTicks":639205308000000000,"headline":"\u66B4\u96E8","status":"Actual","colour":4,"lifeThreat":true,"expiresTicks":639205344000000000,"registryVersion":"v1","hashes":""" + Hashes + ""","signatures":[""" + Signature + "]}",
            new ClearedRecord
            {
                ProposalNo = 3, Sender = "s@example.org", Identifier = "i-1", SentText = "2026-07-26T14:00:00Z", SentTicks = 639205308000000000, Headline = "暴雨", Status = "Actual", Colour = WarningColour.Red, LifeThreat = true,
                ExpiresTicks = 639205344000000000, RegistryVersion = "v1", Hashes = SomeHashes, Signatures = [SomeSignature],
            }, DispatchJson.Default.ClearedRecord);
        Frozen("""{"personId":7,"personName":"Wang","rule":"duty","reason":"\u8BEF\u53D1","falseAlarm":true}""", new CancelRecord(7, "Wang", "duty", "误发", FalseAlarm: true), DispatchJson.Default.CancelRecord);
        Frozen("""{"personId":7,"personName":"Wang","rule":"duty","reason":"\u8BEF\u53D1","falseAlarm":true,"toldToAll":true}""", new CancelRecord(7, "Wang", "duty", "误发", FalseAlarm: true) { ToldToAll = true }, DispatchJson.Default.CancelRecord);
        Frozen("""{"personId":7,"personName":"Wang","rule":"duty"}""", new VisitRecord(7, "Wang", "duty"), DispatchJson.Default.VisitRecord);
        Frozen("""[{"atTicks":639205308000000000,"code":"cleared","text":"\u5DF2","textEnglish":"done"}]""", [new TimelineEntry(639205308000000000, "cleared", "已", "done")], DispatchJson.Default.ListTimelineEntry);
    }

    [Fact]
    public void Rows_of_before_read_as_ever()
    {
        // Written before a proposal said why it alarms and a rendition how horns repeat it.
        string old = (Laid + Rendition + LaidEnd).Replace(""","alarm":4,"joinedDisseminationNos":[3],"sparedDeliveries":11,"aloud":true""", "", StringComparison.Ordinal).Replace(""","cancelsProposalNo":1""", "", StringComparison.Ordinal)
            .Replace(""","horns":{"plays":3,"everySeconds":120,"thenEverySeconds":1800,"untilEvacuated":true},"inStock":true""", "", StringComparison.Ordinal);
        var laid = LedgerJson.Read<LaidRow>(Encoding.UTF8.GetBytes(old));
        Assert.Equal((0, EpisodeAlarm.First, 0, 0, false), (laid.CancelsProposalNo, laid.Alarm, laid.JoinedDisseminationNos.Count, laid.SparedDeliveries, laid.Aloud));
        Assert.Equal((null, false), (laid.Renditions[0].Horns, laid.Renditions[0].InStock));
    }

    [Fact]
    public void Audiences_are_count_numbers_and_languages() =>
        Assert.Equal("02000000" + "03000000" + "00E1F505" + "0001", Convert.ToHexString(ClearedRows.AudienceBody([3, 100_000_000], [0, 1])));

    [Fact]
    public void Every_enum_in_a_body_has_its_numbers_here()
    {
        var seen = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var body in Bodies) Collect(body, [], seen);
        Assert.Equal([
            "AlertStatus: Unknown=0 Actual=1 Exercise=2 System=3 Test=4 Draft=5",
            "ChainVerdict: First=1 Update=2 Cancel=3 Duplicate=4 Conflict=5 Late=6 NotForPublic=7 Expired=8",
            "ChannelKind: None=0 Sms=1 Push=2 Loudspeaker=3 Broadcast=4",
            "Disposition: Accept=0 Quarantine=1 Reject=2",
            "EpisodeAlarm: First=1 HigherColour=2 EarlierOnset=3 NewAction=4 None=5",
            "FindingLevel: Info=0 Warning=1 Error=2",
            "MsgType: Unknown=0 Alert=1 Update=2 Cancel=3 Ack=4 Error=5",
            "Purpose: Original=0 Cancel=1 Correction=2 Reminder1=11 Reminder2=12",
            "SignatureRole: Proposer=1 Approver=2 StandingOrder=3 BreakGlass=4",
            "WarningColour: None=0 Blue=1 Yellow=2 Orange=3 Red=4",
        ], seen.Select(e => $"{e.Key}: {e.Value}"));
    }

    [Theory]
    [InlineData("\"verdict\":2", "\"verdict\":9", "ChainVerdict")]
    [InlineData("\"colour\":3", "\"colour\":5", "WarningColour")]
    [InlineData("\"level\":1", "\"level\":3", "FindingLevel")]
    [InlineData("\"status\":1", "\"status\":6", "AlertStatus")]
    public void A_number_of_a_newer_program_is_refused_by_name(string known, string newer, string which)
    {
        string body = Taken.Replace(known, newer, StringComparison.Ordinal);
        Assert.NotEqual(Taken, body);
        var refused = Assert.Throws<LedgerException>(() => LedgerJson.Read<TakenAlert>(Encoding.UTF8.GetBytes(body), 41));
        Assert.StartsWith("Ledger row 41 ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(which, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_or_role_of_a_newer_program_is_refused_by_name()
    {
        string body = (Laid + Rendition + LaidEnd).Replace("\"Push\":7", "\"Telephone\":7", StringComparison.Ordinal);
        Assert.Contains("Telephone is no ChannelKind", Assert.Throws<LedgerException>(() => LedgerJson.Read<LaidRow>(Encoding.UTF8.GetBytes(body), 41)).Message, StringComparison.Ordinal);
        body = Rendition.Replace("\"channel\":3", "\"channel\":9", StringComparison.Ordinal);
        Assert.Contains("row 42 ", Assert.Throws<LedgerException>(() => ClearedRows.Read(42, Encoding.UTF8.GetBytes(body), DispatchJson.Default.Rendition)).Message, StringComparison.Ordinal);
    }

    private static void Frozen<T>(string json, T value)
    {
        Assert.Equal(Unpacked(json), Unpacked(Encoding.UTF8.GetString(LedgerJson.Write(value))));
        Assert.Equal(Unpacked(json), Unpacked(Encoding.UTF8.GetString(LedgerJson.Write(LedgerJson.Read<T>(Encoding.UTF8.GetBytes(json))))));
    }

    private static void Frozen<T>(string json, T value, JsonTypeInfo<T> type) where T : class
    {
        Assert.Equal(json, Encoding.UTF8.GetString(ClearedRows.Body(value, type)));
        Assert.Equal(json, Encoding.UTF8.GetString(ClearedRows.Body(ClearedRows.Read<T>(Encoding.UTF8.GetBytes(json), type)!, type)));
    }

    /// <summary>Packed lists as the bytes that they hold: how well deflate packs them is no part of the format.</summary>
    private static string Unpacked(string json) => Packed().Replace(json, m =>
    {
        using var from = new DeflateStream(new MemoryStream(Convert.FromBase64String(m.Groups[2].Value)), CompressionMode.Decompress);
        using var to = new MemoryStream();
        from.CopyTo(to);
        return $"{m.Groups[1].Value}{Convert.ToHexString(to.ToArray())}";
    });

    private static void Collect(Type type, HashSet<Type> been, SortedDictionary<string, string> enums)
    {
        if (!been.Add(type)) return;
        if (type.IsEnum) enums[type.Name] = string.Join(' ', Enum.GetValues(type).Cast<object>().Select(v => $"{v}={Convert.ToInt64(v, System.Globalization.CultureInfo.InvariantCulture)}"));
        foreach (var argument in type.GetGenericArguments()) Collect(argument, been, enums);
        if (type.GetElementType() is { } element) Collect(element, been, enums);
        if (type.Namespace?.StartsWith("AlertGateway", StringComparison.Ordinal) != true) return;
        foreach (var property in type.GetProperties()) Collect(property.PropertyType, been, enums);
    }

    [GeneratedRegex("(\"(?:raw|householdNos|endpointNos|languages)\":\")([^\"]+)")]
    private static partial Regex Packed();
}
