using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Tests.Dispatch;

/// <summary>Alerts whose first attempts stand in the append that opens them.</summary>
public sealed class OpeningTests : IDisposable
{
    private static readonly DateTimeOffset Sent = new(2026, 7, 5, 2, 10, 0, TimeSpan.FromHours(8));
    private readonly TempFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory(Timeout = 60_000)]
    [InlineData(16, 15)] // a slot is kept for what takes back
    [InlineData(4096, 32)]
    public async Task The_first_attempts_need_no_commit_of_their_own_and_nobody_gets_it_twice(int slots, int first)
    {
        var town = Makers.ATown(500);
        await using var house = await DispatchHouse.OpenAsync(_folder.Path, town, new ScriptedChannel(), new LaneOptions { Slots = slots, Window = 2 * slots, ReceiptTimeout = TimeSpan.FromHours(1) });
        int no = 0;
        for (int round = 1; round <= 20; round++)
        {
            using var opening = await OpeningAsync(house, Makers.ARedAlert(town, Sent, "quake-" + round));
            no = opening.Rows[0].DisseminationNo;
            var starts = opening.Rows.Where(r => r.Kind == LedgerEventKind.Started).ToArray();
            Assert.Equal(Enumerable.Range(1, first), starts.Select(s => s.EndpointNo));
            long at = await house.Ledger.AppendAsync(opening.Rows.ToArray(), Stop);
            var counts = await house.UntilAsync(no, v => v.Channels[0].Accepted == 1000);
            Assert.Equal((0, 0), (counts.Open, counts.PossibleDuplicates));
            var sent = house.Channel.Sent.Where(t => t.Key.DisseminationNo == no).ToArray();
            Assert.Equal((1000, 1000), (sent.Length, sent.Select(t => t.Key.EndpointNo).Distinct().Count()));
            var durable = Starts(house.Ledger, no);
            Assert.Equal(1000, durable.Count);
            Assert.Equal(starts.Select(s => s.EndpointNo), durable.Where(r => r.Sequence < at + opening.Rows.Count).Select(r => r.Row.EndpointNo));
        }
        await house.UntilAsync(no, _ => house.Lane.Status.Unsettled == 0);
        Assert.Equal(20_000, house.Lane.Status.Started);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_is_given_up_leaves_nothing_behind()
    {
        var town = Makers.ATown(500);
        await using var house = await DispatchHouse.OpenAsync(_folder.Path, town, new ScriptedChannel());
        var opening = await OpeningAsync(house, Makers.ARedAlert(town, Sent));
        Assert.Equal((15, 15), (house.Lane.Status.InFlight, house.Lane.Status.Unsettled));
        opening.Dispose();
        opening.Dispose();
        Assert.Equal((0, 0, 0), (house.Lane.Status.InFlight, house.Lane.Status.Unsettled, (int)house.Lane.Status.Started));
        int no = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent), Stop);
        await house.UntilAsync(no, v => v.Channels[0].Accepted == 1000);
        Assert.Equal(1000, house.Channel.Sent.Length);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_cancel_in_the_same_commit_stops_them()
    {
        var town = Makers.ATown(500);
        await using var house = await DispatchHouse.OpenAsync(_folder.Path, town, new ScriptedChannel());
        using var opening = await OpeningAsync(house, Makers.ARedAlert(town, Sent));
        int no = opening.Rows[0].DisseminationNo;
        var record = new CancelRecord(1, "值班员", "test", "误发", FalseAlarm: false);
        var cancelled = new LedgerEvent { Kind = LedgerEventKind.Cancelled, AtTicks = Sent.UtcTicks, DisseminationNo = no, Body = ClearedRows.Body(record, DispatchJson.Default.CancelRecord) };
        await house.Ledger.AppendAsync(new[] { opening.Rows.ToArray(), [cancelled] }.SelectMany(r => r).ToArray(), Stop);
        await house.UntilAsync(no, v => v.Channels.All(c => c.Open == 0));
        Assert.Empty(house.Channel.Sent);
        Assert.Equal((1000, DisseminationState.Cancelled), (house.Room.Find(no)!.Channels[0].Suppressed, house.Room.Find(no)!.State));
    }

    [Fact(Timeout = 30_000)]
    public async Task An_update_begins_in_the_lane_which_waits_for_what_the_older_message_has_on_the_wire()
    {
        var town = Makers.ATown(500);
        await using var house = await DispatchHouse.OpenAsync(_folder.Path, town, new ScriptedChannel());
        using var first = await OpeningAsync(house, Makers.ARedAlert(town, Sent));
        int no = first.Rows[0].DisseminationNo;
        await house.Ledger.AppendAsync(first.Rows.ToArray(), Stop);
        using var update = house.Room.Opening(Makers.ARedAlert(town, Sent.AddMinutes(1), "demo-2", takesOver: no));
        Assert.NotEmpty(update.Rows);
        Assert.DoesNotContain(update.Rows, r => r.Kind == LedgerEventKind.Started);
    }

    /// <summary>Once the lane has begun; until then nothing is taken.</summary>
    private static async Task<Opening> OpeningAsync(DispatchHouse house, ClearedAlert alert)
    {
        while (true)
        {
            var opening = house.Room.Opening(alert);
            if (opening.Rows.Any(r => r.Kind == LedgerEventKind.Started)) return opening;
            opening.Dispose();
            Stop.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static List<(long Sequence, LedgerEvent Row)> Starts(SqliteLedger ledger, int no)
    {
        var rows = new List<(long, LedgerEvent)>();
        ledger.Read(1, (from, batch) =>
        {
            for (int i = 0; i < batch.Length; i++)
            {
                if (batch[i].DisseminationNo == no && batch[i].Kind == LedgerEventKind.Started) rows.Add((from + i, batch[i]));
            }
        });
        return rows;
    }
}
