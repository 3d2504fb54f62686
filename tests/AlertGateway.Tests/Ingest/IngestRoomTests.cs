using System.Text;
using AlertGateway.Cap;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Ingest;
using AlertGateway.Tests.Approval;
using CsCheck;
using Xunit;
using static AlertGateway.Tests.Approval.DeskWorld;

namespace AlertGateway.Tests.Ingest;

public sealed class IngestRoomTests
{
    public static TheoryData<string, string> BadInput => new()
    {
        { "ingest.empty", "" },
        { "cap.document.not-well-formed", "<alert><identifier>1</identifier>" },
        { "cap.document.doctype", "<!DOCTYPE alert [<!ENTITY x \"y\">]><alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">&x;</alert>" },
        { "cap.document.no-alert", "<html><body>maintenance</body></html>" },
        { "cap.identifier.missing", "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><sender>s</sender><sent>2026-07-05T14:20:00+08:00</sent></alert>" },
    };

    [Theory]
    [MemberData(nameof(BadInput))]
    public async Task What_cannot_be_read_is_refused_by_name_recorded_and_changes_nothing(string code, string text)
    {
        using var world = new DeskWorld();
        var outcome = Assert.Single(await world.Pipeline.SubmitAsync(Encoding.UTF8.GetBytes(text), Feed, Stop));
        Assert.Equal(code, outcome.Refusal?.Code);
        Assert.NotEmpty(outcome.Refusal!.Sentence);
        Assert.NotEmpty(outcome.Refusal.SentenceEnglish);
        Assert.Empty(world.Ingest.All);
        Assert.Empty(world.Desk.All);
        Assert.Equal((code, "feed:city"), (Assert.Single(world.Refusals.Newest).Row.Code, world.Refusals.Newest[0].Row.Source));
    }

    [Fact]
    public async Task A_body_over_five_and_a_half_mebibytes_is_refused_unread()
    {
        using var world = new DeskWorld();
        var outcome = Assert.Single(await world.Pipeline.SubmitAsync(new byte[5_767_169], Feed, Stop));
        Assert.Equal("ingest.too-large", outcome.Refusal?.Code);
        Assert.Single(world.Ledger.Rows);
    }

    [Fact]
    public async Task A_lift_that_names_no_message_ends_what_its_office_last_said_about_that_weather()
    {
        using var world = new DeskWorld();
        var rain = new CapText { Sender = "nmc.cn", Identifier = "32048141600000_20260705142000" };
        CapText[] others =
        [
            rain with { Identifier = "32048141600000_20260705141000", Event = "大风", Headline = "溧阳市气象台发布大风黄色预警", Sent = rain.Sent.AddMinutes(-10) },
            rain with { Identifier = "32040041600000_20260705140000", Sent = rain.Sent.AddMinutes(-20) }, // 常州's own
            rain with { Identifier = "32048141600000_20260705142100", Status = "Exercise", Sent = rain.Sent.AddMinutes(1) },
            rain with { Sender = "another.cn", Sent = rain.Sent.AddMinutes(2) },
        ];
        foreach (var text in others.Prepend(rain)) await world.SubmitAsync(text);
        Alert Lift(DateTimeOffset at, string headline = "溧阳市气象台解除暴雨红色预警信号") =>
            CapReader.Read((rain with { Identifier = "32048141600000_20260705180000", MsgType = "Alert", Sent = at, Headline = headline }).Bytes).Messages[0].Alert! with { MsgType = MsgType.Cancel };

        var lift = OfficeLift.Referring(Lift(rain.Sent.AddHours(2)), world.Ingest.All);
        Assert.Equal([("nmc.cn", rain.Identifier)], lift.References.Select(r => (r.Sender, r.Identifier)));
        Assert.Empty(OfficeLift.Referring(Lift(rain.Sent), world.Ingest.All).References); // not older than what it would end
        var taken = Assert.Single(await world.Pipeline.SubmitAsync(CapWriter.Write(lift), Feed, Stop));
        Assert.Equal(ChainVerdict.Cancel, taken.Submission!.Chain);
        Assert.Equal([rain.Identifier], world.Ingest.PredecessorsOf(world.Ingest.All[^1]).Select(t => t.Identifier));
        Assert.Equal(ProposalState.Overtaken, world.Desk.All.Single(p => p.Submission.Alert.Identifier == rain.Identifier && p.Submission.Alert.Sender == "nmc.cn").State);

        // What was lifted once is not lifted again.
        Assert.Empty(OfficeLift.Referring(Lift(rain.Sent.AddHours(3)), world.Ingest.All).References);
    }

    [Fact]
    public async Task An_alert_whose_life_is_over_is_refused()
    {
        using var world = new DeskWorld(now: new DateTimeOffset(2026, 7, 6, 0, 0, 0, TimeSpan.FromHours(8)));
        var outcome = await world.SubmitAsync(new CapText());
        Assert.Equal(("alert.expired", ChainVerdict.Expired), (outcome.Refusal?.Code, outcome.Submission!.Chain));
        Assert.Empty(outcome.Proposals);
        Assert.Equal("alert.expired", (await world.SubmitAsync(new CapText())).Refusal?.Code);
    }

    [Fact]
    public async Task A_chinese_signal_without_expires_lives_until_it_is_lifted_any_other_a_day()
    {
        using var world = new DeskWorld();
        var signal = await world.SubmitAsync(new CapText { Expires = null });
        Assert.Equal(long.MaxValue, Assert.Single(signal.Proposals).Hashes.ExpiresTicks);
        var other = CapReader.Read(Encoding.UTF8.GetBytes(new CapText { Expires = null, Identifier = "x1" }.Xml.Replace("CPEAS Geographic Code", "SAME", StringComparison.Ordinal))).Messages[0].Alert!;
        Assert.Equal(other.Sent!.Value.AddDays(1).UtcTicks, AlertLife.ExpiresTicks(other, TimeSpan.FromDays(1)));
    }

    [Fact]
    public async Task The_same_alert_again_is_a_duplicate_also_over_a_mirror_that_lays_it_out_differently()
    {
        using var world = new DeskWorld();
        var cap = new CapText();
        await world.SubmitAsync(cap);
        var rows = world.Ledger.Rows.Count;
        var again = await world.SubmitAsync(cap);
        Assert.Equal((ChainVerdict.Duplicate, 1), (again.Submission!.Chain, again.Submission.SubmissionNo));
        Assert.Single(again.Proposals);
        var mirrored = Encoding.UTF8.GetBytes(cap.Xml.Replace("><", ">\n  <", StringComparison.Ordinal).Replace("2026-07-05T14:20:00+08:00", "2026-07-05T06:20:00-00:00", StringComparison.Ordinal));
        Assert.Equal(ChainVerdict.Duplicate, Assert.Single(await world.Pipeline.SubmitAsync(mirrored, OfficialFeed, Stop)).Submission!.Chain);
        Assert.Equal(rows, world.Ledger.Rows.Count);
    }

    [Fact]
    public async Task The_same_identity_with_other_content_keeps_the_first_and_says_so_once()
    {
        using var world = new DeskWorld();
        await world.SubmitAsync(new CapText());
        var other = await world.SubmitAsync(new CapText { Instruction = "不要转移。" });
        Assert.Equal(("ingest.conflict", ChainVerdict.Conflict), (other.Refusal?.Code, other.Submission!.Chain));
        Assert.Empty(other.Proposals);
        await world.SubmitAsync(new CapText { Instruction = "不要转移。" });
        Assert.Equal(2, world.Ingest.All.Count);
        Assert.Contains("转移", world.Desk.Find(1)!.Submission.Alert.Infos[0].Instruction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Update")]
    [InlineData("Cancel")]
    public async Task A_message_that_comes_before_its_original_leaves_a_tombstone(string msgType)
    {
        using var world = new DeskWorld();
        var first = new CapText();
        await world.SubmitAsync(first.Next(msgType, "next"));
        var late = await world.SubmitAsync(first);
        Assert.Equal(("ingest.late", ChainVerdict.Late), (late.Refusal?.Code, late.Submission!.Chain));
        Assert.Empty(late.Proposals);
    }

    [Fact]
    public async Task A_reference_is_matched_by_sender_and_identifier_even_when_its_time_is_wrong()
    {
        using var world = new DeskWorld();
        var first = new CapText();
        var no = await world.ClearAsync(first);
        var cancel = first.Next("Cancel", "c1") with { References = [first with { Sent = first.Sent.AddMinutes(7) }] };
        Assert.Equal(no, Assert.Single((await world.SubmitAsync(cancel)).Proposals).TakesOverDisseminationNo);
    }

    [Fact]
    public async Task An_exercise_never_silences_a_warning()
    {
        using var world = new DeskWorld();
        var first = new CapText();
        await world.SubmitAsync(first.Next("Cancel", "c1") with { Status = "Exercise" });
        Assert.Equal(ChainVerdict.First, (await world.SubmitAsync(first)).Submission!.Chain);
    }

    [Fact]
    public async Task A_strangers_cancel_or_a_doubtful_one_leaves_no_tombstone()
    {
        using var world = new DeskWorld();
        var first = new CapText();
        await world.SubmitAsync(first.Next("Cancel", "c1") with { Sender = "stranger" });
        Assert.Equal(ChainVerdict.First, (await world.SubmitAsync(first)).Submission!.Chain);
    }

    [Theory]
    [InlineData("System", "Alert", "Public")]
    [InlineData("Draft", "Alert", "Public")]
    [InlineData("Actual", "Ack", "Public")]
    [InlineData("Actual", "Error", "Public")]
    [InlineData("Actual", "Alert", "Private")]
    public async Task What_is_not_for_the_public_is_noted_and_never_proposed(string status, string msgType, string scope)
    {
        using var world = new DeskWorld();
        var outcome = await world.SubmitAsync(new CapText { Status = status, MsgType = msgType, Scope = scope });
        Assert.Equal("ingest.not-for-public", outcome.Refusal?.Code);
        Assert.Empty(world.Desk.All);
    }

    [Fact]
    public async Task The_bytes_as_received_survive_a_restart()
    {
        using var world = new DeskWorld();
        var cap = new CapText();
        await world.SubmitAsync(cap);
        using var again = new DeskWorld(world.Ledger.CutAfter(int.MaxValue));
        Assert.Equal(cap.Bytes, again.Ingest.Find(1)!.ToSubmission().RawBytes.ToArray());
        Assert.Equal(world.Served, again.Served);
    }

    [Fact]
    public void In_whatever_order_a_chain_arrives_only_its_newest_message_can_be_sent()
    {
        Gen.Shuffle(new[] { 0, 1, 2, 3, 0, 2 }).Sample(order =>
        {
            using var world = new DeskWorld();
            var first = new CapText();
            var second = first.Next("Update", "u1");
            CapText[] chain = [first, second, second.Next("Update", "u2"), second.Next("Update", "u2").Next("Update", "u3")];
            foreach (var i in order) world.Pipeline.SubmitAsync(chain[i].Bytes, Feed, default).GetAwaiter().GetResult();
            var open = world.Desk.All.Where(p => p.State == Core.Approval.ProposalState.Draft).Select(p => p.Submission.Alert.Identifier).ToList();
            using var again = new DeskWorld(world.Ledger.CutAfter(int.MaxValue));
            return open is ["u3"] && world.Ingest.All.Count == 4 && again.Served == world.Served;
        }, iter: 100);
    }

    [Fact]
    public void In_whatever_order_a_cancelled_chain_arrives_over_two_mirrors_nothing_of_it_can_be_sent()
    {
        var first = new CapText();
        var update = first.Next("Update", "u1");
        CapText[] chain = [first, update, update.Next("Cancel", "c1")];
        var documents = chain.SelectMany(c => new[] { c.Bytes, Encoding.UTF8.GetBytes(c.Xml.Replace("><", ">\n  <", StringComparison.Ordinal)) }).ToArray();
        Gen.Shuffle(new[] { 0, 1, 2, 3, 4, 5 }).Sample(order =>
        {
            using var world = new DeskWorld();
            foreach (var i in order) world.Pipeline.SubmitAsync(documents[i], i % 2 == 0 ? Feed : OfficialFeed with { Name = "feed:mirror", Official = false }, default).GetAwaiter().GetResult();
            using var again = new DeskWorld(world.Ledger.CutAfter(int.MaxValue));
            return world.Ingest.All.Count == 3 && again.Served == world.Served
                && world.Desk.All.All(p => p.State is not (Core.Approval.ProposalState.Draft or Core.Approval.ProposalState.Held or Core.Approval.ProposalState.Proposed));
        }, iter: 100);
    }

    /// <summary>Any tangle: updates and cancels of several messages, of unknown ones, with wrong times, each document as often as a mirror likes.</summary>
    [Fact]
    public void Any_order_of_arrival_and_any_duplication_give_the_same_end_state()
    {
        var tangle = Gen.Select(Gen.Bool, Gen.Int[0, 63], Gen.Bool).List[1, 5];
        Gen.Select(tangle, Gen.Int[0, int.MaxValue]).Sample((steps, seed) =>
        {
            List<CapText> messages = [new CapText()];
            foreach (var (cancels, of, wrongTime) in steps)
            {
                var older = messages.Where((_, i) => (of >> i & 1) == 1).Select(m => wrongTime ? m with { Sent = m.Sent.AddMinutes(-7) } : m).ToList();
                if (of % 3 == 0 || older.Count == 0) older.Add(new CapText { Identifier = "unknown" });
                messages.Add(messages[0] with { Identifier = $"m{messages.Count}", MsgType = cancels ? "Cancel" : "Update", References = older, Sent = messages[0].Sent.AddMinutes(messages.Count) });
            }

            var straight = EndState(messages);
            var random = new Random(seed);
            List<CapText> shuffled = [.. messages, .. messages.Where(_ => random.Next(2) == 0)];
            random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(shuffled));
            Assert.Equal(straight, EndState(shuffled));
        }, iter: 60);
    }

    private static string EndState(IEnumerable<CapText> messages)
    {
        using var world = new DeskWorld(now: DeskWorld.Start.AddMinutes(30));
        foreach (var message in messages) world.Pipeline.SubmitAsync(message.Bytes, Feed, default).GetAwaiter().GetResult();
        var open = world.Desk.All.Where(p => p.State is Core.Approval.ProposalState.Draft or Core.Approval.ProposalState.Held).Select(p => p.Submission.Alert.Identifier).Order(StringComparer.Ordinal);
        return string.Join(',', world.Ingest.All.Select(t => t.Identifier).Order(StringComparer.Ordinal)) + " open: " + string.Join(',', open);
    }

    [Fact]
    public async Task A_reference_to_an_expired_or_an_unknown_message_is_no_reason_to_doubt()
    {
        using var world = new DeskWorld(now: DeskWorld.Start.AddHours(2));
        var over = new CapText { Expires = DeskWorld.Start.AddHours(1) };
        Assert.Equal(ChainVerdict.Expired, (await world.SubmitAsync(over)).Submission!.Chain);
        var update = over.Next("Update", "u1") with { Expires = DeskWorld.Start.AddHours(6), References = [over, over with { Identifier = "never-seen" }] };
        var outcome = await world.SubmitAsync(update);
        Assert.Equal((ChainVerdict.Update, null), (outcome.Submission!.Chain, outcome.Refusal));
        Assert.Equal(Core.Approval.ProposalState.Draft, Assert.Single(outcome.Proposals).State);
    }

    [Theory]
    [InlineData("2568-07-05T14:20:00+07:00", null)]
    [InlineData(null, "2026-07-05T14:00:00+08:00")]
    public async Task An_impossible_clock_waits_for_a_person(string? sent, string? expires)
    {
        using var world = new DeskWorld(now: new DateTimeOffset(2026, 7, 5, 13, 30, 0, TimeSpan.FromHours(8)));
        var xml = new CapText().Xml;
        if (sent is not null) xml = xml.Replace("<sent>2026-07-05T14:20:00+08:00", "<sent>" + sent, StringComparison.Ordinal);
        if (expires is not null) xml = xml.Replace("<expires>2026-07-05T20:20:00+08:00", "<expires>" + expires, StringComparison.Ordinal);
        var outcome = Assert.Single(await world.Pipeline.SubmitAsync(Encoding.UTF8.GetBytes(xml), OfficialFeed, Stop));
        Assert.Equal(Core.Approval.ProposalState.Held, Assert.Single(outcome.Proposals).State);
        Assert.Null(outcome.DisseminationNo);
    }

    [Fact]
    public async Task Green_is_no_warning()
    {
        using var world = new DeskWorld();
        var green = new CapText { Identifier = "green" }.Xml.Replace("</instruction>", "</instruction><parameter><valueName>awareness_level</valueName><value>1; green; Minor</value></parameter>", StringComparison.Ordinal);
        var outcome = Assert.Single(await world.Pipeline.SubmitAsync(Encoding.UTF8.GetBytes(green), Feed, Stop));
        Assert.Equal("ingest.not-for-public", outcome.Refusal?.Code);
    }
}
