using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Storage.Ledger;
using Xunit;
using static AlertGateway.Tests.Approval.DeskWorld;

namespace AlertGateway.Tests.Approval;

public sealed class HoldsAndOrdersTests
{
    private static readonly HoldReason EmptyArea = new("area.empty", "没有区域。", "There is no area.");
    private static readonly HoldReason OverCap = new("audience.over-cap", "户数超过上限。", "More households than the cap.");

    [Fact]
    public async Task A_held_proposal_cannot_be_proposed_until_a_named_person_releases_it_with_a_reason()
    {
        using var world = new DeskWorld(target: (_, _) => SmallTown.Plan(holds: OverCap));
        var proposal = Assert.Single((await world.SubmitAsync(new CapText())).Proposals);
        Assert.Equal(ProposalState.Held, proposal.State);
        await TwoPeopleTests.AssertRefusedAsync(world, "proposal.held", () => world.Pipeline.ProposeAsync(1, Officer, proposal.Hashes, Stop));
        await TwoPeopleTests.AssertRefusedAsync(world, "authority.missing", () => world.Pipeline.ReleaseHoldAsync(1, Editor, "已核对", Stop));
        await TwoPeopleTests.AssertRefusedAsync(world, "reason.missing", () => world.Pipeline.ReleaseHoldAsync(1, Officer, "", Stop));
        var released = await world.Pipeline.ReleaseHoldAsync(1, Officer, "全市确需发布", Stop);
        Assert.Equal(ProposalState.Draft, released.Proposal!.State);
        Assert.Null((await world.Pipeline.ProposeAsync(1, Officer, proposal.Hashes, Stop)).Refusal);
    }

    [Fact]
    public async Task A_hold_that_configuration_does_not_list_is_never_released()
    {
        using var world = new DeskWorld(target: (_, _) => SmallTown.Plan(holds: [OverCap, EmptyArea]));
        Assert.Single((await world.SubmitAsync(new CapText())).Proposals);
        await TwoPeopleTests.AssertRefusedAsync(world, "hold.not-resolvable", () => world.Pipeline.ReleaseHoldAsync(1, Officer, "放行", Stop));
    }

    [Fact]
    public async Task A_message_in_doubt_is_held_and_says_why()
    {
        using var world = new DeskWorld();
        var proposal = Assert.Single((await world.SubmitAsync(new CapText { Geocode = null })).Proposals);
        Assert.Equal(ProposalState.Held, proposal.State);
        var hold = Assert.Single(proposal.Holds);
        Assert.Equal("cap.quarantine", hold.Code);
        Assert.Contains("area.not-located", hold.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_official_source_with_a_standing_order_releases_at_once()
    {
        using var world = new DeskWorld();
        var outcome = await world.SubmitAsync(new CapText(), OfficialFeed);
        Assert.Equal(1, outcome.DisseminationNo);
        var signature = Assert.Single(Assert.Single(world.Dispatch.Opened).Proposal.Signatures);
        Assert.Equal((0, SignatureRole.StandingOrder, "standing-order:red-rain"), (signature.PersonId, signature.Role, signature.Rule));
    }

    public static TheoryData<string> Unfit => ["other source", "not official", "a person", "other event", "other colour", "other area", "held", "in doubt", "exercise", "second event"];

    [Theory]
    [MemberData(nameof(Unfit))]
    public async Task A_standing_order_fires_for_nothing_else(string what)
    {
        using var world = new DeskWorld(target: (_, _) => what == "other area" ? SmallTown.Plan("320482001000") : what == "held" ? SmallTown.Plan(holds: OverCap) : SmallTown.Plan());
        var cap = what switch
        {
            "other event" => new CapText { EventCode = "11B06", Event = "大风" },
            "other colour" => new CapText { Severity = "Severe", Headline = "溧阳市气象台发布暴雨橙色预警" },
            "in doubt" => new CapText { Geocode = null },
            "exercise" => new CapText { Status = "Exercise" },
            "second event" => new CapText { MoreInfo = "<info><language>en-US</language><category>Met</category><event>Gale</event><urgency>Immediate</urgency><severity>Extreme</severity><certainty>Observed</certainty><expires>2026-07-05T20:20:00+08:00</expires><area><areaDesc>Liyang</areaDesc><geocode><valueName>CPEAS Geographic Code</valueName><value>320481000000</value></geocode></area></info>" },
            _ => new CapText(),
        };
        var source = what switch { "other source" => new SubmissionSource("feed:other", true, 0), "not official" => new("feed:cma", false, 0), "a person" => new("feed:cma", true, 9), _ => OfficialFeed };
        var outcome = await world.SubmitAsync(cap, source);
        Assert.Null(outcome.DisseminationNo);
        Assert.Empty(world.Dispatch.Opened);
        Assert.Contains(Assert.Single(outcome.Proposals).State, new[] { ProposalState.Draft, ProposalState.Held });
    }

    [Fact]
    public async Task The_source_takes_back_at_once_what_it_released_at_once()
    {
        using var world = new DeskWorld();
        var first = new CapText();
        await world.SubmitAsync(first, OfficialFeed);
        await world.SubmitAsync(first.Next("Cancel", "c1"), OfficialFeed);
        var cancelled = Assert.Single(world.Dispatch.Cancelled);
        Assert.Equal((1, "standing-order:red-rain"), (cancelled.No, cancelled.By.Rule));
    }

    [Fact]
    public async Task An_exercise_that_nothing_can_mark_by_voice_is_held_without_a_programme()
    {
        using var world = new DeskWorld(programmes: new WrittenProgrammes { Mute = true });
        var proposal = Assert.Single((await world.SubmitAsync(new CapText { Status = "Exercise" })).Proposals);
        Assert.Equal("rendition.no-programme", Assert.Single(proposal.Holds).Code);
        Assert.DoesNotContain(proposal.Renditions, r => r.ProgrammeSha256 is not null);
        Assert.NotEmpty(proposal.Renditions);
    }

    [Theory]
    [InlineData("\"minMagnitude\": 6", true)]
    [InlineData("\"minMagnitude\": 6.1", false)]
    [InlineData("\"minIntensity\": 5.5", true)]
    [InlineData("\"minIntensity\": 5.6", false)]
    [InlineData("\"minMagnitude\": 5, \"minIntensity\": 8", false)]
    public async Task A_standing_order_for_earthquakes_asks_how_strong_they_are(string condition, bool fires)
    {
        string authority = DeskWorld.Authority.Replace("\"cancels\": true", $"\"cancels\": true, {condition}", StringComparison.Ordinal);
        using var world = new DeskWorld(authority: authority);
        var quake = new CapText { InfoTail = "<parameter><valueName>quakeMagnitude</valueName><value>6</value></parameter><parameter><valueName>quakeIntensity</valueName><value>5.5</value></parameter>" };
        Assert.Equal(fires, (await world.SubmitAsync(quake, OfficialFeed)).DisseminationNo is not null);
        using var silent = new DeskWorld(authority: authority);
        Assert.Null((await silent.SubmitAsync(new CapText(), OfficialFeed)).DisseminationNo); // says nothing of either
    }

    [Fact]
    public async Task A_warning_from_stock_is_cleared_by_the_standing_order_alone_and_lies_on_the_desk_without_one()
    {
        using var world = new DeskWorld();
        var rendering = new RenderingRoom(Shipped.Wording, new WrittenProgrammes());
        var stock = (await rendering.StockAsync(Stop))!;
        var released = await world.Pipeline.WarnAtOnceAsync(new CapText().Bytes, OfficialFeed, SmallTown.Plan(), stock, Stop);
        Assert.Equal(1, released.DisseminationNo);
        Assert.Equal([LedgerEventKind.Submitted, LedgerEventKind.Proposed, LedgerEventKind.Signed, LedgerEventKind.Cleared], Assert.Single(world.Ledger.Appends));
        using var rebuilt = new DeskWorld(world.Ledger.CutAfter(world.Ledger.Rows.Count));
        Assert.Equal(world.Desk.Find(1)!.Hashes, rebuilt.Desk.Find(1)!.Hashes);
        Assert.Equal((ProposalState.Cleared, world.Ingest.Find(1)!.ContentSha256), (rebuilt.Desk.Find(1)!.State, rebuilt.Ingest.Find(1)!.ContentSha256));
        var opened = Assert.Single(world.Dispatch.Opened).Proposal;
        Assert.Equal("standing-order:red-rain", Assert.Single(opened.Signatures).Rule);
        Assert.Equal(RenditionHash.Of(opened.Renditions), opened.Hashes.Renditions);
        Assert.All(opened.Renditions.Where(r => r.Channel == ChannelKind.Loudspeaker), r => Assert.True(r.InStock));
        Assert.Contains("地震！快避险！", opened.Renditions.First(r => r is { Channel: ChannelKind.Loudspeaker, Purpose: Purpose.Original }).Text, StringComparison.Ordinal);
        Assert.Equal(new[] { Purpose.Original, Purpose.Cancel, Purpose.Correction }, opened.Renditions.Select(r => r.Purpose).Distinct());

        using var other = new DeskWorld();
        var laid = await other.Pipeline.WarnAtOnceAsync(new CapText().Bytes, Feed, SmallTown.Plan(), stock, Stop);
        Assert.Null(laid.DisseminationNo);
        var draft = Assert.Single(laid.Proposals);
        Assert.Equal(ProposalState.Draft, draft.State);
        Assert.All(draft.Renditions, r => Assert.False(r.InStock));
    }

    [Fact]
    public async Task A_warning_that_cannot_be_opened_at_once_is_taken_in_all_the_same_and_goes_the_way_of_every_other()
    {
        using var world = new DeskWorld(dispatch: new RememberingDispatch { RefusesOpening = true });
        var stock = (await new RenderingRoom(Shipped.Wording, new WrittenProgrammes()).StockAsync(Stop))!;
        var released = await world.Pipeline.WarnAtOnceAsync(new CapText().Bytes, OfficialFeed, SmallTown.Plan(), stock, Stop);
        Assert.Equal([LedgerEventKind.Submitted], world.Ledger.Appends[0]);
        Assert.Equal(1, released.DisseminationNo);
        Assert.All(Assert.Single(world.Dispatch.Opened).Proposal.Renditions, r => Assert.False(r.InStock));
        Assert.Equal(ProposalState.Draft, (await world.SubmitAsync(new CapText { Identifier = "another" }, Feed)).Proposals[0].State); // the desk's gate is free
    }

    [Fact]
    public void The_shipped_matrix_is_sound_and_fires_nothing_by_itself()
    {
        var matrix = AuthorityMatrix.Parse(Shipped.Read("authority.json"));
        Assert.Empty(matrix.StandingOrders);
        Assert.DoesNotContain("area.empty", matrix.ResolvableHolds);
        Assert.All(matrix.Rows, r => Assert.DoesNotContain("*", r.Areas));
    }

    [Theory]
    [InlineData("""{ "rows": [ { "name": "a", "role": "r", "areas": [""], "events": ["*"], "maxColour": "red", "statuses": ["Actual"], "may": ["approve"] } ] }""", "everywhere")]
    [InlineData("""{ "rows": [ { "name": "a", "role": "r", "areas": ["32"], "events": ["*"], "maxColour": "red", "statuses": ["Real"], "may": ["approve"] } ] }""", "no CAP status")]
    [InlineData("""{ "rows": [], "standingOrders": [ { "name": "o", "source": "person:1", "areas": ["*"], "events": ["11B03"], "minColour": "red", "maxColour": "red", "statuses": ["Actual"] } ] }""", "never a person")]
    [InlineData("""{ "rows": [], "everybodyMay": true }""", "everybodyMay")]
    [InlineData("not json", "cannot be read")]
    public void A_matrix_that_says_too_little_or_too_much_is_not_loaded(string json, string says)
    {
        var e = Assert.Throws<InvalidDataException>(() => AuthorityMatrix.Parse(System.Text.Encoding.UTF8.GetBytes(json)));
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }
}
