using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Rendering;

namespace AlertGateway.Tests.Rendering;

/// <summary>What counts as marked: first and last, in everything that a person may see alone.</summary>
public sealed class RenditionMarkTests
{
    [Theory]
    [InlineData("【演练】请转移。【演练】", true)]
    [InlineData("EXERCISE Move to high ground. EXERCISE", true)]
    [InlineData("【演练】请转移。", false)]
    [InlineData("请转移。【演练】", false)]
    [InlineData("请【演练】转移。", false)]
    [InlineData("", false)]
    public void A_message_is_marked_at_both_ends(string text, bool marked) => Check(ARendition(ChannelKind.Sms, text), marked);

    [Theory]
    [InlineData("""{"title":"【演练】暴雨【演练】","body":"【演练】转移【演练】","instruction":"【演练】转移【演练】"}""", true)]
    [InlineData("""{"title":"EXERCISE Rain EXERCISE","body":"EXERCISE Move EXERCISE","instruction":""}""", true)]
    [InlineData("""{"title":"【演练】暴雨","body":"转移"}""", false)]
    [InlineData("""{"title":"【演练】暴雨【演练】","body":"转移"}""", false)]
    [InlineData("""{"title":"【演练】暴雨【演练】","body":"【演练】转移【演练】","instruction":"转移"}""", false)]
    [InlineData("""{"title":"【演练】暴雨【演练】","body":""}""", false)]
    [InlineData("""{"note":"\"title\":\"【演练】","title":"暴雨","body":"转移"}""", false)]
    [InlineData("""{"title":["【演练】"],"body":"【演练】"}""", false)]
    [InlineData("【演练】", false)]
    public void A_push_message_is_marked_in_title_body_and_instruction(string payload, bool marked) => Check(ARendition(ChannelKind.Push, payload), marked);

    [Theory]
    [InlineData("演练。暴雨红色预警。演练。", true)]
    [InlineData("Exercise. Red rain warning. Exercise.", true)]
    [InlineData("演练。暴雨红色预警。", false)]
    public void A_programme_says_it_first_and_last(string script, bool marked) => Check(ARendition(ChannelKind.Loudspeaker, script) with { ProgrammeSha256 = new string('a', 64) }, marked);

    private static void Check(Rendition rendition, bool marked)
    {
        Assert.Equal(marked, Renditions.IsMarked(rendition));
        Assert.Equal(marked ? null : DispatchError.Unmarked, Renditions.RefusalOf(rendition, exerciseEndpoint: true));
        Assert.Equal(DispatchError.WrongWorld, Renditions.RefusalOf(rendition, exerciseEndpoint: false));
    }

    private static Rendition ARendition(ChannelKind channel, string text) =>
        new() { Channel = channel, Purpose = Purpose.Original, Language = "zh", Status = nameof(AlertStatus.Exercise), Text = text, Colour = WarningColour.Red, Sha256 = "" };
}
