using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Registry;
using Microsoft.Extensions.Time.Testing;

namespace AlertGateway.Tests.Dispatch;

/// <summary>What is over for a week is closed: it is listed and can be looked at, and costs neither memory nor a start.</summary>
public sealed class ClosingTests
{
    private const int Households = 40;
    private static readonly RegistrySnapshot Town = Makers.ATown(Households);
    private static readonly DateTimeOffset Sent = new(2026, 7, 5, 2, 10, 0, TimeSpan.FromHours(8));
    private static readonly Actor Officer = new(7, "李值班", "duty");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_is_closed_a_week_after_its_life_when_every_delivery_is_final()
    {
        using var folder = new TempFolder();
        using var house = House.Open(folder.Path);
        int no = await house.OpenAsync("storm", hours: 6);
        await house.AfterAsync(TimeSpan.FromHours(6)); // Expiry ends what never started.
        await house.AfterAsync(TimeSpan.FromDays(6.9));
        Assert.False(house.Room.Find(no)!.Closed);
        await house.AfterAsync(TimeSpan.FromHours(5));
        var view = house.Room.Find(no)!;
        Assert.True(view.Closed);
        Assert.Equal((Town.Endpoints, Town.Endpoints), (view.Channels.Sum(c => c.Planned), view.Channels.Sum(c => c.Suppressed)));
        await house.AfterAsync(TimeSpan.FromDays(1));
        Assert.Equal(1, house.Rows.Count(r => r.Kind == LedgerEventKind.Closed));
    }

    [Fact]
    public async Task What_waits_for_a_result_or_lives_until_it_is_lifted_is_never_closed()
    {
        using var folder = new TempFolder();
        using var house = House.Open(folder.Path);
        int waiting = await house.OpenAsync("storm", hours: 6), living = await house.OpenAsync("heat", hours: null);
        await house.StartAsync(waiting, endpoint: 1);
        await house.AfterAsync(TimeSpan.FromHours(6));
        await house.AfterAsync(TimeSpan.FromDays(30));
        Assert.False(house.Room.Find(waiting)!.Closed);
        Assert.False(house.Room.Find(living)!.Closed);
        await house.ResultAsync(waiting, endpoint: 1, ResultCode.Refused);
        await house.AfterAsync(TimeSpan.FromMinutes(1));
        Assert.True(house.Room.Find(waiting)!.Closed);
    }

    [Fact]
    public async Task A_chain_is_closed_whole_and_only_when_its_newest_message_is_over()
    {
        using var folder = new TempFolder();
        using var house = House.Open(folder.Path);
        int first = await house.OpenAsync("storm", hours: 6);
        int second = await house.OpenAsync("storm-update", hours: 24 * 20, takesOver: first);
        await house.AfterAsync(TimeSpan.FromDays(15));
        Assert.False(house.Room.Find(first)!.Closed);
        await house.AfterAsync(TimeSpan.FromDays(5));
        await house.AfterAsync(TimeSpan.FromDays(7));
        Assert.All(new[] { first, second }, no => Assert.True(house.Room.Find(no)!.Closed));
        Assert.Equal([first, second], house.Rows.Where(r => r.Kind == LedgerEventKind.Closed).Select(r => r.DisseminationNo));
    }

    [Fact]
    public async Task A_taken_back_one_waits_for_the_end_of_telling_so()
    {
        using var folder = new TempFolder();
        using var house = House.Open(folder.Path);
        int no = await house.OpenAsync("storm", hours: 6);
        await house.StartAsync(no, endpoint: 1);
        await house.ResultAsync(no, endpoint: 1, ResultCode.Accepted);
        await house.Room.CancelAsync(no, Officer, "误发", falseAlarm: false, Stop);
        await house.AfterAsync(TimeSpan.FromDays(7.5));
        Assert.False(house.Room.Find(no)!.Closed);
        await house.AfterAsync(TimeSpan.FromDays(0.6));
        Assert.True(house.Room.Find(no)!.Closed);
    }

    [Fact]
    public async Task Nothing_changes_a_closed_one_any_more()
    {
        using var folder = new TempFolder();
        using var house = House.Open(folder.Path);
        int no = await house.ClosedAsync("storm");
        long rows = house.Ledger.LastSequence;
        Assert.Equal(ReceiptVerdict.Duplicate, await house.Room.ReportAsync(new Receipt(new DeliveryTag(new DeliveryKey(no, 1, ChannelKind.Sms, Purpose.Original), 1), Evidence.Acknowledged, Failed: false, DispatchError.None, 0), Stop));
        Assert.False(await house.Room.VisitAsync(no, 1, Evidence.Visited, Officer, Stop));
        await house.Room.CancelAsync(no, Officer, "误发", falseAlarm: true, Stop);
        await house.Room.SupersedeAsync(no, no + 1, Officer, Stop);
        Assert.Equal(rows, house.Ledger.LastSequence);
        int newer = await house.OpenAsync("storm-again", hours: 6, takesOver: no);
        Assert.Equal(DisseminationState.Expired, house.Room.Find(no)!.State);
        await house.Room.CancelAsync(newer, Officer, "误发", falseAlarm: false, Stop);
        Assert.DoesNotContain(house.Rows, r => r.Kind == LedgerEventKind.CancelAudience);
        await Assert.ThrowsAsync<KeyNotFoundException>(() => house.Room.CancelAsync(99, Officer, "误发", falseAlarm: false, Stop));
    }

    [Fact]
    public async Task A_closed_one_leaves_memory_with_the_next_snapshot_and_reads_the_same()
    {
        using var folder = new TempFolder();
        string before;
        int no, living;
        using (var house = House.Open(folder.Path))
        {
            no = await house.ClosedAsync("storm");
            living = await house.OpenAsync("flood", hours: 24);
            before = house.Served(no);
            Assert.Empty(house.Room.Rested);
            house.Snapshots.Write();
            Assert.Equal([no], house.Room.Rested);
            Assert.Equal(before, house.Served(no));
            Assert.Equal(ReceiptVerdict.Duplicate, await house.Room.ReportAsync(new Receipt(new DeliveryTag(new DeliveryKey(no, 1, ChannelKind.Sms, Purpose.Original), 1), Evidence.Acknowledged, Failed: false, DispatchError.None, 0), Stop));
        }
        using (var house = House.Open(folder.Path))
        {
            Assert.True(house.Snapshots.SnapshotRow > 0);
            Assert.Equal([no], house.Room.Rested);
            Assert.Equal(before, house.Served(no));
            Assert.Equal(no, house.Room.FindByAlert(House.KeyOf("storm")));
            Assert.False(house.Room.Find(living)!.Closed);
            // Its file stays beside the newer ones.
            await house.StartAsync(living, endpoint: 2);
            house.Snapshots.Write();
            Assert.Equal(before, house.Served(no));
        }
    }

    [Fact]
    public async Task A_closed_one_whose_file_is_damaged_is_read_from_the_ledger()
    {
        using var folder = new TempFolder();
        using var house = House.Open(folder.Path);
        int no = await house.ClosedAsync("storm"), other = await house.ClosedAsync("flood");
        string before = house.Served(no), unharmed = house.Served(other);
        house.Snapshots.Write();
        foreach (string file in Directory.GetFiles(Path.Combine(folder.Path, "snapshot"), $"dissemination-{no}-*")) await File.WriteAllBytesAsync(file, [1, 2, 3], Stop);
        Assert.Equal(before, house.Served(no));
        Assert.Equal(unharmed, house.Served(other));
    }

    [Fact]
    public async Task Without_a_snapshot_the_ledger_alone_gives_the_same()
    {
        using var folder = new TempFolder();
        string before;
        int no;
        using (var house = House.Open(folder.Path))
        {
            no = await house.ClosedAsync("storm");
            before = house.Served(no);
        }
        using (var house = House.Open(folder.Path))
        {
            Assert.Equal(0, house.Snapshots.SnapshotRow);
            Assert.True(house.Room.Find(no)!.Closed);
            Assert.Equal(before, house.Served(no));
        }
    }

    /// <summary>Ledger on disk, room and snapshots under a clock of their own.</summary>
    private sealed class House : IDisposable
    {
        private readonly FakeTimeProvider _clock = new(Sent);

        private House(string folder)
        {
            Ledger = SqliteLedger.Open(Path.Combine(folder, "ledger.db"));
            Room = new DisseminationRoom(Ledger, Town, _clock, _ => new ChannelTimes(TimeSpan.FromMinutes(30), TimeSpan.MaxValue));
            Snapshots = new StateSnapshots(new SnapshotFolder(Path.Combine(folder, "snapshot")), Ledger, Room);
            Ledger.Observe(Room);
            Ledger.Observe(Snapshots);
            Ledger.Read(Snapshots.Restore((_, _) => { }), (first, rows) =>
            {
                Room.OnCommitted(first, rows);
                Snapshots.OnCommitted(first, rows);
            });
        }

        public SqliteLedger Ledger { get; }

        public DisseminationRoom Room { get; }

        public StateSnapshots Snapshots { get; }

        public List<LedgerEvent> Rows
        {
            get
            {
                var all = new List<LedgerEvent>();
                Ledger.Read(1, (_, rows) => all.AddRange(rows));
                return all;
            }
        }

        public static House Open(string folder) => new(folder);

        public static AlertKey KeyOf(string identifier) => Makers.ARedAlert(Town, Sent, identifier).Proposal.Submission.Alert.Key!.Value;

        public Task<int> OpenAsync(string identifier, int? hours, int takesOver = 0) =>
            Room.OpenAsync(Makers.ARedAlert(Town, Sent, identifier, hours is { } h ? _clock.GetUtcNow().UtcTicks + TimeSpan.FromHours(h).Ticks : long.MaxValue, takesOver), Stop);

        public async Task AfterAsync(TimeSpan time)
        {
            _clock.Advance(time);
            await Room.TickAsync(Stop);
        }

        public async Task StartAsync(int no, int endpoint) => await AppendAsync(ARow(LedgerEventKind.Started, no, endpoint));

        public async Task ResultAsync(int no, int endpoint, ResultCode code) => await AppendAsync(ARow(LedgerEventKind.Result, no, endpoint) with { Code = (byte)code });

        public async Task<int> ClosedAsync(string identifier)
        {
            int no = await OpenAsync(identifier, hours: 6);
            await StartAsync(no, endpoint: 1);
            await ResultAsync(no, endpoint: 1, ResultCode.Accepted);
            Assert.Equal(ReceiptVerdict.Recorded, await Room.ReportAsync(new Receipt(new DeliveryTag(new DeliveryKey(no, 1, ChannelKind.Sms, Purpose.Original), 1), Evidence.Delivered, Failed: false, DispatchError.None, 0), Stop));
            await AfterAsync(TimeSpan.FromHours(6));
            await AfterAsync(TimeSpan.FromDays(8));
            Assert.True(Room.Find(no)!.Closed);
            return no;
        }

        /// <summary>What people are shown of it.</summary>
        public string Served(int no)
        {
            var view = Room.Find(no)!;
            var coverage = Room.Coverage(no)!;
            return string.Join('\n', [$"{view with { Channels = [] }} {string.Join('|', view.Channels)}", $"{string.Join(',', coverage.ByEvidence)} {coverage.PersonsAwake} {coverage.PersonsNotAwake}", .. Room.Deliveries(no).Select(d => d.ToString()), .. Room.Timeline(no).Select(t => t.ToString()),
                .. Room.Unreached(no, null, 0, 500).Select(h => h.ToString()), .. Room.UnreachedVillages(no).Select(v => v.ToString())]);
        }

        public void Dispose() => Ledger.Dispose();

        private static LedgerEvent ARow(LedgerEventKind kind, int no, int endpoint) => new() { Kind = kind, AtTicks = Sent.UtcTicks + 1, DisseminationNo = no, EndpointNo = endpoint, Channel = (byte)ChannelKind.Sms, Attempt = 1 };

        private async Task AppendAsync(LedgerEvent row) => await Ledger.AppendAsync(new[] { row }, Stop);
    }
}
