using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Tests.Approval;
using CsCheck;
using Xunit;

namespace AlertGateway.Tests.Rendering;

public sealed class RenderingRoomTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Submission Of(CapText cap, ChainVerdict chain = ChainVerdict.First)
    {
        var message = CapReader.Read(cap.Bytes).Messages[0];
        return new Submission { SubmissionNo = 1, Alert = message.Alert!, Findings = message.Findings, Disposition = message.Disposition, Chain = chain, Source = DeskWorld.Feed, Colour = AlertLife.ColourOf(message.Alert!), ReceivedTicks = 0, RawBytes = cap.Bytes };
    }

    private static async Task<IReadOnlyList<Rendition>> RenderAsync(CapText cap, ChainVerdict chain = ChainVerdict.First)
    {
        var submission = Of(cap, chain);
        return (await new RenderingRoom(Shipped.Wording, new WrittenProgrammes()).RenderAsync(submission, AlertLife.ExpiresTicks(submission.Alert, TimeSpan.FromDays(1)), default)).Renditions;
    }

    private static Rendition Only(IReadOnlyList<Rendition> all, ChannelKind channel, string language, Purpose purpose = Purpose.Original) => Assert.Single(all, r => r.Channel == channel && r.Language == language && r.Purpose == purpose);

    [Theory]
    [InlineData(Purpose.Original, "zh", "【溧阳市气象台】2026年7月5日14时20分发布暴雨红色预警信号：影响区域：溧阳市。预计未来3小时天目湖镇、戴埠镇降雨量将达100毫米以上，山洪、滑坡风险极高。请低洼和山边住户立即向安置点转移。有效至2026年7月5日20时20分。", 2)]
    [InlineData(Purpose.Cancel, "zh", "【溧阳市气象台】解除：2026年7月5日14时20分发布的暴雨红色预警信号现已解除，请继续留意后续通知。", 1)]
    [InlineData(Purpose.Correction, "zh", "【溧阳市气象台】更正：2026年7月5日14时20分发布的暴雨红色预警信号为误发，实际没有险情，请恢复正常生活，不必转移。给您造成惊扰，深表歉意。", 2)]
    [InlineData(Purpose.Cancel, "en", "Liyang Meteorological Observatory: LIFTED. The Red rainstorm warning of 14:20 on 5 July 2026 is no longer in force. Follow further notices.", 1)]
    public async Task The_sms_of_the_liyang_red_rain_warning_reads(Purpose purpose, string language, string text, int segments)
    {
        var sms = Only(await RenderAsync(new CapText()), ChannelKind.Sms, language, purpose);
        Assert.Equal(text, sms.Text);
        Assert.Equal(segments, sms.Segments);
    }

    [Fact]
    public async Task Each_order_of_languages_is_a_programme_for_loudspeakers_and_the_first_one_for_transmitters()
    {
        var submission = Of(new CapText());
        var languages = new Core.Targeting.VillageLanguages { Orders = [["zh", "en"], ["wuu", "zh"], ["en"]] };
        var all = (await new RenderingRoom(Shipped.Wording, new WrittenProgrammes(), languages).RenderAsync(submission, long.MaxValue, Stop)).Renditions;
        foreach (var purpose in new[] { Purpose.Original, Purpose.Cancel, Purpose.Correction })
        {
            Assert.Equal(["zh+en", "wuu+zh", "en"], all.Where(r => r.Channel == ChannelKind.Loudspeaker && r.Purpose == purpose).Select(r => r.Language));
            Assert.Equal(["zh+en"], all.Where(r => r.Channel == ChannelKind.Broadcast && r.Purpose == purpose).Select(r => r.Language));
        }
        Assert.Equal(3, all.Where(r => r.Channel == ChannelKind.Loudspeaker && r.Purpose == Purpose.Original).Select(r => r.ProgrammeSha256).Distinct().Count());
    }

    [Theory]
    [InlineData(Purpose.Original)]
    [InlineData(Purpose.Cancel)]
    [InlineData(Purpose.Correction)]
    public async Task The_script_that_is_asked_for_alone_is_what_the_programme_says(Purpose purpose)
    {
        var submission = Of(new CapText());
        var room = new RenderingRoom(Shipped.Wording, new WrittenProgrammes(), publishers: LawfulPublishers.Parse(Shipped.Read("publishers.json")));
        var rendition = Assert.Single((await room.RenderAsync(submission, long.MaxValue, Stop)).Renditions, r => r.Channel == ChannelKind.Broadcast && r.Purpose == purpose);
        var script = room.ScriptOf(submission, long.MaxValue, purpose);
        Assert.Equal(rendition.Text, string.Join('\n', script.Passages.Select(p => p.Text)));
        Assert.Equal(["zh", "en"], script.Passages.Select(p => p.Language));
    }

    [Fact]
    public async Task An_english_reader_of_a_chinese_warning_gets_hazard_time_and_action_in_one_alphabet()
    {
        var sms = Only(await RenderAsync(new CapText { AreaDesc = "Liyang" }), ChannelKind.Sms, "en");
        Assert.Equal("Liyang Meteorological Observatory: Red rainstorm warning, issued 14:20 on 5 July 2026. Area: Liyang. Local advice: If you live in a low place or below a slope, move to the shelter now. Do not walk or drive through water. Valid until 20:20 on 5 July 2026.", sms.Text);
        Assert.True(SmsSegments.IsGsm7(sms.Text));
    }

    [Fact]
    public async Task A_long_text_is_shortened_clause_by_clause_to_three_segments_and_keeps_the_action()
    {
        var cap = new CapText { Description = string.Concat(Enumerable.Range(1, 60).Select(i => $"第{i}个村受强降雨影响，")) + "请注意。" };
        var sms = Only(await RenderAsync(cap), ChannelKind.Sms, "zh");
        Assert.Equal(3, sms.Segments);
        Assert.Contains("第1个村受强降雨影响", sms.Text, StringComparison.Ordinal);
        Assert.Contains("请低洼和山边住户立即向安置点转移。", sms.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("，。", sms.Text, StringComparison.Ordinal);
        Assert.EndsWith("。", sms.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_update_says_that_it_is_one() => Assert.Contains("更新发布暴雨红色预警信号", Only(await RenderAsync(new CapText(), ChainVerdict.Update), ChannelKind.Sms, "zh").Text, StringComparison.Ordinal);

    [Fact]
    public async Task The_push_payload_has_the_members_of_the_protocol()
    {
        using var json = JsonDocument.Parse(Only(await RenderAsync(new CapText()), ChannelKind.Push, "zh").Text);
        var root = json.RootElement;
        Assert.Equal(["purpose", "alertId", "colour", "status", "language", "title", "body", "instruction", "expires"], root.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("original", "red", "Actual", "zh", "暴雨红色预警信号", "2026-07-05T20:20:00+08:00"), (root.GetProperty("purpose").GetString(), root.GetProperty("colour").GetString(), root.GetProperty("status").GetString(), root.GetProperty("language").GetString(), root.GetProperty("title").GetString(), root.GetProperty("expires").GetString()));
    }

    [Theory]
    [InlineData("Exercise")]
    [InlineData("Test")]
    public async Task Whatever_is_not_actual_is_marked_first_and_last_and_refused_by_live_endpoints(string status)
    {
        var all = await RenderAsync(new CapText { Status = status, Instruction = "转移", Description = new string('长', 900) });
        Assert.All(all, r =>
        {
            Assert.True(Renditions.IsMarked(r), $"{r.Channel} {r.Language} {r.Purpose}: {r.Text}");
            Assert.Null(Renditions.RefusalOf(r, exerciseEndpoint: true));
            Assert.NotNull(Renditions.RefusalOf(r, exerciseEndpoint: false));
            Assert.InRange(r.Segments, 0, 3);
        });
        using var push = JsonDocument.Parse(Only(all, ChannelKind.Push, "zh").Text);
        Assert.All(new[] { "title", "body", "instruction" }, m => Assert.Matches("^【演练】.*【演练】$", push.RootElement.GetProperty(m).GetString()));
    }

    [Fact]
    public async Task Equal_alerts_give_equal_hashes_and_any_other_word_gives_others()
    {
        var once = await RenderAsync(new CapText());
        Assert.Equal(once.Select(r => r.Sha256), (await RenderAsync(new CapText())).Select(r => r.Sha256));
        Assert.All(once, r => Assert.Equal(RenditionHash.Of(r), r.Sha256));
        Assert.NotEqual(RenditionHash.Of(once), RenditionHash.Of(await RenderAsync(new CapText { Instruction = "请留在室内。" })));
    }

    [Fact]
    public async Task Hidden_direction_marks_and_control_characters_do_not_survive()
    {
        var sms = Only(await RenderAsync(new CapText { Description = "请不要\u202E转移\u200B立即\t出门。" }), ChannelKind.Sms, "zh");
        Assert.DoesNotContain('\u202E', sms.Text);
        Assert.DoesNotContain('\t', sms.Text);
    }

    [Fact]
    public void No_text_however_long_or_strange_exceeds_the_segments_or_splits_a_character() =>
        Gen.Select(Gen.String[Gen.Char["雨，。；、a b.1\u00e9"], 0, 900], Gen.Int[0, 200], Gen.Bool).Sample((text, emoji, exercise) =>
        {
            var cap = new CapText { Description = text + string.Concat(Enumerable.Repeat("😀", emoji)), Instruction = text, Status = exercise ? "Exercise" : "Actual" };
            var sms = RenderAsync(cap).GetAwaiter().GetResult().Where(r => r.Channel == ChannelKind.Sms);
            return sms.All(r => r.Segments is >= 1 and <= 3 && r.Segments == SmsSegments.Count(r.Text) && !HasLoneSurrogate(r.Text));
        }, iter: 100);

    private static bool HasLoneSurrogate(string text) => text.EnumerateRunes().Any(r => r.Value == 0xFFFD);
}
