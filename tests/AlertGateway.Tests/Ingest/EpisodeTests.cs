using AlertGateway.Cap;
using AlertGateway.Core.Ingest;
using AlertGateway.Tests.Approval;
using CsCheck;
using Xunit;
using static AlertGateway.Tests.Approval.DeskWorld;

namespace AlertGateway.Tests.Ingest;

public sealed class EpisodeTests
{
    private static readonly CapText Province = new() { Identifier = "32000041600000_20260705120000", Sender = "jiangsu", SenderName = "江苏省气象台", Sent = DeskWorld.Start.AddHours(-2), Severity = "Moderate", Headline = "江苏省气象台发布暴雨黄色预警", Geocode = "320000000000", Instruction = "请注意防范。" };
    private static readonly CapText City = Province with { Identifier = "32040041600000_20260705130000", Sender = "changzhou", SenderName = "常州市气象台", Sent = DeskWorld.Start.AddHours(-1), Headline = "常州市气象台发布暴雨黄色预警", Geocode = "320400000000" };
    private static readonly CapText County = new() { Sent = DeskWorld.Start.AddMinutes(-5) };

    [Fact]
    public void Province_city_and_county_are_one_episode_and_only_the_county_alarms_again()
    {
        var episode = Assert.Single(Join(Province, City, County));
        Assert.Equal(WarningColour.Red, episode.Colour);
        Assert.Equal([("江苏省气象台", EpisodeAlarm.First), ("常州市气象台", EpisodeAlarm.None), ("溧阳市气象台", EpisodeAlarm.HigherColour)], episode.Members.Select(m => (m.Facts.Issuer, m.Alarm)));
    }

    [Fact]
    public void A_new_action_or_an_earlier_onset_alarms_again_at_the_same_colour()
    {
        var action = City with { Instruction = "请低洼处住户立即转移。" };
        Assert.Equal(EpisodeAlarm.NewAction, Join(Province, action)[0].Members[1].Alarm);
        var facts = Facts(Province, City);
        var later = facts[0] with { Onset = facts[1].Onset.AddHours(3) };
        Assert.Equal(EpisodeAlarm.EarlierOnset, EpisodeBook.Join([later, facts[1]])[0].Members[1].Alarm);
    }

    [Fact]
    public void Another_place_another_event_an_exercise_and_another_day_stand_apart()
    {
        Assert.Equal(2, Join(Province, County with { Geocode = "330500000000" }).Count);
        Assert.Equal(2, Join(Province, County with { Event = "大风", EventCode = "11B06", Headline = "溧阳市气象台发布大风红色预警" }).Count);
        Assert.Equal(2, Join(Province, County with { Status = "Exercise" }).Count);
        Assert.Equal(2, Join(Province, County with { Sent = DeskWorld.Start.AddHours(30) }).Count);
    }

    [Theory]
    [InlineData(0.0, 1)]
    [InlineData(0.09, 1)]
    [InlineData(0.11, 2)]
    [InlineData(0.2, 2)]
    [InlineData(1.0, 2)]
    public void Areas_that_are_only_drawn_are_one_event_when_they_share_half_of_the_smaller(double shift, int episodes)
    {
        // Two drawn by offices abroad, whose identifiers name no division: 0.2 degrees wide, and twice as wide.
        CapText Drawn(string id, double west, double width) => County with
        {
            Identifier = id, Sender = id + "@example.org", SenderName = id, Geocode = null,
            Polygon = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"31.3,{west} 31.5,{west} 31.5,{west + width} 31.3,{west + width} 31.3,{west}"),
        };
        var large = Drawn("a", 119.0, 0.4);
        var small = Drawn("b", 119.2 + shift, 0.2) with { Sent = large.Sent.AddMinutes(3) };
        Assert.Equal(episodes, Join(large, small).Count);
        Assert.Equal(episodes, Join(small, large).Count);
        Assert.Equal(2, Join(large, small with { Status = "Exercise" }).Count);
    }

    [Fact]
    public void Any_order_of_arrival_and_any_duplication_give_the_same_episodes()
    {
        CapText[] all = [Province, City, County, County with { Identifier = "u", MsgType = "Update", References = [County], Sent = County.Sent.AddMinutes(20), Severity = "Severe", Headline = "溧阳市气象台变更发布暴雨橙色预警" }];
        var expected = Shown(Join(all));
        Gen.Shuffle(new[] { 0, 1, 2, 3, 0, 2 }).Sample(order =>
        {
            using var world = new DeskWorld(now: DeskWorld.Start.AddHours(1));
            foreach (var i in order) world.Pipeline.SubmitAsync(all[i].Bytes, Feed, default).GetAwaiter().GetResult();
            return Shown(EpisodeBook.Join(world.Ingest.All.Select(t => EpisodeBook.FactsOf(t.ToSubmission(), Kind)))) == expected;
        }, iter: 50);
    }

    private static string Shown(IReadOnlyList<Episode> episodes) => string.Join('\n', episodes.Select(e => $"{e.Kind} {e.Colour} {string.Join(',', e.Members.Select(m => $"{m.Facts.Issuer} {m.Facts.Sent:O} {m.Alarm}"))}"));

    private static List<Episode> Join(params CapText[] texts) => [.. EpisodeBook.Join(Facts(texts))];

    private static List<EpisodeFacts> Facts(params CapText[] texts) => [.. texts.Select((t, i) =>
    {
        var message = CapReader.Read(t.Bytes).Messages[0];
        return EpisodeBook.FactsOf(new Submission { SubmissionNo = i + 1, Alert = message.Alert!, Findings = [], Disposition = Disposition.Accept, Chain = ChainVerdict.First, Source = Feed, Colour = AlertLife.ColourOf(message.Alert!), ReceivedTicks = 0, RawBytes = t.Bytes }, Kind);
    })];

    private static string Kind(Info info) => info.EventCodes.Count > 0 ? info.EventCodes[0].Value : info.Event;
}
