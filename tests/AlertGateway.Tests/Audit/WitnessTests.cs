using AlertGateway.Storage.Audit;
using AlertGateway.Storage.Ledger;
using AlertGateway.Tests.Dispatch;
using AlertGateway.Tests.Ledger;

namespace AlertGateway.Tests.Audit;

/// <summary>A witness on a medium that fills up, and one that lags behind a running gateway.</summary>
public sealed class WitnessTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task A_write_that_failed_half_way_leaves_no_half_line_behind_the_next()
    {
        using var small = new SmallDisk("64k");
        Assert.SkipUnless(small.IsMounted, "no right to mount a file system");
        using var folder = new TempFolder();
        string path = Path.Combine(folder.Path, "ledger.db"), witness = Path.Combine(small.Path, "audit.witness"), filler = Path.Combine(small.Path, "filler");
        using (var ledger = SqliteLedger.Open(path, new SqliteLedgerOptions { WitnessFile = witness }))
        {
            await ledger.AppendAsync(new[] { ADecision() }, Stop);
            await Until(() => Lines(witness) == 2);
            SmallDisk.Fill(filler);
            // The file's last page holds some more lines, then half of one.
            for (int i = 0; i < 20; i++)
            {
                await ledger.AppendAsync(new[] { ADecision() }, Stop);
                await Until(() => ledger.Witness.Trouble is not null || Lines(witness) == i + 3);
            }
            Assert.NotNull(ledger.Witness.Trouble);
            File.Delete(filler);
            await ledger.AppendAsync(new[] { ADecision() }, Stop);
            await Until(() => ledger.Witness.Trouble is null);
        }
        Assert.Empty(AuditVerifier.Verify(path, await File.ReadAllTextAsync(Path.Combine(folder.Path, "audit.key.pub"), Stop), witness, tailMayBeOpen: false).Findings);
    }

    [Fact]
    public void A_witness_that_lags_is_a_finding_only_when_nobody_writes()
    {
        using var log = AuditedLog.OfMixedCommits(60);
        string[] lines = File.ReadAllLines(log.Witness);
        File.WriteAllText(log.Witness, string.Join('\n', lines[..4]) + "\n" + lines[4][..20]);
        Assert.Contains(log.Verify().Findings, f => f.Code == "witness");
        var running = log.Verify(tailMayBeOpen: true);
        Assert.Empty(running.Findings);
        Assert.Equal((3, lines.Length - 1), (running.Witnessed, running.Heads));
        lines[2] = lines[2].Replace("agw-head 1", "agw-head 2", StringComparison.Ordinal);
        File.WriteAllText(log.Witness, string.Join('\n', lines[..4]) + "\n");
        Assert.Contains(log.Verify(tailMayBeOpen: true).Findings, f => f.Code == "witness");
    }

    private static int Lines(string file)
    {
        using var open = new FileStream(file, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(open);
        return reader.ReadToEnd().Count(c => c == '\n');
    }

    private static async Task Until(Func<bool> isSo)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!isSo()) Assert.True(await poll.WaitForNextTickAsync(Stop));
    }

    private static LedgerEvent ADecision() => new() { Kind = LedgerEventKind.Cancelled, AtTicks = 639_000_000_000_000_000, DisseminationNo = 1, Body = "{}"u8.ToArray() };
}
