namespace AlertGateway.Channels.Speech;

/// <summary>How an HTTP engine is spoken to.</summary>
public enum HttpSpeechDialect
{
    /// <summary>POST /v1/audio/speech with model, input, voice, speed, response_format=wav.</summary>
    OpenAi = 1,

    /// <summary>POST / with {"text": …}, as Piper's own server takes it.</summary>
    Piper = 2,

    /// <summary>SSML to /cognitiveservices/v1, riff-24khz-16bit-mono-pcm.</summary>
    Azure = 3,
}

/// <summary>One HTTP engine.</summary>
public sealed class HttpSpeechOptions
{
    /// <summary>Shown in notes and named in <see cref="SpeechOptions.Engines"/>.</summary>
    public string Name { get; set; } = "http";

    public HttpSpeechDialect Dialect { get; set; } = HttpSpeechDialect.OpenAi;

    /// <summary>Full address that is posted to; http only on loopback or without a key.</summary>
    public Uri? Address { get; set; }

    /// <summary>Only for <see cref="HttpSpeechDialect.OpenAi"/>.</summary>
    public string Model { get; set; } = "tts-1";

    /// <summary>Voice for Chinese.</summary>
    public string ChineseVoice { get; set; } = "zh";

    public string EnglishVoice { get; set; } = "en";

    /// <summary>File that holds the key (mode 0600); null for none.</summary>
    public string? KeyFile { get; set; }

    /// <summary>For one sentence. Default: 8 s, range 1 s to 30 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>Failures in a row after which it is left alone for <see cref="Rest"/>. Default: 3, range 2 to 20.</summary>
    public int FailuresMax { get; set; } = 3;

    /// <summary>Default: 30 s, range 1 s to 10 min.</summary>
    public TimeSpan Rest { get; set; } = TimeSpan.FromSeconds(30);

    internal IEnumerable<string> Problems()
    {
        if (Name.Length is 0 or > 40) yield return "Speech:Http has an engine without a name, or with one longer than 40 characters.";
        if (!Enum.IsDefined(Dialect)) yield return $"Speech:Http \"{Name}\": the dialect is OpenAi, Piper or Azure.";
        if (Address is not { IsAbsoluteUri: true } address || address.Scheme is not ("http" or "https")) yield return $"Speech:Http \"{Name}\": the address is a full http or https address.";
        else if (address.Scheme == "http" && KeyFile is not null && !address.IsLoopback) yield return $"Speech:Http \"{Name}\": a key is not sent over http.";
        if (Timeout < TimeSpan.FromSeconds(1) || Timeout > TimeSpan.FromSeconds(30)) yield return $"Speech:Http \"{Name}\": the timeout lies between 1 s and 30 s.";
        if (FailuresMax is < 2 or > 20) yield return $"Speech:Http \"{Name}\": failuresMax lies between 2 and 20.";
        if (Rest < TimeSpan.FromSeconds(1) || Rest > TimeSpan.FromMinutes(10)) yield return $"Speech:Http \"{Name}\": the rest lies between 1 s and 10 min.";
    }
}
