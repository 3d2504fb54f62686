namespace AlertGateway.Channels.Speech;

/// <summary>Which engines speak, in which order.</summary>
public sealed class SpeechOptions
{
    public const string EspeakName = "espeak-ng", ClipsName = "clips";

    /// <summary>Engines at most.</summary>
    public const int EnginesMax = 8;

    /// <summary>Names in order of preference. Empty: the HTTP engines as they are listed, then espeak-ng, then clips. Clips close the list whether named or not: they need no process and no network.</summary>
    public IList<string> Engines { get; set; } = [];

    public EspeakOptions Espeak { get; set; } = new();

    /// <summary>Engines behind HTTP, each with a name of its own.</summary>
    public IList<HttpSpeechOptions> Http { get; set; } = [];

    /// <summary>The names as they are tried.</summary>
    public IReadOnlyList<string> Order()
    {
        IEnumerable<string> named = Engines.Count > 0 ? Engines : [.. Http.Select(http => http.Name), EspeakName];
        return [.. named.Where(name => name != ClipsName || Engines.Contains(ClipsName)).Append(ClipsName).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Everything wrong with it, each in one sentence; empty when it can be used.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (Http.Count + 2 > EnginesMax) problems.Add($"Speech: at most {EnginesMax - 2} HTTP engines.");
        foreach (var http in Http) problems.AddRange(http.Problems());
        foreach (var twice in Http.GroupBy(http => http.Name, StringComparer.Ordinal).Where(group => group.Count() > 1 || group.Key is EspeakName or ClipsName))
            problems.Add($"Speech:Http has \"{twice.Key}\" twice, or a name that is taken.");
        foreach (var name in Engines.Where(name => name is not (EspeakName or ClipsName) && Http.All(http => http.Name != name)))
            problems.Add($"Speech:Engines names \"{name}\", which is no engine.");
        if (Espeak.Timeout < TimeSpan.FromSeconds(1) || Espeak.Timeout > TimeSpan.FromMinutes(1)) problems.Add("Speech:Espeak:Timeout lies between 1 s and 1 min.");
        if (Espeak.ProcessesMax is < 1 or > 16) problems.Add("Speech:Espeak:ProcessesMax lies between 1 and 16.");
        if (Espeak.Pitch is < 0 or > 99) problems.Add("Speech:Espeak:Pitch lies between 0 and 99.");
        return problems;
    }
}
