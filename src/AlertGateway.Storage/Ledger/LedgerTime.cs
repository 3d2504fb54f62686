using SQLitePCL;

namespace AlertGateway.Storage.Ledger;

/// <summary>How late it has been, as far as the ledger can tell.</summary>
public static class LedgerTime
{
    /// <summary>When the newest row was written that this machine stamped: receipts carry what the far side says. UTC ticks; 0 for an empty ledger. Behind more than 10,000 receipts the newest signed head speaks for it.</summary>
    /// <exception cref="LedgerException">The file cannot be read.</exception>
    public static long NewestTicks(string path)
    {
        SqliteCalls.Check(raw.sqlite3_open_v2(path, out sqlite3 database, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_NOMUTEX, null), database, "open for reading");
        using (database)
        {
            return SqliteCalls.Number(database, $"""
                SELECT coalesce(
                  (SELECT at FROM event WHERE seq > (SELECT max(seq) FROM event) - 10000 AND (head & 255) <> {(int)LedgerEventKind.Receipt} ORDER BY seq DESC LIMIT 1),
                  (SELECT at FROM head ORDER BY size DESC LIMIT 1), 0)
                """);
        }
    }
}
