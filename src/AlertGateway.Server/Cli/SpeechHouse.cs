using AlertGateway.Channels.Speech;

namespace AlertGateway.Server.Cli;

/// <summary>The speech parts wired for a configuration folder: lexicon, tone profiles, clips, engines in their default order.</summary>
public sealed class SpeechHouse : IDisposable
{
    private readonly EspeakEngine _espeak;

    private SpeechHouse(string configFolder, TimeProvider clock)
    {
        Lexicon = new LexiconSource(Path.Combine(configFolder, "lexicon"));
        Profiles = ToneProfiles.Load(Path.Combine(configFolder, "tones"));
        _espeak = new EspeakEngine(new EspeakOptions(), Lexicon, clock);
        var clips = ClipEngine.Load(Path.Combine(configFolder, "clips"), out var clipProblems);
        Renderer = new ProgrammeRenderer(Profiles, new SpeechChain([_espeak, clips]), Lexicon);
        Problems = [.. Profiles.Problems, .. Lexicon.Problems, .. clipProblems];
    }

    public LexiconSource Lexicon { get; }

    public ToneProfiles Profiles { get; }

    public ProgrammeRenderer Renderer { get; }

    /// <summary>What could not be read from the folder, one sentence each.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <param name="configFolder">The folder <c>config</c>; null looks for it from the working folder and the program upwards.</param>
    public static SpeechHouse Open(string? configFolder, TimeProvider clock) => new(configFolder ?? Find() ?? "config", clock);

    public void Dispose() => _espeak.Dispose();

    private static string? Find()
    {
        foreach (var start in new[] { Directory.GetCurrentDirectory(), AppContext.BaseDirectory })
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                var config = Path.Combine(folder.FullName, "config");
                if (Directory.Exists(Path.Combine(config, "tones"))) return config;
            }
        }
        return null;
    }
}
