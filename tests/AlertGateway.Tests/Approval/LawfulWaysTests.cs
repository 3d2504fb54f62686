using System.Text;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Ingest;
using AlertGateway.Storage.People;
using Xunit;
using static AlertGateway.Tests.Approval.DeskWorld;

namespace AlertGateway.Tests.Approval;

/// <summary>Who may clear what is drafted in a publisher's name, and how much shorter the way is that a sender may ask for.</summary>
public sealed class LawfulWaysTests
{
    private const string Immediate = "<parameter><valueName>layer:SOREM:1.0:Broadcast_Immediately</valueName><value>Yes</value></parameter>";
    private static readonly Person Water = new(7, "水利己", "water-approver", true, 0);
    private static readonly LawfulPublishers Publishers = LawfulPublishers.Parse(Shipped.Read("publishers.json"));
    private static readonly string ShippedAuthority = Encoding.UTF8.GetString(Shipped.Read("authority.json"));
    private static readonly CapText WaterDraft = new() { Identifier = "liyang-stage.20260705142000.1", Sender = "liyang-water", SenderName = "溧阳市水利局", Event = "洪水", EventCode = "11A01", Headline = "溧阳市水利局发布洪水红色预警" };

    [Fact]
    public async Task What_is_drafted_in_the_name_of_the_water_bureau_is_cleared_by_its_approver_and_nobody_else()
    {
        using var world = new DeskWorld(publishers: Publishers, authority: ShippedAuthority);
        var draft = Assert.Single((await world.SubmitAsync(WaterDraft, new SubmissionSource("feed:hydrology", false, 0))).Proposals);
        Assert.Equal(ProposalState.Draft, draft.State);
        Assert.Null((await world.Pipeline.ProposeAsync(1, Editor, draft.Hashes, Stop)).Refusal);
        await TwoPeopleTests.AssertRefusedAsync(world, "approver.not-of-publisher", () => world.Pipeline.ApproveAsync(1, Officer, draft.Hashes, Stop));
        var step = await world.Pipeline.ApproveAsync(1, Water, draft.Hashes, Stop);
        Assert.Equal((null, 1), (step.Refusal, step.DisseminationNo));
        Assert.Equal("liyang-water-approver", step.Proposal!.Signatures[^1].Rule);
    }

    [Fact]
    public async Task The_water_approver_clears_nothing_of_the_observatory()
    {
        using var world = new DeskWorld(publishers: Publishers, authority: ShippedAuthority);
        var rain = Assert.Single((await world.SubmitAsync(new CapText())).Proposals);
        Assert.Null((await world.Pipeline.ProposeAsync(1, Editor, rain.Hashes, Stop)).Refusal);
        await TwoPeopleTests.AssertRefusedAsync(world, "authority.missing", () => world.Pipeline.ApproveAsync(1, Water, rain.Hashes, Stop));
    }

    [Fact]
    public async Task What_the_bureaus_own_official_feed_sent_is_released_already_and_needs_no_approver_of_it()
    {
        using var world = new DeskWorld(publishers: Publishers, authority: ShippedAuthority);
        var sent = Assert.Single((await world.SubmitAsync(WaterDraft, new SubmissionSource("feed:water", true, 0))).Proposals);
        Assert.Null((await world.Pipeline.ProposeAsync(1, Editor, sent.Hashes, Stop)).Refusal);
        Assert.Equal(1, (await world.Pipeline.ApproveAsync(1, Officer, sent.Hashes, Stop)).DisseminationNo);
    }

    [Fact]
    public async Task Broadcast_immediately_changes_nothing_unless_configuration_says_so()
    {
        using var world = new DeskWorld();
        var proposal = Assert.Single((await world.SubmitAsync(new CapText { EventCode = "tornado", Event = "tornado", InfoTail = Immediate }, OfficialFeed)).Proposals);
        Assert.Equal(ProposalState.Draft, proposal.State);
        Assert.Equal(ProposalState.Proposed, (await world.Pipeline.ProposeAsync(1, Officer, proposal.Hashes, Stop)).Proposal!.State);
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)] // the sender does not ask
    [InlineData(false, true, false)] // the source is not official
    public async Task Where_a_row_allows_it_one_person_releases_what_an_official_source_asks_to_have_broadcast_immediately(bool official, bool asks, bool released)
    {
        using var world = new DeskWorld(authority: Authority.Replace("\"cancel\", \"releaseHold\"]", "\"cancel\", \"releaseHold\", \"releaseImmediate\"]", StringComparison.Ordinal));
        var cap = new CapText { EventCode = "tornado", Event = "tornado", InfoTail = asks ? Immediate : "" };
        var proposal = Assert.Single((await world.SubmitAsync(cap, new SubmissionSource("feed:naads", official, 0))).Proposals);
        var step = await world.Pipeline.ProposeAsync(1, Officer, proposal.Hashes, Stop);
        Assert.Equal(released ? ProposalState.Cleared : ProposalState.Proposed, step.Proposal!.State);
        Assert.Equal(released, step.DisseminationNo is not null);
        if (released) Assert.Equal((SignatureRole.Approver, "duty"), (Assert.Single(step.Proposal.Signatures).Role, step.Proposal.Signatures[0].Rule));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_standing_order_may_be_kept_for_messages_that_ask_for_it(bool asks)
    {
        const string order = """{ "name": "immediate-rain", "source": "feed:cma", "areas": ["320481"], "events": ["11B*"], "minColour": "orange", "maxColour": "red", "statuses": ["Actual"], "onlyImmediate": true }""";
        using var world = new DeskWorld(authority: Authority.Replace("\"standingOrders\": [", "\"standingOrders\": [" + order + ",", StringComparison.Ordinal).Replace("\"name\": \"red-rain\", \"source\": \"feed:cma\"", "\"name\": \"red-rain\", \"source\": \"feed:other\"", StringComparison.Ordinal));
        var outcome = await world.SubmitAsync(new CapText { InfoTail = asks ? Immediate : "" }, OfficialFeed);
        Assert.Equal(asks ? 1 : null, outcome.DisseminationNo);
    }
}
