using System.Globalization;
using AlertGateway.Cap;
using Xunit;

namespace AlertGateway.Tests.Cap;

public sealed class CorpusTests
{
    [Fact]
    public void Every_file_agrees_with_the_independent_summary_or_the_difference_is_explained()
    {
        var expected = Corpus.Expected();
        var wrong = new List<string>();
        var skipped = 0;
        var compared = 0;
        foreach (var file in Corpus.Files())
        {
            var name = Path.GetFileName(file);
            if (!expected.TryGetValue(name, out var row))
            {
                skipped++;
                continue;
            }

            compared++;
            var document = CapReader.Read(File.ReadAllBytes(file));
            var actual = Summary(document);
            foreach (var (column, value) in actual)
            {
                if (row[column] == value) continue;
                if (!KnownDifferences.Explains(name, column, row[column], value)) wrong.Add($"{name} {column}: summary says “{row[column]}”, reader says “{value}”");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"corpus: {compared} files compared, {skipped} skipped (no independent summary), folders: {Corpus.Folders.Count}");
        Assert.Empty(wrong);
        Assert.True(compared >= 80, $"only {compared} files compared");
    }

    [Fact]
    public void Every_accepted_message_survives_writing_and_reading_again()
    {
        var written = 0;
        foreach (var file in Corpus.Files())
        {
            foreach (var message in CapReader.Read(File.ReadAllBytes(file)).Messages.Where(m => m.Disposition == Disposition.Accept))
            {
                var bytes = CapWriter.Write(message.Alert!);
                var again = Assert.Single(CapReader.Read(bytes).Messages);
                Assert.True(again.XsdValid, $"{file}: {string.Join("; ", again.Findings)}");
                Assert.Equal(Disposition.Accept, again.Disposition);
                Assert.Equal(message.Alert!.Key, again.Alert!.Key);
                AlertComparison.AssertSame(message.Alert, again.Alert);
                Assert.Equal(bytes, CapWriter.Write(again.Alert));
                written++;
            }
        }

        Assert.True(written >= 30, $"only {written} messages were accepted");
    }

    /// <summary>The golden lines were read by a person; when a change is meant, set AGW_WRITE_GOLDEN=1 once and look at the difference.</summary>
    [Fact]
    public void The_verdicts_are_those_that_a_person_has_looked_at() =>
        Golden("golden.jsonl", Directory.EnumerateFiles(Path.Combine(Corpus.Root, "cap")));

    /// <summary>Files that may not be handed on are read where AGW_CORPUS has them; only the summary of them is kept here.</summary>
    [Fact]
    public void So_are_the_verdicts_on_files_that_are_kept_elsewhere()
    {
        var elsewhere = Corpus.Files().Where(f => !f.StartsWith(Corpus.Root, StringComparison.Ordinal)).ToList();
        Assert.SkipWhen(elsewhere.Count == 0, "AGW_CORPUS names no folder with further files.");
        Golden("golden-elsewhere.jsonl", elsewhere);
    }

    private static void Golden(string name, IEnumerable<string> files)
    {
        var path = Path.Combine(Corpus.Root, name);
        var lines = files.Order(StringComparer.Ordinal).SelectMany(f => CapReport.JsonLines(Path.GetFileName(f), CapReader.Read(File.ReadAllBytes(f)))).ToList();
        if (Environment.GetEnvironmentVariable("AGW_WRITE_GOLDEN") == "1") File.WriteAllText(path, string.Join('\n', lines) + "\n");
        Assert.Equal(File.ReadAllLines(path), lines);
    }

    private static Dictionary<string, string> Summary(CapDocument document)
    {
        var message = document.Messages[0];
        var alert = message.Alert;
        var infos = alert?.Infos ?? [];
        var areas = infos.SelectMany(i => i.Areas).ToList();
        return new(StringComparer.Ordinal)
        {
            ["root"] = document.RootName.Length == 0 ? "?" : document.RootName,
            ["version"] = message.Version switch { CapVersion.V10 => "1.0", CapVersion.V11 => "1.1", CapVersion.V12 => "1.2", _ => "" },
            ["xsd"] = message.XsdValid switch { true => "xsd-valid", false => "xsd-invalid", null => "not-well-formed" },
            ["status"] = alert is null ? "" : $"{alert.Status}",
            ["msgType"] = alert is null ? "" : $"{alert.MsgType}",
            ["scope"] = alert is null ? "" : $"{alert.Scope}",
            ["langs"] = string.Join('|', infos.Select(i => string.IsNullOrEmpty(i.Language) ? "(default en-US)" : i.Language).Distinct()),
            ["infos"] = N(infos.Count),
            ["areas"] = N(areas.Count),
            ["polygons"] = N(areas.Sum(a => a.Polygons.Count + a.UnreadablePolygons.Count)),
            ["maxpts"] = N(areas.SelectMany(a => a.Polygons).Select(p => p.Points.Count).DefaultIfEmpty(0).Max()),
            ["circles"] = N(areas.Sum(a => a.Circles.Count + a.UnreadableCircles.Count)),
            ["geocodes"] = N(areas.Sum(a => a.Geocodes.Count)),
            ["resources"] = N(infos.Sum(i => i.Resources.Count)),
            ["refs"] = N(alert?.References.Count ?? 0),
            ["identity"] = alert is null ? "||" : $"{alert.Sender}|{alert.Identifier}|{alert.SentText}",
        };
    }

    private static string N(int value) => value.ToString(CultureInfo.InvariantCulture);
}
