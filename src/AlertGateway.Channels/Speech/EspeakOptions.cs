namespace AlertGateway.Channels.Speech;

/// <summary>How espeak-ng is run.</summary>
public sealed class EspeakOptions
{
    /// <summary>Program name or path. Default: <c>espeak-ng</c>.</summary>
    public string Program { get; set; } = "espeak-ng";

    /// <summary>Voice for hanzi and toned pinyin. Default: <c>cmn-latn-pinyin</c>; plain <c>cmn</c> of release 1.51 reads hanzi as English.</summary>
    public string ChineseVoice { get; set; } = "cmn-latn-pinyin";

    /// <summary>Default: <c>en</c>.</summary>
    public string EnglishVoice { get; set; } = "en";

    /// <summary>Pitch, 0 to 99. Default: 40.</summary>
    public int Pitch { get; set; } = 40;

    /// <summary>After this the process is ended. Default: 8 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>Processes at a time. Default: 2.</summary>
    public int ProcessesMax { get; set; } = 2;
}
