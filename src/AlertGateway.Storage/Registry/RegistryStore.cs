using SQLitePCL;

namespace AlertGateway.Storage.Registry;

/// <summary>
/// <c>registry.db</c>: towns, villages, households, persons, endpoints, loudspeakers, stations, sites. WAL, <c>synchronous=FULL</c>, one writer at a time; every reader has its own connection, so a city being read never waits for a row being written.
/// Addresses are read by <see cref="AddressReader"/> only and are in no snapshot.
/// </summary>
public sealed class RegistryStore : IDisposable
{
    private readonly string _path;
    private readonly sqlite3 _database;
    private readonly Lock _writing = new();

    private RegistryStore(string path, sqlite3 database) => (_path, _database) = (path, database);

    /// <summary>Opens or creates the registry and brings it to the newest format.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <exception cref="InvalidDataException">Not a registry, or of a newer format.</exception>
    /// <exception cref="Ledger.LedgerException">SQLite is older than 3.51.3, or cannot open the file.</exception>
    public static RegistryStore Open(string path)
    {
        SqliteGate.Require();
        sqlite3? database = null;
        try
        {
            SqliteCalls.Check(raw.sqlite3_open_v2(path, out database, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_FULLMUTEX, null), database, "open");
            raw.sqlite3_busy_timeout(database, 5_000);
            RegistrySchema.Migrate(database, Path.GetFileName(path));
            return new RegistryStore(path, database);
        }
        catch
        {
            database?.Dispose();
            throw;
        }
    }

    /// <summary>True while no household has been written.</summary>
    public bool IsEmpty
    {
        get { lock (_writing) return SqliteCalls.Number(_database, "SELECT EXISTS(SELECT 1 FROM household)") == 0; }
    }

    /// <summary>A named text beside the tables (<c>jurisdiction</c>, <c>synthetic</c>, …); null when it was never set.</summary>
    public string? ReadMeta(string key)
    {
        lock (_writing)
        {
            using var statement = new RegistryStatement(_database, "SELECT value FROM meta WHERE key=?");
            statement.Bind(1, key);
            return statement.Step() ? statement.Text(0) : null;
        }
    }

    public void WriteMeta(string key, string value)
    {
        lock (_writing)
        {
            using var statement = new RegistryStatement(_database, "INSERT INTO meta(key,value) VALUES(?,?) ON CONFLICT(key) DO UPDATE SET value=excluded.value");
            statement.Bind(1, key);
            statement.Bind(2, value);
            statement.Run();
        }
    }

    /// <summary>Reads everything but addresses into columns.</summary>
    /// <exception cref="InvalidDataException">Numbers are not dense from 1, or a row points at nothing.</exception>
    public RegistrySnapshot LoadSnapshot() => new RegistryLoader(_path).Load();

    /// <summary>A reader of addresses with its own connection; not thread-safe: one a lane.</summary>
    public AddressReader OpenAddresses() => new(_path);

    /// <summary>Starts writing a city into an empty registry, in one transaction: all of it is there after <see cref="RegistryWriter.Complete"/>, nothing before.</summary>
    /// <exception cref="InvalidOperationException">The registry already holds households.</exception>
    public RegistryWriter Write()
    {
        if (!IsEmpty) throw new InvalidOperationException("The registry already holds households.");
        return new RegistryWriter(_path);
    }

    public void Dispose() => _database.Dispose();
}
