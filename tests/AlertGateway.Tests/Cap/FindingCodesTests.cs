using AlertGateway.Cap;
using Xunit;

namespace AlertGateway.Tests.Cap;

public sealed class FindingCodesTests
{
    private static readonly string Document = Path.Combine(Corpus.RepositoryRoot(), "docs", "finding-codes.md");

    [Fact]
    public void The_document_lists_exactly_the_codes_that_the_library_knows()
    {
        var rows = FindingCodes.All.Select(c => $"| `{c.Code}` | {c.Level.ToString().ToLowerInvariant()} | {c.Effect.ToString().ToLowerInvariant()} | {c.Meaning} |").ToList();
        if (Environment.GetEnvironmentVariable("AGW_WRITE_GOLDEN") == "1") Write(rows);
        Assert.Equal(rows, File.ReadAllLines(Document).Where(l => l.StartsWith("| `", StringComparison.Ordinal)));
    }

    [Fact]
    public void No_code_is_defined_twice() => Assert.Equal(FindingCodes.All.Count, FindingCodes.All.Select(c => c.Code).Distinct().Count());

    private static void Write(List<string> rows) => File.WriteAllText(Document, string.Join('\n',
    [
        "# Finding codes", "",
        "What the CAP reader can remark about a document. A code is never reused and never changes its meaning; new ones are added at the end",
        "of their group. *Effect* is the mildest disposition that a message with this finding can have: the message's disposition is the",
        "worst effect among its findings.", "",
        "| Code | Level | Effect | Meaning |", "|---|---|---|---|", .. rows, "",
    ]));
}
