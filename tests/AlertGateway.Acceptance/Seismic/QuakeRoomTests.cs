using AlertGateway.Core;
using AlertGateway.Core.Targeting;
using AlertGateway.Tests.Approval;

namespace AlertGateway.Acceptance.Seismic;

public sealed class QuakeRoomTests
{
    private static readonly TimeSpan AdviceAfter = QuakeWorld.Options.AdviceAfter;

    [Fact]
    public async Task Villages_with_time_are_warned_until_the_last_arrival_and_advised_after_it()
    {
        using var world = new QuakeWorld();
        var origin = world.Now;
        await world.TakeAsync(1, origin);
        var warning = Assert.Single(world.Desk.Dispatch.Opened).Proposal;
        var last = world.LastArrival(origin);
        // Whole seconds, as CAP has them, and never beyond the arrival.
        Assert.InRange(last.UtcTicks - warning.Hashes.ExpiresTicks, 0, TimeSpan.TicksPerSecond - 1);
        Assert.Equal([ChannelKind.Loudspeaker, ChannelKind.Push], warning.Audience.Channels.Select(c => c.Channel));
        await world.PassAsync(last + AdviceAfter - origin - TimeSpan.FromMilliseconds(1));
        Assert.Single(world.Opened);
        await world.PassAsync(TimeSpan.FromMilliseconds(2));
        Assert.Equal([false, true], world.Opened.Select(QuakeWorld.IsAdvice));
        var advice = world.Desk.Dispatch.Opened[1].Proposal;
        Assert.True(advice.Hashes.ExpiresTicks > (world.Now + TimeSpan.FromHours(1)).UtcTicks);
        Assert.All(advice.Renditions.Where(r => r.Purpose == Purpose.Original), r => Assert.False(r.Text.Contains("预警", StringComparison.Ordinal) || r.Text.Contains("warning", StringComparison.OrdinalIgnoreCase), r.Text));
    }

    [Fact]
    public async Task Each_village_is_warned_until_its_own_arrival_which_the_standing_order_signs_and_an_update_moves()
    {
        using var world = new QuakeWorld();
        var origin = world.Now;
        await world.TakeAsync(1, origin, magnitude: 6.2);
        await world.TakeAsync(2, origin, magnitude: 6.9, lat: 32.2);
        Assert.Equal(2, world.Desk.Dispatch.Opened.Count);
        foreach (var (proposal, arrivals) in world.Desk.Dispatch.Opened.Select(o => o.Proposal).Zip([world.Arrivals(origin), world.Arrivals(origin, lat: 32.2)]))
        {
            Assert.Equal(arrivals.Select(a => a.UtcTicks - (a.UtcTicks % TimeSpan.TicksPerSecond)), proposal.Audience.VillageEnds);
            Assert.Equal(3, proposal.Audience.VillageEnds.Distinct().Count());
            Assert.Equal((AudienceHash.Of(proposal.Audience), proposal.Signatures[^1].Hashes.Audience), (proposal.Audience.Sha256, proposal.Audience.Sha256));
        }
        await world.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Empty(world.Desk.Dispatch.Opened[2].Proposal.Audience.VillageEnds); // advice
    }

    [Fact]
    public async Task What_the_shaking_has_reached_is_not_in_the_area_of_a_warning_and_everybody_is_in_that_of_the_advice()
    {
        using var world = new QuakeWorld();
        var origin = world.Now.AddSeconds(-6);
        await world.TakeAsync(1, origin, magnitude: 6.0, lat: 31.45, lon: 119.25);
        Assert.Equal(["东"], QuakeWorld.Villages(Assert.Single(world.Opened)));
        await world.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(["西", "中", "东"], QuakeWorld.Villages(world.Opened[1]));
    }

    [Theory]
    [InlineData(false, false)] // nothing in stock
    [InlineData(true, true)] // the fast way breaks down
    public async Task The_slow_way_warns_only_whom_it_can_reach_in_time_and_advice_follows(bool inStock, bool refusesOpening)
    {
        using var world = new QuakeWorld(inStock, dispatch: new RememberingDispatch { RefusesOpening = refusesOpening });
        var origin = world.Now.AddSeconds(-6);
        await world.TakeAsync(1, origin, magnitude: 6.0, lat: 31.45, lon: 119.25);
        var warning = Assert.Single(world.Desk.Dispatch.Opened).Proposal;
        Assert.Equal(["东"], QuakeWorld.Villages(Assert.Single(world.Targeted)));
        Assert.True(warning.Hashes.ExpiresTicks <= world.LastArrival(origin, 31.45, 119.25, 6.0).UtcTicks);
        await world.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal([false, true], world.Opened.Select(QuakeWorld.IsAdvice));
    }

    [Fact]
    public async Task Without_stock_nobody_is_warned_of_what_is_over()
    {
        using var world = new QuakeWorld(inStock: false);
        await world.TakeAsync(1, world.Now.AddSeconds(-60));
        Assert.True(QuakeWorld.IsAdvice(Assert.Single(world.Opened)));
    }

    [Fact]
    public async Task A_warning_whose_time_runs_out_before_it_is_opened_is_not_opened_and_becomes_advice()
    {
        using var world = new QuakeWorld(inStock: false) { TargetingTakes = TimeSpan.FromSeconds(40) };
        await world.TakeAsync(1, world.Now);
        world.TargetingTakes = TimeSpan.Zero;
        Assert.DoesNotContain(world.Opened, a => !QuakeWorld.IsAdvice(a));
        await world.PassAsync(TimeSpan.FromMinutes(1));
        Assert.True(QuakeWorld.IsAdvice(Assert.Single(world.Opened)));
        Assert.Empty(world.Open); // the draft that nobody may approve any more is overtaken
    }

    [Fact]
    public async Task A_draft_of_another_source_can_be_approved_until_the_last_arrival_and_then_becomes_a_draft_of_advice()
    {
        using var world = new QuakeWorld();
        var origin = world.Now;
        await world.TakeAsync(1, origin, source: QuakeWorld.Relay);
        var draft = Assert.Single(world.Open);
        Assert.True(draft.Hashes.ExpiresTicks <= world.LastArrival(origin).UtcTicks);
        await world.PassAsync(TimeSpan.FromSeconds(30));
        var late = await world.Desk.Pipeline.ProposeAsync(draft.ProposalNo, DeskWorld.Officer, draft.Hashes, DeskWorld.Stop);
        Assert.Equal("alert.expired", late.Refusal?.Code);
        await world.PassAsync(TimeSpan.FromMinutes(1));
        Assert.True(QuakeWorld.IsAdvice(Assert.Single(world.Open).Submission.Alert));
        Assert.Empty(world.Opened);
    }

    [Fact]
    public async Task A_doubtful_report_after_the_warning_lies_on_the_desk_and_the_advice_that_is_due_still_goes_out()
    {
        using var world = new QuakeWorld();
        var origin = world.Now;
        await world.TakeAsync(1, origin, magnitude: 6.2);
        await world.TakeAsync(2, origin, magnitude: 8.2); // jumps
        Assert.False(QuakeWorld.IsAdvice(Assert.Single(world.Open).Submission.Alert));
        await world.PassAsync(TimeSpan.FromSeconds(30));
        await world.TakeAsync(3, origin, magnitude: 9.0); // nobody has time any more: advice, for a person
        Assert.True(QuakeWorld.IsAdvice(Assert.Single(world.Open).Submission.Alert));
        await world.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal([false, true], world.Opened.Select(QuakeWorld.IsAdvice));
        Assert.Empty(world.Open);
    }

    [Fact]
    public async Task A_draft_that_a_person_turned_down_is_not_followed_by_advice()
    {
        using var world = new QuakeWorld();
        await world.TakeAsync(1, world.Now, source: QuakeWorld.Relay);
        Assert.Null((await world.Desk.Pipeline.ReturnAsync(1, DeskWorld.Officer, "误报", DeskWorld.Stop)).Refusal);
        await world.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Single(world.Proposals);
    }

    [Fact]
    public async Task A_warning_that_a_person_took_back_is_not_followed_by_advice()
    {
        using var world = new QuakeWorld();
        await world.TakeAsync(1, world.Now);
        Assert.Null((await world.Desk.Pipeline.CancelAsync(1, DeskWorld.Officer, "误报", falseAlarm: true, DeskWorld.Stop)).Refusal);
        await world.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Single(world.Opened);
    }

    [Theory]
    [InlineData(60, 2)]
    [InlineData(36_000, 1)] // hours later it is news
    public async Task Advice_that_was_due_while_the_gateway_was_down_goes_out_after_the_start(int secondsLater, int opened)
    {
        using var world = new QuakeWorld(inStock: false);
        await world.TakeAsync(1, world.Now);
        Assert.Single(world.Opened);
        using var after = new QuakeWorld(ledger: world.Desk.Ledger.CutAfter(world.Desk.Ledger.Rows.Count), dispatch: world.Desk.Dispatch, now: world.Now.AddSeconds(secondsLater));
        await after.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(opened, after.Opened.Count);
    }
}
