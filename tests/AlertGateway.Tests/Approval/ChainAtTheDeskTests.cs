using AlertGateway.Core.Approval;
using AlertGateway.Core.Ingest;
using Xunit;
using static AlertGateway.Tests.Approval.DeskWorld;

namespace AlertGateway.Tests.Approval;

public sealed class ChainAtTheDeskTests
{
    [Fact]
    public async Task A_cancel_of_a_running_alert_is_released_by_one_person_in_one_step()
    {
        using var world = new DeskWorld();
        var first = new CapText();
        var no = await world.ClearAsync(first);
        var draft = Assert.Single((await world.SubmitAsync(first.Next("Cancel", "c1"))).Proposals);
        Assert.Equal((ProposalState.Draft, no), (draft.State, draft.TakesOverDisseminationNo));
        Assert.Empty(world.Dispatch.Cancelled);
        await TwoPeopleTests.AssertRefusedAsync(world, "authority.missing", () => world.Pipeline.ProposeAsync(draft.ProposalNo, Editor, draft.Hashes, Stop));
        var step = await world.Pipeline.ProposeAsync(draft.ProposalNo, Officer, draft.Hashes, Stop);
        Assert.Equal(no, step.DisseminationNo);
        Assert.Equal((no, 2, false), Assert.Single(world.Dispatch.Cancelled) is var c ? (c.No, c.By.PersonId, c.FalseAlarm) : default);
        Assert.Single(world.Dispatch.Opened);
    }

    [Fact]
    public async Task A_cancel_ends_what_still_lies_on_the_desk()
    {
        using var world = new DeskWorld();
        var first = new CapText();
        var proposal = Assert.Single((await world.SubmitAsync(first)).Proposals);
        await world.Pipeline.ProposeAsync(1, Officer, proposal.Hashes, Stop);
        Assert.Empty((await world.SubmitAsync(first.Next("Cancel", "c1"))).Proposals);
        await TwoPeopleTests.AssertRefusedAsync(world, "proposal.overtaken", () => world.Pipeline.ApproveAsync(1, Second, proposal.Hashes, Stop));
        Assert.Empty(world.Dispatch.Opened);
    }

    [Fact]
    public async Task An_update_is_proposed_anew_and_supersedes_the_running_one()
    {
        using var world = new DeskWorld();
        var first = new CapText();
        var old = await world.ClearAsync(first);
        var update = first.Next("Update", "u1");
        var next = await world.ClearAsync(update);
        Assert.Equal(old, world.Desk.All[1].TakesOverDisseminationNo);
        Assert.Equal((old, next), Assert.Single(world.Dispatch.Superseded));
    }

    [Fact]
    public async Task A_strangers_cancel_overtakes_nothing_by_itself_but_waits_for_a_person()
    {
        using var world = new DeskWorld();
        var first = new CapText();
        Assert.Single((await world.SubmitAsync(first)).Proposals);
        var stranger = first.Next("Cancel", "c1") with { Sender = "stranger" };
        await world.SubmitAsync(stranger);
        Assert.Equal(ProposalState.Draft, world.Desk.Find(1)!.State);
        // Once the alert runs, the cancel that came before lies on the desk.
        var hashes = world.Desk.Find(1)!.Hashes;
        await world.Pipeline.ProposeAsync(1, Officer, hashes, Stop);
        await world.Pipeline.ApproveAsync(1, Second, hashes, Stop);
        var draft = world.Desk.Find(2)!;
        Assert.Equal((ChainVerdict.Cancel, ProposalState.Draft, 1), (draft.Submission.Chain, draft.State, draft.TakesOverDisseminationNo));
        Assert.Empty(world.Dispatch.Cancelled);
    }

    [Fact]
    public async Task A_link_that_arrives_late_carries_the_cancel_to_the_first_message()
    {
        using var world = new DeskWorld();
        var first = new CapText();
        var update = first.Next("Update", "u1");
        var cancel = update.Next("Cancel", "c1"); // refers to the update only
        var no = await world.ClearAsync(first);
        Assert.Empty((await world.SubmitAsync(cancel)).Proposals);
        Assert.Equal("ingest.late", (await world.SubmitAsync(update)).Refusal?.Code);
        var draft = world.Desk.All[^1];
        Assert.Equal((ChainVerdict.Cancel, no), (draft.Submission.Chain, draft.TakesOverDisseminationNo));
    }

    [Fact]
    public async Task One_authorised_person_takes_a_false_alarm_back()
    {
        using var world = new DeskWorld();
        var no = await world.ClearAsync(new CapText());
        await TwoPeopleTests.AssertRefusedAsync(world, "dissemination.unknown", () => world.Pipeline.CancelAsync(99, Officer, "误发", true, Stop));
        await TwoPeopleTests.AssertRefusedAsync(world, "authority.missing", () => world.Pipeline.CancelAsync(no, Editor, "误发", true, Stop));
        await TwoPeopleTests.AssertRefusedAsync(world, "reason.missing", () => world.Pipeline.CancelAsync(no, Officer, "", true, Stop));
        world.Dispatch.Closed.Add(no);
        await TwoPeopleTests.AssertRefusedAsync(world, "dissemination.closed", () => world.Pipeline.CancelAsync(no, Officer, "误发", true, Stop));
        world.Dispatch.Closed.Clear();
        Assert.Equal(no, (await world.Pipeline.CancelAsync(no, Officer, "误发", true, Stop)).DisseminationNo);
        var cancelled = Assert.Single(world.Dispatch.Cancelled);
        Assert.Equal((no, 2, "duty", "误发", true), (cancelled.No, cancelled.By.PersonId, cancelled.By.Rule, cancelled.Reason, cancelled.FalseAlarm));
    }

    [Fact]
    public async Task A_crash_after_any_row_loses_nothing_and_sends_nothing_twice()
    {
        using var whole = new DeskWorld();
        var first = new CapText();
        await whole.ClearAsync(first);
        await whole.ClearAsync(first.Next("Update", "u1"));
        var rows = whole.Ledger.Rows.Count;
        for (var cut = 1; cut <= rows; cut++)
        {
            using var world = new DeskWorld(whole.Ledger.CutAfter(cut));
            await world.Pipeline.ResumeAsync(Stop);
            var cleared = world.Desk.All.Count(p => p.State == ProposalState.Cleared);
            Assert.Equal(cleared, world.Dispatch.Opened.Count);
            Assert.Equal(world.Ingest.All.Count, world.Desk.All.Count);
            Assert.Equal(cleared == 2 ? 1 : 0, world.Dispatch.Superseded.Count);
            await world.Pipeline.ResumeAsync(Stop);
            Assert.Equal(cleared, world.Dispatch.Opened.Count);
            Assert.Equal(world.Ingest.All.Count, world.Desk.All.Count);
        }
    }
}
