using System.Security.Cryptography;
using AlertGateway.Audio;

namespace AlertGateway.Tests.Audio;

/// <summary>Our encoder before foreign decoders, our decoder before a foreign encoder and before noise.</summary>
public sealed class SameSignalTests
{
    public static TheoryData<int> Numbers(int from, int count, int step)
    {
        var numbers = new TheoryData<int>();
        for (var i = 0; i < count; i++) numbers.Add(from + i * step);
        return numbers;
    }

    [Theory]
    [InlineData("mp3", "-c:a libmp3lame -b:a 64k")]
    [InlineData("m4a", "-c:a aac -b:a 32k")]
    [InlineData("wav", "-ar 8000 -c:a pcm_mulaw")]
    [InlineData("wav", "-ar 8000 -c:a pcm_alaw")]
    [InlineData("wav", "-ar 16000 -c:a adpcm_g722")]
    public async Task Headers_survive_a_codec(string extension, string options)
    {
        ForeignTool.Require("multimon-ng", "ffmpeg");
        using var folder = new WorkFolder();
        folder.Write("in.wav", SameProgrammes.Of(SameHeaderTests.Example, 22_050));
        var middle = folder["middle." + extension];
        await ForeignTool.RunAsync("ffmpeg", $"-v error -nostdin -y -i {folder["in.wav"]} {options} {middle}");
        await ForeignTool.RunAsync("ffmpeg", $"-v error -nostdin -y -i {middle} -ar 22050 -ac 1 -c:a pcm_s16le {folder["out.wav"]}");
        Assert.Equal((3, 3), await SameProgrammes.MultimonAsync(folder, "out.wav", SameHeaderTests.Example));
        var ours = SameDecoder.Decode(folder.Read("out.wav"));
        Assert.Equal((SameHeaderTests.Example, 3), (Assert.Single(ours.Receptions).Header, ours.Receptions[0].ExactBursts));
        Assert.Equal(3, ours.EndOfMessageSamples.Count);
    }

    [Theory]
    [MemberData(nameof(Numbers), 3, 12, 5)]
    public void Our_decoder_reads_every_rate_with_full_confidence(int number)
    {
        var decoded = SameDecoder.Decode(SameProgrammes.Of(number));
        var reception = Assert.Single(decoded.Receptions);
        Assert.Equal((SameProgrammes.Header(number), 3, 3), (reception.Header, reception.ExactBursts, reception.Bursts));
        Assert.InRange(reception.Confidence, 0.5, 1);
        Assert.InRange(reception.StartSample, SameProgrammes.RateOf(number) * 0.69, SameProgrammes.RateOf(number) * 0.71);
        Assert.Equal(3, decoded.EndOfMessageSamples.Count);
    }

    [Fact]
    public async Task Our_decoder_reads_what_minimodem_wrote()
    {
        ForeignTool.Require("minimodem");
        using var folder = new WorkFolder();
        await ForeignTool.RunAsync("minimodem", $"--tx same -q -R 22050 -f {folder["one.wav"]}", SameHeaderTests.Example);
        var burst = folder.Read("one.wav");
        var pause = Pcm.Silence(22_050, 1_000);
        var reception = Assert.Single(SameDecoder.Decode(Pcm.Join(22_050, pause, burst, pause, burst, pause, burst, pause)).Receptions);
        Assert.Equal((SameHeaderTests.Example, 3), (reception.Header, reception.ExactBursts));
    }

    [Fact]
    public void The_bytes_of_a_header_never_change() =>
        Assert.Equal(GoldenHeader, Convert.ToHexStringLower(SHA256.HashData(WavFile.Write(SameSignal.Header(SameHeaderTests.Example, 22_050)))));

    private const string GoldenHeader = "dd8c9e049827b7d81e1b46453322f3ed7d39fca74b2a51a252becd0931d4c5e5";
}
