using System.Diagnostics;
using AlertGateway.Storage.Audit;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Tests.Ledger;

/// <summary>On a real file system of 16 MiB, mounted for the test; skipped where mounting is not allowed.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("agw-full-").FullName;
    private readonly bool _mounted;

    public FullDiskTests() => _mounted = Run("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", _folder);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        if (_mounted) Run("umount", _folder);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact(Timeout = 60_000)]
    public async Task With_the_disk_full_nothing_new_is_taken_in_and_a_cancel_with_its_audit_still_commits()
    {
        Assert.SkipUnless(_mounted, "no right to mount a file system");
        string ledgerPath = Path.Combine(_folder, "ledger.db"), filler = Path.Combine(_folder, "filler");
        using (var ledger = SqliteLedger.Open(ledgerPath, new SqliteLedgerOptions { ReserveBytes = 4 * 1024 * 1024 }))
        {
            await ledger.AppendAsync(new[] { ARow(LedgerEventKind.Cleared, 100) }, Stop);
            Fill(filler);
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

    private static LedgerEvent ARow(LedgerEventKind kind, int bytes) => new() { Kind = kind, AtTicks = 1, DisseminationNo = 1, Body = new byte[bytes] };

    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(block);
                file.Flush(flushToDisk: true);
            }
        }
        catch (IOException)
        {
            // Full, as wanted.
        }
    }

    private static bool Run(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
