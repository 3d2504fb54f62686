using SQLitePCL;

namespace AlertGateway.Storage.Registry;

/// <summary>A prepared statement that is bound, run and reset many times. Not thread-safe.</summary>
internal sealed class RegistryStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    public RegistryStatement(sqlite3 database, string sql)
    {
        _database = database;
        SqliteCalls.Check(raw.sqlite3_prepare_v2(database, sql, out _statement), database, "prepare «" + sql + "»");
    }

    public void Bind(int index, long value) => raw.sqlite3_bind_int64(_statement, index, value);

    public void Bind(int index, double value) => raw.sqlite3_bind_double(_statement, index, value);

    public void Bind(int index, string value) => raw.sqlite3_bind_text(_statement, index, value);

    public void Bind(int index, ReadOnlySpan<byte> value) => raw.sqlite3_bind_blob(_statement, index, value);

    /// <summary>True with a row to read, false at the end.</summary>
    public bool Step()
    {
        int result = raw.sqlite3_step(_statement);
        if (result == raw.SQLITE_ROW) return true;
        SqliteCalls.Check(result, _database, "step");
        return false;
    }

    /// <summary>Runs to the end and makes the statement ready for the next binding.</summary>
    public void Run()
    {
        int result = raw.sqlite3_step(_statement);
        raw.sqlite3_reset(_statement);
        SqliteCalls.Check(result, _database, "write a registry row");
    }

    public void Reset() => raw.sqlite3_reset(_statement);

    public int Int(int column) => raw.sqlite3_column_int(_statement, column);

    public double Real(int column) => raw.sqlite3_column_double(_statement, column);

    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string();

    /// <summary>Valid until the next step or reset.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(_statement, column);

    public void Dispose() => _statement.Dispose();
}
