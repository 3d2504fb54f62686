using AlertGateway.Audio.SpokenText;

namespace AlertGateway.Channels.Speech;

/// <summary>
/// The lexicon of a folder of <c>*.tsv</c> files, read again when one of them changes. Thread-safe. Bad lines are left out and named in <see cref="Problems"/>;
/// a folder that cannot be read keeps the words known before.
/// </summary>
public sealed class LexiconSource(string directory)
{
    private const int FileBytesMax = 4 * 1024 * 1024;

    private sealed record Loaded(string Stamp, Lexicon Lexicon, IReadOnlyList<string> Problems);

    private readonly Lock _gate = new();
    private Loaded? _loaded;

    /// <summary>The words as of now.</summary>
    public Lexicon Current => Refresh().Lexicon;

    public IReadOnlyList<string> Problems => Refresh().Problems;

    private Loaded Refresh()
    {
        lock (_gate)
        {
            try
            {
                var files = Directory.Exists(directory)
                    ? new DirectoryInfo(directory).GetFiles("*.tsv").OrderBy(file => file.Name, StringComparer.Ordinal).ToArray()
                    : [];
                var stamp = string.Join('|', files.Select(file => $"{file.Name}:{file.Length}:{file.LastWriteTimeUtc.Ticks}"));
                if (_loaded?.Stamp == stamp) return _loaded;
                var tooLarge = files.Where(file => file.Length > FileBytesMax).Select(file => $"{file.Name}: larger than {FileBytesMax} bytes").ToArray();
                var texts = files.Where(file => file.Length <= FileBytesMax).Select(file => (file.Name, File.ReadAllText(file.FullName))).ToArray();
                var lexicon = Lexicon.Parse(texts, out var problems);
                return _loaded = new Loaded(stamp, lexicon, [.. tooLarge, .. problems]);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return new Loaded("", _loaded?.Lexicon ?? Lexicon.Empty, [$"{directory}: {exception.Message}"]);
            }
        }
    }
}
