using AlertGateway.Cap;
using AlertGateway.Core.Approval;

namespace AlertGateway.Acceptance.Seismic;

/// <summary>Reports that a person must look at.</summary>
public sealed class QuakeDeskTests
{
    [Theory]
    [InlineData(10, 2.0, 31.9)]
    [InlineData(10, 5.6, 36.0)] // felt, but far from here
    [InlineData(700, 2.0, 31.9)]
    public async Task A_standing_warning_that_is_revised_to_harmless_lies_before_a_person_and_nothing_goes_out_by_itself(int secondsLater, double magnitude, double lat)
    {
        using var world = new QuakeWorld();
        var origin = world.Now;
        await world.TakeAsync(1, origin);
        Assert.Single(world.Opened);
        await world.PassAsync(TimeSpan.FromSeconds(secondsLater));
        int opened = world.Opened.Count;

        await world.TakeAsync(2, origin, magnitude, lat);
        var draft = Assert.Single(world.Open);
        var alert = draft.Submission.Alert;
        Assert.Equal((ProposalState.Draft, MsgType.Update, WarningColour.None), (draft.State, alert.MsgType, draft.Submission.Colour));
        Assert.Equal(["西", "中", "东"], QuakeWorld.Villages(alert)); // those who were warned
        Assert.Equal("zh-CN", alert.Infos[0].Language);
        Assert.Contains($"震级{magnitude:0.0}", alert.Infos[0].Description, StringComparison.Ordinal);
        Assert.All(draft.Renditions.Where(r => r.Purpose == AlertGateway.Core.Purpose.Original), r => Assert.DoesNotContain("warning", r.Text.Replace("earthquake warning", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase));

        // Said once; and what was false is not followed by advice.
        await world.TakeAsync(3, origin, magnitude, lat);
        await world.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Same(draft.Submission, Assert.Single(world.Open).Submission);
        Assert.Equal((opened, 0), (world.Opened.Count, world.Desk.Dispatch.Cancelled.Count));

        // The source's own cancel still takes the warning back.
        await world.TakeAsync(4, origin, cancel: true);
        Assert.Contains(world.Desk.Dispatch.Cancelled, c => c.No == 1);
    }

    [Fact]
    public async Task A_warning_that_was_revised_to_harmless_and_back_goes_out_again()
    {
        using var world = new QuakeWorld();
        var origin = world.Now;
        await world.TakeAsync(1, origin, 6.2);
        await world.TakeAsync(2, origin, 4.8);
        await world.TakeAsync(3, origin, 6.2);
        Assert.Equal([MsgType.Alert, MsgType.Update], world.Opened.Select(a => a.MsgType));
        Assert.Empty(world.Open); // overtaken
    }

    [Fact]
    public async Task A_report_without_magnitude_that_may_be_felt_here_lies_before_a_person_once_and_is_overtaken_by_the_complete_one()
    {
        using var world = new QuakeWorld();
        var origin = world.Now;
        await world.TakeAsync(1, origin, magnitude: null);
        var draft = Assert.Single(world.Open);
        Assert.Equal(ProposalState.Held, draft.State); // I3: nobody can tell for which area
        Assert.Contains(draft.Holds, h => h.Code == "area.missing");
        Assert.Contains("震级", draft.Submission.Alert.Infos[0].Description, StringComparison.Ordinal);
        await world.TakeAsync(2, origin, magnitude: null);
        Assert.Single(world.Open);
        await world.TakeAsync(3, origin);
        Assert.Single(world.Opened);
        Assert.Empty(world.Open);

        await world.TakeAsync(1, origin, magnitude: null, lat: 52, lon: 5, id: "far");
        Assert.Empty(world.Open);
    }

    [Fact]
    public async Task What_a_person_was_asked_is_known_after_a_restart()
    {
        using var world = new QuakeWorld();
        var origin = world.Now;
        await world.TakeAsync(1, origin);
        await world.TakeAsync(2, origin, 2.0);
        await world.TakeAsync(1, origin, magnitude: null, id: "q2");
        using var after = new QuakeWorld(ledger: world.Desk.Ledger.CutAfter(world.Desk.Ledger.Rows.Count), dispatch: world.Desk.Dispatch, now: world.Now);
        await after.TakeAsync(3, origin, 2.0);
        await after.TakeAsync(2, origin, magnitude: null, id: "q2");
        Assert.Equal(world.Proposals.Count, after.Proposals.Count);
        await after.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Single(after.Opened);
        await after.TakeAsync(4, origin, cancel: true);
        Assert.Equal(1, Assert.Single(after.Desk.Dispatch.Cancelled).No);
    }
}
