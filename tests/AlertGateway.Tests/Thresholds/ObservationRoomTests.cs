using System.Text;
using AlertGateway.Cap;
using AlertGateway.Core.Drafts;
using AlertGateway.Core.Targeting;
using AlertGateway.Core.Thresholds;
using AlertGateway.Storage.Observations;
using Microsoft.Extensions.Time.Testing;

namespace AlertGateway.Tests.Thresholds;

public sealed class ObservationRoomTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("agw-observations-").FullName;
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 7, 5, 0, 0, 0, TimeSpan.Zero));
    private readonly List<ObservationStore> _stores = [];

    [Fact]
    public async Task A_frame_over_the_level_becomes_one_draft_that_a_reader_accepts()
    {
        using var room = ARoom();
        room.Take("feed:sl651", [Stage(4.52)]);
        room.Take("feed:sl651", [Stage(4.52)]); // the station sends again: nothing new
        var draft = Assert.Single(await DraftsAsync(room));
        Assert.Equal("feed:thresholds-a-river", draft.Source);
        var message = CapReader.Read(draft.Document, new CapReaderOptions { ReceivedAt = _clock.GetUtcNow() }).Messages.Single();
        Assert.Equal(Disposition.Accept, message.Disposition);
        Assert.DoesNotContain(message.Findings, f => f.Level != FindingLevel.Info);
        var zh = message.Alert!.Infos[0];
        Assert.Equal(("洪水", Severity.Moderate, "溧阳市水利局"), (zh.Event, zh.Severity, zh.SenderName));
        Assert.Contains("某站水位4.52米（吴淞基面），已达到警戒水位（4.50米）", zh.Description, StringComparison.Ordinal);
        Assert.Equal("CN_DIVISION", zh.Areas[0].Geocodes[0].ValueName);
        Assert.Equal(_clock.GetUtcNow().AddHours(6), zh.Expires);
    }

    [Fact]
    public async Task Rising_on_makes_an_update_and_falling_a_cancel_of_the_same_chain()
    {
        using var room = ARoom();
        foreach (var (minutes, value) in ((int, double)[])[(0, 4.6), (10, 5.3), (20, 4.0), (85, 4.0)])
        {
            _clock.SetUtcNow(new DateTimeOffset(2026, 7, 5, 0, minutes % 60, 0, TimeSpan.Zero).AddHours(minutes / 60));
            room.Take("feed:sl651", [Stage(value)]);
        }

        var alerts = (await DraftsAsync(room)).Select(d => CapReader.Read(d.Document).Messages[0].Alert!).ToList();
        Assert.Equal([MsgType.Alert, MsgType.Update, MsgType.Cancel], alerts.Select(a => a.MsgType));
        Assert.Equal([alerts[0].Identifier, alerts[1].Identifier], alerts.Skip(1).Select(a => a.References.Single().Identifier));
        Assert.Equal(3, alerts.Select(a => a.Identifier).Distinct().Count());
    }

    [Fact]
    public async Task Drafts_and_states_outlive_a_crash_between_disk_and_desk()
    {
        using (var room = ARoom()) room.Take("feed:sl651", [Stage(4.6)]);
        using var again = ARoom();
        Assert.Equal(WarningColour.Yellow, again.StateOf("a-river").Colour);
        Assert.Single(await DraftsAsync(again));
        using var third = ARoom();
        Assert.Empty(await DraftsAsync(third)); // the desk has it
        _clock.Advance(TimeSpan.FromMinutes(10));
        third.Take("feed:sl651", [Stage(4.7)]);
        Assert.Empty(await DraftsAsync(third)); // still yellow
    }

    [Fact]
    public async Task A_draft_that_a_full_disk_refuses_is_handed_in_again()
    {
        using var room = ARoom();
        room.Take("feed:sl651", [Stage(4.6)]);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var tries = 0;
        var taken = new TaskCompletionSource();
        var running = room.RunAsync((_, _, _) =>
        {
            if (++tries == 1) throw new AlertGateway.Storage.Ledger.LedgerFullException("The disk is full.");
            taken.SetResult();
            return Task.CompletedTask;
        }, stop.Token);
        Assert.False(running.IsFaulted);
        _clock.Advance(TimeSpan.FromSeconds(30));
        await taken.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Empty(await DraftsAsync(room));
    }

    [Fact]
    public void A_silent_station_is_stale_after_two_intervals_and_keeps_its_colour()
    {
        using var room = ARoom();
        room.Take("feed:sl651", [Stage(4.6)]);
        Assert.False(room.Views().Single().Stale);
        _clock.Advance(TimeSpan.FromMinutes(121));
        Assert.Equal((true, WarningColour.Yellow), (room.Views().Single().Stale, room.Views().Single().Colour));
    }

    [Theory]
    [InlineData("hazmat-leak", null, "就地避险", "上风向")]
    [InlineData("hazmat-leak", "upwind", "向上风向撤离（东面）", "就地避险")]
    [InlineData("gas-leak", null, "向上风向撤离（东面）", "就地避险")]
    [InlineData("gas-leak", "shelter", "就地避险", "上风向")]
    public void A_leak_says_one_action_and_never_the_other(string kind, string? action, string says, string never)
    {
        var draft = Composer().OfHazard(AReport(kind) with { Action = action }, null, _clock.GetUtcNow())!;
        var info = CapReader.Read(draft.Document).Messages[0].Alert!.Infos[0];
        Assert.Contains(says, info.Instruction, StringComparison.Ordinal);
        Assert.DoesNotContain(never, Encoding.UTF8.GetString(draft.Document), StringComparison.Ordinal);
        Assert.Equal(says.StartsWith('就') ? ResponseType.Shelter : ResponseType.Evacuate, info.ResponseTypes.Single());
        Assert.Equal(0.8, info.Areas.Single().Circles.Single().RadiusKm);
    }

    [Fact]
    public void A_wording_that_says_both_is_refused()
    {
        var text = Encoding.UTF8.GetString(WordingBytes()).Replace("不要外出围观", "或向上风向撤离", StringComparison.Ordinal);
        Assert.Contains("shelter and to leave", Assert.Throws<InvalidDataException>(() => DraftWording.Parse(Encoding.UTF8.GetBytes(text))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_planned_opening_warns_the_zone_below_at_once_and_a_replay_does_nothing()
    {
        using var room = ARoom();
        var report = AReport("gate-opening") with { Zone = "below", Point = null, Discharge = 30, Starts = _clock.GetUtcNow().AddHours(1), Place = "大溪水库" };
        var push = new PushRow("water", "gate-1", 1, "aa", _clock.GetUtcNow().UtcTicks);
        Assert.True(room.TakePush("feed:push-water", report, [], push));
        Assert.False(room.TakePush("feed:push-water", report, [], push));
        Assert.Null(room.TakePush("feed:push-water", report, [], push with { Sha256 = "bb" }));
        var info = CapReader.Read(Assert.Single(await DraftsAsync(room)).Document).Messages[0].Alert!.Infos[0];
        Assert.Contains("计划于7月5日9时00分开闸泄洪，流量30立方米/秒", info.Description, StringComparison.Ordinal);
        Assert.Contains("请立即向两侧高处转移。", info.Instruction, StringComparison.Ordinal);
        Assert.Equal(5, info.Areas.Single().Polygons.Single().Points.Count);
        // Taken back: a cancel of the same chain.
        Assert.True(room.TakePush("feed:push-water", report with { Cancel = true, Revision = 2 }, [], push with { Revision = 2, Sha256 = "cc" }));
        Assert.Equal(MsgType.Cancel, CapReader.Read((await DraftsAsync(room)).Single().Document).Messages[0].Alert!.MsgType);
    }

    [Fact]
    public void The_store_gives_the_newest_value_and_forgets_the_old_ones()
    {
        using var store = ObservationStore.Open(Path.Combine(_folder, "own.db"));
        Assert.Equal(2, store.Commit([new("f", "s", "stage", 10, 100, 1.5, "m"), new("f", "s", "stage", 20, 200, null, "m")], [], []));
        Assert.Equal(0, store.Commit([new("f", "s", "stage", 10, 300, 9, "m")], [], []));
        Assert.Equal(new ObservationRow("f", "s", "stage", 20, 200, null, "m"), Assert.Single(store.Latest()));
        store.Prune(1000);
        Assert.Empty(store.Latest());
    }

    public void Dispose()
    {
        foreach (var store in _stores) store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Measurement Stage(double value) => new("0012345678", "stage", _clock.GetUtcNow(), value, "m", true);

    private static HazardReport AReport(string kind) => new()
    {
        Kind = kind,
        Sender = "chem-park",
        Id = "leak-7",
        Revision = 1,
        CapSender = "Liyang_Emergency_Bureau",
        SenderName = "溧阳市应急管理局",
        SenderNameEnglish = "Liyang Emergency Bureau",
        Status = AlertStatus.Actual,
        Colour = WarningColour.Red,
        Time = new DateTimeOffset(2026, 7, 5, 0, 0, 0, TimeSpan.Zero),
        Life = TimeSpan.FromHours(2),
        Point = new GeoPoint(31.43, 119.48),
        RadiusMetres = 800,
        WindFromDegrees = 90,
    };

    private ObservationRoom ARoom()
    {
        var store = ObservationStore.Open(Path.Combine(_folder, "observations.db"));
        _stores.Add(store);
        var config = new ThresholdConfig { Sender = "Liyang_Water_Bureau", SenderName = "溧阳市水利局", SenderNameEnglish = "Liyang Water Bureau", Rules = [ThresholdMachineTests.ARiver()] };
        return new ObservationRoom(store, [config], Composer(), _clock);
    }

    private static DraftComposer Composer() => new(DraftWording.Parse(WordingBytes()), DangerZones.Parse("""
        {"zones":[{"id":"below","kind":"below-reservoir","name":"坝下","nameEnglish":"Below the dam","schematic":true,"arrivalMinutes":25,"shelter":"小学","shelterEnglish":"school","text":"请立即向两侧高处转移。","textEnglish":"Move to high ground.",
        "geometry":{"type":"Polygon","coordinates":[[[119.36,31.37],[119.40,31.37],[119.40,31.42],[119.36,31.42],[119.36,31.37]]]}}]}
        """));

    private static byte[] WordingBytes() => File.ReadAllBytes(Path.Combine(Cap.Corpus.RepositoryRoot(), "config", "templates", "drafts.json"));

    /// <summary>What the room hands over until it has nothing more.</summary>
    private static async Task<List<(byte[] Document, string Source)>> DraftsAsync(ObservationRoom room)
    {
        var drafts = new List<(byte[], string)>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = room.RunAsync((document, source, _) =>
        {
            drafts.Add((document.ToArray(), source));
            return Task.CompletedTask;
        }, stop.Token);
        await stop.CancelAsync(); // everything that was open has been handed over before the first wait
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        return drafts;
    }
}
