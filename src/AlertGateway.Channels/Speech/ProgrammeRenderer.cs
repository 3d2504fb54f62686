using System.Security.Cryptography;
using System.Text;
using AlertGateway.Audio;
using AlertGateway.Audio.SpokenText;
using AlertGateway.Core.Rendering;

namespace AlertGateway.Channels.Speech;

/// <summary>
/// Lays out a programme by its profile: attention tone, each passage read as often as the profile says, end tone. The same speech gives the same bytes.
/// Exercises begin and end with a spoken 演练, and so does each of their passages. Thread-safe.
/// </summary>
public sealed class ProgrammeRenderer(ToneProfiles profiles, SpeechChain speech, LexiconSource lexicon) : IProgrammeRenderer
{
    /// <summary>Of every programme for loudspeakers, in Hz.</summary>
    public const int SampleRateHz = 22_050;

    /// <summary>The first sentence must be over within this time: whoever leaves the house then knows what to do.</summary>
    public static readonly TimeSpan FirstSentenceMax = TimeSpan.FromSeconds(20);

    private const string ExerciseZh = "演练", ExerciseEn = "Exercise";

    public string SpokenText(string language, string text) => language switch
    {
        "en" => EnglishNormaliser.Normalise(text),
        _ => SpeechNormaliser.Normalise(text), // a dialect is written in hanzi
    };

    public Task<ProgrammeAudio> RenderAsync(ProgrammeScript script, CancellationToken cancellationToken) => RenderAsync(script, SampleRateHz, sameHeader: null, cancellationToken);

    /// <summary>As <see cref="RenderAsync(ProgrammeScript, CancellationToken)"/> at another rate, and with a SAME header around it if the profile allows reserved tones.</summary>
    /// <exception cref="SpeechUnavailableException">An exercise that nothing can mark by voice.</exception>
    public async Task<ProgrammeAudio> RenderAsync(ProgrammeScript script, int sampleRateHz, string? sameHeader, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(script);
        if (script.Passages.Count is 0 or > 16) throw new ArgumentException("A programme has 1 to 16 passages.", nameof(script));
        var notes = new List<string>();
        var profile = profiles.Find(script.Profile);
        if (profile is null)
        {
            notes.Add($"提示音方案“{script.Profile}”不可用，改用内置提示音。 Tone profile \"{script.Profile}\" is not available; the built-in tone is used.");
            profile = ToneProfiles.BuiltIn;
        }
        if (sameHeader is not null && !profile.ReservedTones) throw new ArgumentException($"Profile \"{profile.Id}\" does not allow SAME.", nameof(sameHeader));
        var spoken = script.Passages.Select(p => Marked(p.Language, SpokenText(p.Language, p.Text), script.Exercise)).ToList();
        var (first, last) = (script.Passages[0].Language, script.Passages[^1].Language);
        var before = script.Exercise ? await MarkAsync(profile, first, sampleRateHz, notes, cancellationToken) : null;
        var readings = new List<Reading>();
        for (var i = 0; i < spoken.Count; i++) readings.AddRange(await ReadAsync(profile, script.Passages[i].Language, spoken[i], script.Passages.Any(other => other.Language == "zh"), sampleRateHz, notes, cancellationToken));
        var after = script.Exercise ? await MarkAsync(profile, last, sampleRateHz, notes, cancellationToken) : null;

        ProgrammeTrack Laid(int[] plays)
        {
            var track = new ProgrammeTrack(sampleRateHz);
            if (sameHeader is not null) AddSame(track, SameSignal.Header(sameHeader, sampleRateHz), "same", sameHeader);
            AddMark(track, profile, first, before);
            AddTone(track, profile.Attention, "tone", profile.GapMs);
            for (var i = 0; i < readings.Count; i++) AddReading(track, profile, readings[i], plays[i]);
            AddTone(track, profile.End, "end", script.Exercise || sameHeader is not null ? profile.GapMs : 0);
            AddMark(track, profile, last, after);
            if (sameHeader is not null) AddSame(track, SameSignal.EndOfMessage(sampleRateHz), "eom", SameSignal.EndOfMessageText);
            return track;
        }

        var plays = Enumerable.Repeat(profile.SpeechPlays, readings.Count).ToArray();
        var track = Laid(plays);
        // Three plays within ten minutes count for more than a second reading within one play; the languages that come last give way first.
        var longest = profile.Repeat?.LongestProgramme ?? ProgrammeTrack.Longest;
        while (track.Duration > longest && Array.FindLastIndex(plays, n => n > 1) is >= 0 and var at)
        {
            plays[at]--;
            track = Laid(plays);
            notes.Add($"节目长于{longest.TotalSeconds}秒，{readings[at].Language} 只读{plays[at]}次。 Longer than {longest.TotalSeconds} s, so {readings[at].Language} is read {plays[at]} time(s) only.");
        }

        var pcm = track.ToPcm();
        var wav = WavFile.Write(pcm);
        return new ProgrammeAudio
        {
            Wav = wav,
            Sha256Hex = Convert.ToHexStringLower(SHA256.HashData(wav)),
            Duration = pcm.Duration,
            Segments = track.Segments,
            SpokenScript = spoken,
            Horns = profile.Repeat?.For(pcm.Duration),
            Notes = [.. notes.Distinct(StringComparer.Ordinal)],
        };
    }

    private static void AddSame(ProgrammeTrack track, Pcm bursts, string kind, string text)
    {
        track.Gap(SameSignal.PauseMilliseconds);
        track.Add(kind, bursts, text);
        track.Gap(SameSignal.PauseMilliseconds);
    }

    private static void AddTone(ProgrammeTrack track, ToneFigure? figure, string kind, int gapMs)
    {
        if (figure is null) return;
        track.Add(kind, Tone.Render(figure.Unrolled(), track.SampleRateHz), null);
        track.Gap(gapMs);
    }

    private static void AddMark(ProgrammeTrack track, ToneProfile profile, string language, Pcm? mark)
    {
        if (mark is null) return;
        track.Add("exercise", mark, MarkOf(language));
        track.Gap(profile.GapMs);
    }

    private static void AddReading(ProgrammeTrack track, ToneProfile profile, Reading reading, int plays)
    {
        if (reading.Passage is null) AddTone(track, profile.Attention ?? ToneProfiles.BuiltIn.Attention, "tone", profile.GapMs);
        for (var play = 0; play < plays && reading.Passage is { } passage; play++)
        {
            track.AddSentences(passage, reading.Kind);
            track.Gap(profile.GapMs);
        }
    }

    private static string MarkOf(string language) => language != "en" ? $"{ExerciseZh}，{ExerciseZh}。" : $"{ExerciseEn}, {ExerciseEn.ToLowerInvariant()}.";

    private async Task<Pcm> MarkAsync(ToneProfile profile, string language, int sampleRateHz, List<string> notes, CancellationToken cancellationToken)
    {
        var words = MarkOf(language);
        var problems = new List<string>();
        var mark = await SpeakAsync(language, words, profile, sampleRateHz, problems, cancellationToken)
            ?? (IsDialect(language) ? await SpeakAsync("zh", words, profile, sampleRateHz, problems, cancellationToken) : null)
            ?? throw new SpeechUnavailableException($"演练节目无法用语音标明“演练”。 The exercise cannot be marked by voice: {string.Join("; ", problems)}");
        Explain(notes, language, mark, problems);
        return mark.Sound;
    }

    /// <summary>A passage in one language as it will be heard; none where Mandarin, which comes anyway, takes its place.</summary>
    private async Task<IReadOnlyList<Reading>> ReadAsync(ToneProfile profile, string language, string words, bool hasMandarin, int sampleRateHz, List<string> notes, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        var passage = await SpeakAsync(language, words, profile, sampleRateHz, problems, cancellationToken);
        if (passage is null && IsDialect(language))
        {
            notes.Add($"没有足够的录音（{language}），改读普通话。 Not enough recordings ({language}), read in Mandarin instead: {string.Join("; ", problems)}");
            return hasMandarin ? [] : await ReadAsync(profile, "zh", words, hasMandarin: true, sampleRateHz, notes, cancellationToken);
        }

        if (passage is null) return [await SubstituteAsync(profile, language, sampleRateHz, notes, problems, cancellationToken)];
        Explain(notes, language, passage, problems);
        if (passage.Sentences[0].Length > FirstSentenceMax.TotalSeconds * sampleRateHz)
            notes.Add($"首句超过20秒（{language}）。 The first sentence takes more than 20 s ({language}).");
        return [new Reading(language, passage, "speech")];
    }

    // Nobody can say these words: a general announcement by clip, and if there is none, the attention tone again. Never silence.
    private async Task<Reading> SubstituteAsync(ToneProfile profile, string language, int sampleRateHz, List<string> notes, List<string> problems, CancellationToken cancellationToken)
    {
        var words = language != "en" ? "紧急警报，请立即查看手机或联系村委会。" : "Emergency alert. Check your phone or ask your village committee.";
        var reasons = string.Join("; ", problems);
        var general = await SpeakAsync(language, words, profile, sampleRateHz, [], cancellationToken);
        notes.Add(general is not null
            ? $"语音合成失败（{language}），改播通用录音。 Speech failed ({language}), a general recording is played instead: {reasons}"
            : $"没有语音（{language}），只播放警报音。 No speech ({language}), tone only: {reasons}");
        return new Reading(language, general, "clip");
    }

    private async Task<SpokenPassage?> SpeakAsync(string language, string words, ToneProfile profile, int sampleRateHz, List<string> problems, CancellationToken cancellationToken)
    {
        var stamp = language != "en" ? Stamp(lexicon.Current.Annotate(words)) : "";
        return await speech.SpeakAsync(language, words, profile, sampleRateHz, stamp, problems, cancellationToken);
    }

    private static bool IsDialect(string language) => language is not ("zh" or "en");

    private static string Stamp(string annotated) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(annotated)));

    private static void Explain(List<string> notes, string language, SpokenPassage passage, List<string> problems)
    {
        if (problems.Count > 0) notes.Add($"改用{passage.Engine}（{language}）。 Spoken by {passage.Engine} ({language}): {string.Join("; ", problems)}");
    }

    private static string Marked(string language, string words, bool exercise)
    {
        if (!exercise) return words;
        var mark = language != "en" ? ExerciseZh : ExerciseEn;
        var (comma, stop) = language != "en" ? ("，", "。") : (". ", ".");
        var bare = words.TrimEnd('。', '.', '！', '!', '，', ',', ' ');
        var first = bare.StartsWith(mark, StringComparison.OrdinalIgnoreCase) ? "" : mark + comma;
        var last = bare.EndsWith(mark, StringComparison.OrdinalIgnoreCase) ? stop : (language != "en" ? "。" : ". ") + mark + stop;
        return first + bare + last;
    }

    /// <summary>One language of a programme.</summary>
    /// <param name="Passage">Null where only the tone can be played.</param>
    private sealed record Reading(string Language, SpokenPassage? Passage, string Kind);
}
