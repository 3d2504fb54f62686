using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Tests.Approval;
using AlertGateway.Tests.Cap;
using CsCheck;
using Xunit;

namespace AlertGateway.Tests.Rendering;

/// <summary>A lawful publisher's text goes out character by character with its source; what this city adds says 本地提示.</summary>
public sealed class PublisherTextTests
{
    private static readonly LawfulPublishers Publishers = LawfulPublishers.Parse(Shipped.Read("publishers.json"));

    /// <summary>Texts of real warnings in force on one day, from a weather service's saved answer (MIT).</summary>
    public static TheoryData<string, string, string, string> Real
    {
        get
        {
            var data = new TheoryData<string, string, string, string>();
            using var current = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Corpus.Root, "qweather", "getWeatherAlertCurrent-zh.json")));
            foreach (var alert in current.RootElement.GetProperty("alerts").EnumerateArray())
                data.Add(alert.GetProperty("senderName").GetString()!, alert.GetProperty("headline").GetString()!, alert.GetProperty("description").GetString()!, alert.TryGetProperty("instruction", out var i) ? i.GetString() ?? "" : "");
            using var now = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Corpus.Root, "qweather", "getWarningNow-zh.json")));
            foreach (var warning in now.RootElement.GetProperty("warning").EnumerateArray())
                data.Add(warning.GetProperty("sender").GetString()!, warning.GetProperty("title").GetString()!, warning.GetProperty("text").GetString()!, "");
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Real))]
    public async Task Real_chinese_warnings_go_out_unaltered_with_their_source(string sender, string headline, string description, string instruction)
    {
        var cap = new CapText { SenderName = sender, Headline = headline, Description = description, Instruction = instruction, Event = EventOf(headline), EventCode = "", Identifier = "11010041600000_20231012180100" };
        var all = await RenderAsync(cap);
        var sms = Text(all, ChannelKind.Sms);
        Assert.StartsWith($"【{sender}】", sms, StringComparison.Ordinal);
        Assert.Contains(description, sms, StringComparison.Ordinal);
        var spoken = all.First(r => r.Channel == ChannelKind.Loudspeaker && r.Purpose == Purpose.Original).Text;
        Assert.Contains(sender, spoken, StringComparison.Ordinal);
        Assert.Contains(description, spoken, StringComparison.Ordinal);
        using var push = JsonDocument.Parse(Text(all, ChannelKind.Push));
        Assert.Equal(headline, push.RootElement.GetProperty("title").GetString());
        Assert.Contains(description, push.RootElement.GetProperty("body").GetString()!, StringComparison.Ordinal);
        Assert.StartsWith($"【{sender}】", push.RootElement.GetProperty("body").GetString()!, StringComparison.Ordinal);
        if (instruction.Length > 0) Assert.Equal(instruction.Trim(), push.RootElement.GetProperty("instruction").GetString());
        // Take away source and publisher's words: whatever is left is marked as local.
        Assert.True(IsOurs(sms, sender, headline, description, instruction), sms);
    }

    [Theory]
    [InlineData("11B03")]
    [InlineData("")]
    public async Task The_ear_hears_what_to_do_in_the_first_sentence(string eventCode)
    {
        var all = await RenderAsync(new CapText { EventCode = eventCode });
        string spoken = all.First(r => r.Channel == ChannelKind.Loudspeaker && r.Purpose == Purpose.Original).Text, first = spoken[..(spoken.IndexOf('。', StringComparison.Ordinal) + 1)];
        Assert.Contains("立即向安置点转移", first, StringComparison.Ordinal);
        // At four and a half characters a second it is over within 20 s.
        Assert.InRange(first.Length, 1, 90);
        Assert.Contains("山洪、滑坡风险极高", spoken[first.Length..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_description_gives_way_to_what_to_do()
    {
        var all = await RenderAsync(new CapText { Description = string.Concat(Enumerable.Repeat("预计未来三小时本市大部分地区有强降水。", 20)) });
        string spoken = all.First(r => r.Channel == ChannelKind.Loudspeaker && r.Purpose == Purpose.Original).Text;
        Assert.Contains("立即向安置点转移", spoken, StringComparison.Ordinal);
        Assert.DoesNotContain("强降水", spoken, StringComparison.Ordinal);
        Assert.InRange(spoken.IndexOf("立即向安置点转移", StringComparison.Ordinal), 1, 60);
    }

    [Fact]
    public async Task The_sms_of_the_observatory_is_its_own_text()
    {
        var sms = Text(await RenderAsync(new CapText()), ChannelKind.Sms);
        Assert.Equal("【溧阳市气象台】2026年7月5日14时20分发布：溧阳市气象台发布暴雨红色预警[I级/特别严重]。预计未来3小时天目湖镇、戴埠镇降雨量将达100毫米以上，山洪、滑坡风险极高。请低洼和山边住户立即向安置点转移。", sms);
    }

    [Fact]
    public async Task Where_the_publisher_says_no_action_a_marked_local_line_does()
    {
        var sms = Text(await RenderAsync(new CapText { Instruction = "" }), ChannelKind.Sms);
        Assert.EndsWith("本地提示：请低洼和山边住户立即向安置点转移，不要涉水。", sms, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_too_long_loses_whole_parts_and_never_a_clause()
    {
        var instruction = string.Concat(Enumerable.Range(1, 60).Select(i => $"{i}.请做好第{i}项防范工作；"));
        var longInstruction = new CapText { Instruction = instruction };
        var sms = Text(await RenderAsync(longInstruction), ChannelKind.Sms);
        Assert.Contains(longInstruction.Description, sms, StringComparison.Ordinal);
        Assert.DoesNotContain("1.请做好", sms, StringComparison.Ordinal);
        Assert.Contains("本地提示：", sms, StringComparison.Ordinal);
        using var push = JsonDocument.Parse(Text(await RenderAsync(longInstruction), ChannelKind.Push));
        Assert.Equal(instruction, push.RootElement.GetProperty("instruction").GetString());

        var longDescription = new CapText { Description = string.Concat(Enumerable.Repeat("受强降雨影响，多地出现积涝。", 60)) };
        Assert.StartsWith("【溧阳市气象台】2026年7月5日14时20分发布：溧阳市气象台发布暴雨红色预警[I级/特别严重]。本地提示：", Text(await RenderAsync(longDescription), ChannelKind.Sms), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_that_fits_in_no_part_is_held_for_a_person()
    {
        var endless = string.Concat(Enumerable.Repeat("暴雨红色预警，", 200));
        var submission = Of(new CapText { Headline = endless, Description = endless });
        var result = await Room.RenderAsync(submission, long.MaxValue, TestContext.Current.CancellationToken);
        Assert.Equal("rendition.text-too-long", Assert.Single(result.Holds).Code);
    }

    [Fact]
    public async Task What_the_publisher_did_not_write_in_english_is_marked_as_a_translation()
    {
        var sms = Assert.Single(await RenderAsync(new CapText()), r => r.Channel == ChannelKind.Sms && r.Language == "en" && r.Purpose == Purpose.Original).Text;
        Assert.Contains("(unofficial translation) Red rainstorm warning", sms, StringComparison.Ordinal);
        Assert.Contains("Local advice: ", sms, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_warning_of_somebody_else_is_worded_by_the_templates()
    {
        var sms = Text(await RenderAsync(new CapText { Identifier = "x", Sender = "s", SenderName = "某某公司" }), ChannelKind.Sms);
        Assert.StartsWith("【某某公司】2026年7月5日14时20分发布暴雨红色预警信号：", sms, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_a_publisher_writes_stands_whole_in_what_leaves() =>
        Gen.Select(Gen.String[Gen.Char["雨，。；、\n a1😀[]"], 0, 260], Gen.String[Gen.Char["请防范。；\n 2"], 0, 260], Gen.Bool).Sample((description, instruction, exercise) =>
        {
            var cap = new CapText { Description = description, Instruction = instruction, Status = exercise ? "Exercise" : "Actual" };
            var alert = CapReader.Read(cap.Bytes).Messages[0].Alert!;
            var renditions = RenderAsync(cap).GetAwaiter().GetResult();
            var info = alert.Infos[0];
            foreach (var text in new[] { Text(renditions, ChannelKind.Sms), renditions.First(r => r.Channel == ChannelKind.Loudspeaker && r.Purpose == Purpose.Original).Text })
            {
                // A part is there as a whole or not at all.
                foreach (var part in new[] { info.Description, info.Instruction })
                {
                    if (part is not { Length: > 24 } || text.Contains(part, StringComparison.Ordinal)) continue;
                    if (text.Contains(part[..20], StringComparison.Ordinal) && !(info.Headline + info.Description + info.Instruction).Replace(part, "", StringComparison.Ordinal).Contains(part[..20], StringComparison.Ordinal)) return false;
                }
            }

            return renditions.Where(r => r.Channel == ChannelKind.Sms).All(r => r.Segments is >= 1 and <= 6 && r.Segments == SmsSegments.Count(r.Text)) && renditions.All(r => !exercise || Renditions.IsMarked(r));
        }, iter: 100);

    // What remains without source, publisher's words and the punctuation between parts is nothing, or one local line.
    private static bool IsOurs(string text, string sender, string headline, string description, string instruction)
    {
        var at = text.IndexOf(description, StringComparison.Ordinal);
        if (at < 0) return false;
        var before = text[..at].Replace(headline, "", StringComparison.Ordinal).Replace(sender, "", StringComparison.Ordinal);
        var after = text[(at + description.Length)..];
        if (instruction.Length > 0) after = after.Replace(instruction.Trim(), "", StringComparison.Ordinal);
        after = after.TrimStart('。');
        return before is "【】2026年7月5日14时20分发布：" or "【】2026年7月5日14时20分发布：。" or "2026年7月5日14时20分发布。" or "2026年7月5日14时20分发布。。" && (after.Length == 0 || after.StartsWith("本地提示：", StringComparison.Ordinal));
    }

    private static string EventOf(string headline) => Shipped.Wording.Events.FirstOrDefault(e => headline.Contains(e.Zh, StringComparison.Ordinal))?.Zh ?? "暴雨";

    private static RenderingRoom Room { get; } = new(Shipped.Wording, new WrittenProgrammes(), publishers: Publishers);

    private static Submission Of(CapText cap)
    {
        var message = CapReader.Read(cap.Bytes).Messages[0];
        return new Submission { SubmissionNo = 1, Alert = message.Alert!, Findings = message.Findings, Disposition = message.Disposition, Chain = ChainVerdict.First, Source = DeskWorld.Feed, Colour = AlertLife.ColourOf(message.Alert!), ReceivedTicks = 0, RawBytes = cap.Bytes };
    }

    private static async Task<IReadOnlyList<Rendition>> RenderAsync(CapText cap) => (await Room.RenderAsync(Of(cap), long.MaxValue, default)).Renditions;

    private static string Text(IReadOnlyList<Rendition> all, ChannelKind channel) => Assert.Single(all, r => r.Channel == channel && r.Language == "zh" && r.Purpose == Purpose.Original).Text;
}
