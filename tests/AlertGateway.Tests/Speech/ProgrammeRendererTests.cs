using AlertGateway.Audio;
using AlertGateway.Channels.Speech;
using AlertGateway.Core.Rendering;
using AlertGateway.Tests.Audio;

namespace AlertGateway.Tests.Speech;

public sealed class ProgrammeRendererTests
{
    private const string Zh = "溧阳市气象台6月15日02时10分发布暴雨红色预警。请立即转移。", En = "Red rainstorm warning. Move to higher ground now.";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static ProgrammeRenderer ARenderer(params ISpeechEngine[] engines) => new(SpeechConfig.Profiles, new SpeechChain(engines), SpeechConfig.Lexicon);

    private static ProgrammeScript AScript(bool exercise = false, string profile = "red") =>
        new() { Profile = profile, Exercise = exercise, Passages = [new("zh", Zh), new("en", En)] };

    private static Pcm PcmOf(ProgrammeAudio audio)
    {
        Assert.True(WavFile.TryRead(audio.Wav, out var pcm, out var problem), problem);
        return pcm!;
    }

    [Fact]
    public void The_shipped_profiles_are_good_and_say_that_they_are_not_statutory()
    {
        Assert.Empty(SpeechConfig.Profiles.Problems);
        Assert.True(SpeechConfig.Profiles.All.Count >= 9);
        Assert.All(SpeechConfig.Profiles.All, profile => Assert.Contains("非法定", profile.Label, StringComparison.Ordinal));
        Assert.Single(SpeechConfig.Profiles.All, profile => profile.ReservedTones);
    }

    [Fact]
    public async Task A_programme_is_tone_then_each_language_twice_then_the_end_tone()
    {
        var audio = await ARenderer(new ScriptedEngine()).RenderAsync(AScript(), Stop);
        Assert.Equal(["tone", "speech", "speech", "speech", "speech", "speech", "speech", "speech", "speech", "end"], audio.Segments.Where(segment => segment.Kind != "gap").Select(segment => segment.Kind));
        Assert.Equal(["溧阳市气象台六月十五日二时十分发布暴雨红色预警。请立即转移。", En], audio.SpokenScript);
        Assert.Empty(audio.Notes);
    }

    [Theory]
    [InlineData("red", 10, 2, 2)]
    [InlineData("red", 68, 2, 1)]
    [InlineData("red", 120, 1, 1)]
    [InlineData("red", 400, 1, 1)]
    [InlineData("blue", 120, 2, 2)]
    public async Task A_long_warning_is_read_less_often_in_a_play_so_that_all_plays_fit_the_first_stretch(string profile, int hanzi, int zhReadings, int enReadings)
    {
        // 60 hanzi take 15 s, and as many seconds of English go with them.
        var script = new ProgrammeScript { Profile = profile, Exercise = false, Passages = [new("zh", "请立即转移。" + new string('高', hanzi * 3) + "。"), new("en", "Go now. " + new string('a', hanzi * 9) + ".")] };
        var audio = await ARenderer(new ScriptedEngine()).RenderAsync(script, Stop);
        Assert.Equal(zhReadings, audio.Segments.Count(s => s.Text == "请立即转移。"));
        Assert.Equal(enReadings, audio.Segments.Count(s => s.Text == "Go now."));
        Assert.Equal(zhReadings + enReadings < 4, audio.Notes.Count > 0);
        if (hanzi == 400) return; // longer than a third of the stretch even when it is read once: the plan waits for its end
        var plan = audio.Horns!;
        Assert.True((plan.Plays - 1) * plan.EverySeconds + audio.Duration.TotalSeconds <= 600, $"{plan} {audio.Duration}");
    }

    [Fact]
    public async Task The_map_covers_the_sound_without_hole_or_overlap()
    {
        var audio = await ARenderer(new ScriptedEngine()).RenderAsync(AScript(exercise: true, profile: "drill"), Stop);
        var at = 0;
        foreach (var segment in audio.Segments)
        {
            Assert.Equal(at, segment.StartSample);
            Assert.True(segment.LengthSamples > 0);
            at += segment.LengthSamples;
        }
        Assert.Equal(PcmOf(audio).Length, at);
        Assert.Equal(22_050, PcmOf(audio).SampleRateHz);
    }

    [Fact]
    public async Task The_same_speech_gives_the_same_bytes_and_their_hash()
    {
        var first = await ARenderer(new ScriptedEngine()).RenderAsync(AScript(), Stop);
        var second = await ARenderer(new ScriptedEngine()).RenderAsync(AScript(), Stop);
        Assert.Equal(first.Sha256Hex, second.Sha256Hex);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(first.Wav)), first.Sha256Hex);
    }

    [Fact]
    public async Task A_passage_rendered_again_is_not_spoken_again()
    {
        var engine = new ScriptedEngine();
        var renderer = ARenderer(engine);
        await renderer.RenderAsync(AScript(), Stop);
        var said = engine.Said.Count;
        await renderer.RenderAsync(AScript(), Stop);
        Assert.Equal(said, engine.Said.Count);
    }

    [Fact]
    public async Task An_exercise_begins_and_ends_with_its_name_and_so_does_each_passage()
    {
        var audio = await ARenderer(new ScriptedEngine()).RenderAsync(AScript(exercise: true, profile: "drill"), Stop);
        var sounding = audio.Segments.Where(segment => segment.Kind != "gap").ToArray();
        Assert.Equal(("exercise", "exercise"), (sounding[0].Kind, sounding[^1].Kind));
        Assert.Contains("演练", sounding[0].Text, StringComparison.Ordinal);
        Assert.StartsWith("演练，", audio.SpokenScript[0], StringComparison.Ordinal);
        Assert.EndsWith("演练。", audio.SpokenScript[0], StringComparison.Ordinal);
        Assert.StartsWith("Exercise", audio.SpokenScript[1], StringComparison.Ordinal);
        Assert.EndsWith("Exercise.", audio.SpokenScript[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exercise_that_nothing_can_mark_is_refused_but_a_real_warning_sounds()
    {
        var mute = new ScriptedEngine { Answer = _ => SpeechOutcome.Failed("not installed") };
        await Assert.ThrowsAsync<SpeechUnavailableException>(() => ARenderer(mute).RenderAsync(AScript(exercise: true), Stop));
        var real = await ARenderer(mute).RenderAsync(AScript(), Stop);
        Assert.Contains(real.Notes, note => note.Contains("tone only", StringComparison.Ordinal) && note.Contains("not installed", StringComparison.Ordinal));
        Assert.True(SoundLevel.RmsDbfs(PcmOf(real).Samples) > -30);
    }

    public static TheoryData<string> Faults => ["failed", "silence", "half", "quiet", "hole"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_broken_engine_is_replaced_by_clips_and_the_note_says_why(string fault)
    {
        var broken = new ScriptedEngine("broken") { Answer = request => Broken(fault, request.Script) };
        var clips = ClipEngine.Load(SpeechConfig.Folder("clips"), out var problems);
        Assert.Empty(problems);
        var audio = await ARenderer(broken, clips).RenderAsync(AScript(), Stop);
        Assert.Contains(audio.Notes, note => note.Contains("general recording", StringComparison.Ordinal) && note.Contains("broken:", StringComparison.Ordinal));
        Assert.Contains(audio.Segments, segment => segment.Kind == "clip");
        var drill = await ARenderer(broken, clips).RenderAsync(AScript(exercise: true, profile: "drill"), Stop);
        Assert.Equal("exercise", drill.Segments[0].Kind);
    }

    private static SpeechOutcome Broken(string fault, string script)
    {
        var hum = ScriptedEngine.Hum(script);
        return fault switch
        {
            "failed" => SpeechOutcome.Failed("answered with JSON"),
            "silence" => SpeechOutcome.Spoken(Pcm.Silence(22_050, (int)hum.Duration.TotalMilliseconds)),
            "half" => SpeechOutcome.Spoken(hum.Slice(0, hum.Length / 4)),
            "quiet" => SpeechOutcome.Spoken(Sounds.ATone(300, (int)hum.Duration.TotalMilliseconds, db: -55)),
            _ => SpeechOutcome.Spoken(Pcm.Join(22_050, hum, Pcm.Silence(22_050, 4_000))),
        };
    }

    [Fact]
    public async Task An_unknown_profile_falls_back_to_the_built_in_tone_and_says_so()
    {
        var audio = await ARenderer(new ScriptedEngine()).RenderAsync(AScript(profile: "no-such"), Stop);
        Assert.Contains(audio.Notes, note => note.Contains("no-such", StringComparison.Ordinal));
        Assert.Equal("tone", audio.Segments[0].Kind);
    }

    [Fact]
    public async Task Speech_of_espeak_has_the_loudness_of_the_standard_by_ffmpeg()
    {
        ForeignTool.Require("espeak-ng", "ffmpeg");
        using var espeak = new EspeakEngine(new EspeakOptions(), SpeechConfig.Lexicon, TimeProvider.System);
        var audio = await ARenderer(espeak).RenderAsync(AScript(), Stop);
        Assert.Empty(audio.Notes);
        var speech = audio.Segments.Where(segment => segment.Kind == "speech").ToArray();
        var start = speech[0].StartSample;
        using var folder = new WorkFolder();
        folder.Write("speech.wav", PcmOf(audio).Slice(start, speech[^1].StartSample + speech[^1].LengthSamples - start));
        var (lufs, peak) = await FfmpegLoudness.MeasureAsync(folder["speech.wav"]);
        Assert.InRange(lufs, -17, -15);
        Assert.True(peak <= -1.4, $"{peak} dBFS");
    }

    [Fact]
    public async Task An_espeak_that_is_not_there_or_hangs_is_a_problem_not_an_exception()
    {
        using var missing = new EspeakEngine(new EspeakOptions { Program = "/nonexistent/espeak-ng" }, SpeechConfig.Lexicon, TimeProvider.System);
        Assert.Equal("espeak-ng is not installed", (await missing.SpeakAsync(new SpeechRequest("zh", "演练", 140), Stop)).Problem);
        using var folder = new WorkFolder();
        var script = folder["hang"];
        await File.WriteAllTextAsync(script, "#!/bin/sh\nexec cat /dev/zero > /dev/null\n", Stop);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var hanging = new EspeakEngine(new EspeakOptions { Program = script, Timeout = TimeSpan.FromMilliseconds(300) }, SpeechConfig.Lexicon, TimeProvider.System);
        Assert.Contains("no answer", (await hanging.SpeakAsync(new SpeechRequest("zh", "演练", 140), Stop)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reserved_signals_need_a_profile_that_allows_them()
    {
        var renderer = ARenderer(new ScriptedEngine());
        await Assert.ThrowsAsync<ArgumentException>(() => renderer.RenderAsync(AScript(), 22_050, SameHeaderTests.Example, Stop));
        var audio = await renderer.RenderAsync(AScript(profile: "same-relay"), 22_050, SameHeaderTests.Example, Stop);
        var decoded = SameDecoder.Decode(PcmOf(audio));
        Assert.Equal(SameHeaderTests.Example, Assert.Single(decoded.Receptions).Header);
        Assert.Equal(3, decoded.EndOfMessageSamples.Count);
    }
}
