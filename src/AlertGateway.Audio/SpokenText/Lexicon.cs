using System.Text;
using System.Text.RegularExpressions;

namespace AlertGateway.Audio.SpokenText;

/// <summary>One word and how it is said.</summary>
/// <param name="Word">Hanzi, or Latin letters as written.</param>
/// <param name="Syllables">Toned pinyin, such as <c>di4 zhen4</c>; tone 5 is the neutral tone.</param>
/// <param name="Note">For the people who keep the list.</param>
public sealed record LexiconEntry(string Word, IReadOnlyList<string> Syllables, string Note);

/// <summary>
/// The pronunciation of words that an engine would misread: longest match first, everything else left in hanzi. Immutable and thread-safe.
/// Files are UTF-8 with three columns between tabs: word, toned pinyin with blanks, note; <c>#</c> begins a comment.
/// </summary>
public sealed partial class Lexicon
{
    public const int EntriesMax = 50_000;
    public const int WordCharactersMax = 24;

    // How Chinese speakers say Latin letters; an engine told to expect pinyin would try to read them as syllables.
    private static readonly string[] LetterNames =
        ["ei1", "bi4", "xi1", "di4", "yi4", "ai2fu5", "ji4", "ei1qi1", "ai4", "zhei4", "kei4", "ai2lou5", "ai2mu5", "en1", "ou1", "pi4", "kiu1", "a4er5", "ai2si5", "ti4", "you1", "wei1", "da2bu5liu5", "ai4ke5si5", "wai4", "zei4"];

    private readonly Dictionary<string, LexiconEntry> _entries;
    private readonly int _longest;

    private Lexicon(Dictionary<string, LexiconEntry> entries)
    {
        _entries = entries;
        _longest = entries.Count == 0 ? 0 : entries.Keys.Max(word => word.Length);
    }

    public static Lexicon Empty { get; } = new([]);

    public IReadOnlyCollection<LexiconEntry> Entries => _entries.Values;

    public bool TryGet(string word, out LexiconEntry? entry) => _entries.TryGetValue(word, out entry);

    /// <summary>Reads the lines of one or more files, later lines winning; every line that cannot be read is named and left out.</summary>
    public static Lexicon Parse(IEnumerable<(string File, string Text)> files, out IReadOnlyList<string> problems)
    {
        ArgumentNullException.ThrowIfNull(files);
        var entries = new Dictionary<string, LexiconEntry>(StringComparer.Ordinal);
        var found = new List<string>();
        foreach (var (file, text) in files)
        {
            var number = 0;
            foreach (var line in text.Split('\n'))
            {
                number++;
                var trimmed = line.TrimEnd('\r', ' ');
                if (trimmed.Length == 0 || trimmed[0] == '#') continue;
                var problem = TryReadLine(trimmed, out var entry);
                if (problem is null && entries.Count >= EntriesMax) problem = $"more than {EntriesMax} words";
                if (problem is null) entries[entry!.Word] = entry;
                else if (found.Count < 100) found.Add($"{file}:{number}: {problem}");
            }
        }
        problems = found;
        return new Lexicon(entries);
    }

    /// <summary>Hanzi with toned pinyin in place of the words of the list, ready for an engine that takes both.</summary>
    public string Annotate(string script)
    {
        ArgumentNullException.ThrowIfNull(script);
        var annotated = new StringBuilder(script.Length * 2);
        var at = 0;
        while (at < script.Length)
        {
            var entry = LongestAt(script, at);
            if (entry is not null)
            {
                Separate(annotated);
                foreach (var syllable in entry.Syllables) annotated.Append(syllable);
                annotated.Append(' ');
                at += entry.Word.Length;
                continue;
            }
            var c = script[at++];
            if (char.IsAsciiLetter(c))
            {
                Separate(annotated);
                annotated.Append(LetterNames[char.ToUpperInvariant(c) - 'A']).Append(' ');
            }
            else annotated.Append(c);
        }
        return annotated.ToString().Trim();
    }

    private static void Separate(StringBuilder annotated)
    {
        if (annotated.Length > 0 && annotated[^1] != ' ') annotated.Append(' ');
    }

    private LexiconEntry? LongestAt(string script, int at)
    {
        for (var length = Math.Min(_longest, script.Length - at); length > 0; length--)
            if (_entries.TryGetValue(script.Substring(at, length), out var entry)) return entry;
        return null;
    }

    private static string? TryReadLine(string line, out LexiconEntry? entry)
    {
        entry = null;
        var columns = line.Split('\t');
        if (columns.Length < 2) return "a line has a word, a tab, and its pinyin";
        var word = columns[0].Trim();
        if (word.Length is 0 or > WordCharactersMax) return $"a word has 1 to {WordCharactersMax} characters";
        var syllables = columns[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        foreach (var syllable in syllables)
            if (!TonedSyllable.IsMatch(syllable)) return $"\"{syllable}\" is not a pinyin syllable with its tone 1 to 5";
        var hanzi = word.All(c => c is >= '\u3400' and <= '\u9FFF');
        if (!hanzi && !word.All(c => c is >= '\u3400' and <= '\u9FFF' || char.IsAsciiLetter(c))) return "a word is made of hanzi and Latin letters";
        if (syllables.Length == 0 || (hanzi && syllables.Length != word.Length)) return $"{word.Length} characters but {syllables.Length} syllables";
        entry = new LexiconEntry(word, syllables, columns.Length > 2 ? columns[2].Trim() : "");
        return null;
    }

    [GeneratedRegex(@"^[a-zü]{1,6}[1-5]\z", RegexOptions.CultureInvariant)] private static partial Regex TonedSyllable { get; }
}
