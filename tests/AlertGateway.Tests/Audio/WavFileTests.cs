using System.Buffers.Binary;
using AlertGateway.Audio;
using CsCheck;

namespace AlertGateway.Tests.Audio;

public sealed class WavFileTests
{
    [Fact]
    public void What_is_written_reads_back_sample_for_sample() =>
        Gen.Short.Array[0, 500].Sample(samples =>
        {
            Assert.True(WavFile.TryRead(WavFile.Write(new Pcm(22_050, samples)), out var pcm, out _));
            Assert.Equal(samples, pcm!.Samples.ToArray());
        }, iter: 200);

    [Fact]
    public void Any_bytes_are_read_or_refused_but_never_throw() =>
        Gen.Byte.Array[0, 120].Sample(junk =>
        {
            byte[] file = [.. "RIFF\0\0\0\0WAVEfmt "u8, .. junk];
            var good = WavFile.TryRead(file, out var pcm, out var problem);
            Assert.Equal(good, pcm is not null);
            Assert.Equal(good, problem.Length == 0);
        }, iter: 5_000);

    [Fact]
    public void A_file_cut_in_its_sound_is_refused()
    {
        var file = WavFile.Write(Sounds.ATone(440, 100));
        Assert.False(WavFile.TryRead(file.AsSpan(0, file.Length / 2), out _, out var problem));
        Assert.Contains("cut", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_that_a_pipe_left_unset_are_taken_from_the_bytes()
    {
        var file = WavFile.Write(Sounds.ATone(440, 100));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(40), 0x7FFF_F000);
        Assert.True(WavFile.TryRead(file, out var pcm, out _));
        Assert.Equal(2205, pcm!.Length);
    }

    [Fact]
    public void An_odd_chunk_before_the_sound_is_skipped_with_its_pad_byte()
    {
        var plain = WavFile.Write(Sounds.ATone(440, 100));
        byte[] file = [.. plain[..36], .. "LIST"u8, 3, 0, 0, 0, (byte)'a', (byte)'b', (byte)'c', 0, .. plain[36..]];
        Assert.True(WavFile.TryRead(file, out var pcm, out _));
        Assert.Equal(2205, pcm!.Length);
    }

    [Theory]
    [InlineData("-e mu-law -b 8")]
    [InlineData("-e a-law -b 8")]
    [InlineData("-e signed -b 24")]
    [InlineData("-e floating-point -b 32")]
    [InlineData("-e unsigned -b 8")]
    [InlineData("-e signed -b 16 -c 2")]
    public async Task Files_of_sox_in_every_format_read_as_the_same_tone(string format)
    {
        ForeignTool.Require("sox");
        using var folder = new WorkFolder();
        folder.Write("in.wav", Sounds.ATone(1000, 500));
        await ForeignTool.RunAsync("sox", $"{folder["in.wav"]} {format} {folder["out.wav"]}");
        var pcm = folder.Read("out.wav");
        Assert.Equal(22_050, pcm.SampleRateHz);
        Assert.InRange(Sounds.LevelAt(pcm.Samples, 22_050, 1000), -15.6, -14.4);
    }
}
