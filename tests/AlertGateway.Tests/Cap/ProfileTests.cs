using AlertGateway.Cap;
using Xunit;

namespace AlertGateway.Tests.Cap;

public sealed class ProfileTests
{
    [Theory]
    [InlineData("c0006.xml", CapProfile.CapCp)]
    [InlineData("c0002.xml", CapProfile.CapAu)]
    [InlineData("c0106.xml", CapProfile.Ipaws)]
    [InlineData("c0138.xml", CapProfile.MeteoAlarm)]
    [InlineData("c0101.xml", CapProfile.Ipaws)]
    [InlineData("c0183.xml", CapProfile.None)]
    public void Real_messages_show_their_profile(string file, CapProfile profile) =>
        Assert.Equal(profile, CapProfiles.Of(Corpus.Read(file).Messages[0].Alert!));

    [Fact]
    public void Canadian_signs_for_loud_and_for_silent_are_read()
    {
        Assert.DoesNotContain(Corpus.Read("c0100.xml").Messages[0].Alert!.Infos, CapCpProfile.BroadcastImmediately); // it says No
        Assert.True(CapCpProfile.BroadcastImmediately(new Info { Parameters = [new("layer:SOREM:1.0:Broadcast_Immediately", "Yes")] }));
        var update = new Alert { Identifier = "1", Sender = "s", SentText = "", MsgType = MsgType.Update, Infos = [new Info { Parameters = [new("profile:CAP-CP:0.4:MinorChange", "text")] }] };
        Assert.True(CapCpProfile.IsMinorChange(update));
        Assert.False(CapCpProfile.IsMinorChange(update with { Infos = [.. update.Infos, new Info()] }));
        Assert.False(CapCpProfile.IsMinorChange(update with { MsgType = MsgType.Alert }));
    }

    [Theory]
    [InlineData("1; green; Minor", 1, true)]
    [InlineData("4; red; Extreme", 4, false)]
    [InlineData("12", null, false)]
    [InlineData("yellow", null, false)]
    public void Green_is_no_warning(string text, int? level, bool nothing)
    {
        var info = new Info { Parameters = [new("awareness_level", text)] };
        Assert.Equal(level, MeteoAlarmProfile.AwarenessOf(info));
        Assert.Equal(nothing, MeteoAlarmProfile.IsNoWarning(new Alert { Identifier = "1", Sender = "s", SentText = "", Infos = [info] }));
    }

    [Fact]
    public void What_a_profile_demands_and_does_not_get_is_named()
    {
        var alert = ACap.One(ACap.Alert(extra: "<code>profile:CAP-CP:0.4</code>")).Alert!;
        Assert.Equal(["profile.area", "profile.eventCode", "profile.languages"], CapProfiles.Check(alert).Select(f => f.Code).Order(StringComparer.Ordinal));
        Assert.Empty(CapProfiles.Check(ACap.One(ACap.Alert()).Alert!));
    }

    [Fact]
    public void The_declared_profile_is_checked_by_the_reader_itself_another_on_request_and_none_when_told_so()
    {
        var xml = ACap.Alert(extra: "<code>profile:CAP-CP:0.4</code>");
        Assert.Contains(ACap.One(xml).Findings, f => f.Code == "profile.languages");
        Assert.DoesNotContain(ACap.One(xml, new CapReaderOptions { Profile = CapProfile.None }).Findings, f => f.Code.StartsWith("profile.", StringComparison.Ordinal));
        var asked = ACap.One(ACap.Alert(), new CapReaderOptions { Profile = CapProfile.Ipaws });
        Assert.Contains(asked.Findings, f => f.Code == "profile.code");
        Assert.Contains(asked.Findings, f => f.Code == "profile.eventCode");
        Assert.Equal(Disposition.Accept, asked.Disposition);
    }

    [Fact]
    public void Texts_too_long_for_a_phone_and_differing_event_codes_are_named()
    {
        var ipaws = new Alert { Identifier = "1", Sender = "s", SentText = "", Codes = ["IPAWSv1.0"], Infos = [new Info { EventCodes = [new("SAME", "TOR")], Parameters = [new("CMAMtext", new string('x', 91))], Areas = [new Area { AreaDesc = "a", Geocodes = [new("SAME", "006037")] }] }] };
        Assert.Equal(["profile.expires", "profile.parameter"], CapProfiles.Check(ipaws).Select(f => f.Code).Order(StringComparer.Ordinal));
        var differing = ipaws with { Infos = [ipaws.Infos[0], ipaws.Infos[0] with { EventCodes = [new("SAME", "SVR")] }] };
        Assert.Contains(CapProfiles.Check(differing), f => f.Code == "profile.eventCode");
    }
}
