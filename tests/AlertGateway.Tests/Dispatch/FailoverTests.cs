using System.Net;
using AlertGateway.Channels.Sms;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Tests.Dispatch;

/// <summary>Two providers of one medium: whoever does not answer is replaced, and only whoever may have taken something is asked for it.</summary>
public sealed class FailoverTests : IDisposable
{
    private static readonly DateTimeOffset Sent = new(2026, 7, 5, 2, 10, 0, TimeSpan.FromHours(8));
    private readonly TempFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 60_000)]
    public async Task A_dead_provider_costs_a_few_attempts_and_the_other_one_carries_everything()
    {
        var town = Makers.ATown(500);
        ScriptedChannel dead = new() { Script = static _ => DispatchOutcome.RetryLater(DispatchError.LinkDown) }, standby = new();
        await using var house = await DispatchHouse.OpenAsync(_folder.Path, town, dead, standby: standby);
        int no = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent), Stop);
        var counts = await house.UntilAsync(no, v => v.Channels[0].Accepted == 1000);
        Assert.Equal((0, 0), (counts.PossibleDuplicates, counts.PossibleLoss));
        Assert.Equal(1000, standby.Sent.Select(t => t.Key).Distinct().Count());
        Assert.Equal(1000, standby.Sent.Length);
        Assert.InRange(dead.Sent.Length, 16, 64);
        Assert.Equal((true, false), (house.Lane.Status.Routes[0].IsDown, house.Lane.Status.IsDown));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(HttpStatusCode.BadRequest, 21606)]
    [InlineData(HttpStatusCode.NotFound, 0)]
    public async Task A_provider_that_refuses_our_sender_or_a_proxy_before_it_fails_nobody_and_the_other_one_carries_everything(HttpStatusCode status, int code)
    {
        var town = Makers.ATown(500);
        ScriptedChannel refuses = new() { Script = _ => TwilioAnswer.Classify(status, code, TimeSpan.Zero) }, standby = new();
        await using var house = await DispatchHouse.OpenAsync(_folder.Path, town, refuses, standby: standby);
        int no = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent), Stop);
        var counts = await house.UntilAsync(no, v => v.Channels[0].Accepted + v.Channels[0].Failed == 1000);
        Assert.Equal((1000, 0, 0), (counts.Accepted, counts.PossibleDuplicates, counts.PossibleLoss));
        Assert.InRange(refuses.Sent.Length, 16, 64);
        Assert.Equal((true, true, false), (house.Lane.Status.Routes[0].IsDown, house.Lane.Status.Routes[0].IsAccountRefused, house.Lane.Status.IsDown));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_number_that_the_provider_refuses_is_final_and_its_way_stays_open()
    {
        var town = Makers.ATown(50);
        ScriptedChannel first = new() { Script = static _ => TwilioAnswer.Classify(HttpStatusCode.BadRequest, 21211, TimeSpan.Zero) }, standby = new();
        await using var house = await DispatchHouse.OpenAsync(_folder.Path, town, first, standby: standby);
        int no = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent), Stop);
        await house.UntilAsync(no, v => v.Channels[0].Failed == 100);
        Assert.Equal((100, 0, false), (first.Sent.Length, standby.Sent.Length, house.Lane.Status.Routes[0].IsDown));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_provider_that_answers_again_is_noticed_without_anybodys_message_and_preferred_again()
    {
        var town = Makers.ATown(40);
        ScriptedChannel first = new() { Script = static _ => DispatchOutcome.RetryLater(DispatchError.LinkDown) }, standby = new();
        await using var house = await DispatchHouse.OpenAsync(_folder.Path, town, first, standby: standby);
        int one = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent), Stop);
        await house.UntilAsync(one, v => v.Channels[0].Accepted == 80);
        int tried = first.Sent.Length;
        await first.Probed.Task.WaitAsync(Stop);
        Assert.Equal(tried, first.Sent.Length);
        (first.Script, first.Probe) = (static _ => DispatchOutcome.Accepted("ref"), true);
        while (first.Probes < 1 || house.Lane.Status.Routes[0].IsDown)
        {
            // Each alert gives what is coming back a little more to answer.
            int next = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent, $"again-{first.Probes}-{first.Sent.Length}-{standby.Sent.Length}"), Stop);
            await house.UntilAsync(next, v => v.Channels[0].Accepted == 80);
        }
        int before = standby.Sent.Length;
        int last = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent, "last"), Stop);
        await house.UntilAsync(last, v => v.Channels[0].Accepted == 80);
        Assert.Equal(before, standby.Sent.Length);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_provider_that_hangs_is_left_after_two_seconds_and_its_questions_hold_up_nobody()
    {
        var town = Makers.ATown(100);
        ScriptedChannel hangs = new() { Hold = new TaskCompletionSource() }, standby = new();
        await using var house = await DispatchHouse.OpenAsync(_folder.Path, town, hangs, standby: standby);
        int no = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent), Stop);
        await house.UntilAsync(no, v => v.Channels[0].Accepted == 200 - hangs.Sent.Length);
        Assert.InRange(hangs.Sent.Length, 1, 16);
        Assert.True(house.Lane.Status.Routes[0].IsSilent);
        hangs.Hold.SetResult();
        await house.UntilAsync(no, v => v.Channels[0].Accepted == 200);
        Assert.Empty(standby.Sent.Select(t => t.Key).Intersect(hangs.Sent.Select(t => t.Key)));
    }

    [Fact(Timeout = 60_000)]
    public async Task After_a_restart_only_the_provider_that_the_ledger_names_is_asked()
    {
        var town = Makers.ATown(100);
        ScriptedChannel dead = new() { Script = static _ => DispatchOutcome.RetryLater(DispatchError.LinkDown) }, standby = new();
        int no;
        await using (var house = await DispatchHouse.OpenAsync(_folder.Path, town, dead, standby: standby))
        {
            no = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent), Stop);
            await house.UntilAsync(no, v => v.Channels[0].Accepted >= 50);
            standby.Hold = new TaskCompletionSource();
            await house.UntilAsync(no, v => house.Lane.Status.Routes[1].InFlight > 0);
        }
        (dead.Script, dead.Answer) = (static _ => DispatchOutcome.Accepted("ref"), static _ => throw new InvalidOperationException("Asked for what it never had."));
        int asked = 0;
        (standby.Hold, standby.Answer) = (null, _ =>
        {
            Interlocked.Increment(ref asked);
            return new AskOutcome(AskAnswer.Taken, "ref");
        });
        await using var again = await DispatchHouse.OpenAsync(_folder.Path, town, dead, standby: standby);
        var counts = await again.UntilAsync(no, v => v.Channels[0].Accepted == 200);
        Assert.True(asked > 0);
        Assert.Equal((0, 0), (again.Lane.Status.Faults, counts.PossibleDuplicates));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_provider_that_is_no_longer_configured_is_not_asked_and_what_it_may_have_is_repeated_with_a_label()
    {
        var town = Makers.ATown(4);
        ScriptedChannel first = new() { Script = static _ => DispatchOutcome.RetryLater(DispatchError.LinkDown) }, gone = new();
        int no;
        await using (var house = await DispatchHouse.OpenAsync(_folder.Path, town, first, standby: gone, options: new LaneOptions { Slots = 64, Window = 64 }))
        {
            // Sixteen refusals of the link open the way to the second.
            no = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent), Stop);
            gone.Hold = new TaskCompletionSource();
            await house.UntilAsync(no, v => house.Lane.Status.Routes[1].InFlight > 0);
        }
        first.Script = static _ => DispatchOutcome.Accepted("ref");
        first.Answer = static _ => throw new InvalidOperationException("Asked for what it never had.");
        await using var again = await DispatchHouse.OpenAsync(_folder.Path, town, first);
        var counts = await again.UntilAsync(no, v => v.Channels[0].Accepted == 8);
        Assert.Equal(gone.Sent.Select(t => t.Key.EndpointNo).Distinct().Count(), counts.PossibleDuplicates);
        Assert.Equal(0, again.Lane.Status.Faults);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_provider_cannot_report_on_what_another_one_carried()
    {
        var town = Makers.ATown(1);
        await using var house = await DispatchHouse.OpenAsync(_folder.Path, town, new ScriptedChannel(), standby: new ScriptedChannel());
        int no = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent), Stop);
        await house.UntilAsync(no, v => v.Channels[0].Accepted == 2);
        var tag = new DeliveryTag(new DeliveryKey(no, 1, ChannelKind.Sms, Purpose.Original), 1);
        var receipt = new Receipt(tag, Evidence.Delivered, false, DispatchError.None, 0, Route: 1);
        Assert.Equal(ReceiptVerdict.UnknownDelivery, await house.Room.ReportAsync(receipt, Stop));
        Assert.Equal(ReceiptVerdict.Recorded, await house.Room.ReportAsync(receipt with { Route = 0 }, Stop));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_ledger_of_format_2_is_taken_up_and_its_starts_count_for_the_first_provider()
    {
        var town = Makers.ATown(5);
        int no;
        await using (var house = await DispatchHouse.OpenAsync(_folder.Path, town, new ScriptedChannel { Hold = new TaskCompletionSource() }))
        {
            no = await house.Room.OpenAsync(Makers.ARedAlert(town, Sent), Stop);
            await house.Channel.Reached.Task.WaitAsync(Stop);
        }
        using (var file = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(_folder.Path, "ledger.db")};Pooling=False"))
        {
            file.Open();
            using var command = file.CreateCommand();
            command.CommandText = "PRAGMA user_version=2";
            command.ExecuteNonQuery();
        }
        var standby = new ScriptedChannel { Answer = static _ => throw new InvalidOperationException("Asked for what it never had.") };
        await using var again = await DispatchHouse.OpenAsync(_folder.Path, town, new ScriptedChannel(), standby: standby);
        await again.UntilAsync(no, v => v.Channels[0].Accepted == 10);
        Assert.Equal(0, again.Lane.Status.Faults);
        using var version = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(_folder.Path, "ledger.db")};Pooling=False;Mode=ReadOnly");
        version.Open();
        using var ask = version.CreateCommand();
        ask.CommandText = "PRAGMA user_version";
        Assert.Equal(3L, ask.ExecuteScalar());
    }
}
