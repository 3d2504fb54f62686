using AlertGateway.Channels.Speech;

namespace AlertGateway.Server.Cli;

/// <summary>The speech parts wired for a configuration folder: lexicon, tone profiles, clips, engines in their order.</summary>
public sealed class SpeechHouse : IDisposable
{
    private readonly EspeakEngine _espeak;
    private readonly HttpClient _http;

    private SpeechHouse(string configFolder, SpeechOptions options, TimeProvider clock)
    {
        ConfigFolder = configFolder;
        Lexicon = new LexiconSource(Path.Combine(configFolder, "lexicon"));
        Profiles = ToneProfiles.Load(Path.Combine(configFolder, "tones"));
        _espeak = new EspeakEngine(options.Espeak, Lexicon, clock);
        // Each engine has its own time limit; a redirect could carry a key elsewhere.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, MaxConnectionsPerServer = 8, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = Timeout.InfiniteTimeSpan };
        var clips = ClipEngine.Load(Path.Combine(configFolder, "clips"), out var clipProblems);
        ISpeechEngine EngineOf(string name) => name switch
        {
            SpeechOptions.EspeakName => _espeak,
            SpeechOptions.ClipsName => clips,
            _ => new HttpSpeechEngine(options.Http.First(http => http.Name == name), _http, clock),
        };
        Chain = new SpeechChain([.. options.Order().Select(EngineOf)]);
        Renderer = new ProgrammeRenderer(Profiles, Chain, Lexicon);
        Problems = [.. Profiles.Problems, .. Lexicon.Problems, .. clipProblems];
    }

    public string ConfigFolder { get; }

    public LexiconSource Lexicon { get; }

    public ToneProfiles Profiles { get; }

    /// <summary>The engines, and how each did.</summary>
    public SpeechChain Chain { get; }

    public ProgrammeRenderer Renderer { get; }

    /// <summary>What could not be read from the folder, one sentence each.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <param name="configFolder">The folder <c>config</c>; null looks for it from the working folder and the program upwards.</param>
    public static SpeechHouse Open(string? configFolder, TimeProvider clock) => new(configFolder ?? Find() ?? "config", new SpeechOptions(), clock);

    /// <param name="section">The section <c>Speech</c> of the configuration.</param>
    /// <exception cref="InvalidDataException">The section has problems; all are named.</exception>
    public static SpeechHouse Open(string configFolder, IConfiguration section, TimeProvider clock)
    {
        var options = section.Get<SpeechOptions>() ?? new SpeechOptions();
        return options.Problems() is { Count: > 0 } problems ? throw new InvalidDataException(string.Join(' ', problems)) : new SpeechHouse(configFolder, options, clock);
    }

    public void Dispose()
    {
        _espeak.Dispose();
        _http.Dispose();
    }

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
