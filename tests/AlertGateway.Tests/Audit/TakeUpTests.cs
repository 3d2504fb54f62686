using AlertGateway.Storage.Audit;
using AlertGateway.Storage.Ledger;
using AlertGateway.Tests.Dispatch;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace AlertGateway.Tests.Audit;

/// <summary>What a start takes over from a gateway that ended without a last head, and what it refuses.</summary>
public sealed class TakeUpTests : IDisposable
{
    private const int Commits = 5, RowsPerCommit = 3;

    private readonly TempFolder _folder = new();

    private string Ledger => Path.Combine(_folder.Path, "ledger.db");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_no_head_covers_yet_is_taken_up_and_signed()
    {
        await CrashAsync();
        using (SqliteLedger.Open(Ledger)) { }
        var report = Verify();
        Assert.Empty(report.Findings);
        Assert.Equal((Commits + 2, Commits + 2), (report.Entries, report.Sealed));
    }

    [Theory]
    [InlineData("UPDATE event SET endpoint=99 WHERE seq=6", "row 6")]
    [InlineData("UPDATE event SET body=x'01' WHERE seq=16", "row 16")]
    [InlineData("UPDATE leaf SET hash=(SELECT hash FROM leaf WHERE n=2) WHERE n=6", "entry 6")]
    [InlineData("UPDATE leaf SET hash=zeroblob(32) WHERE n=4", "entry 4")]
    [InlineData("UPDATE leaf SET rows=2 WHERE n=4", "entry 4")]
    [InlineData("UPDATE leaf SET first=first-3 WHERE n=4", "entry 4")]
    [InlineData("UPDATE leaf SET kind=2 WHERE n=4", "entry 4")]
    [InlineData("DELETE FROM leaf WHERE n=4", "entry 4")]
    [InlineData("DELETE FROM leaf WHERE n=6", "row 14")]
    [InlineData("DELETE FROM event WHERE seq=16", "entry 6")]
    [InlineData("DELETE FROM event WHERE seq>13", "entry 6")]
    [InlineData("DELETE FROM event WHERE seq=9", "row 9")]
    [InlineData("INSERT INTO event SELECT 17,16,shard,fence,head,at,dissemination,endpoint,number,crc,body FROM event WHERE seq=16", "row 17")]
    public async Task A_tail_that_is_not_what_its_entries_say_is_refused_by_its_place(string forgery, string place)
    {
        await CrashAsync();
        Run(forgery);
        byte[] before = Heads();
        Assert.Contains(place, Assert.Throws<LedgerException>(() => SqliteLedger.Open(Ledger)).Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(before, Heads());
    }

    [Fact]
    public async Task More_entries_than_a_crash_can_leave_without_a_head_are_refused()
    {
        await CrashAsync();
        Run("INSERT INTO event WITH RECURSIVE n(i) AS (SELECT 17 UNION ALL SELECT i+1 FROM n WHERE i<1100) SELECT i,i-1,0,0,20,1,1,1,0,0,NULL FROM n");
        Run("INSERT INTO leaf WITH RECURSIVE n(i) AS (SELECT 7 UNION ALL SELECT i+1 FROM n WHERE i<1090) SELECT i,1,i+10,1,zeroblob(32) FROM n");
        Assert.Contains("1000", Assert.Throws<LedgerException>(() => SqliteLedger.Open(Ledger)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trickle_of_receipts_is_signed_every_second_too()
    {
        var clock = new FakeTimeProvider();
        using (var ledger = SqliteLedger.Open(Ledger, new SqliteLedgerOptions { Clock = clock }))
        {
            await ledger.AppendAsync(new[] { ARow(LedgerEventKind.Cancelled, 1) }, Stop);
            for (int i = 0; i < 10; i++)
            {
                clock.Advance(TimeSpan.FromSeconds(0.6));
                await ledger.AppendAsync(new[] { ARow(LedgerEventKind.Receipt, i) }, Stop);
            }
        }
        Assert.InRange(Verify().Heads, 5, 11); // a slow machine's own idle seconds count too
    }

    /// <summary>One decision under a signed head, then commits of three rows that no head covers.</summary>
    private async Task CrashAsync()
    {
        using (var ledger = SqliteLedger.Open(Ledger, new SqliteLedgerOptions { Clock = new FakeTimeProvider() }))
        {
            await ledger.AppendAsync(new[] { ARow(LedgerEventKind.Cancelled, 1) }, Stop);
            for (int i = 0; i < Commits; i++) await ledger.AppendAsync(Enumerable.Range(2 + (RowsPerCommit * i), RowsPerCommit).Select(e => ARow(LedgerEventKind.Started, e)).ToArray(), Stop);
        }
        // As if it had ended before its last head.
        Run("DELETE FROM head WHERE size>2");
        File.Delete(Path.Combine(_folder.Path, "audit.witness"));
    }

    private AuditReport Verify() => AuditVerifier.Verify(Ledger, File.ReadAllText(Path.Combine(_folder.Path, "audit.key.pub")), Path.Combine(_folder.Path, "audit.witness"), tailMayBeOpen: false);

    private byte[] Heads()
    {
        using var connection = new SqliteConnection($"Data Source={Ledger};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT group_concat(size || signature) FROM head";
        return System.Text.Encoding.UTF8.GetBytes((string)command.ExecuteScalar()!);
    }

    private void Run(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Ledger};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Statements of this test.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static LedgerEvent ARow(LedgerEventKind kind, int endpoint) => new() { Kind = kind, AtTicks = 639_000_000_000_000_000, DisseminationNo = 1, EndpointNo = endpoint, Channel = 1, Attempt = 1, Body = "abc"u8.ToArray() };
}
