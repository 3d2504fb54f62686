using System.Globalization;
using AlertGateway.Storage.Ledger;
using SQLitePCL;

namespace AlertGateway.Storage.Audit;

/// <summary>
/// Proves a log: every row has its check sum and predecessor, every entry is the hash of its rows, the entries tile the rows, every decision has its own entry, every head has the root of what lies under it, its predecessor and a valid
/// signature, and the witness holds the same heads. Reads one state of the file, also beside a running gateway.
/// </summary>
public static class AuditVerifier
{
    /// <param name="witnessPath">The copy of the heads; null when there is none: then a cut end cannot be seen.</param>
    /// <param name="tailMayBeOpen">A gateway is writing: entries younger than the last head are no finding, nor is a witness that has not yet come as far as the log. The report says how many are signed and witnessed.</param>
    /// <exception cref="LedgerException">There is no ledger at this path, or the key is none.</exception>
    public static AuditReport Verify(string ledgerPath, string publicPem, string? witnessPath, bool tailMayBeOpen, AuditRowVisitor? onRow = null)
    {
        SqliteGate.Require();
        if (!File.Exists(ledgerPath)) throw new LedgerException($"There is no ledger at {ledgerPath}.");
        SqliteCalls.Check(raw.sqlite3_open_v2(ledgerPath, out sqlite3 database, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_NOMUTEX, null), database, "open for reading");
        using (database)
        {
            if (SqliteCalls.Number(database, "PRAGMA application_id") != LedgerRow.ApplicationId) throw new LedgerException($"{Path.GetFileName(ledgerPath)} is not a ledger of this program.");
            SqliteCalls.Execute(database, "PRAGMA mmap_size=0; PRAGMA cache_size=-65536");
            return Verify(database, publicPem, witnessPath is null ? null : () => File.Exists(witnessPath) ? File.ReadAllText(witnessPath) : "", tailMayBeOpen, onRow);
        }
    }

    /// <param name="witness">Reads the witness file's text, after the log was read; null for none.</param>
    internal static AuditReport Verify(sqlite3 database, string publicPem, Func<string>? witness, bool tailMayBeOpen, AuditRowVisitor? onRow)
    {
        using var check = new AuditHeadCheck(publicPem);
        var findings = new List<AuditFinding>();
        var walk = new AuditWalk(database, check, onRow);
        try
        {
            SqliteCalls.Execute(database, "SAVEPOINT verify");
            try
            {
                walk.Run();
            }
            finally
            {
                SqliteCalls.Execute(database, "RELEASE verify");
            }
            if (walk.Sealed < walk.Entries && !tailMayBeOpen) findings.Add(new AuditFinding("unsealed", walk.Sealed, $"{walk.Entries - walk.Sealed} entries have no signed head over them. A crash leaves at most two seconds'; the next start checks and seals them."));
        }
        catch (AuditBreakException ex)
        {
            findings.Add(ex.Finding);
        }
        catch (LedgerException ex)
        {
            findings.Add(new AuditFinding("unreadable", walk.Rows, ex.Message));
        }

        long witnessed = -1;
        if (witness is not null) witnessed = CheckWitness(witness(), walk.HeadLines, findings.Count == 0, database, AuditWitness.KeyLine(publicPem), check, tailMayBeOpen, findings);
        return new AuditReport { Entries = walk.Entries, Rows = walk.Rows, Heads = walk.HeadLines.Count, Sealed = walk.Sealed, Witnessed = witnessed, Root = walk.Root, Findings = findings };
    }

    private static long CheckWitness(string text, List<string> heads, bool logIsWhole, sqlite3 database, string keyLine, AuditHeadCheck check, bool tailMayBeOpen, List<AuditFinding> findings)
    {
        // Beside a running gateway the last line may be half written.
        if (tailMayBeOpen) text = text[..(text.LastIndexOf('\n') + 1)];
        if (text.Length == 0 || text[^1] != '\n')
        {
            findings.Add(new AuditFinding("witness", 0, "The witness file is empty, missing or torn."));
            return 0;
        }
        string[] lines = text[..^1].Split('\n');
        if (lines[0] != keyLine)
        {
            findings.Add(new AuditFinding("witness", 1, "The witness file names another key, or its first line has been changed."));
            return 0;
        }
        int same = 0;
        while (same + 1 < lines.Length && same < heads.Count && lines[same + 1] == heads[same]) same++;
        if (same + 1 < lines.Length)
        {
            // The log goes on while it is verified: newer heads are looked up again.
            bool grown = tailMayBeOpen && logIsWhole && same == heads.Count && lines.Skip(same + 1).All(l => AuditHead.Parse(l) is { } head && check.IsSigned(head) && AuditTables.HeadOf(database, head.Size)?.Line == l);
            if (!grown) findings.Add(Differs(lines[same + 1], same + 2, check));
        }
        else if (same < heads.Count && !tailMayBeOpen)
        {
            findings.Add(new AuditFinding("witness", same + 2, string.Create(CultureInfo.InvariantCulture, $"The witness file ends after {same} heads; the log has {heads.Count}.")));
        }
        return same;
    }

    private static AuditFinding Differs(string line, int number, AuditHeadCheck check) =>
        AuditHead.Parse(line) is { } head && check.IsSigned(head)
            ? new AuditFinding("cut", head.Size, string.Create(CultureInfo.InvariantCulture, $"Line {number} of the witness is a signed head of {head.Size} entries that the log does not have at this place: log or witness was cut, reordered or rewritten."))
            : new AuditFinding("witness", number, string.Create(CultureInfo.InvariantCulture, $"Line {number} of the witness has been changed."));
}
