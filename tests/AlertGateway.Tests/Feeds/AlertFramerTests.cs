using System.Text;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Feeds.Naads;
using CsCheck;

namespace AlertGateway.Tests.Feeds;

public sealed class AlertFramerTests
{
    private static string Alert(string id, string sender = "a@b.ca") => $"""
        <?xml version="1.0" encoding="UTF-8" standalone="no"?><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{id}</identifier><sender>{sender}</sender><sent>2026-01-08T13:48:00-06:00</sent><status>{(sender == "a@b.ca" ? "Actual" : "System")}</status><msgType>Alert</msgType><scope>Public</scope>
        <references>a,b,2026-01-08T13:48:00-06:00</references><info><description>alerte – 警报 &lt;/alert&gt;</description></info></alert>
        """;

    private static readonly string Stream = Alert("1") + "\n" + Alert("2", "NAADS-Heartbeat") + "noise<x/>" + Alert("3")[..150] + Alert("4") + "<cap:alert xmlns:cap='urn:oasis:names:tc:emergency:cap:1.2'><cap:identifier>5</cap:identifier></cap:alert >" + Alert("6");

    private static readonly string[] Words = ["<alert ", "<alert>", "</alert>", "</alert", "<?xml ", "<?x", "<", ">", " ", "x", "<a:alert>", "</a:alert>", "é"];

    private static List<string> Frames(IEnumerable<byte[]> reads, out AlertFramer framer)
    {
        var own = framer = new AlertFramer();
        var frames = reads.SelectMany(r => own.Push(r)).Select(Encoding.UTF8.GetString).ToList();
        framer.Reset();
        return frames;
    }

    [Fact]
    public void A_stream_cut_at_every_byte_gives_the_same_messages()
    {
        var bytes = Encoding.UTF8.GetBytes(Stream);
        var whole = Frames([bytes], out var one);
        Assert.Equal(5, whole.Count);
        Assert.Equal((1, 0), (one.Cut, one.Oversized));
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            Assert.Equal(whole, Frames([bytes[..cut], bytes[cut..]], out var two));
            Assert.Equal((one.Cut, one.NoiseBytes), (two.Cut, two.NoiseBytes));
        }

        Assert.Equal(whole, Frames(bytes.Select(b => new[] { b }), out var single));
        Assert.Equal((one.Cut, one.NoiseBytes), (single.Cut, single.NoiseBytes));
    }

    [Fact]
    public void Any_bytes_cut_anywhere_give_the_same_messages() =>
        Gen.Select(Gen.Int[0, Words.Length - 1].Select(i => Words[i]).Array[0, 30], Gen.Int[1, 9]).Sample((parts, size) =>
        {
            var bytes = Encoding.UTF8.GetBytes(string.Concat(parts));
            var whole = Frames([bytes], out var one);
            var pieces = Frames(bytes.Chunk(size), out var two);
            Assert.Equal(whole, pieces);
            Assert.Equal((one.Cut, one.NoiseBytes), (two.Cut, two.NoiseBytes));
        });

    [Fact]
    public void A_message_without_end_is_given_up_at_the_bound_and_the_next_is_read()
    {
        var framer = new AlertFramer(frameBytesMax: 100_000);
        var filler = Encoding.UTF8.GetBytes(new string('x', 60_000));
        Assert.Empty(framer.Push("<alert>"u8));
        for (var i = 0; i < 20; i++) Assert.Empty(framer.Push(filler));
        Assert.Equal(1, framer.Oversized);
        Assert.Single(framer.Push(Encoding.UTF8.GetBytes("</alert>" + Alert("9"))));
    }

    [Fact]
    public void A_recording_gives_alerts_heartbeats_and_what_was_lost()
    {
        var d = FeedDecoders.ByKind["naads"](Encoding.UTF8.GetBytes(Stream), null);
        Assert.Equal(["1", "2", "4", "6"], d.Records.Select(r => r.Id)); // 5 has no sender: rejected, and among the findings.
        Assert.Equal(("System", FeedRecordType.Event), (d.Records[1].Status, d.Records[1].Type));
        Assert.Contains(d.Findings, f => f.Code == "frame.cut");
        Assert.Contains(d.Findings, f => f.Code == "frame.noise");
        Assert.Contains(d.Findings, f => f.Code == "sender.missing" && f.Path.StartsWith("message[3]", StringComparison.Ordinal));
    }
}
