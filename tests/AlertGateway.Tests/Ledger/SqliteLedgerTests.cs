using AlertGateway.Storage.Ledger;
using AlertGateway.Tests.Dispatch;
using CsCheck;
using Microsoft.Data.Sqlite;

namespace AlertGateway.Tests.Ledger;

public sealed class SqliteLedgerTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string File => Path.Combine(_folder.Path, "ledger.db");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_acknowledged_is_read_back_in_order_after_reopening()
    {
        using (var ledger = SqliteLedger.Open(File))
        {
            Assert.Equal(1, await ledger.AppendAsync(new[] { AnEvent(1), AnEvent(2) }, Stop));
            Assert.Equal(3, await ledger.AppendAsync(new[] { AnEvent(3) }, Stop));
        }
        using var again = SqliteLedger.Open(File);
        Assert.Equal(3, again.LastSequence);
        var read = Rows(again);
        Assert.Equal([1, 2, 3], read.Select(e => e.EndpointNo));
        Assert.Equal("abc"u8.ToArray(), read[0].Body.ToArray());
    }

    [Fact]
    public async Task Who_comes_first_in_a_burst_waits_for_few_rows_of_the_others()
    {
        using var ledger = SqliteLedger.Open(File);
        using var held = new HeldCommits();
        ledger.Observe(held);
        var first = ledger.AppendAsync(new[] { AnEvent(1) }, Stop).AsTask();
        held.Reached.Wait(Stop);
        var burst = Enumerable.Range(0, 20).Select(_ => ledger.AppendAsync(Enumerable.Repeat(AnEvent(2), 128).ToArray(), Stop).AsTask()).ToArray();
        held.GoOn.Set();
        await Task.WhenAll([first, .. burst]);
        Assert.Equal([1, 256, 1_024, 1_280], held.Sizes);
    }

    /// <summary>Keeps the writer in its first commit until told to go on.</summary>
    private sealed class HeldCommits : ICommitObserver, IDisposable
    {
        public List<int> Sizes { get; } = [];

        public ManualResetEventSlim Reached { get; } = new();

        public ManualResetEventSlim GoOn { get; } = new();

        public void OnCommitted(long firstSequence, ReadOnlySpan<LedgerEvent> events)
        {
            Sizes.Add(events.Length);
            Reached.Set();
            GoOn.Wait(Stop);
        }

        public void Dispose()
        {
            Reached.Dispose();
            GoOn.Dispose();
        }
    }

    [Fact]
    public async Task A_changed_row_is_refused_by_name()
    {
        using (var ledger = SqliteLedger.Open(File)) await ledger.AppendAsync(new[] { AnEvent(1), AnEvent(2), AnEvent(3) }, Stop);
        Tamper("UPDATE event SET endpoint=9 WHERE seq=2");
        using var again = SqliteLedger.Open(File);
        Assert.Contains("row 2", Assert.Throws<LedgerException>(() => Rows(again)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_row_is_refused_by_name()
    {
        using (var ledger = SqliteLedger.Open(File)) await ledger.AppendAsync(new[] { AnEvent(1), AnEvent(2), AnEvent(3) }, Stop);
        Tamper("DELETE FROM event WHERE seq=2");
        using var again = SqliteLedger.Open(File);
        Assert.Contains("row 2", Assert.Throws<LedgerException>(() => Rows(again)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_format_is_refused()
    {
        using (var ledger = SqliteLedger.Open(File)) await ledger.AppendAsync(new[] { AnEvent(1) }, Stop);
        Tamper("PRAGMA user_version=99");
        Assert.Contains("format 99", Assert.Throws<LedgerException>(() => SqliteLedger.Open(File)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_writers_never_share_a_file()
    {
        using var ledger = SqliteLedger.Open(File);
        Assert.Contains("in use", Assert.Throws<LedgerException>(() => SqliteLedger.Open(File)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Concurrent_appends_get_distinct_rows_without_gaps()
    {
        using var ledger = SqliteLedger.Open(File);
        var firsts = await Task.WhenAll(Enumerable.Range(1, 200).Select(i => Task.Run(async () => await ledger.AppendAsync(new[] { AnEvent(i), AnEvent(i) }, Stop), Stop)));
        Assert.Equal(Enumerable.Range(0, 200).Select(i => (2L * i) + 1), firsts.Order());
        Assert.Equal(400, Rows(ledger).Count);
    }

    [Fact]
    public void Every_field_survives_the_row() =>
        Gen.Select(Gen.Byte, Gen.Byte, Gen.Byte, Gen.Byte, Gen.Long, Gen.Int[0, int.MaxValue], Gen.Byte.Array[0, 40]).Sample((channel, purpose, attempt, code, number, endpoint, body) =>
        {
            using var folder = new TempFolder();
            using var ledger = SqliteLedger.Open(Path.Combine(folder.Path, "l.db"));
            var written = new LedgerEvent { Kind = LedgerEventKind.Result, AtTicks = number / 2, DisseminationNo = endpoint / 3, EndpointNo = endpoint, Channel = channel, Purpose = purpose, Attempt = attempt, Code = code, Number = number, Body = body };
            ledger.AppendAsync(new[] { written }).AsTask().GetAwaiter().GetResult();
            var read = Rows(ledger)[0];
            return read with { Body = default } == written with { Body = default } && read.Body.Span.SequenceEqual(body);
        }, iter: 30, threads: 1);

    [Fact]
    public async Task A_ledger_of_format_1_gets_its_audit_entries_on_opening()
    {
        using (var ledger = SqliteLedger.Open(File)) await ledger.AppendAsync(new[] { AnEvent(1), AnEvent(2), AnEvent(3) }, Stop);
        Tamper("DROP TABLE leaf; DROP TABLE head; PRAGMA user_version=1");
        System.IO.File.Delete(Path.Combine(_folder.Path, "audit.witness"));
        using (var ledger = SqliteLedger.Open(File)) await ledger.AppendAsync(new[] { AnEvent(4) }, Stop);
        var report = AlertGateway.Storage.Audit.AuditVerifier.Verify(File, await System.IO.File.ReadAllTextAsync(Path.Combine(_folder.Path, "audit.key.pub"), Stop), Path.Combine(_folder.Path, "audit.witness"), tailMayBeOpen: false);
        Assert.Empty(report.Findings);
        Assert.Equal((2, 4), (report.Entries, report.Rows));
    }

    [Fact]
    public async Task A_row_whose_body_is_over_the_bound_stops_the_ledger_for_good()
    {
        using var ledger = SqliteLedger.Open(File);
        await Assert.ThrowsAsync<LedgerException>(async () => await ledger.AppendAsync(new[] { AnEvent(1) with { Body = new byte[LedgerEvent.BodyBytesMax + 1] } }, Stop));
        Assert.Same(ledger.Failure, await ledger.Stopped.WaitAsync(Stop));
        await Assert.ThrowsAsync<LedgerException>(async () => await ledger.AppendAsync(new[] { AnEvent(1) }, Stop));
    }

    [Fact(Timeout = 60_000)]
    public async Task Once_nobody_waits_the_file_holds_every_row_without_its_log()
    {
        const int Rows = 2_500;
        using var ledger = SqliteLedger.Open(File);
        await ledger.AppendAsync(Enumerable.Range(1, Rows).Select(AnEvent).ToArray(), Stop);
        string copy = Path.Combine(_folder.Path, "copy.db");
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        do
        {
            Assert.True(await poll.WaitForNextTickAsync(Stop));
            System.IO.File.Copy(File, copy, overwrite: true);
        }
        while (!HasAll(copy));
        Assert.Equal(Rows, SqliteLedger.LastSequenceOf(copy));

        static bool HasAll(string path)
        {
            try
            {
                return SqliteLedger.LastSequenceOf(path) == Rows;
            }
            catch (LedgerException)
            {
                return false; // copied while it was written
            }
        }
    }

    [Theory]
    [InlineData(SQLitePCL.raw.SQLITE_OK, false)]
    [InlineData(SQLitePCL.raw.SQLITE_BUSY, false)]
    [InlineData(SQLitePCL.raw.SQLITE_FULL, false)]
    [InlineData(SQLitePCL.raw.SQLITE_IOERR, true)]
    [InlineData(SQLitePCL.raw.SQLITE_IOERR | (4 << 8), true)] // fsync
    [InlineData(SQLitePCL.raw.SQLITE_CORRUPT, true)]
    public void A_checkpoint_that_failed_stops_the_ledger_and_one_that_must_wait_does_not(int code, bool stops) => Assert.Equal(stops, SqliteLedger.Stops(code));

    [Fact]
    public async Task The_write_ahead_log_stays_within_bounds_while_rows_come_without_a_pause()
    {
        using var ledger = SqliteLedger.Open(File);
        for (int i = 0; i < 40; i++) await ledger.AppendAsync(new[] { AnEvent(i) with { Body = new byte[4 * 1024 * 1024] } }, Stop);
        Assert.InRange(new FileInfo(File + "-wal").Length, 1, 48 * 1024 * 1024);
    }

    [Fact]
    public async Task Appends_of_one_commit_are_answered_in_their_order_each_with_its_first_row()
    {
        using var ledger = SqliteLedger.Open(File);
        var appends = Enumerable.Range(1, 200).Select(i => ledger.AppendAsync(Enumerable.Range(1, 1 + (i % 3)).Select(AnEvent).ToArray(), Stop).AsTask()).ToArray();
        long[] first = await Task.WhenAll(appends);
        long next = 1;
        for (int i = 1; i <= first.Length; i++)
        {
            Assert.Equal(next, first[i - 1]);
            next += 1 + (i % 3);
        }
        Assert.Equal(next - 1, ledger.LastSequence);
    }

    private static LedgerEvent AnEvent(int endpoint) => new() { Kind = LedgerEventKind.Started, AtTicks = 42, DisseminationNo = 7, EndpointNo = endpoint, Channel = 1, Attempt = 1, Number = -5, Body = "abc"u8.ToArray() };

    private static List<LedgerEvent> Rows(SqliteLedger ledger)
    {
        var rows = new List<LedgerEvent>();
        ledger.Read(1, (_, batch) => rows.AddRange(batch));
        return rows;
    }

    private void Tamper(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Statements of this test.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
