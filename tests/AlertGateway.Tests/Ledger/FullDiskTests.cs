using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Audit;
using AlertGateway.Storage.Ledger;
using AlertGateway.Tests.Dispatch;

namespace AlertGateway.Tests.Ledger;

/// <summary>On a real file system of 16 MiB, mounted for the test; skipped where mounting is not allowed.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly SmallDisk _disk = new("16m");
    private readonly string _folder;

    public FullDiskTests() => _folder = _disk.Path;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _disk.Dispose();

    [Fact(Timeout = 60_000)]
    public async Task With_the_disk_full_nothing_new_is_taken_in_and_a_cancel_with_its_audit_still_commits()
    {
        Assert.SkipUnless(_disk.IsMounted, "no right to mount a file system");
        string ledgerPath = Path.Combine(_folder, "ledger.db"), filler = Path.Combine(_folder, "filler");
        using (var ledger = SqliteLedger.Open(ledgerPath, new SqliteLedgerOptions { ReserveBytes = 4 * 1024 * 1024 }))
        {
            await ledger.AppendAsync(new[] { ARow(LedgerEventKind.Cleared, 100) }, Stop);
            SmallDisk.Fill(filler);
            // The row that meets the full disk is stored with the help of the reserve.
            for (int i = 0; i < 200 && !ledger.IsShortOfSpace; i++) await ledger.AppendAsync(new[] { ARow(LedgerEventKind.Result, 60_000) }, Stop);
            Assert.True(ledger.IsShortOfSpace);
            await Assert.ThrowsAsync<LedgerFullException>(async () => await ledger.AppendAsync(new[] { ARow(LedgerEventKind.Submitted, 100) }, Stop));
            await ledger.AppendAsync(new[] { ARow(LedgerEventKind.Cancelled, 100) }, Stop);
            Assert.Null(ledger.Failure);
            File.Delete(filler);
            await ledger.AppendAsync(new[] { ARow(LedgerEventKind.Result, 10) }, Stop);
            Assert.False(ledger.IsShortOfSpace);
            await ledger.AppendAsync(new[] { ARow(LedgerEventKind.Submitted, 100) }, Stop);
        }
        var report = AuditVerifier.Verify(ledgerPath, await File.ReadAllTextAsync(Path.Combine(_folder, "audit.key.pub"), Stop), Path.Combine(_folder, "audit.witness"), tailMayBeOpen: false);
        Assert.Empty(report.Findings);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_begins_is_refused_by_the_very_commit_that_meets_the_full_disk_and_what_takes_back_is_not()
    {
        Assert.SkipUnless(_disk.IsMounted, "no right to mount a file system");
        string filler = Path.Combine(_folder, "filler");
        using var ledger = SqliteLedger.Open(Path.Combine(_folder, "ledger.db"), new SqliteLedgerOptions { ReserveBytes = 4 * 1024 * 1024 });
        await ledger.AppendAsync(new[] { ARow(LedgerEventKind.Submitted, 100) }, Stop);
        SmallDisk.Fill(filler);
        LedgerFullException? refused = null;
        long before = 0;
        for (int i = 0; i < 200 && refused is null; i++)
        {
            before = ledger.LastSequence;
            refused = await Record.ExceptionAsync(async () => await ledger.AppendAsync(new[] { ARow(LedgerEventKind.Signed, 60_000) }, Stop)) as LedgerFullException;
        }
        Assert.NotNull(refused);
        Assert.Equal((before, true, null), (ledger.LastSequence, ledger.IsShortOfSpace, ledger.Failure));
        foreach (var kind in (LedgerEventKind[])[LedgerEventKind.Submitted, LedgerEventKind.Proposed, LedgerEventKind.Signed])
        {
            await Assert.ThrowsAsync<LedgerFullException>(async () => await ledger.AppendAsync(new[] { ARow(kind, 100) }, Stop));
            await ledger.AppendTakingBackAsync(new[] { ARow(kind, 100) }, Stop);
        }
        Assert.Equal(before + 3, ledger.LastSequence);
        File.Delete(filler);
        await ledger.AppendAsync(new[] { ARow(LedgerEventKind.Result, 10) }, Stop);
        await ledger.AppendAsync(new[] { ARow(LedgerEventKind.Signed, 100) }, Stop);
    }

    [Fact]
    public void A_start_keeps_the_reserve_that_is_there()
    {
        string folder = Directory.CreateTempSubdirectory("agw-reserve-").FullName;
        try
        {
            string path = Path.Combine(folder, "ledger.db"), reserve = path + ".reserve";
            const long Bytes = 1024 * 1024;
            var options = new SqliteLedgerOptions { ReserveBytes = Bytes };
            SqliteLedger.Open(path, options).Dispose();
            Assert.Equal(Bytes, new FileInfo(reserve).Length);
            using (var file = File.OpenWrite(reserve)) file.Write([7]);
            SqliteLedger.Open(path, options).Dispose();
            Assert.Equal((Bytes, 7), (new FileInfo(reserve).Length, FirstByte(reserve)));
            SqliteLedger.Open(path, new SqliteLedgerOptions { ReserveBytes = 2 * Bytes }).Dispose();
            Assert.Equal((2 * Bytes, 0), (new FileInfo(reserve).Length, FirstByte(reserve)));
            Assert.False(File.Exists(reserve + ".new"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_small_disk_has_a_small_reserve_and_a_full_one_keeps_the_one_it_has()
    {
        Assert.SkipUnless(_disk.IsMounted, "no right to mount a file system");
        string path = Path.Combine(_folder, "ledger.db"), filler = Path.Combine(_folder, "filler");
        using (var ledger = SqliteLedger.Open(path, new SqliteLedgerOptions { ReserveBytes = 256 * 1024 * 1024 })) Assert.False(ledger.IsShortOfSpace);
        Assert.Equal(4 * 1024 * 1024, new FileInfo(path + ".reserve").Length);
        SqliteLedger.Open(path, new SqliteLedgerOptions { ReserveBytes = 1024 * 1024 }).Dispose();
        using (var file = new FileStream(filler, FileMode.Create)) file.Write(new byte[13 * 1024 * 1024]);
        // A larger one is asked for, and there is no room: a smaller one is a reserve too.
        using (var ledger = SqliteLedger.Open(path, new SqliteLedgerOptions { ReserveBytes = 4 * 1024 * 1024 })) Assert.False(ledger.IsShortOfSpace);
        Assert.Equal(1024 * 1024, new FileInfo(path + ".reserve").Length);
    }

    [Fact]
    public void A_snapshot_file_that_finds_no_room_leaves_none_of_it_behind()
    {
        Assert.SkipUnless(_disk.IsMounted, "no right to mount a file system");
        var folder = new SnapshotFolder(Path.Combine(_folder, "snapshot"));
        Assert.Throws<IOException>(() => folder.Write("large", new byte[24 * 1024 * 1024]));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_folder, "snapshot")));
        File.WriteAllText(Path.Combine(_folder, "snapshot", "cut.new"), "the process died here");
        _ = new SnapshotFolder(Path.Combine(_folder, "snapshot"));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_folder, "snapshot")));
    }

    [Fact(Timeout = 60_000)]
    public async Task While_the_disk_is_full_no_snapshot_is_made()
    {
        Assert.SkipUnless(_disk.IsMounted, "no right to mount a file system");
        string filler = Path.Combine(_folder, "filler"), snapshot = Path.Combine(_folder, "snapshot");
        using var ledger = SqliteLedger.Open(Path.Combine(_folder, "ledger.db"), new SqliteLedgerOptions { ReserveBytes = 4 * 1024 * 1024 });
        var room = new DisseminationRoom(ledger, Makers.ATown(4), TimeProvider.System, _ => new ChannelTimes(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)));
        var snapshots = new StateSnapshots(new SnapshotFolder(snapshot), ledger, room);
        ledger.Observe(room);
        ledger.Observe(snapshots);
        SmallDisk.Fill(filler);
        for (int i = 0; i < 200 && !ledger.IsShortOfSpace; i++) await ledger.AppendAsync(new[] { ARow(LedgerEventKind.Returned, 60_000) }, Stop);
        Assert.True(ledger.IsShortOfSpace);
        snapshots.Write();
        Assert.Empty(Directory.EnumerateFiles(snapshot));
        File.Delete(filler);
        await ledger.AppendAsync(new[] { ARow(LedgerEventKind.Result, 10) }, Stop);
        snapshots.Write();
        Assert.Equal("manifest", Path.GetFileName(Assert.Single(Directory.EnumerateFiles(snapshot))));
    }

    private static int FirstByte(string path)
    {
        using var file = File.OpenRead(path);
        return file.ReadByte();
    }

    private static LedgerEvent ARow(LedgerEventKind kind, int bytes) => new() { Kind = kind, AtTicks = 1, DisseminationNo = 1, Body = new byte[bytes] };
}
