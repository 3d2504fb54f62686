using System.Security.Cryptography;
using AlertGateway.Storage.Audit;
using AlertGateway.Storage.Ledger;
using AlertGateway.Tests.Dispatch;

namespace AlertGateway.Tests.Audit;

public sealed class AuditLogTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void A_log_that_nobody_touched_is_whole_and_sealed_to_its_end()
    {
        using var log = AuditedLog.OfMixedCommits(300);
        var report = log.Verify();
        Assert.Empty(report.Findings);
        Assert.InRange(report.Entries, 300, 310);
        Assert.Equal(report.Entries, report.Sealed);
        Assert.Equal(report.Heads, report.Witnessed);
        Assert.InRange(report.Heads, 2, report.Entries);
    }

    [Fact]
    public async Task The_log_goes_on_where_it_was_left_and_a_decision_has_an_entry_and_a_head_at_once()
    {
        using var log = AuditedLog.OfMixedCommits(50);
        var before = log.Verify();
        using (var ledger = log.Open())
        {
            await ledger.AppendAsync(new[] { ARow(LedgerEventKind.Cancelled, "{}") }, Stop);
            var running = log.Verify(tailMayBeOpen: true);
            Assert.Equal((before.Entries + 2, before.Entries + 2), (running.Entries, running.Sealed));
        }
        var after = log.Verify();
        Assert.Empty(after.Findings);
        Assert.Equal(before.Heads + 1, after.Heads);
    }

    [Fact]
    public void Two_installations_share_no_key_and_the_key_is_for_its_owner_only()
    {
        using TempFolder one = new(), other = new();
        foreach (var folder in new[] { one, other })
        {
            using (SqliteLedger.Open(Path.Combine(folder.Path, "ledger.db"))) { }
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder.Path, "audit.key")));
        }
        Assert.NotEqual(File.ReadAllText(Path.Combine(one.Path, "audit.key")), File.ReadAllText(Path.Combine(other.Path, "audit.key")));
    }

    [Fact]
    public void A_key_that_others_can_read_is_refused()
    {
        if (OperatingSystem.IsWindows()) return;
        using var folder = new TempFolder();
        using (SqliteLedger.Open(Path.Combine(folder.Path, "ledger.db"))) { }
        File.SetUnixFileMode(Path.Combine(folder.Path, "audit.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", Assert.Throws<LedgerException>(() => SqliteLedger.Open(Path.Combine(folder.Path, "ledger.db"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_its_key_a_ledger_is_refused_and_nothing_is_changed()
    {
        using var log = AuditedLog.OfMixedCommits(20);
        string key = Path.Combine(Path.GetDirectoryName(log.Ledger)!, "audit.key"), publicPem = log.PublicPem;
        File.Delete(key);
        Assert.Contains("audit.key", Assert.Throws<LedgerException>(log.Open).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(key));
        Assert.Equal(publicPem, await File.ReadAllTextAsync(key + ".pub", Stop));
    }

    [Fact]
    public void A_log_is_not_taken_up_with_another_key_and_does_not_verify_with_one()
    {
        using AuditedLog log = AuditedLog.OfMixedCommits(20), other = AuditedLog.OfMixedCommits(5);
        Assert.NotEmpty(AuditVerifier.Verify(log.Ledger, other.PublicPem, null, false).Findings);
        File.Copy(Path.Combine(Path.GetDirectoryName(other.Ledger)!, "audit.key"), Path.Combine(Path.GetDirectoryName(log.Ledger)!, "audit.key"), overwrite: true);
        Assert.Throws<LedgerException>(log.Open);
    }

    [Fact]
    public async Task A_send_is_proven_through_its_commits_entry_by_a_path_to_the_signed_root()
    {
        using var log = AuditedLog.OfMixedCommits(120);
        using (var ledger = log.Open()) await ledger.AppendAsync(new[] { ARow(LedgerEventKind.Started), ARow(LedgerEventKind.Started) }, Stop);
        long rows = log.Verify().Rows;
        foreach (long row in new[] { 1, rows / 2, rows })
        {
            var proof = AuditProver.Prove(log.Ledger, row)!;
            Assert.InRange(row, proof.FirstRow, proof.FirstRow + proof.Rows - 1);
            Assert.True(MerkleProof.IsIncluded(proof.LeafHash, proof.Entry, proof.Head.Size, proof.Path, Convert.FromHexString(proof.Head.Root)));
            using var check = new AuditHeadCheck(log.PublicPem);
            Assert.True(check.IsSigned(proof.Head));
        }
        Assert.Null(AuditProver.Prove(log.Ledger, rows + 1));
    }

    [Fact]
    public void The_bytes_of_an_entry_are_those_of_the_format_page()
    {
        // docs/ledger-format.md, written out by hand.
        var entry = new MemoryStream();
        using (var writer = new BinaryWriter(entry, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            writer.Write((byte)0);
            writer.Write((byte)1);
            writer.Write(5L);
            writer.Write(1);
            foreach (long word in new[] { 5L, 0L, 0x0000_0001_0101_0114L, 42L, -7L }) writer.Write(word);
            foreach (int word in new[] { 3, 9, 0, 2 }) writer.Write(word);
            writer.Write("ab"u8);
        }
        using var hasher = new AuditEntry();
        hasher.BeginCommit(5, 1);
        hasher.AddRow(5, 0, 0, 0x0000_0001_0101_0114L, 42, 3, 9, -7, "ab"u8);
        var hash = new byte[32];
        hasher.End(hash);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(entry.ToArray())), Convert.ToHexStringLower(hash));
    }

    [Fact]
    public void The_lines_of_a_head_and_of_the_witness_are_those_of_the_format_page()
    {
        var head = new AuditHead { Size = 7, AtTicks = 42, Root = new string('a', 64), Previous = AuditHead.NoPrevious, Signature = "c2ln" };
        string line = "agw-head 1 7 42 " + new string('a', 64) + " " + new string('0', 64) + " c2ln";
        Assert.Equal(line, head.Line);
        Assert.Equal(head, AuditHead.Parse(line));
        Assert.Null(AuditHead.Parse(line.Replace("agw-head 1", "agw-head 2", StringComparison.Ordinal)));
        Assert.Equal("agw-audit 1 ", AuditWitness.KeyMark);
    }

    [Fact]
    public void A_body_larger_than_the_buffer_hashes_like_its_bytes()
    {
        byte[] body = new byte[200_000];
        new Random(3).NextBytes(body);
        var whole = new byte[14 + 56 + body.Length];
        using var hasher = new AuditEntry();
        hasher.BeginCommit(1, 1);
        hasher.AddRow(1, 0, 0, 7, 0, 0, 0, 0, body);
        var hash = new byte[32];
        hasher.End(hash);
        (whole[1], whole[2], whole[10], whole[14], whole[14 + 16]) = (1, 1, 1, 1, 7);
        BitConverter.TryWriteBytes(whole.AsSpan(14 + 52), body.Length);
        body.CopyTo(whole, 70);
        Assert.Equal(SHA256.HashData(whole), hash);
    }

    [Fact]
    public void An_entry_that_was_given_up_half_way_leaves_nothing_to_the_next()
    {
        using AuditEntry used = new(), fresh = new();
        used.BeginCommit(1, 9);
        used.AddRow(1, 0, 0, 7, 0, 0, 0, 0, new byte[200_000]);
        byte[] hash = new byte[32], expected = new byte[32];
        foreach (var (entry, to) in new[] { (used, hash), (fresh, expected) })
        {
            entry.BeginCommit(2, 1);
            entry.AddRow(2, 0, 0, 7, 0, 0, 0, 0, "ab"u8);
            entry.End(to);
        }
        Assert.Equal(expected, hash);
        used.BeginDecision();
        used.AddRow(1, 0, 0, 7, 0, 0, 0, 0, new byte[200_000]);
        foreach (var (entry, to) in new[] { (used, hash), (fresh, expected) })
        {
            entry.BeginDecision();
            entry.AddRow(2, 0, 0, 7, 0, 0, 0, 0, "ab"u8);
            entry.End(to);
        }
        Assert.Equal(expected, hash);
    }

    [Fact]
    public async Task A_witness_that_was_away_is_brought_up_to_date_and_one_of_another_log_is_left_alone()
    {
        using var log = AuditedLog.OfMixedCommits(60);
        string[] lines = await File.ReadAllLinesAsync(log.Witness, Stop);
        await File.WriteAllTextAsync(log.Witness, string.Join('\n', lines[..3]) + "\n" + lines[3][..20], Stop);
        using (log.Open()) { }
        Assert.Equal(lines, await File.ReadAllLinesAsync(log.Witness, Stop));

        using var other = AuditedLog.OfMixedCommits(10);
        File.Copy(other.Witness, log.Witness, overwrite: true);
        using (var ledger = log.Open())
        {
            await ledger.AppendAsync(new[] { ARow(LedgerEventKind.Cancelled, "{}") }, Stop);
        }
        Assert.Equal(await File.ReadAllTextAsync(other.Witness, Stop), await File.ReadAllTextAsync(log.Witness, Stop));
        Assert.Contains(log.Verify().Findings, f => f.Code == "witness");
    }

    private static LedgerEvent ARow(LedgerEventKind kind, string body = "") => new() { Kind = kind, AtTicks = 639_000_000_000_000_000, DisseminationNo = 1, EndpointNo = 1, Channel = 1, Attempt = 1, Body = System.Text.Encoding.UTF8.GetBytes(body) };
}
