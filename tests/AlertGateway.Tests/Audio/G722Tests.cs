using AlertGateway.Audio;

namespace AlertGateway.Tests.Audio;

/// <summary>Ours against ffmpeg's G.722, in both directions.</summary>
public sealed class G722Tests
{
    private static Pcm ASound() => Pcm.Join(16_000, Sounds.ATone(440, 600, 16_000, -8), Sounds.Noise(3, 8_000, 16_000, -20), Tone.Render(new ToneStep([500, 6_500], 900, -10, Glide: true), 16_000), Pcm.Silence(16_000, 200), Sounds.Noise(4, 6_000, 16_000, -3));

    [Fact]
    public async Task Our_codes_are_those_of_ffmpeg_to_the_bit()
    {
        ForeignTool.Require("ffmpeg");
        using var folder = new WorkFolder();
        folder.Write("x.wav", ASound());
        await ForeignTool.RunAsync("ffmpeg", $"-v error -nostdin -y -i {folder["x.wav"]} -c:a g722 -f g722 {folder["x.g722"]}");
        var theirs = await File.ReadAllBytesAsync(folder["x.g722"], TestContext.Current.CancellationToken);
        Assert.Equal(theirs, G722.Encode(ASound())[..theirs.Length]);
    }

    [Fact]
    public async Task We_decode_codes_to_the_samples_of_ffmpeg()
    {
        ForeignTool.Require("ffmpeg");
        using var folder = new WorkFolder();
        var codes = G722.Encode(ASound());
        new Random(11).NextBytes(codes.AsSpan(9_000, 2_000)); // any bytes are codes
        await File.WriteAllBytesAsync(folder["x.g722"], codes, TestContext.Current.CancellationToken);
        await ForeignTool.RunAsync("ffmpeg", $"-v error -nostdin -y -f g722 -i {folder["x.g722"]} -c:a pcm_s16le {folder["x.wav"]}");
        var theirs = folder.Read("x.wav");
        Assert.Equal(theirs.Samples.ToArray(), G722.Decode(codes).Samples[..theirs.Length].ToArray());
    }

    [Fact]
    public void A_stream_cut_into_packets_is_the_same_stream()
    {
        var sound = ASound();
        var whole = G722.Encode(sound);
        var codes = new byte[whole.Length];
        var encoder = new G722Encoder();
        for (var at = 0; at < sound.Length; at += 320) encoder.Encode(sound.Samples.Slice(at, Math.Min(320, sound.Length - at)), codes.AsSpan(at / 2));
        Assert.Equal(whole, codes);
    }

    [Fact]
    public void A_same_header_survives_it()
    {
        var decoded = SameDecoder.Decode(G722.Decode(G722.Encode(SameProgrammes.Of(SameHeaderTests.Example, 22_050))));
        Assert.Equal((SameHeaderTests.Example, 3), (Assert.Single(decoded.Receptions).Header, decoded.Receptions[0].ExactBursts));
    }

    [Fact]
    public void An_odd_sample_and_nothing_at_all_are_taken()
    {
        Assert.Equal(2, G722.Encode(new Pcm(16_000, [100, 200, 300])).Length);
        Assert.Empty(G722.Encode(new Pcm(16_000, [])));
        Assert.Equal(0, G722.Decode([]).Length);
    }
}
