using AlertGateway.Cap;
using AlertGateway.Core.Publishing;
using AlertGateway.Core.Tracking;
using AlertGateway.Tests.Approval;
using AlertGateway.Tests.Cap;
using Xunit;

namespace AlertGateway.Tests.Publishing;

public sealed class OwnAlertsTests
{
    private static readonly PublisherName Us = new("liyang.alerts.example", TimeSpan.FromHours(24));
    private static readonly DateTimeOffset Now = DeskWorld.Start.AddMinutes(30);

    [Fact]
    public async Task What_people_cleared_is_published_in_the_gateways_name_with_the_senders_words()
    {
        var alert = Assert.Single(OwnAlerts.Of([await ClearedAsync(1, new CapText())], Us, Now));
        Assert.Equal(("agw-1", Us.Sender, MsgType.Alert, "liyang-observatory"), (alert.Identifier, alert.Sender, alert.MsgType, alert.Source));
        Assert.StartsWith("liyang-observatory,32048141600000_20260705142000,", alert.Note, StringComparison.Ordinal);
        Assert.Equal(new CapText().Description, alert.Infos[0].Description);
        var again = Assert.Single(CapReader.Read(CapWriter.Write(alert)).Messages);
        Assert.Equal((true, Disposition.Accept), (again.XsdValid, again.Disposition));
        AlertComparison.AssertSame(alert, again.Alert!);
    }

    [Fact]
    public async Task An_update_refers_to_all_earlier_messages_that_have_life_left()
    {
        var first = await ClearedAsync(1, new CapText());
        var second = await ClearedAsync(2, new CapText { Identifier = "u1" }, takesOver: 1, minutes: 10);
        var third = await ClearedAsync(3, new CapText { Identifier = "u2" }, takesOver: 2, minutes: 20);
        var newest = OwnAlerts.Of([third, first, second], Us, Now)[0];
        Assert.Equal(("agw-3", MsgType.Update), (newest.Identifier, newest.MsgType));
        Assert.Equal(["agw-1", "agw-2"], newest.References.Select(r => r.Identifier));
        var shortFirst = first with { View = first.View with { ExpiresTicks = third.View.ClearedTicks - 1 } };
        Assert.Equal(["agw-2"], OwnAlerts.Of([shortFirst, second, third], Us, Now)[0].References.Select(r => r.Identifier));
    }

    [Fact]
    public async Task What_was_taken_back_is_cancelled_on_the_feed_and_leaves_it_a_day_later()
    {
        var cleared = await ClearedAsync(1, new CapText());
        var ended = cleared with { EndedTicks = Now.UtcTicks };
        var messages = OwnAlerts.Of([ended], Us, Now);
        Assert.Equal([("agw-1-cancel", MsgType.Cancel), ("agw-1", MsgType.Alert)], messages.Select(m => (m.Identifier, m.MsgType)));
        Assert.Equal(messages[1].Key!.Value.Chain, Assert.Single(messages[0].References).Chain);
        Assert.Equal(messages[1].Sent, messages[0].References[0].Sent);
        Assert.Equal((true, Disposition.Accept), (ACap.One(System.Text.Encoding.UTF8.GetString(CapWriter.Write(messages[0]))).XsdValid, ACap.One(System.Text.Encoding.UTF8.GetString(CapWriter.Write(messages[0]))).Disposition));
        Assert.Empty(OwnAlerts.Of([ended], Us, Now.AddHours(25)));
    }

    [Fact]
    public async Task A_false_alarm_is_corrected_on_the_feed_with_the_approved_words_also_when_it_is_found_out_after_the_expiry()
    {
        var cleared = await ClearedAsync(1, new CapText());
        var wrong = cleared with { View = cleared.View with { FalseAlarm = true, ExpiresTicks = Now.UtcTicks - TimeSpan.TicksPerDay * 2 }, EndedTicks = Now.UtcTicks };
        var correction = Assert.Single(OwnAlerts.Of([wrong], Us, Now), m => m.MsgType == MsgType.Cancel);
        var info = Assert.Single(correction.Infos);
        string approved = cleared.Proposal.Renditions.First(r => r is { Channel: Core.ChannelKind.Sms, Purpose: Core.Purpose.Correction, Language: "zh" }).Text;
        Assert.Equal(("误发更正：" + cleared.Proposal.Submission.Alert.Infos[0].Headline, approved, Urgency.Past), (info.Headline, info.Description, info.Urgency));
        Assert.Equal((1, null), (info.Areas.Count, info.Instruction));
        Assert.StartsWith("误发更正", correction.Note, StringComparison.Ordinal);
        var read = Assert.Single(CapReader.Read(CapWriter.Write(correction)).Messages);
        Assert.Equal((true, Disposition.Accept), (read.XsdValid, read.Disposition));
        Assert.Empty(OwnAlerts.Of([cleared with { EndedTicks = Now.UtcTicks }], Us, Now).First(m => m.MsgType == MsgType.Cancel).Infos);
    }

    [Fact]
    public async Task An_earthquake_warning_that_was_false_is_cancelled_on_the_feed_after_its_short_life_too()
    {
        var cleared = await ClearedAsync(1, new CapText());
        var over = cleared with { View = cleared.View with { ExpiresTicks = Now.UtcTicks - 1 }, EndedTicks = Now.UtcTicks };
        Assert.DoesNotContain(OwnAlerts.Of([over], Us, Now), m => m.MsgType == MsgType.Cancel);
        var submission = over.Proposal.Submission;
        var quake = submission.Alert with { Infos = [submission.Alert.Infos[0] with { Parameters = [new NamedValue("quakeMagnitude", "6.0")] }] };
        Assert.Contains(OwnAlerts.Of([over with { Proposal = over.Proposal with { Submission = submission with { Alert = quake } } }], Us, Now), m => m.MsgType == MsgType.Cancel);
    }

    [Theory]
    [InlineData("Exercise")]
    [InlineData("Test")]
    public async Task What_is_not_Actual_is_never_published(string status) =>
        Assert.Empty(OwnAlerts.Of([await ClearedAsync(1, new CapText { Status = status })], Us, Now));

    [Fact]
    public async Task The_feed_is_one_that_our_own_reader_follows()
    {
        var alerts = OwnAlerts.Of([await ClearedAsync(1, new CapText()), await ClearedAsync(2, new CapText { Identifier = "other" }, minutes: 5)], Us, Now);
        var bytes = AtomFeedWriter.Write("urn:x", "预警", "we", "alerts.atom", Now, [.. alerts.Select(a => new AtomAlert("urn:x:" + a.Identifier, a.Infos[0].Headline!, "", a.Sent!.Value, $"alerts/{a.Identifier}.xml"))]);
        var feed = FeedReader.Read(bytes);
        Assert.Equal(["urn:x:agw-2", "urn:x:agw-1"], feed.Entries.Select(e => e.Id));
        Assert.Equal("alerts/agw-2.xml", feed.Entries[0].CapHref);
        Assert.Equal(alerts[0].Sent, feed.Entries[0].Updated);
    }

    private static async Task<Cleared> ClearedAsync(int no, CapText text, int takesOver = 0, int minutes = 0)
    {
        using var world = new DeskWorld();
        var proposal = Assert.Single((await world.SubmitAsync(text)).Proposals) with { TakesOverDisseminationNo = takesOver };
        var cleared = DeskWorld.Start.AddMinutes(minutes).UtcTicks;
        return new Cleared(new DisseminationView
        {
            DisseminationNo = no, ProposalNo = no, Headline = text.Headline, Status = text.Status, Colour = WarningColour.Red, State = DisseminationState.Running,
            ClearedTicks = cleared, ExpiresTicks = proposal.Hashes.ExpiresTicks, Channels = [], Started = 0, Households = 0, Persons = 0, Sequence = 1,
        }, proposal, null);
    }
}
