using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using AlertGateway.Audio;

namespace AlertGateway.Tests.Audio;

/// <summary>
/// The measured cases of a long grid, one line each, in <c>results/{name}.tsv</c>. <c>AGW_AUDIO_GRID=N</c> measures up to N cases that the file lacks and adds them: a grid is run in slices and goes on
/// where it stopped. Each line begins with the case and a piece of the hash of its input, so that a line about other sound than today's is seen to be old.
/// </summary>
internal sealed class GridResults
{
    private readonly string _file;
    private readonly Dictionary<string, string[]> _rows = new(StringComparer.Ordinal);

    public GridResults(string name, string columns, [CallerFilePath] string here = "")
    {
        _file = Path.Combine(Path.GetDirectoryName(here)!, "results", name + ".tsv");
        if (!File.Exists(_file))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
            File.WriteAllText(_file, $"case\tinput\t{columns.Replace(' ', '\t')}\n");
        }
        foreach (var line in File.ReadLines(_file).Skip(1).Where(line => line.Length > 0))
        {
            var cells = line.Split('\t');
            _rows[cells[0]] = cells[1..];
        }
    }

    /// <summary>How many further cases this run may measure; 0 when the committed ones are only checked.</summary>
    public static int Slice { get; } = int.TryParse(Environment.GetEnvironmentVariable("AGW_AUDIO_GRID"), NumberStyles.None, CultureInfo.InvariantCulture, out var slice) ? slice : 0;

    public int Count => _rows.Count;

    /// <summary>The cells after the case and the input's hash; null when it was not measured, or of other sound.</summary>
    public string[]? Of(string name, string inputHash) => _rows.TryGetValue(name, out var cells) && cells[0] == inputHash ? cells[1..] : null;

    public string[]? Of(string name) => _rows.TryGetValue(name, out var cells) ? cells[1..] : null;

    public void Add(string name, string inputHash, params string[] cells)
    {
        _rows[name] = [inputHash, .. cells];
        File.AppendAllText(_file, $"{name}\t{inputHash}\t{string.Join('\t', cells)}\n");
    }

    /// <summary>Skips the test, visibly, when cases were never measured; what was measured has been checked by then.</summary>
    public static void RequireAll(string grid, int missing, int of) => Assert.SkipUnless(missing == 0, $"{grid}: {missing} of {of} cases were never measured; AGW_AUDIO_GRID={missing} measures them");

    public static string HashOf(Pcm pcm) => Convert.ToHexStringLower(SHA256.HashData(WavFile.Write(pcm)))[..12];
}
