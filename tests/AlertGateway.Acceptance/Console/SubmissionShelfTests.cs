using System.Text;
using AlertGateway.Acceptance.House;
using AlertGateway.Core.Ingest;
using AlertGateway.Server.Composition;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Acceptance.Console;

/// <summary>The list of documents on the first page.</summary>
public sealed class SubmissionShelfTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_document_is_read_once_and_the_newest_stand_first()
    {
        string folder = Directory.CreateTempSubdirectory("agw-shelf-").FullName;
        try
        {
            using var ledger = SqliteLedger.Open(Path.Combine(folder, "ledger.db"));
            using var ingest = new IngestRoom(ledger, TimeProvider.System, new IngestOptions());
            ledger.Observe(ingest);
            for (int i = 1; i <= 3; i++) await TakeAsync(ingest, $"a{i}");
            var shelf = new SubmissionShelf(ingest);
            var first = shelf.Newest(2);
            Assert.Equal(["a3", "a2"], first.Select(s => s.Alert.Identifier));
            Assert.Same(first[0], shelf.Newest(2)[0]);
            await TakeAsync(ingest, "a4");
            var later = shelf.Newest(2);
            Assert.Equal(["a4", "a3"], later.Select(s => s.Alert.Identifier));
            Assert.Same(first[0], later[1]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task TakeAsync(IngestRoom ingest, string identifier) =>
        await ingest.TakeAsync(Encoding.UTF8.GetBytes(new CapDocument { Identifier = identifier, Sent = TimeProvider.System.GetUtcNow(), Polygons = ["31.37,119.36 31.38,119.38 31.40,119.37 31.37,119.36"] }.ToString()), new SubmissionSource("person:1", Official: false, 1), Stop);
}
