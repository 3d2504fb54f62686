using AlertGateway.Cap;

namespace AlertGateway.Tests.Cap;

/// <summary>The corpus in the repository, and the folder that AGW_CORPUS names.</summary>
internal static class Corpus
{
    public static string Root { get; } = Path.Combine(RepositoryRoot(), "tests", "corpus");

    /// <summary>Folders with <c>cap/</c> and <c>cap_validation.tsv</c>.</summary>
    public static IReadOnlyList<string> Folders { get; } =
        [Root, .. Environment.GetEnvironmentVariable("AGW_CORPUS") is { Length: > 0 } extra && Directory.Exists(Path.Combine(extra, "cap")) ? [extra] : Array.Empty<string>()];

    public static IEnumerable<string> Files() => Folders.SelectMany(f => Directory.EnumerateFiles(Path.Combine(f, "cap"))).DistinctBy(Path.GetFileName).Order(StringComparer.Ordinal);

    public static byte[] Bytes(string name) => File.ReadAllBytes(Files().First(f => Path.GetFileName(f) == name));

    public static CapDocument Read(string name, CapReaderOptions? options = null) => CapReader.Read(Bytes(name), options);

    /// <summary>Rows of the independent summary by file name; columns by their heading.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Expected()
    {
        var rows = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var folder in Folders)
        {
            var lines = File.ReadAllLines(Path.Combine(folder, "cap_validation.tsv"));
            var heads = lines[0].Split('\t');
            foreach (var line in lines.Skip(1).Where(l => l.Length > 0))
            {
                var cells = line.Split('\t');
                rows[cells[0]] = heads.Zip(cells).ToDictionary(x => x.First, x => x.Second, StringComparer.Ordinal);
            }
        }

        return rows;
    }

    public static string RepositoryRoot()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "AlertGateway.sln"))) at = at.Parent;
        return at?.FullName ?? throw new InvalidOperationException("The tests run outside the repository.");
    }
}
