using System.Collections.Immutable;
using AlertGateway.Core.Approval;
using CsCheck;
using Xunit;
using static AlertGateway.Tests.Approval.DeskWorld;

namespace AlertGateway.Tests.Approval;

public sealed class TwoPeopleTests
{
    [Fact]
    public async Task Two_different_people_release_an_alert()
    {
        using var world = new DeskWorld();
        var proposal = Assert.Single((await world.SubmitAsync(new CapText())).Proposals);
        Assert.Equal(ProposalState.Draft, proposal.State);
        Assert.Empty(proposal.Signatures);

        var proposed = await world.Pipeline.ProposeAsync(proposal.ProposalNo, Editor, proposal.Hashes, Stop);
        Assert.Equal(ProposalState.Proposed, proposed.Proposal!.State);
        Assert.Empty(world.Dispatch.Opened);

        var approved = await world.Pipeline.ApproveAsync(proposal.ProposalNo, Officer, proposal.Hashes, Stop);
        Assert.Equal(1, approved.DisseminationNo);
        var cleared = Assert.Single(world.Dispatch.Opened);
        Assert.Equal([(1, SignatureRole.Proposer, "editor"), (2, SignatureRole.Approver, "duty")], cleared.Proposal.Signatures.Select(s => (s.PersonId, s.Role, s.Rule)));
        Assert.All(cleared.Proposal.Signatures, s => Assert.Equal(proposal.Hashes, s.Hashes));
    }

    [Fact]
    public async Task Everything_is_prepared_before_anybody_approves()
    {
        using var world = new DeskWorld();
        var proposal = Assert.Single((await world.SubmitAsync(new CapText())).Proposals);
        Assert.Equal(
            from purpose in new[] { Core.Purpose.Original, Core.Purpose.Cancel, Core.Purpose.Correction } from channel in new[] { Core.ChannelKind.Sms, Core.ChannelKind.Push, Core.ChannelKind.Loudspeaker, Core.ChannelKind.Broadcast } select (purpose, channel),
            proposal.Renditions.Select(r => (r.Purpose, r.Channel)).Distinct());
        Assert.All(proposal.Renditions.Where(r => r.ProgrammeSha256 is not null), r => Assert.True(world.Programmes.ContainsKey(r.ProgrammeSha256!)));
    }

    [Fact]
    public async Task The_proposer_cannot_approve()
    {
        using var world = new DeskWorld();
        var proposal = Assert.Single((await world.SubmitAsync(new CapText())).Proposals);
        await world.Pipeline.ProposeAsync(proposal.ProposalNo, Officer, proposal.Hashes, Stop);
        var before = world.Desk.Find(1);
        await AssertRefusedAsync(world, "approver.same-person", () => world.Pipeline.ApproveAsync(proposal.ProposalNo, Officer, proposal.Hashes, Stop));
        Assert.Same(before, world.Desk.Find(1));
    }

    [Fact]
    public async Task Who_handed_the_alert_in_cannot_approve_it_even_when_another_person_proposed()
    {
        using var world = new DeskWorld();
        var proposal = Assert.Single((await world.SubmitAsync(new CapText(), new("person:2", false, 2))).Proposals);
        await world.Pipeline.ProposeAsync(proposal.ProposalNo, Editor, proposal.Hashes, Stop);
        await AssertRefusedAsync(world, "approver.is-author", () => world.Pipeline.ApproveAsync(proposal.ProposalNo, Officer, proposal.Hashes, Stop));
    }

    [Theory]
    [InlineData("content")]
    [InlineData("area")]
    [InlineData("audience")]
    [InlineData("renditions")]
    [InlineData("expiry")]
    public async Task A_changed_hash_is_refused_at_both_signatures(string part)
    {
        using var world = new DeskWorld();
        var proposal = Assert.Single((await world.SubmitAsync(new CapText())).Proposals);
        var good = proposal.Hashes;
        var changed = part switch
        {
            "content" => good with { Content = new string('0', 64) },
            "area" => good with { Area = new string('0', 64) },
            "audience" => good with { Audience = new string('0', 64) },
            "renditions" => good with { Renditions = new string('0', 64) },
            _ => good with { ExpiresTicks = good.ExpiresTicks + 1 },
        };
        await AssertRefusedAsync(world, "hash.changed", () => world.Pipeline.ProposeAsync(1, Officer, changed, Stop));
        await world.Pipeline.ProposeAsync(1, Officer, good, Stop);
        await AssertRefusedAsync(world, "hash.changed", () => world.Pipeline.ApproveAsync(1, Second, changed, Stop));
    }

    [Fact]
    public async Task An_alert_that_expired_while_it_lay_on_the_desk_is_refused()
    {
        using var world = new DeskWorld();
        var proposal = Assert.Single((await world.SubmitAsync(new CapText())).Proposals);
        await world.Pipeline.ProposeAsync(1, Officer, proposal.Hashes, Stop);
        world.Clock.Advance(TimeSpan.FromHours(6));
        await AssertRefusedAsync(world, "alert.expired", () => world.Pipeline.ApproveAsync(1, Second, proposal.Hashes, Stop));
    }

    [Fact]
    public async Task Without_a_row_of_the_matrix_nothing_is_allowed()
    {
        using var world = new DeskWorld();
        var proposal = Assert.Single((await world.SubmitAsync(new CapText())).Proposals);
        await AssertRefusedAsync(world, "authority.missing", () => world.Pipeline.ProposeAsync(1, Deputy, proposal.Hashes, Stop)); // red is above yellow
        await AssertRefusedAsync(world, "authority.missing", () => world.Pipeline.ProposeAsync(1, Neighbour, proposal.Hashes, Stop)); // another county
        await AssertRefusedAsync(world, "authority.missing", () => world.Pipeline.ProposeAsync(1, Officer with { Role = "stranger" }, proposal.Hashes, Stop));
        await world.Pipeline.ProposeAsync(1, Officer, proposal.Hashes, Stop);
        await AssertRefusedAsync(world, "authority.missing", () => world.Pipeline.ApproveAsync(1, Editor, proposal.Hashes, Stop)); // may propose only
    }

    [Fact]
    public async Task A_feed_or_a_disabled_account_is_no_person()
    {
        using var world = new DeskWorld();
        var proposal = Assert.Single((await world.SubmitAsync(new CapText())).Proposals);
        await AssertRefusedAsync(world, "person.missing", () => world.Pipeline.ProposeAsync(1, Officer with { PersonId = 0 }, proposal.Hashes, Stop));
        await AssertRefusedAsync(world, "person.missing", () => world.Pipeline.ProposeAsync(1, Officer with { Enabled = false }, proposal.Hashes, Stop));
    }

    [Fact]
    public async Task Steps_out_of_order_are_refused_by_name()
    {
        using var world = new DeskWorld();
        var proposal = Assert.Single((await world.SubmitAsync(new CapText())).Proposals);
        await AssertRefusedAsync(world, "proposal.unknown", () => world.Pipeline.ApproveAsync(7, Second, proposal.Hashes, Stop));
        await AssertRefusedAsync(world, "proposal.not-proposed", () => world.Pipeline.ApproveAsync(1, Second, proposal.Hashes, Stop));
        await AssertRefusedAsync(world, "reason.missing", () => world.Pipeline.ReturnAsync(1, Officer, " ", Stop));
        await world.Pipeline.ReturnAsync(1, Officer, "地名有误", Stop);
        await AssertRefusedAsync(world, "proposal.returned", () => world.Pipeline.ProposeAsync(1, Officer, proposal.Hashes, Stop));
    }

    [Fact]
    public async Task A_ledger_that_cannot_write_clears_nothing()
    {
        using var world = new DeskWorld();
        var proposal = Assert.Single((await world.SubmitAsync(new CapText())).Proposals);
        await world.Pipeline.ProposeAsync(1, Officer, proposal.Hashes, Stop);
        world.Ledger.Broken = true;
        await Assert.ThrowsAsync<Storage.Ledger.LedgerException>(() => world.Pipeline.ApproveAsync(1, Second, proposal.Hashes, Stop));
        Assert.Equal(ProposalState.Proposed, world.Desk.Find(1)!.State);
        Assert.Empty(world.Dispatch.Opened);
    }

    [Fact]
    public async Task Of_twenty_approvals_at_once_one_clears()
    {
        using var world = new DeskWorld();
        var proposal = Assert.Single((await world.SubmitAsync(new CapText())).Proposals);
        await world.Pipeline.ProposeAsync(1, Officer, proposal.Hashes, Stop);
        var steps = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => world.Desk.ApproveAsync(1, Second, proposal.Hashes), Stop)));
        Assert.Single(steps, s => s.Done);
        Assert.All(steps.Where(s => !s.Done), s => Assert.Equal("proposal.cleared", s.Refusal!.Code));
    }

    private enum Step { Submit, Propose, ProposeWrong, Approve, Return, Release, Advance }

    [Fact]
    public void No_sequence_of_steps_by_one_identity_clears_anything()
    {
        var steps = Gen.Enum<Step>().Array[1, 25];
        steps.Sample(sequence =>
        {
            using var world = new DeskWorld();
            RunAsync(world, sequence.Select(s => (s, Officer)), ownAlert: true).GetAwaiter().GetResult();
            return world.Dispatch.Opened.Count == 0 && world.Desk.All.All(p => p.State != ProposalState.Cleared);
        }, iter: 300);
    }

    [Fact]
    public void Whatever_clears_has_a_proposer_and_another_approver_and_is_rebuilt_from_the_ledger()
    {
        var steps = Gen.Select(Gen.Enum<Step>(), Gen.Int[0, 3].Select(i => new[] { Editor, Officer, Second, Neighbour }[i])).Array[1, 30];
        steps.Sample(sequence =>
        {
            using var world = new DeskWorld();
            RunAsync(world, sequence, ownAlert: false).GetAwaiter().GetResult();
            var proven = world.Dispatch.Opened.All(c =>
                c.Proposal.Signatures is [{ Role: SignatureRole.Proposer } proposer, { Role: SignatureRole.Approver } approver]
                && proposer.PersonId != approver.PersonId && approver.PersonId is 2 or 3 && proposer.Hashes == approver.Hashes && approver.Hashes == c.Proposal.Hashes && c.ClearedTicks < c.Proposal.Hashes.ExpiresTicks);
            using var again = new DeskWorld(world.Ledger.CutAfter(int.MaxValue));
            return proven && again.Served == world.Served;
        }, iter: 300);
    }

    private static async Task RunAsync(DeskWorld world, IEnumerable<(Step Step, Storage.People.Person Person)> steps, bool ownAlert)
    {
        var submitted = 0;
        foreach (var (step, person) in steps)
        {
            var no = Math.Max(1, world.Desk.All.Count);
            var hashes = world.Desk.Find(no)?.Hashes ?? new ApprovalHashes("", "", "", "", 0);
            switch (step)
            {
                case Step.Submit:
                    await world.SubmitAsync(new CapText { Identifier = $"a{submitted++}" }, ownAlert ? new($"person:{person.PersonId}", false, person.PersonId) : Feed);
                    break;
                case Step.Propose: await world.Pipeline.ProposeAsync(no, person, hashes, default); break;
                case Step.ProposeWrong: await world.Pipeline.ProposeAsync(no, person, hashes with { Area = "x" }, default); break;
                case Step.Approve: await world.Pipeline.ApproveAsync(no, person, hashes, default); break;
                case Step.Return: await world.Pipeline.ReturnAsync(no, person, "因故退回", default); break;
                case Step.Release: await world.Pipeline.ReleaseHoldAsync(no, person, "已核对", default); break;
                default: world.Clock.Advance(TimeSpan.FromMinutes(40)); break;
            }
        }
    }

    internal static async Task AssertRefusedAsync(DeskWorld world, string code, Func<Task<Core.StepOutcome>> step)
    {
        var states = world.Desk.All.Select(p => p.State).ToImmutableArray();
        var refusals = world.Refusals.Newest.Count;
        var outcome = await step();
        Assert.Equal(code, outcome.Refusal?.Code);
        Assert.NotEmpty(outcome.Refusal!.Sentence);
        Assert.NotEmpty(outcome.Refusal.SentenceEnglish);
        Assert.Null(outcome.DisseminationNo);
        Assert.Equal(states, world.Desk.All.Select(p => p.State));
        Assert.Equal(code, world.Refusals.Newest[refusals].Row.Code);
    }
}
