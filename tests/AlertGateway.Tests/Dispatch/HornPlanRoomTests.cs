using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Registry;
using Microsoft.Extensions.Time.Testing;

namespace AlertGateway.Tests.Dispatch;

/// <summary>Which repeat plans may go on, as the ledger says it: a horn in each of two villages, plays until the village reports 已转移.</summary>
public sealed class HornPlanRoomTests : IDisposable
{
    private const string VillageA = "320481106001", VillageB = "320481106002";
    private const int HornA = 1, HornB = 2;
    private static readonly DateTimeOffset Sent = new(2026, 7, 5, 2, 10, 0, TimeSpan.FromHours(8));
    private static readonly Actor Warden = new(3, "王信息员", "test");
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(Sent);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    private static RegistrySnapshot TwoVillagesWithAHornEach() => new()
    {
        Version = "v1", Synthetic = true,
        Towns = [new Division("320481106000", "天目湖镇", -1, 31.3, 119.4, 0)],
        Villages = [new Division(VillageA, "甲村", 0, 31.3, 119.4, 0), new Division(VillageB, "乙村", 0, 31.31, 119.41, 0)],
        HouseholdVillage = [0], HouseholdLatitude = [0], HouseholdLongitude = [0], HouseholdFirstPerson = [0, 1], PersonHousehold = [0], PersonFlags = [0],
        EndpointChannel = [0, (byte)ChannelKind.Loudspeaker, (byte)ChannelKind.Loudspeaker], EndpointPerson = [0, 0, 0], EndpointFlags = new EndpointFlags[3],
        Loudspeakers = [new LoudspeakerSite(HornA, 0, 31.3, 119.4, "甲村村委"), new LoudspeakerSite(HornB, 1, 31.31, 119.41, "乙村村委")],
        Stations = [], Sites = [], HouseholdsByCode = new Dictionary<(string, string), int[]>(),
    };

    private async Task<(DisseminationRoom Room, SqliteLedger Ledger)> OpenAsync()
    {
        var ledger = SqliteLedger.Open(Path.Combine(_folder.Path, "ledger.db"));
        var room = new DisseminationRoom(ledger, TwoVillagesWithAHornEach(), _clock, _ => new ChannelTimes(TimeSpan.FromMinutes(30), TimeSpan.MaxValue));
        ledger.Observe(room);
        ledger.Read(1, room.OnCommitted);
        await room.RecoverAsync(Stop);
        return (room, ledger);
    }

    private static Rendition AProgramme(Purpose purpose, HornPlan? plan) => new()
    {
        Channel = ChannelKind.Loudspeaker, Purpose = purpose, Language = "zh", Status = "Actual", Text = "请立即转移。", ProgrammeSha256 = new string('5', 64), ProgrammeBytes = 1, ProgrammeDuration = TimeSpan.FromSeconds(40),
        Colour = WarningColour.Red, Sha256 = purpose.ToString(), Horns = plan,
    };

    // Both horns have taken the original.
    private static async Task<int> ArmedAsync(DisseminationRoom room, SqliteLedger ledger, bool untilEvacuated = true, long expiresTicks = long.MaxValue, string identifier = "demo-1", int takesOver = 0)
    {
        var cleared = Makers.ARedAlert(TwoVillagesWithAHornEach(), Sent, identifier, expiresTicks, takesOver);
        var proposal = cleared.Proposal with
        {
            Audience = cleared.Proposal.Audience with { HouseholdNos = [], Channels = [new ChannelAudience(ChannelKind.Loudspeaker, [HornA, HornB], new byte[2])] },
            Renditions = [AProgramme(Purpose.Original, new HornPlan(3, 200, 600, untilEvacuated)), AProgramme(Purpose.Cancel, null), AProgramme(Purpose.Correction, null)],
        };
        int no = await room.OpenAsync(cleared with { Proposal = proposal }, Stop);
        LedgerEvent Row(LedgerEventKind kind, int horn, byte code) =>
            new() { Kind = kind, AtTicks = Sent.UtcTicks, DisseminationNo = no, EndpointNo = horn, Channel = (byte)ChannelKind.Loudspeaker, Purpose = (byte)Purpose.Original, Attempt = 1, Code = code };
        await ledger.AppendAsync(new[] { Row(LedgerEventKind.Started, HornA, 0), Row(LedgerEventKind.Started, HornB, 0), Row(LedgerEventKind.Result, HornA, (byte)ResultCode.Accepted), Row(LedgerEventKind.Result, HornB, (byte)ResultCode.Accepted) }, Stop);
        return no;
    }

    private static DeliveryTag Tag(int no, int horn, Purpose purpose = Purpose.Original) => new(new DeliveryKey(no, horn, ChannelKind.Loudspeaker, purpose), 1);

    [Fact]
    public async Task A_village_that_has_left_ends_the_plan_of_its_own_horns_only_and_a_restart_knows_it()
    {
        var (room, ledger) = await OpenAsync();
        int no = await ArmedAsync(room, ledger);
        Assert.False(room.IsOver(Tag(no, HornA)));
        Assert.Empty(room.EvacuationOf(no)!.VillageCodes);
        Assert.True(await room.EvacuatedAsync(no, VillageA, evacuated: true, Warden, Stop));
        ledger.Dispose();
        (room, ledger) = await OpenAsync();
        using var closing = ledger;
        Assert.Equal((true, false), (room.IsOver(Tag(no, HornA)), room.IsOver(Tag(no, HornB))));
        Assert.Empty(room.Living(HornA));
        Assert.Equal((Tag(no, HornB), new HornPlan(3, 200, 600, true)), (Assert.Single(room.Living(HornB)).Tag, room.Living(HornB)[0].Rendition.Horns));
        Assert.Equal([VillageA], room.EvacuationOf(no)!.VillageCodes);
        Assert.Contains(room.Timeline(no), t => t.Code == "evacuated" && t.Text.Contains("甲村", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_report_taken_back_lets_the_horns_go_on()
    {
        var (room, ledger) = await OpenAsync();
        using var closing = ledger;
        int no = await ArmedAsync(room, ledger);
        Assert.True(await room.EvacuatedAsync(Tag(no, HornA), Warden, Stop));
        Assert.True(room.IsOver(Tag(no, HornA)));
        Assert.True(await room.EvacuatedAsync(no, VillageA, evacuated: false, Warden, Stop));
        Assert.False(room.IsOver(Tag(no, HornA)));
        Assert.Single(room.Living(HornA));
    }

    [Fact]
    public async Task A_plan_that_waits_for_change_takes_no_report_of_evacuation()
    {
        var (room, ledger) = await OpenAsync();
        using var closing = ledger;
        int no = await ArmedAsync(room, ledger, untilEvacuated: false);
        Assert.Null(room.EvacuationOf(no));
        Assert.False(await room.EvacuatedAsync(no, VillageA, evacuated: true, Warden, Stop));
        Assert.False(room.IsOver(Tag(no, HornA)));
    }

    [Fact]
    public async Task A_change_ends_the_old_plan_and_not_the_new_one()
    {
        var (room, ledger) = await OpenAsync();
        using var closing = ledger;
        int old = await ArmedAsync(room, ledger, untilEvacuated: false);
        int changed = await ArmedAsync(room, ledger, untilEvacuated: false, identifier: "demo-2", takesOver: old);
        Assert.Equal((true, false), (room.IsOver(Tag(old, HornA)), room.IsOver(Tag(changed, HornA))));
        Assert.Equal(changed, Assert.Single(room.Living(HornA)).Tag.Key.DisseminationNo);
    }

    [Fact]
    public async Task Expiry_ends_every_plan_and_a_warning_without_expiry_goes_on()
    {
        var (room, ledger) = await OpenAsync();
        using var closing = ledger;
        int bounded = await ArmedAsync(room, ledger, expiresTicks: Sent.AddHours(2).UtcTicks);
        int endless = await ArmedAsync(room, ledger, identifier: "demo-2");
        _clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal((true, false), (room.IsOver(Tag(bounded, HornA)), room.IsOver(Tag(endless, HornA))));
        Assert.Equal(endless, Assert.Single(room.Living(HornA)).Tag.Key.DisseminationNo);
    }

    [Fact]
    public async Task A_take_back_is_left_to_its_delivery_until_that_has_come_or_is_given_up()
    {
        var (room, ledger) = await OpenAsync();
        using var closing = ledger;
        int no = await ArmedAsync(room, ledger);
        await room.CancelAsync(no, Warden, "误发", falseAlarm: true, Stop);
        Assert.Empty(room.Living(HornA));
        Assert.False(room.IsOver(Tag(no, HornA)));
        _clock.Advance(TimeSpan.FromHours(25)); // the cancel itself has outlived its day
        await room.TickAsync(Stop);
        Assert.True(room.IsOver(Tag(no, HornA)));
    }

    [Fact]
    public async Task What_the_ledger_does_not_know_may_not_sound()
    {
        var (room, ledger) = await OpenAsync();
        using var closing = ledger;
        Assert.True(room.IsOver(Tag(99, HornA)));
        Assert.False(await room.EvacuatedAsync(99, VillageA, evacuated: true, Warden, Stop));
    }
}
