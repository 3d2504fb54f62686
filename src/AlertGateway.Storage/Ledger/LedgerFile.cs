using AlertGateway.Storage.Audit;
using SQLitePCL;

namespace AlertGateway.Storage.Ledger;

/// <summary>Opens the ledger's file for its writer: identity, version gate, numbered migrations.</summary>
internal static class LedgerFile
{
    private const string Events = """
        CREATE TABLE event(
          seq INTEGER PRIMARY KEY, prev INTEGER NOT NULL, shard INTEGER NOT NULL, fence INTEGER NOT NULL, head INTEGER NOT NULL, at INTEGER NOT NULL,
          dissemination INTEGER NOT NULL, endpoint INTEGER NOT NULL, number INTEGER NOT NULL, crc INTEGER NOT NULL, body BLOB) STRICT;
        """;

    private const int RowsPerMigratedLeaf = 8_192;

    /// <exception cref="LedgerException">Not a ledger, of a newer format, damaged, or signed with another key.</exception>
    public static (sqlite3 Database, AuditLog Audit) Open(string path, AuditKey key, TimeProvider? clock)
    {
        sqlite3? database = null;
        try
        {
            SqliteCalls.Check(raw.sqlite3_open_v2(path, out database, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX, null), database, "open");
            string name = Path.GetFileName(path);
            bool isNew = SqliteCalls.Number(database, "SELECT count(*) FROM sqlite_master") == 0;
            if (isNew) SqliteCalls.Execute(database, $"PRAGMA page_size=8192; PRAGMA application_id={LedgerRow.ApplicationId}; PRAGMA user_version={LedgerRow.FormatVersion};");
            SqliteCalls.Execute(database, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-65536; PRAGMA mmap_size=0;");
            if (isNew) SqliteCalls.Execute(database, "BEGIN IMMEDIATE; " + Events + AuditLog.Schema + "COMMIT;");
            if (SqliteCalls.Number(database, "PRAGMA application_id") != LedgerRow.ApplicationId) throw new LedgerException($"{name} is not a ledger of this program.");
            long version = SqliteCalls.Number(database, "PRAGMA user_version");
            if (version > LedgerRow.FormatVersion) throw new LedgerException($"{name} has format {version}; this program reads up to {LedgerRow.FormatVersion}.");
            if (version < 2) SqliteCalls.Execute(database, "BEGIN IMMEDIATE; " + AuditLog.Schema);
            var audit = AuditLog.Open(database, key, isNew: version < 2, clock);
            if (version < 2) ToVersion2(database, audit);
            // Format 2 wrote 0 where a start's route stands now: the only route that it knew.
            else if (version < LedgerRow.FormatVersion) SqliteCalls.Execute(database, $"PRAGMA user_version={LedgerRow.FormatVersion};");
            return (database, audit);
        }
        catch
        {
            database?.Dispose();
            throw;
        }
    }

    /// <summary>Some head of this file was signed already, so that only the key which signed it can go on.</summary>
    public static bool IsSigned(string path)
    {
        if (!File.Exists(path)) return false;
        SqliteCalls.Check(raw.sqlite3_open_v2(path, out sqlite3 database, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_NOMUTEX, null), database, "open for reading");
        using (database)
        {
            return SqliteCalls.Number(database, "SELECT count(*) FROM sqlite_master WHERE name='head'") > 0 && SqliteCalls.Number(database, "SELECT count(*) FROM (SELECT 1 FROM head LIMIT 1)") > 0;
        }
    }

    /// <summary>Format 1 had no audit log: its rows get their entries now, as commits of the rows that are there.</summary>
    private static void ToVersion2(sqlite3 database, AuditLog audit)
    {
        long last = SqliteCalls.Number(database, "SELECT ifnull(max(seq),0) FROM event");
        if (last > 0)
        {
            LedgerReader.Read(database, 1, last, (first, rows) =>
            {
                for (int at = 0; at < rows.Length; at += RowsPerMigratedLeaf)
                {
                    var part = rows[at..Math.Min(rows.Length, at + RowsPerMigratedLeaf)];
                    audit.Begin(first + at, part.Length);
                    for (int i = 0; i < part.Length; i++) audit.Row(first + at + i, LedgerRow.Head(in part[i]), in part[i]);
                    audit.End();
                }
            });
            audit.Seal();
        }
        SqliteCalls.Execute(database, $"PRAGMA user_version={LedgerRow.FormatVersion}; COMMIT;");
        audit.Committed();
    }
}
