using SQLitePCL;

namespace AlertGateway.Storage.Registry;

/// <summary>The registry's numbered migrations. A migration that has shipped is never edited: a change is a new one at the end.</summary>
internal static class RegistrySchema
{
    /// <summary><c>AGWR</c>, so that a ledger is never opened as a registry.</summary>
    public const int ApplicationId = 0x41475752;

    /// <summary>Finds an endpoint by what a receipt carries (a number, the hash of a token). Dropped while a city is written and made again at its end.</summary>
    public const string AddressIndex = "CREATE INDEX IF NOT EXISTS endpoint_address ON endpoint(channel, address);";

    /// <summary>Index + 1 is the format version (<c>user_version</c>) after the migration.</summary>
    private static readonly string[] Migrations =
    [
        """
        CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE division(no INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, town INTEGER NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL, warden INTEGER NOT NULL) STRICT;
        CREATE TABLE household(no INTEGER PRIMARY KEY, village INTEGER NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL) STRICT;
        CREATE TABLE person(no INTEGER PRIMARY KEY, household INTEGER NOT NULL, flags INTEGER NOT NULL) STRICT;
        CREATE TABLE endpoint(no INTEGER PRIMARY KEY, channel INTEGER NOT NULL, person INTEGER NOT NULL, flags INTEGER NOT NULL, key_version INTEGER NOT NULL, address BLOB NOT NULL) STRICT;
        CREATE TABLE loudspeaker(endpoint INTEGER PRIMARY KEY, village INTEGER NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL, name TEXT NOT NULL) STRICT;
        CREATE TABLE station(endpoint INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
        CREATE TABLE site(no INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, village INTEGER NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL, day INTEGER NOT NULL, night INTEGER NOT NULL) STRICT;
        CREATE TABLE receiver(site INTEGER NOT NULL, rank INTEGER NOT NULL, person INTEGER NOT NULL, PRIMARY KEY(site, rank)) STRICT, WITHOUT ROWID;
        CREATE TABLE area_code(no INTEGER PRIMARY KEY, value_name TEXT NOT NULL, value TEXT NOT NULL, UNIQUE(value_name, value)) STRICT;
        CREATE TABLE household_code(code INTEGER NOT NULL, household INTEGER NOT NULL, PRIMARY KEY(code, household)) STRICT, WITHOUT ROWID;
        """ + AddressIndex,
        RegistryColumns.Table + RegistryColumns.Guards,
    ];

    public static int FormatVersion => Migrations.Length;

    /// <summary>Brings the file to <see cref="FormatVersion"/>, one transaction a migration.</summary>
    public static void Migrate(sqlite3 database, string fileName)
    {
        bool isNew = SqliteCalls.Number(database, "SELECT count(*) FROM sqlite_master") == 0;
        if (isNew) SqliteCalls.Execute(database, $"PRAGMA page_size=8192; PRAGMA application_id={ApplicationId};");
        else if (SqliteCalls.Number(database, "PRAGMA application_id") != ApplicationId) throw new InvalidDataException($"{fileName} is not a registry of this program.");
        SqliteCalls.Execute(database, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size=0; PRAGMA cache_size=-65536;");
        long version = SqliteCalls.Number(database, "PRAGMA user_version");
        if (version > FormatVersion) throw new InvalidDataException($"{fileName} has format {version}; this program reads up to {FormatVersion}.");
        for (long next = version; next < FormatVersion; next++)
        {
            SqliteCalls.Execute(database, $"BEGIN IMMEDIATE; {Migrations[next]} PRAGMA user_version={next + 1};");
            if (next == 1) RegistryLoader.Pack(database);
            SqliteCalls.Execute(database, "COMMIT;");
        }
    }
}
