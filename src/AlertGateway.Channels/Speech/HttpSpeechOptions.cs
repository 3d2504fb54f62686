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
    /// <summary>Shown in notes.</summary>
    public string Name { get; set; } = "http";

    public HttpSpeechDialect Dialect { get; set; } = HttpSpeechDialect.OpenAi;

    /// <summary>Full address that is posted to.</summary>
    public Uri? Address { get; set; }

    /// <summary>Only for <see cref="HttpSpeechDialect.OpenAi"/>.</summary>
    public string Model { get; set; } = "tts-1";

    /// <summary>Voice for Chinese.</summary>
    public string ChineseVoice { get; set; } = "zh";

    public string EnglishVoice { get; set; } = "en";

    /// <summary>File that holds the key (mode 0600); null for none.</summary>
    public string? KeyFile { get; set; }

    /// <summary>Default: 8 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>Failures in a row after which it is left alone for <see cref="Rest"/>. Default: 3.</summary>
    public int FailuresMax { get; set; } = 3;

    /// <summary>Default: 30 s.</summary>
    public TimeSpan Rest { get; set; } = TimeSpan.FromSeconds(30);
}
