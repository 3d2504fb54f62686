using System.Globalization;
using AlertGateway.Audio;

namespace AlertGateway.Channels.Speech;

/// <summary>Whether what an engine gave can be the words it was asked for. A gateway that answers 200 with silence must not reach a loudspeaker.</summary>
public static class SpeechValidation
{
    /// <summary>Quietest root mean square that counts as a voice, in dBFS.</summary>
    public const double RmsDbfsMin = -45;

    private const double SecondsPerHanziMin = 0.12, SecondsPerHanziMax = 0.5;
    private const double SecondsPerLetterMin = 0.03, SecondsPerLetterMax = 0.25;

    // Beginnings, endings and pauses, which do not scale with the text.
    private const double AllowanceSeconds = 1.5;
    private const double PauseSeconds = 1.2;
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(3);

    /// <summary>The reason to refuse it; null when it is good.</summary>
    public static string? ProblemOf(Pcm sound, string script)
    {
        ArgumentNullException.ThrowIfNull(sound);
        ArgumentNullException.ThrowIfNull(script);
        int hanzi = 0, letters = 0, pauses = 0;
        foreach (var c in script)
        {
            if (c is >= '\u3400' and <= '\u9FFF') hanzi++;
            else if (char.IsAsciiLetterOrDigit(c)) letters++;
            else if (c != ' ') pauses++;
        }
        var seconds = sound.Duration.TotalSeconds;
        var shortest = 0.8 * (hanzi * SecondsPerHanziMin + letters * SecondsPerLetterMin);
        // A digit or an acronym in English is a word of its own; the upper bound allows for it.
        var longest = hanzi * SecondsPerHanziMax + letters * SecondsPerLetterMax + pauses * PauseSeconds + AllowanceSeconds + script.Count(char.IsAsciiDigit) * 0.5;
        if (seconds < shortest || seconds > longest) return string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s of sound for {hanzi + letters} characters");
        var voice = SoundLevel.Trim(sound);
        if (voice.Length == 0) return "silence";
        var rms = SoundLevel.RmsDbfs(voice.Samples);
        if (rms < RmsDbfsMin) return string.Create(CultureInfo.InvariantCulture, $"too quiet: {rms:0} dBFS");
        var silence = SoundLevel.LongestSilence(sound);
        return silence > SilenceMax ? string.Create(CultureInfo.InvariantCulture, $"{silence.TotalSeconds:0.0} s of silence in it") : null;
    }
}
