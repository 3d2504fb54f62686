using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Targeting;
using CsCheck;
using Xunit;
using static AlertGateway.Tests.Approval.DeskWorld;

namespace AlertGateway.Tests.Approval;

/// <summary>One storm, several offices: whoever has had it hears the horns again only when it gets worse, comes earlier or asks for something new; whoever has not, always.</summary>
public sealed class EpisodesAtTheDeskTests
{
    private const int Horn = 101, OtherHorn = 102, Transmitter = 201;

    private static readonly CapText Province = new() { Identifier = "32000041600000_20260705120000", Sender = "jiangsu", SenderName = "江苏省气象台", Sent = Start.AddHours(-2), Severity = "Severe", Headline = "江苏省气象台发布暴雨橙色预警", Geocode = "320000000000", Instruction = "请注意防范。", Expires = Start.AddHours(8) };
    private static readonly CapText City = Province with { Identifier = "32040041600000_20260705130000", Sender = "changzhou", SenderName = "常州市气象台", Sent = Start.AddHours(-1), Headline = "常州市气象台发布暴雨橙色预警", Geocode = "320400000000" };
    private static readonly CapText County = Province with { Identifier = "32048141600000_20260705142000", Sender = "liyang", SenderName = "溧阳市气象台", Sent = Start.AddMinutes(-5), Headline = "溧阳市气象台发布暴雨橙色预警", Geocode = "320481000000" };
    private static readonly EpisodePolicy Policy = new(Shipped.Wording.EventKindOf, new RepeatChannels());

    [Fact]
    public async Task The_county_repeats_the_citys_warning_in_texts_and_leaves_the_horns_alone()
    {
        using var world = World();
        var first = await world.ClearAsync(City);
        var proposal = Assert.Single((await world.SubmitAsync(County)).Proposals);
        Assert.Equal((EpisodeAlarm.None, 3), (proposal.Alarm, proposal.SparedDeliveries));
        Assert.Equal([first], proposal.JoinedDisseminationNos);
        Assert.Equal([ChannelKind.Sms, ChannelKind.Push], proposal.Audience.Channels.Select(c => c.Channel));
        Assert.Equal(12, proposal.Audience.HouseholdNos.Length);
        Assert.Equal(proposal.Audience.Sha256, AudienceHash.Of(proposal.Audience));
    }

    [Theory]
    [InlineData("higher colour", EpisodeAlarm.HigherColour)]
    [InlineData("new action", EpisodeAlarm.NewAction)]
    [InlineData("another event", EpisodeAlarm.First)]
    [InlineData("an exercise", EpisodeAlarm.First)]
    public async Task It_sounds_again_when_it_is_worse_or_asks_for_something_new(string what, EpisodeAlarm alarm)
    {
        using var world = World();
        await world.ClearAsync(City);
        var next = what switch
        {
            "higher colour" => County with { Severity = "Extreme", Headline = "溧阳市气象台发布暴雨红色预警" },
            "new action" => County with { Instruction = "请低洼处住户立即转移。" },
            "another event" => County with { Event = "大风", EventCode = "11B06", Headline = "溧阳市气象台发布大风橙色预警" },
            _ => County with { Status = "Exercise" },
        };
        var proposal = Assert.Single((await world.SubmitAsync(next)).Proposals);
        Assert.Equal((alarm, 0), (proposal.Alarm, proposal.SparedDeliveries));
        Assert.Contains(proposal.Audience.Channels, c => c.Channel == ChannelKind.Loudspeaker && c.EndpointNos.SequenceEqual([Horn, OtherHorn]));
    }

    [Fact]
    public async Task A_horn_that_has_not_sounded_for_the_event_sounds()
    {
        using var world = World(cityHorns: [Horn]);
        await world.ClearAsync(City);
        var proposal = Assert.Single((await world.SubmitAsync(County)).Proposals);
        Assert.Equal(EpisodeAlarm.None, proposal.Alarm);
        Assert.Equal([OtherHorn], proposal.Audience.Channels.Single(c => c.Channel == ChannelKind.Loudspeaker).EndpointNos);
    }

    [Fact]
    public async Task What_was_only_received_has_alarmed_nobody()
    {
        using var world = World();
        await world.SubmitAsync(Province);
        var proposal = Assert.Single((await world.SubmitAsync(County)).Proposals);
        Assert.Equal((EpisodeAlarm.First, 0), (proposal.Alarm, proposal.SparedDeliveries));
    }

    [Fact]
    public async Task An_update_of_the_own_chain_repeats_for_those_who_have_it_and_alarms_those_it_had_not_come_to()
    {
        using var world = World();
        var first = await world.ClearAsync(County);
        world.Dispatch.Unstarted.Add((first, OtherHorn));
        var update = Assert.Single((await world.SubmitAsync(County.Next("Update", "32048141600000_20260705143000"))).Proposals);
        Assert.Equal(EpisodeAlarm.None, update.Alarm);
        Assert.Equal([OtherHorn], update.Audience.Channels.Single(c => c.Channel == ChannelKind.Loudspeaker).EndpointNos);
    }

    [Fact]
    public async Task After_a_warning_was_lowered_the_same_colour_as_before_alarms_again()
    {
        using var world = World();
        var red = County with { Severity = "Extreme", Headline = "溧阳市气象台发布暴雨红色预警" };
        await world.ClearAsync(red);
        var lowered = red.Next("Update", "32048141600000_20260705143000") with { Severity = "Severe", Headline = "溧阳市气象台变更发布暴雨橙色预警" };
        await world.ClearAsync(lowered);
        var again = lowered.Next("Update", "32048141600000_20260705144000") with { Severity = "Extreme", Headline = "溧阳市气象台变更发布暴雨红色预警" };
        Assert.Equal(EpisodeAlarm.HigherColour, Assert.Single((await world.SubmitAsync(again)).Proposals).Alarm);
    }

    [Fact]
    public async Task A_draft_is_judged_again_when_another_office_was_quicker()
    {
        using var world = World();
        var county = Assert.Single((await world.SubmitAsync(County)).Proposals);
        Assert.Equal(EpisodeAlarm.First, county.Alarm);
        await world.ClearAsync(City);
        Assert.Equal(ProposalState.Overtaken, world.Desk.Find(county.ProposalNo)!.State);
        var again = Assert.Single(world.Desk.All, p => p.State == ProposalState.Draft);
        Assert.Equal((county.Submission.SubmissionNo, EpisodeAlarm.None), (again.Submission.SubmissionNo, again.Alarm));
    }

    [Fact]
    public async Task When_the_other_warning_is_taken_back_the_quiet_one_alarms_even_if_it_was_signed()
    {
        using var world = World();
        var city = await world.ClearAsync(City);
        var quiet = Assert.Single((await world.SubmitAsync(County)).Proposals);
        await world.Pipeline.ProposeAsync(quiet.ProposalNo, Officer, quiet.Hashes, Stop);
        await world.Pipeline.CancelAsync(city, Officer, "常州解除", false, Stop);
        Assert.Equal(ProposalState.Overtaken, world.Desk.Find(quiet.ProposalNo)!.State);
        await TwoPeopleTests.AssertRefusedAsync(world, "proposal.overtaken", () => world.Pipeline.ApproveAsync(quiet.ProposalNo, Second, quiet.Hashes, Stop));
        var loud = Assert.Single(world.Desk.All, p => p.State == ProposalState.Draft);
        Assert.Equal((EpisodeAlarm.First, 0, 4), (loud.Alarm, loud.SparedDeliveries, loud.Audience.Channels.Count));
    }

    [Fact]
    public async Task A_person_may_let_a_repeated_warning_alarm_aloud_and_it_stays_so()
    {
        using var world = World();
        await world.ClearAsync(City);
        var quiet = Assert.Single((await world.SubmitAsync(County)).Proposals);
        await TwoPeopleTests.AssertRefusedAsync(world, "authority.missing", () => world.Pipeline.AlarmAloudAsync(quiet.ProposalNo, DeskWorld.Neighbour, "再响", Stop));
        var step = await world.Pipeline.AlarmAloudAsync(quiet.ProposalNo, Officer, "夜间，须再次叫醒", Stop);
        Assert.Null(step.Refusal);
        Assert.Equal((true, EpisodeAlarm.First, 4), (step.Proposal!.Aloud, step.Proposal.Alarm, step.Proposal.Audience.Channels.Count));
        Assert.Equal(ProposalState.Returned, world.Desk.Find(quiet.ProposalNo)!.State);
        await world.Pipeline.ResumeAsync(Stop);
        Assert.Equal(ProposalState.Draft, world.Desk.Find(step.Proposal.ProposalNo)!.State);
        Assert.Equal("proposal.alarms", (await world.Pipeline.AlarmAloudAsync(step.Proposal.ProposalNo, Officer, "再响", Stop)).Refusal?.Code);
    }

    [Fact]
    public async Task A_minor_change_of_the_canadian_profile_repeats_quietly_whatever_its_words_say()
    {
        using var world = World();
        await world.ClearAsync(County);
        var minor = County.Next("Update", "u-minor") with { Severity = "Extreme", Headline = "溧阳市气象台发布暴雨红色预警", InfoTail = "<parameter><valueName>layer:EC-MSC-SMC:1.1:MinorChange</valueName><value>text</value></parameter>" };
        var proposal = Assert.Single((await world.SubmitAsync(minor)).Proposals);
        Assert.Equal((EpisodeAlarm.None, 3), (proposal.Alarm, proposal.SparedDeliveries));
    }

    [Fact]
    public async Task The_quiet_audience_survives_a_restart_to_the_bit()
    {
        using var world = World();
        await world.ClearAsync(City);
        await world.SubmitAsync(County);
        using var again = new DeskWorld(world.Ledger.CutAfter(world.Ledger.Rows.Count), episodes: Policy, target: Target([Horn, OtherHorn]));
        Assert.Equal(world.Served, again.Served);
        Assert.Equal(world.Desk.All.Select(p => (p.Alarm, p.SparedDeliveries, string.Join(',', p.JoinedDisseminationNos))), again.Desk.All.Select(p => (p.Alarm, p.SparedDeliveries, string.Join(',', p.JoinedDisseminationNos))));
    }

    [Fact]
    public void Nobody_who_was_not_warned_is_ever_left_out() =>
        Gen.Select(Gen.Int[1, 40].HashSet[0, 40], Gen.Int[1, 40].HashSet[0, 40], Gen.Bool, Gen.Bool).Sample((wanted, had, sms, horns) =>
        {
            int[] numbers = [.. wanted];
            var audience = SmallTown.Plan().Audience with
            {
                Channels = [new ChannelAudience(ChannelKind.Sms, numbers, new byte[numbers.Length]), new ChannelAudience(ChannelKind.Loudspeaker, numbers, [.. numbers.Select(n => (byte)(n % 3))])],
            };
            var quieter = RepeatAudience.Of(audience, new RepeatChannels { Sms = sms, Loudspeakers = horns }, _ => had, out var spared);
            foreach (var (channel, repeats) in ((ChannelKind, bool)[])[(ChannelKind.Sms, sms), (ChannelKind.Loudspeaker, horns)])
            {
                var before = audience.Channels.Single(c => c.Channel == channel);
                var after = quieter.Channels.SingleOrDefault(c => c.Channel == channel);
                Assert.Equal(before.EndpointNos.Where(n => repeats || !had.Contains(n)), after?.EndpointNos ?? []);
                if (after is not null && channel == ChannelKind.Loudspeaker) Assert.Equal(after.EndpointNos.Select(n => (byte)(n % 3)), after.Languages);
            }

            Assert.Equal(audience.HouseholdNos, quieter.HouseholdNos);
            Assert.Equal(spared, audience.Channels.Sum(c => c.EndpointNos.Length) - quieter.Channels.Sum(c => c.EndpointNos.Length));
        }, iter: 200);

    private static DeskWorld World(int[]? cityHorns = null) => new(episodes: Policy, target: Target(cityHorns ?? [Horn, OtherHorn]));

    // The city's own warning may have come to fewer horns than the county's.
    private static Func<Alert, WarningColour, TargetingResult> Target(int[] cityHorns) => (alert, _) =>
    {
        var plan = SmallTown.Plan();
        int[] horns = alert.Sender == City.Sender ? cityHorns : [Horn, OtherHorn];
        var sms = plan.Audience.Channels[0];
        return plan with
        {
            Audience = plan.Audience with
            {
                Channels = [sms, sms with { Channel = ChannelKind.Push }, new ChannelAudience(ChannelKind.Loudspeaker, horns, new byte[horns.Length]), new ChannelAudience(ChannelKind.Broadcast, [Transmitter], [0])],
            },
        };
    };
}
