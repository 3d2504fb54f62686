using System.Globalization;
using AlertGateway.Acceptance.House;

namespace AlertGateway.Acceptance.Night;

/// <summary>The kept table of whole-house runs says of every document what became of it, and no row of it is bad.</summary>
public sealed class AroundTableTests
{
    private const int Document = 0, Verdict = 2, Planned = 4, Delivered = 5, Suppressed = 8, Lost = 9, Duplicates = 10, Stray = 11, Reason = 13;

    private static string Corpus { get; } = Path.Combine(RunningHouse.Repository, "tests", "corpus");

    [Fact]
    public void No_run_lost_doubled_or_strayed_and_each_adds_up()
    {
        foreach (string[] row in Rows())
        {
            string name = row[Document];
            Assert.True(row[Verdict] is "sent" or "held" or "refused", $"{name}: {row[Verdict]}");
            Assert.True(Number(row, Planned) == Enumerable.Range(Delivered, Suppressed - Delivered + 1).Sum(c => Number(row, c)), $"{name} does not add up");
            Assert.True(Number(row, Lost) + Number(row, Duplicates) + Number(row, Stray) == 0, $"{name} lost, doubled or strayed");
            if (row[Verdict] == "sent") Assert.True(Number(row, Planned) > 0, $"{name} was sent to nobody");
            else Assert.True(row[Reason].Contains(": ", StringComparison.Ordinal), $"{name} was {row[Verdict]} without a reason");
        }
    }

    [Fact]
    public void Every_real_or_edited_document_with_a_shape_and_ten_with_codes_alone_have_a_row()
    {
        var rows = Rows().Select(r => r[Document]).ToHashSet(StringComparer.Ordinal);
        var real = Table("ATTRIBUTION.tsv").Where(l => l[3].StartsWith("real", StringComparison.Ordinal) || l[3].StartsWith("derived-from-real", StringComparison.Ordinal)).Select(l => Path.GetFileName(l[0])).ToHashSet(StringComparer.Ordinal);
        var shaped = Table("cap_validation.tsv").Where(l => Number(l, 10) + Number(l, 12) > 0).Select(l => l[0]).ToHashSet(StringComparer.Ordinal);
        var due = real.Intersect(shaped, StringComparer.Ordinal).ToList();
        Assert.NotEmpty(due);
        Assert.Empty(due.Except(rows, StringComparer.Ordinal));
        Assert.True(rows.Except(shaped, StringComparer.Ordinal).Count() >= 10, "fewer than ten documents with codes alone");
    }

    private static IEnumerable<string[]> Table(string file) => File.ReadLines(Path.Combine(Corpus, file)).Skip(1).Select(l => l.Split('\t'));

    private static int Number(string[] row, int column) => int.Parse(row[column], NumberStyles.None, CultureInfo.InvariantCulture);

    private static IEnumerable<string[]> Rows() => Table("around.tsv");
}
