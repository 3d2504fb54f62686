using System.Text;
using AlertGateway.Cap;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Feeds.Sl651;
using CsCheck;

namespace AlertGateway.Tests.Feeds.Hydrology;

public sealed class Sl651DecoderTests
{
    private static readonly byte[] All = [.. Sl651Frames.Bytes(Sl651Frames.Link), .. Sl651Frames.Bytes(Sl651Frames.Test), .. Sl651Frames.Bytes(Sl651Frames.Timed), .. Sl651Frames.Bytes(Sl651Frames.Hourly), .. Sl651Frames.Bytes(Sl651Frames.River)];

    [Fact]
    public void The_check_value_of_the_checksum_is_the_published_one() => Assert.Equal(0x4B37, Sl651Crc.Of("123456789"u8));

    [Fact]
    public void A_timed_report_gives_rain_stage_and_battery_with_their_decimals_and_Beijing_time()
    {
        var decoded = Sl651Decoder.Decode(Sl651Frames.Bytes(Sl651Frames.River), null);
        Assert.True(decoded.Good);
        Assert.Equal(
        [
            "0012345678/rain-now 10 mm", "0012345678/rain-total 10 mm", "0012345678/stage 14.42 m", "0012345678/battery 12.2 V",
        ], decoded.Records.Select(r => FormattableString.Invariant($"{r.Id} {r.Value} {r.Unit}")));
        Assert.All(decoded.Records, r => Assert.Equal(new DateTimeOffset(2014, 12, 5, 11, 0, 0, TimeSpan.FromHours(8)), r.EventTime));
        Assert.All(decoded.Records, r => Assert.Equal(("Actual", "18"), (r.Status, r.Revision)));
    }

    [Fact]
    public void An_hourly_report_gives_every_five_minutes_and_marks_the_missing_ones()
    {
        var decoded = Sl651Decoder.Decode(Sl651Frames.Bytes(Sl651Frames.Hourly), null);
        Assert.True(decoded.Good);
        var rain = decoded.Records.Where(r => r.Id == "0011223344/rain-5min").ToList();
        Assert.Equal([0.5, 0, 0, 0, 2, null, null, null, null, null, 0, 0], RainOf(rain));
        Assert.Equal(TimeSpan.FromMinutes(55), rain[^1].EventTime - rain[0].EventTime);
        Assert.All(rain.Where(r => r.Value is null), r => Assert.Equal("hydro.missing", r.Findings.Single().Code));
        var stages = decoded.Records.Where(r => r.Id == "0011223344/relative-stage").ToList();
        Assert.Equal(12, stages.Count);
        Assert.Equal(0.12, stages[0].Value);
        Assert.Equal(5, stages.Count(r => r.Value is null));
        Assert.Equal(10.49, decoded.Records.Single(r => r.Id == "0011223344/stage").Value);

        static IEnumerable<double?> RainOf(IEnumerable<FeedRecord> records) => records.Select(r => r.Value);
    }

    [Fact]
    public void A_test_report_is_never_actual_and_a_keep_alive_measures_nothing()
    {
        Assert.All(Sl651Decoder.Decode(Sl651Frames.Bytes(Sl651Frames.Test), null).Records, r => Assert.Equal("Test", r.Status));
        var link = Sl651Decoder.Decode(Sl651Frames.Bytes(Sl651Frames.Link), null);
        Assert.True(link.Good);
        Assert.Empty(link.Records);
    }

    [Fact]
    public void A_text_with_one_frame_a_line_reads_like_the_bytes()
    {
        var text = Encoding.UTF8.GetBytes($"# remark\nU 2F {Sl651Frames.Link}\nU 30 {Sl651Frames.Test}\n{Sl651Frames.Timed}\r\n{Sl651Frames.Hourly.ToLowerInvariant()}\nD 32 {string.Join(' ', Sl651Frames.River.Chunk(2).Select(c => new string(c)))}\n");
        Assert.Equal(Print(Sl651Decoder.Decode(All, null)), Print(Sl651Decoder.Decode(text, null)));
    }

    [Fact]
    public void A_changed_byte_is_found_by_the_checksum_and_hides_no_other_frame()
    {
        byte[] broken = [.. Sl651Frames.Bytes(Sl651Frames.Timed), .. Sl651Frames.Bytes(Sl651Frames.River)];
        broken[30] ^= 1;
        var decoded = Sl651Decoder.Decode(broken, null);
        Assert.Equal("sl651.checksum", decoded.Findings.Single().Code);
        Assert.Equal(4, decoded.Records.Count);
        Assert.False(decoded.Good);
    }

    [Fact]
    public void A_negative_stage_begins_with_FF_and_a_full_field_of_FF_or_nines_is_no_value()
    {
        Assert.Equal(-0.345, Value("3923FF000345"));
        Assert.Null(Value("3923FFFFFFFF"));
        Assert.Null(Value("392399999999"));
        Assert.Null(Value("3923AAAAAAAA"));

        static double? Value(string element) => Sl651Decoder.Decode(Sl651Frames.Report("0012345678", element, At), null).Records.Single().Value;
    }

    [Fact]
    public void A_uniform_series_repeats_the_value_at_the_stated_step()
    {
        var decoded = Sl651Decoder.Decode(Sl651Frames.Report("0012345678", "0418000005" + "3923" + "00028960" + "00028970" + "00028980", At, 0x31), null);
        Assert.Equal([28.96, 28.97, 28.98], decoded.Records.Select(r => r.Value!.Value));
        Assert.Equal(At.AddMinutes(10), decoded.Records[2].EventTime);
    }

    [Fact]
    public void Digits_that_are_none_are_an_error_and_not_a_number()
    {
        var record = Sl651Decoder.Decode(Sl651Frames.Report("0012345678", "3923000A4420", At), null).Records.Single();
        Assert.Null(record.Value);
        Assert.Equal("hydro.value", record.Findings.Single().Code);
    }

    [Fact]
    public void The_ascii_coding_says_the_same()
    {
        var decoded = Sl651Decoder.Decode(Sl651Frames.Ascii("0012260705021000ST 1234567890 48 TT 2607050210 Z 14.420 PJ 10.0 VT 12.20 DRP 0500000014FFFFFFFFFF0A0F "), null);
        Assert.True(decoded.Good, string.Join(' ', decoded.Findings.Select(f => f.Message)));
        Assert.Equal(14.42, decoded.Records.Single(r => r.Id == "1234567890/stage").Value);
        Assert.Equal(10, decoded.Records.Single(r => r.Id == "1234567890/rain-now").Value);
        Assert.Equal(12, decoded.Records.Count(r => r.Id == "1234567890/rain-5min"));
        Assert.Equal(At, decoded.Records[0].EventTime);
    }

    [Fact]
    public void A_message_in_packets_is_put_together_and_a_missing_packet_is_an_error()
    {
        var whole = Sl651Frames.Report("0012345678", "392300014420", At)[14..^3];
        byte[] first = Sl651Frames.Uplink("0012345678", 0x32, "002001" + Convert.ToHexString(whole[..20]), 0x16, 0x17);
        byte[] last = Sl651Frames.Uplink("0012345678", 0x32, "002002" + Convert.ToHexString(whole[20..]), 0x16);
        Assert.Equal(14.42, Sl651Decoder.Decode((byte[])[.. first, .. last], null).Records.Single().Value);
        var missing = Sl651Decoder.Decode(last, null);
        Assert.Empty(missing.Records);
        Assert.Equal("sl651.parts", missing.Findings.Single().Code);
    }

    [Fact]
    public void A_stream_cut_anywhere_gives_the_same_frames() =>
        Gen.Int[1, 40].Array[1, 60].Sample(cuts =>
        {
            var whole = Frames(All, [All.Length]);
            Assert.Equal(5, whole.Count);
            Assert.Equal(whole, Frames(All, cuts));
        }, iter: 300);

    [Fact]
    public void A_stream_with_garbage_gives_the_frames_between_for_every_cut()
    {
        byte[] stream = [0x7E, 0x01, 0x30, .. Sl651Frames.Bytes(Sl651Frames.Timed), 0x7E, 0x7E, 0x00, .. Sl651Frames.Bytes(Sl651Frames.River), .. Sl651Frames.Ascii("0012260705021000ST 1234567890 48 TT 2607050210 Z 14.420 "), 0x01];
        var whole = Frames(stream, [stream.Length]);
        Assert.Equal(3, whole.Count);
        for (int cut = 1; cut < stream.Length; cut++) Assert.Equal(whole, Frames(stream, [cut, stream.Length]));
        Assert.Equal(whole, Frames(stream, [1]));
    }

    [Fact]
    public void Changed_bytes_never_throw() =>
        Gen.Select(Gen.Int[0, All.Length - 1], Gen.Byte).Array[1, 12].Sample(changes =>
        {
            byte[] bytes = [.. All];
            foreach (var (at, to) in changes) bytes[at] = to;
            Assert.NotNull(Sl651Decoder.Decode(bytes, At));
        }, iter: 3000);

    [Fact]
    public void Changed_bodies_with_a_right_checksum_never_throw() =>
        Gen.Byte.Array[0, 120].Sample(body =>
        {
            foreach (byte function in (byte[])[0x31, 0x32, 0x34, 0x38])
            {
                Assert.NotNull(Sl651Decoder.Decode(Sl651Frames.Uplink("0012345678", function, "0001260705021000F1F1001234567848F0F02607050210" + Convert.ToHexString(body)), At));
            }
        }, iter: 1000);

    [Fact]
    public void A_time_far_from_its_arrival_must_not_be_acted_upon()
    {
        var late = Sl651Decoder.Decode(Sl651Frames.Bytes(Sl651Frames.River), At);
        Assert.All(late.Records, r => Assert.Contains(r.Findings, f => f.Code == "hydro.time" && f.Level == FindingLevel.Error));
    }

    private static readonly DateTimeOffset At = new(2026, 7, 5, 2, 10, 0, TimeSpan.FromHours(8));

    private static IEnumerable<string> Print(FeedDecode decoded) => decoded.Records.Select(r => FormattableString.Invariant($"{r.Id} {r.EventTime:O} {r.Value} {r.Status}"));

    private static List<string> Frames(byte[] stream, int[] cuts)
    {
        var reader = new Sl651FrameReader();
        var frames = new List<string>();
        int at = 0, turn = 0;
        while (at < stream.Length)
        {
            int take = Math.Min(cuts[turn++ % cuts.Length], stream.Length - at);
            reader.Append(stream.AsSpan(at, take));
            at += take;
            while (reader.TryRead(out var item)) frames.Add($"{item.Frame!.Station} {item.Frame.Function:X2} {Convert.ToHexString(item.Frame.Body.Span)} {item.SkippedBytes} {item.BadChecksums}");
        }

        return frames;
    }
}
