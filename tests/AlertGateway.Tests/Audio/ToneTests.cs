using System.Security.Cryptography;
using AlertGateway.Audio;

namespace AlertGateway.Tests.Audio;

public sealed class ToneTests
{
    [Fact]
    public void The_sine_is_the_mathematicians_sine_to_125_dB()
    {
        for (uint i = 0; i < 100_000; i++)
        {
            var phase = i * 42_949u;
            Assert.Equal(Math.Sin(2 * Math.PI * phase / 4294967296.0), Sine.At(phase) / (double)Sine.One, 6.0e-7);
        }
    }

    [Theory]
    [InlineData(440, 8_000)]
    [InlineData(853, 22_050)]
    [InlineData(960, 44_100)]
    [InlineData(3136, 48_000)]
    public void A_frequency_is_right_within_a_thousandth(double hz, int rateHz)
    {
        var tone = Sounds.ATone(hz, 10_000, rateHz).Samples;
        var crossings = 0;
        int first = -1, last = 0;
        for (var i = 1; i < tone.Length; i++)
        {
            if (tone[i - 1] >= 0 || tone[i] < 0) continue;
            if (first < 0) first = i;
            else crossings++;
            last = i;
        }
        Assert.Equal(hz, crossings * (double)rateHz / (last - first), hz / 1000);
    }

    [Fact]
    public void Edges_rise_and_fall_over_ten_milliseconds()
    {
        var tone = Sounds.ATone(1000, 200, 48_000, -3).Samples;
        Assert.InRange(SoundLevel.RmsDbfs(tone[..48]), -80, -35);
        Assert.InRange(SoundLevel.RmsDbfs(tone[^48..]), -80, -35);
        Assert.InRange(SoundLevel.RmsDbfs(tone[480..960]), -6.2, -5.8);
    }

    [Fact]
    public void Two_frequencies_have_equal_levels()
    {
        var pair = Tone.Render(new ToneStep([853, 960], 8_000, -9), 22_050).Samples[2205..^2205];
        double low = Sounds.LevelAt(pair, 22_050, 853), high = Sounds.LevelAt(pair, 22_050, 960);
        Assert.Equal(low, high, 0.1);
        Assert.True(Sounds.LevelAt(pair, 22_050, 1050) < low - 40);
    }

    // A change here is a change of every programme ever hashed: the tone maker must give the same bytes on every machine.
    [Fact]
    public void The_bytes_of_a_tone_never_change()
    {
        ToneStep[] steps = [new([800], 250, -9), new([970], 250, -9), new([], 100, -9), new([500, 1200], 400, -12, Glide: true), new([853, 960], 300, -9)];
        Assert.Equal(GoldenTone, Convert.ToHexStringLower(SHA256.HashData(WavFile.Write(Tone.Render(steps, 22_050)))));
    }

    private const string GoldenTone = "7f4f8420406b479d1f1245b82d63f697f69bfc75b3e60e3407b747ab9e32c326";

    [Theory]
    [InlineData(20, 100, -9)]
    [InlineData(440, 0, -9)]
    [InlineData(440, 100, 0)]
    [InlineData(440, 100, double.NaN)]
    [InlineData(double.NaN, 100, -9)]
    public void Steps_outside_their_ranges_are_refused(double hz, int ms, double db) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Tone.Render(new ToneStep([hz], ms, db), 22_050));
}
