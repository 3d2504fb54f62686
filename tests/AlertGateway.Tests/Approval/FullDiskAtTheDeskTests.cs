using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Storage.Ledger;
using Xunit;
using static AlertGateway.Tests.Approval.DeskWorld;

namespace AlertGateway.Tests.Approval;

/// <summary>A full disk: nothing begins, what takes back goes through, and what was cut off goes on once there is space.</summary>
public sealed class FullDiskAtTheDeskTests
{
    [Fact]
    public async Task A_warning_is_refused_and_taken_in_once_there_is_space()
    {
        using var world = new DeskWorld(new MemoryLedger { Full = true });
        await Assert.ThrowsAsync<LedgerFullException>(() => world.SubmitAsync(new CapText()));
        Assert.Empty(world.Ingest.All);
        world.Ledger.Full = false;
        Assert.Equal(ProposalState.Draft, Assert.Single((await world.SubmitAsync(new CapText())).Proposals).State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_start_comes_up_and_what_was_cut_off_goes_on_once_there_is_space(bool cleared)
    {
        using var world = new DeskWorld(new MemoryLedger { FullAt = cleared ? null : LedgerEventKind.Proposed }, new RememberingDispatch { Full = cleared });
        await Assert.ThrowsAsync<LedgerFullException>(() => world.SubmitAsync(new CapText(), OfficialFeed));
        Assert.Equal((1, cleared ? 1 : 0), (world.Ingest.All.Count, world.Desk.All.Count));

        // The same ledger, started again: still full.
        var ledger = world.Ledger.CutAfter(world.Ledger.Rows.Count);
        ledger.Full = true;
        using var again = new DeskWorld(ledger, new RememberingDispatch { Full = true });
        await again.Pipeline.ResumeAsync(Stop);
        await again.Pipeline.CatchUpAsync(Stop);
        Assert.Empty(again.Dispatch.Opened);
        ledger.Full = again.Dispatch.Full = false;
        await again.Pipeline.CatchUpAsync(Stop);
        await again.Pipeline.CatchUpAsync(Stop);
        Assert.Equal(ProposalState.Cleared, Assert.Single(again.Desk.All).State);
        Assert.Single(again.Dispatch.Opened);
    }

    [Fact]
    public async Task What_was_cut_off_goes_on_without_a_start()
    {
        using var world = new DeskWorld(new MemoryLedger { FullAt = LedgerEventKind.Proposed });
        await Assert.ThrowsAsync<LedgerFullException>(() => world.SubmitAsync(new CapText(), OfficialFeed));
        // Its feed brings it again.
        Assert.Empty((await world.SubmitAsync(new CapText(), OfficialFeed)).Proposals);
        (world.Ledger.FullAt, world.Ledger.Full) = (null, false);
        await world.Pipeline.CatchUpAsync(Stop);
        await world.Pipeline.CatchUpAsync(Stop);
        Assert.Equal(ProposalState.Cleared, Assert.Single(world.Desk.All).State);
        Assert.Single(world.Dispatch.Opened);
    }

    [Fact]
    public async Task An_earthquake_warning_that_was_cut_off_goes_on_too()
    {
        var rendering = new RenderingRoom(Shipped.Wording, new WrittenProgrammes());
        var stock = (await rendering.StockAsync(Stop))!;
        using var world = new DeskWorld(new MemoryLedger { FullAt = LedgerEventKind.Proposed });
        // No standing order of its source: taken in first, then laid.
        await Assert.ThrowsAsync<LedgerFullException>(() => world.Pipeline.WarnAtOnceAsync(new CapText().Bytes, Feed, SmallTown.Plan(), stock, Stop));
        (world.Ledger.FullAt, world.Ledger.Full) = (null, false);
        await world.Pipeline.CatchUpAsync(Stop);
        Assert.Equal(ProposalState.Draft, Assert.Single(world.Desk.All).State);
    }

    [Fact]
    public async Task A_sources_cancel_lies_on_the_desk_and_one_signature_releases_it()
    {
        using var world = new DeskWorld();
        var first = new CapText();
        var no = await world.ClearAsync(first);
        world.Ledger.Full = true;
        var draft = Assert.Single((await world.SubmitAsync(first.Next("Cancel", "c1"))).Proposals);
        Assert.Equal(no, (await world.Pipeline.ProposeAsync(draft.ProposalNo, Officer, draft.Hashes, Stop)).DisseminationNo);
        Assert.Equal(no, Assert.Single(world.Dispatch.Cancelled).No);
    }

    [Fact]
    public async Task The_source_takes_back_at_once_what_it_released_at_once()
    {
        using var world = new DeskWorld();
        var first = new CapText();
        await world.SubmitAsync(first, OfficialFeed);
        world.Ledger.Full = true;
        await world.SubmitAsync(first.Next("Cancel", "c1"), OfficialFeed);
        Assert.Equal(1, Assert.Single(world.Dispatch.Cancelled).No);
    }

    [Fact]
    public async Task A_cancel_that_comes_before_its_warning_leaves_its_tombstone()
    {
        using var world = new DeskWorld(new MemoryLedger { Full = true });
        var first = new CapText();
        await Assert.ThrowsAsync<LedgerFullException>(() => world.SubmitAsync(first));
        await world.SubmitAsync(first.Next("Cancel", "c1"));
        world.Ledger.Full = false;
        Assert.Equal("ingest.late", (await world.SubmitAsync(first)).Refusal!.Code);
    }

    [Fact]
    public async Task A_document_with_a_warning_and_a_cancel_is_refused_and_its_cancel_goes_through()
    {
        using var world = new DeskWorld();
        var first = new CapText();
        var no = await world.ClearAsync(first);
        world.Ledger.Full = true;
        static string Alert(CapText cap) => cap.Xml[(cap.Xml.IndexOf("?>", StringComparison.Ordinal) + 2)..];
        var bundle = System.Text.Encoding.UTF8.GetBytes($"<alerts>{Alert(new CapText { Identifier = "other" })}{Alert(first.Next("Cancel", "c1"))}</alerts>");
        await Assert.ThrowsAsync<LedgerFullException>(() => world.Pipeline.SubmitAsync(bundle, Feed, Stop));
        Assert.Equal(no, Assert.Single(world.Desk.All, p => p.State == ProposalState.Draft).TakesOverDisseminationNo);
        Assert.Equal(2, world.Ingest.All.Count);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(LedgerEventKind.Signed)]
    [InlineData(LedgerEventKind.Cleared)]
    public async Task An_approval_leaves_nothing_behind_and_is_given_again_once_there_is_space(LedgerEventKind? fullAt)
    {
        using var world = new DeskWorld();
        var proposal = Assert.Single((await world.SubmitAsync(new CapText())).Proposals);
        await world.Pipeline.ProposeAsync(1, Officer, proposal.Hashes, Stop);
        var rows = world.Ledger.Rows.Count;
        (world.Ledger.FullAt, world.Ledger.Full) = (fullAt, fullAt is null);
        await Assert.ThrowsAsync<LedgerFullException>(() => world.Pipeline.ApproveAsync(1, Second, proposal.Hashes, Stop));
        Assert.Equal(rows, world.Ledger.Rows.Count);
        Assert.Equal(ProposalState.Proposed, world.Desk.Find(1)!.State);
        Assert.Empty(world.Dispatch.Opened);

        (world.Ledger.FullAt, world.Ledger.Full) = (null, false);
        var step = await world.Pipeline.ApproveAsync(1, Second, proposal.Hashes, Stop);
        Assert.Null(step.Refusal);
        Assert.Equal(1, step.DisseminationNo);
        Assert.Single(world.Dispatch.Opened);
        Assert.Equal((ProposalState.Cleared, LedgerEventKind.Signed, LedgerEventKind.Cleared), (world.Desk.Find(1)!.State, world.Ledger.Rows[^2].Kind, world.Ledger.Rows[^1].Kind));
    }

    [Fact]
    public async Task A_cancel_at_the_console_is_done_though_the_drafts_it_touches_cannot_be_laid_again()
    {
        using var world = new DeskWorld(episodes: new EpisodePolicy(Shipped.Wording.EventKindOf, new AlertGateway.Core.Targeting.RepeatChannels()));
        var city = new CapText { Identifier = "city", Sender = "changzhou", SenderName = "常州市气象台", Sent = Start.AddHours(-1), Geocode = "320400000000" };
        var no = await world.ClearAsync(city);
        var quiet = Assert.Single((await world.SubmitAsync(new CapText())).Proposals);
        Assert.Equal(EpisodeAlarm.None, quiet.Alarm);
        world.Ledger.Full = true;
        var step = await world.Pipeline.CancelAsync(no, Officer, "误发", falseAlarm: false, Stop);
        Assert.Equal((null, no), (step.Refusal, step.DisseminationNo));
        Assert.Equal(no, Assert.Single(world.Dispatch.Cancelled).No);

        world.Ledger.Full = false;
        await world.Pipeline.CatchUpAsync(Stop);
        Assert.Equal(EpisodeAlarm.First, Assert.Single(world.Desk.All, p => p.State == ProposalState.Draft).Alarm);
    }
}
