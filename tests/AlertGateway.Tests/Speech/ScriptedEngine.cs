using AlertGateway.Audio;
using AlertGateway.Channels.Speech;
using AlertGateway.Tests.Audio;

namespace AlertGateway.Tests.Speech;

/// <summary>An engine that does what a test wants; by default it hums for a quarter of a second a hanzi.</summary>
internal sealed class ScriptedEngine(string name = "scripted") : ISpeechEngine
{
    public Func<SpeechRequest, SpeechOutcome>? Answer { get; init; }

    public List<string> Said { get; } = [];

    public string Name => name;

    public Task<SpeechOutcome> SpeakAsync(SpeechRequest request, CancellationToken cancellationToken)
    {
        lock (Said) Said.Add(request.Script);
        return Task.FromResult(Answer?.Invoke(request) ?? SpeechOutcome.Spoken(Hum(request.Script)));
    }

    public static Pcm Hum(string script, double secondsPerCharacter = 0.25)
    {
        var letters = script.Count(c => c is >= '\u3400' and <= '\u9FFF') * secondsPerCharacter + script.Count(char.IsAsciiLetterOrDigit) * 0.07;
        var milliseconds = Math.Max(200, (int)(letters * 1000));
        return Sounds.Mix(Sounds.ATone(180 + 20 * (script.Length % 7), milliseconds), Sounds.ATone(900, milliseconds, db: -20));
    }
}
