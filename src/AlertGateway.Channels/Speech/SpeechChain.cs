using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using AlertGateway.Audio;

namespace AlertGateway.Channels.Speech;

/// <summary>A passage as sound: its sentences with their places in it.</summary>
/// <param name="Engine">Who spoke.</param>
public sealed record SpokenPassage(Pcm Sound, IReadOnlyList<(int Start, int Length, string Text)> Sentences, string Engine);

/// <summary>How one engine did since the start.</summary>
/// <param name="Spoken">Passages it spoke.</param>
/// <param name="Failed">Passages it could not speak.</param>
/// <param name="LastProblem">Why it last failed; null when its last passage was good, or none was asked.</param>
public sealed record SpeechEngineState(string Engine, int Spoken, int Failed, string? LastProblem);

/// <summary>
/// Engines in order of preference. The first that says every sentence of a passage, each found good, speaks it; what went wrong before is told in words.
/// Passages are kept by hash, so that approving and rendering again cost nothing. Thread-safe.
/// </summary>
public sealed class SpeechChain(IReadOnlyList<ISpeechEngine> engines, int cacheEntriesMax = 256)
{
    // Wide-band speech ends at 7 kHz, a horn below that; what lies above only hisses at the joins.
    private const double SpeechPassHz = 6_800, SpeechStopHz = 7_800;

    private readonly ConcurrentDictionary<string, SpokenPassage> _cache = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _order = new();
    private readonly ConcurrentDictionary<string, SpeechEngineState> _states = new(StringComparer.Ordinal);

    /// <summary>Every engine in its order.</summary>
    public IReadOnlyList<SpeechEngineState> States => [.. engines.Select(engine => _states.GetValueOrDefault(engine.Name) ?? new SpeechEngineState(engine.Name, 0, 0, null))];

    /// <summary>The passage at the wanted rate and loudness; null when no engine could say it.</summary>
    /// <param name="lexiconStamp">Changes when a pronunciation changes, so that an old reading is not played again.</param>
    /// <param name="problems">Receives one line for each engine that failed.</param>
    public async Task<SpokenPassage?> SpeakAsync(string language, string script, ToneProfile profile, int sampleRateHz, string lexiconStamp, List<string> problems, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(problems);
        foreach (var engine in engines)
        {
            var key = Key(engine.Name, language, script, profile, sampleRateHz, lexiconStamp);
            if (_cache.TryGetValue(key, out var known)) return known;
            var (passage, problem) = await TryAsync(engine, language, script, profile, sampleRateHz, cancellationToken);
            Count(engine.Name, problem);
            if (passage is null)
            {
                problems.Add($"{engine.Name}: {problem}");
                continue;
            }
            Remember(key, passage);
            return passage;
        }
        return null;
    }

    private static async Task<(SpokenPassage?, string?)> TryAsync(ISpeechEngine engine, string language, string script, ToneProfile profile, int sampleRateHz, CancellationToken cancellationToken)
    {
        var sentences = SpokenSentences.Split(script);
        if (sentences.Count == 0) return (null, "nothing to say");
        var outcomes = await Task.WhenAll(sentences.Select(sentence => engine.SpeakAsync(new SpeechRequest(language, sentence, profile.WordsPerMinute), cancellationToken)));
        var parts = new List<Pcm>();
        var places = new List<(int, int, string)>();
        var at = 0;
        for (var i = 0; i < sentences.Count; i++)
        {
            if (outcomes[i].Sound is not { } sound) return (null, outcomes[i].Problem);
            if (SpeechValidation.ProblemOf(sound, sentences[i]) is { } bad) return (null, bad);
            var voice = Resampler.Resample(SoundLevel.Trim(BandLimit.LowPass(sound, SpeechPassHz, SpeechStopHz)), sampleRateHz);
            if (i > 0)
            {
                var pause = Pcm.Silence(sampleRateHz, profile.SentencePauseMs);
                parts.Add(pause);
                at += pause.Length;
            }
            parts.Add(voice);
            places.Add((at, voice.Length, sentences[i]));
            at += voice.Length;
        }
        var whole = SpeechLevel.Normalise(Pcm.Join(sampleRateHz, parts.ToArray()), profile.SpeechLufs);
        return (new SpokenPassage(Faded(whole, places), places, engine.Name), null);
    }

    // A trimmed voice starts and stops within a sample; ramps keep the joins from clicking.
    private static Pcm Faded(Pcm sound, List<(int Start, int Length, string Text)> places)
    {
        var samples = sound.Samples.ToArray();
        foreach (var (start, length, _) in places)
            Tone.Ramp(samples.AsSpan(start, length), Math.Min(Pcm.SamplesIn(sound.SampleRateHz, Tone.RampMilliseconds), length / 2));
        return new Pcm(sound.SampleRateHz, samples);
    }

    private void Count(string engine, string? problem) => _states.AddOrUpdate(
        engine,
        static (name, why) => new SpeechEngineState(name, why is null ? 1 : 0, why is null ? 0 : 1, why),
        static (_, known, why) => known with { Spoken = known.Spoken + (why is null ? 1 : 0), Failed = known.Failed + (why is null ? 0 : 1), LastProblem = why },
        problem);

    private void Remember(string key, SpokenPassage passage)
    {
        if (!_cache.TryAdd(key, passage)) return;
        _order.Enqueue(key);
        while (_cache.Count > cacheEntriesMax && _order.TryDequeue(out var oldest)) _cache.TryRemove(oldest, out _);
    }

    private static string Key(string engine, string language, string script, ToneProfile profile, int sampleRateHz, string lexiconStamp) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
            FormattableString.Invariant($"{engine}|{language}|{profile.WordsPerMinute}|{profile.SpeechLufs}|{profile.SentencePauseMs}|{sampleRateHz}|{lexiconStamp}|{script}"))));
}
