using AlertGateway.Audio;

namespace AlertGateway.Channels.Speech;

/// <summary>
/// Recorded clips joined: <c>config/clips/zh/演练.wav</c> holds exactly the words of its name. Says a text only when clips cover all of it,
/// longest first: half a sentence in a loudspeaker is worse than another voice.
/// </summary>
public sealed class ClipEngine : ISpeechEngine
{
    public const int ClipBytesMax = 8 * 1024 * 1024;

    private const int ClipsMax = 5_000;
    private const int JoinMilliseconds = 30;
    private const int CommaMilliseconds = 350;

    private readonly Dictionary<string, Dictionary<string, Pcm>> _clips = new(StringComparer.Ordinal);

    private ClipEngine(string name) => Name = name;

    public string Name { get; }

    public int Count => _clips.Values.Sum(clips => clips.Count);

    /// <summary>Reads <c>{directory}/{language}/*.wav</c>; each file that is no usable sound is named in <paramref name="problems"/> and left out.</summary>
    public static ClipEngine Load(string directory, out IReadOnlyList<string> problems)
    {
        var engine = new ClipEngine("clips");
        var found = new List<string>();
        problems = found;
        if (!Directory.Exists(directory)) return engine;
        foreach (var folder in Directory.EnumerateDirectories(directory).Order(StringComparer.Ordinal))
        {
            var clips = new Dictionary<string, Pcm>(StringComparer.OrdinalIgnoreCase);
            foreach (var file in Directory.EnumerateFiles(folder, "*.wav").Order(StringComparer.Ordinal).Take(ClipsMax))
            {
                if (new FileInfo(file).Length > ClipBytesMax) { found.Add($"{file}: larger than {ClipBytesMax} bytes"); continue; }
                if (!WavFile.TryRead(File.ReadAllBytes(file), out var pcm, out var problem)) { found.Add($"{file}: {problem}"); continue; }
                var trimmed = SoundLevel.Trim(pcm!);
                if (trimmed.Length == 0) { found.Add($"{file}: silent"); continue; }
                clips[Path.GetFileNameWithoutExtension(file)] = trimmed;
            }
            engine._clips[Path.GetFileName(folder)] = clips;
        }
        return engine;
    }

    public Task<SpeechOutcome> SpeakAsync(SpeechRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Task.FromResult(Speak(request));
    }

    private SpeechOutcome Speak(SpeechRequest request)
    {
        if (!_clips.TryGetValue(request.Language, out var clips) || clips.Count == 0) return SpeechOutcome.Failed($"no clips for {request.Language}");
        var rate = clips.Values.First().SampleRateHz;
        var parts = new List<Pcm>();
        var at = 0;
        var script = request.Script;
        while (at < script.Length)
        {
            if (!char.IsLetter(script[at]))
            {
                if (script[at] is not (' ' or '\'')) parts.Add(Pcm.Silence(rate, CommaMilliseconds));
                at++;
                continue;
            }
            var word = LongestAt(clips, script, at);
            if (word is null) return SpeechOutcome.Failed($"no clip for 「{script[at..Math.Min(script.Length, at + 4)]}」");
            if (parts.Count > 0) parts.Add(Pcm.Silence(rate, JoinMilliseconds));
            parts.Add(Resampler.Resample(clips[word], rate));
            at += word.Length;
        }
        return parts.Count == 0 ? SpeechOutcome.Failed("nothing to say") : SpeechOutcome.Spoken(Pcm.Join(rate, parts.ToArray()));
    }

    private static string? LongestAt(Dictionary<string, Pcm> clips, string script, int at)
    {
        string? longest = null;
        foreach (var word in clips.Keys)
        {
            if (word.Length <= (longest?.Length ?? 0) || string.Compare(script, at, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) != 0) continue;
            var end = at + word.Length;
            // A Latin clip must not be the beginning of a longer word.
            if (char.IsAsciiLetter(word[^1]) && end < script.Length && char.IsAsciiLetter(script[end])) continue;
            longest = word;
        }
        return longest;
    }
}
