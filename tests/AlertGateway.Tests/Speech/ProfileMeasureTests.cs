using AlertGateway.Audio;
using AlertGateway.Channels.Speech;
using AlertGateway.Core.Rendering;
using AlertGateway.Tests.Audio;

namespace AlertGateway.Tests.Speech;

/// <summary>Every shipped profile by measurement: loudness and crests by ffmpeg, frequencies, joins, bytes.</summary>
public sealed class ProfileMeasureTests
{
    private const string Zh = "请立即转移到高处。溧阳市气象台6月15日02时10分发布暴雨红色预警。";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Profiles => [.. SpeechConfig.Profiles.All.Select(profile => profile.Id).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task Speech_and_crests_of_a_profile_are_those_of_the_standard_by_ffmpeg(string profile)
    {
        ForeignTool.Require("espeak-ng", "ffmpeg");
        var (pcm, audio) = await SpokenAsync(profile, 22_050);
        var speech = audio.Segments.Where(segment => segment.Kind == "speech").ToArray();
        using var folder = new WorkFolder();
        folder.Write("speech.wav", Pcm.Join(pcm.SampleRateHz, [.. speech.Select(segment => pcm.Slice(segment.StartSample, segment.LengthSamples))]));
        folder.Write("whole.wav", pcm);
        var (lufs, peak) = await FfmpegLoudness.MeasureAsync(folder["speech.wav"]);
        Assert.InRange(lufs, -17, -15);
        Assert.True(peak <= -1.4, $"speech {peak} dBTP"); // printed with one decimal
        Assert.True((await FfmpegLoudness.MeasureAsync(folder["whole.wav"])).TruePeakDbtp <= -1.4);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task No_join_clicks_above_8_kHz(string profile)
    {
        ForeignTool.Require("espeak-ng");
        var (pcm, audio) = await SpokenAsync(profile, 48_000);
        foreach (var segment in audio.Segments.Where(segment => segment.Kind != "gap"))
        {
            foreach (var join in new[] { segment.StartSample, segment.StartSample + segment.LengthSamples })
            {
                var residual = HighBand.PeakAround(pcm, join, 5);
                Assert.True(residual <= -60, $"{segment.Kind} at {join}: {residual:0.0} dBFS");
            }
        }
    }

    // A tone's frequency by the turns of its phase between its first and its last tenth.
    [Theory]
    [MemberData(nameof(Profiles))]
    public void Every_tone_of_a_profile_is_right_within_a_thousandth(string profile)
    {
        var steps = new[] { SpeechConfig.Profiles.Find(profile)!.Attention, SpeechConfig.Profiles.Find(profile)!.End }.OfType<ToneFigure>().SelectMany(figure => figure.Steps).Where(step => step.Hz.Count > 0 && !step.Glide).ToArray();
        foreach (var step in steps)
        {
            foreach (var hz in step.Hz)
            {
                var tone = Tone.Render(new ToneStep([hz], 4_000, step.Db), 22_050).Samples[2_205..^2_205];
                double best = 0, at = 0;
                for (var offset = -4; offset <= 4; offset++)
                {
                    var level = Sounds.LevelAt(tone, 22_050, hz * (1 + offset / 4000.0));
                    if (best == 0 || level > best) (best, at) = (level, offset / 4000.0);
                }
                Assert.True(Math.Abs(at) < 0.001, $"{hz} Hz is off by {at:P2}");
                Assert.Equal(step.Db - 3.01, best, 0.5); // against the RMS of a full-scale square wave
            }
        }
        Assert.True(steps.Length > 0 || SpeechConfig.Profiles.Find(profile)!.Attention!.Steps.Any(step => step.Glide));
    }

    // The same speech must give the same bytes for ever: an approval binds them. A change here is a change of the renderer and needs a reason.
    [Fact]
    public async Task The_bytes_of_each_profile_with_the_same_speech_never_change()
    {
        var renderer = new ProgrammeRenderer(SpeechConfig.Profiles, new SpeechChain([new ScriptedEngine()]), SpeechConfig.Lexicon);
        var lines = new List<string>();
        foreach (var profile in SpeechConfig.Profiles.All.OrderBy(profile => profile.Id, StringComparer.Ordinal))
        {
            var audio = await renderer.RenderAsync(new ProgrammeScript { Profile = profile.Id, Exercise = profile.Id == "drill", Passages = [new("zh", Zh), new("en", "Move to higher ground now.")] }, Stop);
            lines.Add($"{profile.Id}\t{audio.Sha256Hex}");
        }
        Assert.True((await File.ReadAllLinesAsync(SpeechConfig.GoldenProgrammes, Stop)).SequenceEqual(lines), string.Join('\n', lines));
    }

    [Fact]
    public async Task The_earthquake_programme_says_three_words_within_three_seconds()
    {
        ForeignTool.Require("espeak-ng");
        var (_, audio) = await SpokenAsync("earthquake", 22_050, "地震，快躲避！");
        var speech = audio.Segments.First(segment => segment.Kind == "speech");
        Assert.InRange((speech.StartSample + speech.LengthSamples) / 22_050.0, 1, 3.5);
    }

    private static async Task<(Pcm Pcm, ProgrammeAudio Audio)> SpokenAsync(string profile, int rateHz, string text = Zh)
    {
        using var espeak = new EspeakEngine(new EspeakOptions { Timeout = TimeSpan.FromMinutes(1) }, SpeechConfig.Lexicon, TimeProvider.System);
        var renderer = new ProgrammeRenderer(SpeechConfig.Profiles, new SpeechChain([espeak]), SpeechConfig.Lexicon);
        var header = SpeechConfig.Profiles.Find(profile)!.ReservedTones ? SameHeaderTests.Example : null;
        var audio = await renderer.RenderAsync(new ProgrammeScript { Profile = profile, Exercise = false, Passages = [new("zh", text)] }, rateHz, header, Stop);
        Assert.True(WavFile.TryRead(audio.Wav, out var pcm, out var problem), problem);
        return (pcm!, audio);
    }
}
