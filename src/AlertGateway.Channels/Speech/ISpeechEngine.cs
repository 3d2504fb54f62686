using AlertGateway.Audio;

namespace AlertGateway.Channels.Speech;

/// <summary>What an engine is asked to say.</summary>
/// <param name="Language"><c>zh</c> or <c>en</c>.</param>
/// <param name="Script">The normalised words: for <c>zh</c> hanzi and punctuation, without digits.</param>
/// <param name="WordsPerMinute">espeak's measure: 140 gives about 175 hanzi a minute, which carries outdoors; 80 to 260.</param>
public sealed record SpeechRequest(string Language, string Script, int WordsPerMinute);

/// <summary>Sound, or why there is none. Exactly one of the two is given.</summary>
public sealed record SpeechOutcome(Pcm? Sound, string? Problem)
{
    public static SpeechOutcome Spoken(Pcm sound) => new(sound, null);

    public static SpeechOutcome Failed(string problem) => new(null, problem);
}

/// <summary>Something that turns words into sound. Never throws for what the outside does; says <see cref="SpeechOutcome.Problem"/> instead.</summary>
public interface ISpeechEngine
{
    /// <summary>Short name for notes and cache keys; changes whenever the same words would sound different.</summary>
    string Name { get; }

    Task<SpeechOutcome> SpeakAsync(SpeechRequest request, CancellationToken cancellationToken);
}
