using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlertGateway.Channels.Speech;

/// <summary>The profiles of <c>config/tones/</c>, read once.</summary>
public sealed class ToneProfiles
{
    /// <summary>Played when the profile asked for is not there: a warning never waits for a file.</summary>
    public static readonly ToneProfile BuiltIn = new()
    {
        Id = "built-in",
        Label = "内置提示音，示意，非法定",
        LabelEn = "Built-in tone, illustrative, not statutory",
        Attention = new ToneFigure { Steps = [new ToneStepConfig { Hz = [800], Ms = 500 }, new ToneStepConfig { Hz = [970], Ms = 500 }], Repeats = 4 },
        End = new ToneFigure { Steps = [new ToneStepConfig { Hz = [800], Ms = 600 }] },
    };

    private const int FileBytesMax = 256 * 1024;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        MaxDepth = 16,
    };

    private readonly Dictionary<string, ToneProfile> _profiles = new(StringComparer.Ordinal);

    private ToneProfiles(List<string> problems) => Problems = problems;

    /// <summary>Every file that cannot be used, with its reason.</summary>
    public IReadOnlyList<string> Problems { get; }

    public IReadOnlyCollection<ToneProfile> All => _profiles.Values;

    public ToneProfile? Find(string id) => _profiles.GetValueOrDefault(id);

    public static ToneProfiles Load(string directory)
    {
        var problems = new List<string>();
        var loaded = new ToneProfiles(problems);
        if (!Directory.Exists(directory))
        {
            problems.Add($"{directory}: no such folder");
            return loaded;
        }
        foreach (var file in new DirectoryInfo(directory).GetFiles("*.json").OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            if (file.Length > FileBytesMax) { problems.Add($"{file.Name}: larger than {FileBytesMax} bytes"); continue; }
            try
            {
                var profile = JsonSerializer.Deserialize<ToneProfile>(File.ReadAllBytes(file.FullName), Json);
                if (profile is null) { problems.Add($"{file.Name}: empty"); continue; }
                var wrong = profile.Problems();
                problems.AddRange(wrong.Select(problem => $"{file.Name}: {problem}"));
                if (profile.Id != Path.GetFileNameWithoutExtension(file.Name)) problems.Add($"{file.Name}: its id is \"{profile.Id}\"");
                else if (wrong.Count == 0) loaded._profiles[profile.Id] = profile;
            }
            catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
            {
                problems.Add($"{file.Name}: {exception.Message}");
            }
        }
        return loaded;
    }
}
