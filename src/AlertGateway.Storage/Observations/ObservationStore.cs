using AlertGateway.Storage.Ledger;
using Microsoft.Data.Sqlite;

namespace AlertGateway.Storage.Observations;

/// <summary>One measured value. Unique by feed, station, quantity and time; the first one stays.</summary>
/// <param name="Value">Null when the source marked it as missing.</param>
public readonly record struct ObservationRow(string Feed, string Station, string Quantity, long TimeTicks, long ReceivedTicks, double? Value, string Unit);

/// <summary>State of one rule, opaque here.</summary>
public readonly record struct RuleStateRow(string RuleId, byte[] State);

/// <summary>A draft on its way to the desk.</summary>
/// <param name="DraftNo">Dense, from 1; 0 before it is stored.</param>
/// <param name="Source">Name of the source that the desk is to see.</param>
public readonly record struct DraftRow(long DraftNo, string Source, byte[] Document);

/// <summary>The identity of a push that was taken.</summary>
public readonly record struct PushRow(string Sender, string Id, int Revision, string Sha256, long AtTicks);

/// <summary>
/// Measurements, the rules' state and the drafts that follow from both: <c>observations.db</c>. What one frame or document brings is written in one transaction and is on disk when
/// <see cref="Commit"/> returns; drafts wait here until the desk has them, so that a crash between the two loses none. Thread-safe.
/// </summary>
public sealed class ObservationStore : IDisposable
{
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS observation(feed TEXT NOT NULL, station TEXT NOT NULL, quantity TEXT NOT NULL, time INTEGER NOT NULL, received INTEGER NOT NULL, value REAL, unit TEXT NOT NULL, PRIMARY KEY(station, quantity, time, feed)) STRICT, WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS observation_received ON observation(received);
        CREATE TABLE IF NOT EXISTS rule(id TEXT PRIMARY KEY, state BLOB NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS draft(no INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, document BLOB NOT NULL, done INTEGER NOT NULL DEFAULT 0) STRICT;
        CREATE TABLE IF NOT EXISTS push(sender TEXT NOT NULL, id TEXT NOT NULL, revision INTEGER NOT NULL, sha256 TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(sender, id, revision)) STRICT, WITHOUT ROWID;
        """;

    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;

    private ObservationStore(SqliteConnection connection) => _connection = connection;

    /// <summary>Opens or creates the file; its folder must exist.</summary>
    /// <exception cref="LedgerException">SQLite is too old.</exception>
    public static ObservationStore Open(string path)
    {
        SqliteGate.Require();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 10 }.ToString());
        try
        {
            connection.Open();
            Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=10000;");
            Execute(connection, Schema);
            return new ObservationStore(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Writes all of it or nothing; durable on return. Gives how many of the observations were new.</summary>
    /// <exception cref="LedgerException">It could not be written.</exception>
    public int Commit(IReadOnlyList<ObservationRow> observations, IReadOnlyList<RuleStateRow> states, IReadOnlyList<DraftRow> drafts, PushRow? push = null)
    {
        ArgumentNullException.ThrowIfNull(observations);
        ArgumentNullException.ThrowIfNull(states);
        ArgumentNullException.ThrowIfNull(drafts);
        lock (_lock)
        {
            try
            {
                using var transaction = _connection.BeginTransaction();
                int fresh = 0;
                using (var insert = Command("INSERT OR IGNORE INTO observation VALUES($feed,$station,$quantity,$time,$received,$value,$unit)", transaction))
                {
                    foreach (var o in observations)
                    {
                        Bind(insert, ("$feed", o.Feed), ("$station", o.Station), ("$quantity", o.Quantity), ("$time", o.TimeTicks), ("$received", o.ReceivedTicks), ("$value", o.Value), ("$unit", o.Unit));
                        fresh += insert.ExecuteNonQuery();
                    }
                }

                using (var state = Command("INSERT OR REPLACE INTO rule VALUES($id,$state)", transaction))
                {
                    foreach (var s in states)
                    {
                        Bind(state, ("$id", s.RuleId), ("$state", s.State));
                        state.ExecuteNonQuery();
                    }
                }

                using (var draft = Command("INSERT INTO draft(source,document) VALUES($source,$document)", transaction))
                {
                    foreach (var d in drafts)
                    {
                        Bind(draft, ("$source", d.Source), ("$document", d.Document));
                        draft.ExecuteNonQuery();
                    }
                }

                if (push is { } p)
                {
                    using var insert = Command("INSERT INTO push VALUES($sender,$id,$revision,$sha256,$at)", transaction);
                    Bind(insert, ("$sender", p.Sender), ("$id", p.Id), ("$revision", p.Revision), ("$sha256", p.Sha256), ("$at", p.AtTicks));
                    insert.ExecuteNonQuery();
                }

                transaction.Commit();
                return fresh;
            }
            catch (SqliteException e)
            {
                throw Failed(e);
            }
        }
    }

    /// <summary>The hash of the push that was taken under this identity; null for none.</summary>
    public string? FindPush(string sender, string id, int revision) => One("SELECT sha256 FROM push WHERE sender=$a AND id=$b AND revision=$c", r => r.GetString(0), ("$a", sender), ("$b", id), ("$c", revision)).FirstOrDefault();

    /// <summary>The newest revision of an id that was taken; 0 for none.</summary>
    public int LastRevision(string sender, string id) => One("SELECT coalesce(max(revision),0) FROM push WHERE sender=$a AND id=$b", r => r.GetInt32(0), ("$a", sender), ("$b", id)).FirstOrDefault();

    public IReadOnlyList<RuleStateRow> ReadStates() => One("SELECT id,state FROM rule", r => new RuleStateRow(r.GetString(0), (byte[])r[1]));

    /// <summary>Drafts that the desk does not have yet, in their order.</summary>
    public IReadOnlyList<DraftRow> OpenDrafts() => One("SELECT no,source,document FROM draft WHERE done=0 ORDER BY no", r => new DraftRow(r.GetInt64(0), r.GetString(1), (byte[])r[2]));

    /// <summary>The desk has it.</summary>
    /// <exception cref="LedgerException">It could not be written.</exception>
    public void Done(long draftNo)
    {
        lock (_lock)
        {
            using var command = Command("UPDATE draft SET done=1 WHERE no=$no", null);
            Bind(command, ("$no", draftNo));
            Run(command);
        }
    }

    /// <summary>Newest value of each station and quantity, at most 5,000.</summary>
    public IReadOnlyList<ObservationRow> Latest() =>
        One("SELECT feed,station,quantity,max(time),received,value,unit FROM observation GROUP BY station,quantity ORDER BY station,quantity LIMIT 5000",
            r => new ObservationRow(r.GetString(0), r.GetString(1), r.GetString(2), r.GetInt64(3), r.GetInt64(4), r.IsDBNull(5) ? null : r.GetDouble(5), r.GetString(6)));

    /// <summary>Forgets observations received, pushes taken and drafts handed over before that instant.</summary>
    /// <exception cref="LedgerException">It could not be written.</exception>
    public void Prune(long beforeTicks)
    {
        lock (_lock)
        {
            using var command = Command("DELETE FROM observation WHERE received<$before; DELETE FROM push WHERE at<$before; DELETE FROM draft WHERE done=1 AND no<(SELECT max(no) FROM draft)-1000;", null);
            Bind(command, ("$before", beforeTicks));
            Run(command);
        }
    }

    public void Dispose() => _connection.Dispose();

    private List<T> One<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        lock (_lock)
        {
            using var command = Command(sql, null);
            Bind(command, values);
            using var reader = command.ExecuteReader();
            var list = new List<T>();
            while (reader.Read()) list.Add(read(reader));
            return list;
        }
    }

    // The text is always one of the constants above; values are bound.
#pragma warning disable CA2100
    private SqliteCommand Command(string sql, SqliteTransaction? transaction) => new(sql, _connection, transaction);
#pragma warning restore CA2100

    private static void Bind(SqliteCommand command, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        command.Parameters.Clear();
        foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
    }

    private static LedgerException Failed(SqliteException e)
    {
        string message = $"SQLite could not write observations: {e.Message}";
        return e.SqliteErrorCode == SQLitePCL.raw.SQLITE_FULL ? new LedgerFullException(message) : new LedgerException(message);
    }

    private static void Run(SqliteCommand command)
    {
        try
        {
            command.ExecuteNonQuery();
        }
        catch (SqliteException e)
        {
            throw Failed(e);
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
#pragma warning disable CA2100
        using var command = new SqliteCommand(sql, connection);
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
