using AlertGateway.Storage.Ledger;
using SQLitePCL;

namespace AlertGateway.Storage;

/// <summary>Raw SQLite calls whose failure is a <see cref="LedgerException"/> that names the step.</summary>
internal static class SqliteCalls
{
    public static void Check(int result, sqlite3? database, string step)
    {
        if (result is raw.SQLITE_OK or raw.SQLITE_DONE or raw.SQLITE_ROW) return;
        string detail = database is null ? raw.sqlite3_errstr(result).utf8_to_string() : raw.sqlite3_errmsg(database).utf8_to_string();
        string message = $"SQLite could not {step}: {detail} (code {result}).";
        throw (result & 0xFF) == raw.SQLITE_FULL ? new LedgerFullException(message) : new LedgerException(message);
    }

    public static void Execute(sqlite3 database, string sql) => Check(raw.sqlite3_exec(database, sql), database, "run «" + sql.Split('\n')[0] + "»");

    public static long Number(sqlite3 database, string sql)
    {
        Check(raw.sqlite3_prepare_v2(database, sql, out sqlite3_stmt statement), database, "prepare");
        using (statement)
        {
            int step = raw.sqlite3_step(statement);
            Check(step, database, "run «" + sql + "»");
            return step == raw.SQLITE_ROW ? raw.sqlite3_column_int64(statement, 0) : 0;
        }
    }
}
