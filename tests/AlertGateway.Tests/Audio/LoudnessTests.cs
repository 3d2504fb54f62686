using System.Globalization;
using System.Text.RegularExpressions;
using AlertGateway.Audio;

namespace AlertGateway.Tests.Audio;

public sealed class LoudnessTests
{
    // BS.1770-4: a 997 Hz sine at 0 dBFS in one channel reads −3.01 LKFS; EBU Tech 3341 case 1 has −23 LUFS stereo, −26 in one.
    [Theory]
    [InlineData(48_000)]
    [InlineData(22_050)]
    [InlineData(8_000)]
    public void The_reference_sine_reads_3_below_its_peak(int rateHz) =>
        Assert.Equal(-23.0, Loudness.IntegratedLufs(Sounds.ATone(997, 10_000, rateHz, -20)), 0.1);

    [Fact]
    public void Silence_has_no_loudness()
    {
        var measured = Loudness.Measure(Pcm.Silence(22_050, 2_000));
        Assert.Equal(double.NegativeInfinity, measured.IntegratedLufs);
        Assert.Equal(double.NegativeInfinity, measured.TruePeakDbtp);
    }

    [Fact]
    public void A_crest_between_samples_is_seen()
    {
        // A quarter of the rate, 45° off: samples reach 0.707 of the crest.
        var samples = new short[4_000];
        for (var i = 0; i < samples.Length; i++) samples[i] = (short)Math.Round(16_000 * Math.Sin(Math.PI / 2 * i + Math.PI / 4));
        Assert.Equal(20 * Math.Log10(16_000 / 32768.0), TruePeak.Dbtp(new Pcm(48_000, samples)), 0.3);
    }

    [Theory]
    [InlineData(1, 22_050)]
    [InlineData(2, 44_100)]
    [InlineData(3, 48_000)]
    [InlineData(4, 16_000)]
    public async Task Ffmpeg_measures_the_same_loudness_within_a_tenth(int seed, int rateHz)
    {
        ForeignTool.Require("ffmpeg");
        using var folder = new WorkFolder();
        var sound = Pcm.Join(rateHz, Sounds.Mix(Sounds.Noise(seed, 4 * rateHz, rateHz, -24), Sounds.ATone(300 * seed, 4_000, rateHz, -14)), Pcm.Silence(rateHz, 1_500), Sounds.ATone(700, 3_000, rateHz, -30), Sounds.Noise(seed + 9, 3 * rateHz, rateHz, -18));
        folder.Write("x.wav", sound);
        var theirs = await FfmpegLoudness.MeasureAsync(folder["x.wav"]);
        var ours = Loudness.Measure(sound);
        Assert.Equal(theirs.IntegratedLufs, ours.IntegratedLufs, 0.11); // theirs is printed with one decimal
        Assert.Equal(theirs.TruePeakDbtp, ours.TruePeakDbtp, 0.5);
    }

    [Theory]
    [InlineData(11, -35)]
    [InlineData(12, -20)]
    [InlineData(13, -10)]
    public void Speech_comes_to_its_loudness_with_crests_under_the_ceiling(int seed, double db)
    {
        // Syllables of noise with sharp crests: harder than a voice.
        var parts = Enumerable.Range(0, 40).Select(i => Pcm.Join(22_050, Sounds.Noise(seed * 100 + i, 2_200, 22_050, db), Pcm.Silence(22_050, 80))).ToArray();
        var levelled = Loudness.Measure(SpeechLevel.Normalise(Pcm.Join(22_050, parts)));
        Assert.InRange(levelled.IntegratedLufs, -17, -15);
        Assert.True(levelled.TruePeakDbtp <= -1.5);
    }

    [Fact]
    public void Silence_is_not_raised() => Assert.Equal(0, SpeechLevel.Normalise(Pcm.Silence(22_050, 1_000)).Samples.ToArray().Max(Math.Abs));
}

/// <summary>ffmpeg's ebur128 filter as judge.</summary>
internal static partial class FfmpegLoudness
{
    public static async Task<(double IntegratedLufs, double TruePeakDbtp)> MeasureAsync(string file)
    {
        var summary = await ForeignTool.RunAsync("ffmpeg", $"-hide_banner -nostats -nostdin -i {file} -af ebur128=peak=true -f null -");
        summary = summary[summary.LastIndexOf("Summary", StringComparison.Ordinal)..];
        return (Read(Integrated.Match(summary)), Read(Peak.Match(summary)));
    }

    private static double Read(Match match)
    {
        Assert.True(match.Success);
        return double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"I:\s+(-?[\d.]+) LUFS")] private static partial Regex Integrated { get; }

    [GeneratedRegex(@"Peak:\s+(-?[\d.]+) dBFS")] private static partial Regex Peak { get; }
}
