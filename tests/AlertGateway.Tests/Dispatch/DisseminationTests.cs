using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Tests.Dispatch;

public sealed class DisseminationTests : IDisposable
{
    private static readonly DateTimeOffset Sent = new(2026, 7, 5, 2, 10, 0, TimeSpan.FromHours(8));
    private readonly TempFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 30_000)]
    public async Task Every_delivery_is_sent_once_and_its_start_is_in_the_ledger()
    {
        var town = Makers.ATown(500);
        await using var house = await DispatchHouse.OpenAsync(_folder.Path, town, new ScriptedChannel());
        int no = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent), Stop);
        var counts = await house.UntilAsync(no, v => v.Channels[0].Accepted == 1000);
        Assert.Equal((1000, 0, 0), (counts.Planned, counts.Open, counts.PossibleDuplicates));
        Assert.Equal(1000, house.Channel.Sent.Select(t => t.Key).Distinct().Count());
        Assert.Equal(1000, house.Channel.Sent.Length);
        Assert.Equal(1000, Rows(house.Ledger).Count(e => e.Kind == LedgerEventKind.Started));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_recipient_whose_record_throws_delays_only_himself_and_is_tried_again()
    {
        var town = Makers.ATown(500);
        await using var house = await DispatchHouse.OpenAsync(_folder.Path, town, new ScriptedChannel());
        house.Unreadable = 333;
        int no = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent), Stop);
        var counts = await house.UntilAsync(no, v => v.Channels[0].Accepted == 999);
        Assert.Equal((1, 0), (counts.Open, counts.PossibleDuplicates));
        Assert.DoesNotContain(house.Channel.Sent, t => t.Key.EndpointNo == 333);
        Assert.Equal((false, false), (house.Lane.Status.IsDown, house.Lane.Status.Faults == 0));
        house.Unreadable = 0;
        await house.UntilAsync(no, v => v.Channels[0].Accepted == 1000);
        Assert.Single(house.Channel.Sent, t => t.Key.EndpointNo == 333);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_cancel_stops_what_has_not_started_and_tells_exactly_those_who_have_it()
    {
        var town = Makers.ATown(500);
        var channel = new ScriptedChannel { Hold = new TaskCompletionSource() };
        await using var house = await DispatchHouse.OpenAsync(_folder.Path, town, channel);
        int no = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent), Stop);
        await channel.Reached.Task.WaitAsync(Stop);
        await house.Room.CancelAsync(no, new Actor(1, "值班员", "test"), "误发", falseAlarm: true, Stop);
        channel.Hold.SetResult();
        await house.UntilAsync(no, v => v.Channels.All(c => c.Open == 0));
        var originals = channel.Sent.Where(t => t.Key.Purpose == Purpose.Original).Select(t => t.Key.EndpointNo).Order().ToArray();
        var cancels = channel.Sent.Where(t => t.Key.Purpose == Purpose.Cancel).Select(t => t.Key.EndpointNo).Order().ToArray();
        Assert.InRange(originals.Length, 1, 32);
        Assert.Equal(originals, cancels);
        var view = house.Room.Find(no)!;
        Assert.Equal(1000 - originals.Length, view.Channels[0].Suppressed);
        Assert.Equal(DisseminationState.Cancelled, view.State);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_cancel_tells_nobody_whose_attempt_on_the_wire_was_throttled_or_refused()
    {
        var town = Makers.ATown(500);
        var channel = new ScriptedChannel
        {
            Hold = new TaskCompletionSource(),
            Script = d => d.Tag.Key.Purpose != Purpose.Original ? DispatchOutcome.Accepted() : (d.Tag.Key.EndpointNo % 3) switch { 0 => DispatchOutcome.RetryLater(DispatchError.Throttled), 1 => DispatchOutcome.Refused(DispatchError.BadAddress), _ => DispatchOutcome.Accepted() },
        };
        await using var house = await DispatchHouse.OpenAsync(_folder.Path, town, channel);
        int no = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent), Stop);
        await house.UntilAsync(no, _ => channel.Sent.Length >= 8);
        await house.Room.CancelAsync(no, new Actor(1, "值班员", "test"), "误发", falseAlarm: true, Stop);
        channel.Hold.SetResult();
        await house.UntilAsync(no, v => v.Channels.All(c => c.Open == 0));
        int[] originals = [.. channel.Sent.Where(t => t.Key.Purpose == Purpose.Original).Select(t => t.Key.EndpointNo).Order()];
        int[] taken = [.. originals.Where(e => e % 3 == 2)];
        Assert.InRange(taken.Length, 1, originals.Length - 2);
        Assert.Equal(taken, channel.Sent.Where(t => t.Key.Purpose == Purpose.Cancel).Select(t => t.Key.EndpointNo).Order());
    }

    [Fact(Timeout = 30_000)]
    public async Task A_slow_provider_full_of_lesser_messages_leaves_room_for_a_red_one_and_for_a_cancel()
    {
        var town = Makers.ATown(50);
        var channel = new ScriptedChannel();
        await using var house = await DispatchHouse.OpenAsync(_folder.Path, town, channel);
        int mistake = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent), Stop);
        await house.UntilAsync(mistake, v => v.Channels[0].Accepted == 100);
        channel.Hold = new TaskCompletionSource();
        int blue = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent, "blue", colour: WarningColour.Blue), Stop);
        await house.UntilAsync(blue, _ => SentOf(blue) >= 13);
        int red = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent, "red"), Stop);
        await house.UntilAsync(red, _ => SentOf(red) >= 2);
        await house.Room.CancelAsync(mistake, new Actor(1, "值班员", "test"), "误发", falseAlarm: false, Stop);
        await house.UntilAsync(mistake, v => v.Channels.All(c => c.Open == 0 || c.Purpose == Purpose.Original));
        // 16 slots: one is the cancels', two are for what threatens life.
        Assert.Equal((13, 2, 100), (SentOf(blue), SentOf(red), channel.Sent.Count(t => t.Key.Purpose == Purpose.Cancel)));
        channel.Hold.SetResult();

        int SentOf(int no) => channel.Sent.Count(t => t.Key.DisseminationNo == no && t.Key.Purpose == Purpose.Original);
    }

    [Fact(Timeout = 30_000)]
    public async Task Throttled_attempts_are_tried_again_until_taken()
    {
        var town = Makers.ATown(50);
        var channel = new ScriptedChannel { Script = d => d.Tag.Attempt < 3 ? DispatchOutcome.RetryLater(DispatchError.Throttled) : DispatchOutcome.Accepted() };
        await using var house = await DispatchHouse.OpenAsync(_folder.Path, town, channel);
        int no = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent), Stop);
        var counts = await house.UntilAsync(no, v => v.Channels[0].Accepted == 100);
        Assert.Equal(0, counts.PossibleDuplicates);
        Assert.Equal(300, channel.Sent.Length);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_unknown_outcome_is_asked_for_and_only_what_was_never_taken_is_sent_again_with_a_label()
    {
        var town = Makers.ATown(20);
        var started = new System.Collections.Concurrent.ConcurrentDictionary<int, long>();
        var channel = new ScriptedChannel
        {
            Script = d =>
            {
                started.TryAdd(d.Tag.Key.EndpointNo, d.StartedTicks);
                return d.Tag.Attempt == 1 ? DispatchOutcome.Unknown(DispatchError.TimedOut) : DispatchOutcome.Accepted();
            },
            // Whoever asks must look back to the start of the attempt, not to the moment of asking.
            Answer = d => new AskOutcome(started[d.Tag.Key.EndpointNo] != d.StartedTicks ? AskAnswer.CannotTell : d.Tag.Key.EndpointNo % 2 == 0 ? AskAnswer.Taken : AskAnswer.NeverTaken),
        };
        await using var house = await DispatchHouse.OpenAsync(_folder.Path, town, channel);
        int no = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent), Stop);
        var counts = await house.UntilAsync(no, v => v.Channels[0].Accepted == 40);
        Assert.False(house.AddressesWereReadTogether);
        Assert.Equal(20, counts.PossibleDuplicates);
        Assert.All(channel.Sent.Where(t => t.Attempt == 2), t => Assert.Equal(1, t.Key.EndpointNo % 2));
    }

    [Fact(Timeout = 30_000)]
    public async Task After_a_stop_in_the_middle_the_next_start_carries_on_and_serves_the_same_state()
    {
        var town = Makers.ATown(300);
        int no;
        var first = new ScriptedChannel { Hold = new TaskCompletionSource() };
        await using (var house = await DispatchHouse.OpenAsync(_folder.Path, town, first))
        {
            no = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent), Stop);
            await first.Reached.Task.WaitAsync(Stop);
        }
        // Some attempts were durable and had not begun when the house stopped: the far side answers what it really had.
        var had = first.Sent.Select(t => t.Key).ToHashSet();
        var second = new ScriptedChannel { Answer = d => new AskOutcome(had.Contains(d.Tag.Key) ? AskAnswer.Taken : AskAnswer.NeverTaken) };
        await using var again = await DispatchHouse.OpenAsync(_folder.Path, town, second);
        var counts = await again.UntilAsync(no, v => v.Channels[0].Accepted == 600);
        Assert.Equal(0, counts.Open);
        var both = first.Sent.Concat(second.Sent).ToArray();
        Assert.Equal(600, both.Select(t => t.Key).Distinct().Count());
        Assert.Equal(600, both.Length);
        Assert.Equal(Describe(again.Room, no), Describe(Rebuild(again.Ledger, town), no));
    }

    [Fact(Timeout = 30_000)]
    public async Task Receipts_raise_evidence_upwards_only_and_an_unknown_one_changes_nothing()
    {
        var town = Makers.ATown(2);
        await using var house = await DispatchHouse.OpenAsync(_folder.Path, town, new ScriptedChannel());
        int no = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent), Stop);
        await house.UntilAsync(no, v => v.Channels[0].Accepted == 4);
        var tag = new DeliveryTag(new DeliveryKey(no, 1, ChannelKind.Sms, Purpose.Original), 1);
        Assert.Equal(ReceiptVerdict.Recorded, await house.Room.ReportAsync(new Receipt(tag, Evidence.Acknowledged, false, DispatchError.None, 0), Stop));
        Assert.Equal(ReceiptVerdict.Duplicate, await house.Room.ReportAsync(new Receipt(tag, Evidence.Delivered, false, DispatchError.None, 0), Stop));
        Assert.Equal(ReceiptVerdict.Duplicate, await house.Room.ReportAsync(new Receipt(tag, Evidence.Accepted, true, DispatchError.ServerError, 0), Stop));
        Assert.Equal(ReceiptVerdict.UnknownDelivery, await house.Room.ReportAsync(new Receipt(tag with { Attempt = 9 }, Evidence.Delivered, false, DispatchError.None, 0), Stop));
        Assert.Equal(ReceiptVerdict.UnknownDelivery, await house.Room.ReportAsync(new Receipt(new DeliveryTag(tag.Key with { EndpointNo = 99 }, 1), Evidence.Delivered, false, DispatchError.None, 0), Stop));
        Assert.Equal(1, house.Room.Find(no)!.Channels[0].Delivered);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_household_is_only_as_reached_as_its_least_reached_person_at_home()
    {
        var town = Makers.ATown(3, (2, PersonFlags.OldAlone), (4, PersonFlags.Away));
        await using var house = await DispatchHouse.OpenAsync(_folder.Path, town, new ScriptedChannel());
        int no = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent), Stop);
        await house.UntilAsync(no, v => v.Channels[0].Accepted == 6);
        foreach (int endpoint in (int[])[1, 3, 5])
        {
            await house.Room.ReportAsync(new Receipt(new DeliveryTag(new DeliveryKey(no, endpoint, ChannelKind.Sms, Purpose.Original), 1), Evidence.Acknowledged, false, DispatchError.None, 0), Stop);
        }
        // Household 1 waits for its old person, 2 has somebody away, 3 wakes its other person.
        Assert.Equal([1], house.Room.Unreached(no, null, 0, 10).Select(h => h.HouseholdNo));
        Assert.Equal(1, house.Room.Coverage(no)!.PersonsNotAwake);
        Assert.True(await house.Room.VisitAsync(no, 2, Evidence.Visited, new Actor(9, "灾害信息员", "warden"), Stop));
        var coverage = house.Room.Coverage(no)!;
        Assert.Equal((0, 5), (coverage.PersonsNotAwake, coverage.PersonsAwake));
        Assert.Equal(3, coverage.ByEvidence.Sum());
        Assert.Equal(coverage.ByEvidence, coverage.Villages.Aggregate(new int[7], (sum, v) => [.. sum.Zip(v.ByEvidence, (a, b) => a + b)]));
    }

    [Fact(Timeout = 30_000)]
    public async Task Somebody_away_counts_for_the_household_only_after_reaching_those_at_home()
    {
        var town = Makers.ATown(2, (2, PersonFlags.Away), (3, PersonFlags.Away), (4, PersonFlags.Away));
        await using var house = await DispatchHouse.OpenAsync(_folder.Path, town, new ScriptedChannel());
        int no = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent), Stop);
        await house.UntilAsync(no, v => v.Channels[0].Accepted == 4);
        Receipt Word(int endpoint, bool helped) => new(new DeliveryTag(new DeliveryKey(no, endpoint, ChannelKind.Sms, Purpose.Original), 1), Evidence.Acknowledged, false, DispatchError.None, 0, Helped: helped);
        await house.Room.ReportAsync(Word(2, helped: false), Stop);
        await house.Room.ReportAsync(Word(3, helped: false), Stop);
        // The first household's old mother has not heard; of the second nobody is at home.
        Assert.Equal([1], house.Room.Unreached(no, null, 0, 10).Select(h => h.HouseholdNo));
        Assert.Equal((1, 0), (house.Room.Coverage(no)!.PersonsNotAwake, house.Room.Coverage(no)!.PersonsAwake));
        Assert.Equal(ReceiptVerdict.Recorded, await house.Room.ReportAsync(Word(2, helped: true), Stop));
        Assert.Equal(ReceiptVerdict.Duplicate, await house.Room.ReportAsync(Word(2, helped: true), Stop));
        Assert.Empty(house.Room.Unreached(no, null, 0, 10));
        Assert.Equal((0, 1), (house.Room.Coverage(no)!.PersonsNotAwake, house.Room.Coverage(no)!.PersonsAwake));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_is_expired_never_starts()
    {
        var town = Makers.ATown(10);
        await using var house = await DispatchHouse.OpenAsync(_folder.Path, town, new ScriptedChannel());
        int no = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent, expiresTicks: Sent.UtcTicks), Stop);
        await house.Room.TickAsync(Stop);
        var counts = await house.UntilAsync(no, v => v.Channels[0].Open == 0);
        Assert.Equal(20, counts.Suppressed);
        Assert.Empty(house.Channel.Sent);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_update_supersedes_in_the_same_commit()
    {
        var town = Makers.ATown(100);
        var channel = new ScriptedChannel { Hold = new TaskCompletionSource() };
        await using var house = await DispatchHouse.OpenAsync(_folder.Path, town, channel);
        int old = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent), Stop);
        await channel.Reached.Task.WaitAsync(Stop);
        int update = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent.AddMinutes(1), "demo-2", takesOver: old), Stop);
        channel.Hold.SetResult();
        await house.UntilAsync(update, v => v.Channels[0].Accepted == 200);
        await house.UntilAsync(old, v => v.Channels[0].Open == 0);
        Assert.Equal(DisseminationState.Superseded, house.Room.Find(old)!.State);
        var order = channel.Sent.GroupBy(t => t.Key.EndpointNo).Select(g => g.Select(t => t.Key.DisseminationNo).ToArray());
        Assert.All(order, o => Assert.Equal(o.Order(), o));
    }

    private static List<LedgerEvent> Rows(SqliteLedger ledger)
    {
        var rows = new List<LedgerEvent>();
        ledger.Read(1, (_, batch) => rows.AddRange(batch));
        return rows;
    }

    private static DisseminationRoom Rebuild(SqliteLedger ledger, RegistrySnapshot town)
    {
        var room = new DisseminationRoom(ledger, town, TimeProvider.System, _ => new ChannelTimes(TimeSpan.FromHours(1), TimeSpan.MaxValue));
        ledger.Read(1, room.OnCommitted);
        return room;
    }

    private static string Describe(DisseminationRoom room, int no)
    {
        var (view, coverage) = (room.Find(no)!, room.Coverage(no)!);
        return string.Join('|', view.Channels) + view.Sequence + string.Join(',', coverage.ByEvidence) + string.Join(',', room.Timeline(no).Select(t => t.Code));
    }
}
