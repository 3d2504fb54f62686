using System.Security.Cryptography;
using System.Text.RegularExpressions;
using AlertGateway.Storage.Ledger;
using Microsoft.Data.Sqlite;

namespace AlertGateway.Storage.People;

/// <summary>Lives of the two kinds of token.</summary>
public sealed class PeopleOptions
{
    /// <summary>How long a one-time token waits for its first use. Default: 7 days.</summary>
    public TimeSpan OneTimeLife { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long a bearer token or session lives. Default: 12 hours, one shift.</summary>
    public TimeSpan BearerLife { get; set; } = TimeSpan.FromHours(12);
}

/// <summary>A person who has just exchanged a one-time token.</summary>
/// <param name="BearerToken">Shown this once; for the API header or the page's cookie.</param>
public sealed record Exchanged(Person Person, string BearerToken, long ExpiresTicks);

/// <summary>
/// The accounts: <c>people.db</c>, mode 0600. Nobody is in it until an operator adds somebody, and no token stands in it in the clear. Thread-safe; several processes may share the file.
/// </summary>
public sealed partial class PeopleStore : IDisposable
{
    private const int OneTime = 1, Bearer = 2;

    private const string Schema = """
        CREATE TABLE IF NOT EXISTS person(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, role TEXT NOT NULL, enabled INTEGER NOT NULL, created INTEGER NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS credential(hash BLOB PRIMARY KEY, person INTEGER NOT NULL REFERENCES person(id), kind INTEGER NOT NULL, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        """;

    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;
    private readonly TimeProvider _clock;
    private readonly RandomNumberGenerator _randomness;
    private readonly PeopleOptions _options;

    private PeopleStore(SqliteConnection connection, TimeProvider clock, RandomNumberGenerator randomness, PeopleOptions options) =>
        (_connection, _clock, _randomness, _options) = (connection, clock, randomness, options);

    /// <summary>Opens or creates the file; its folder must exist.</summary>
    /// <exception cref="LedgerException">SQLite is too old.</exception>
    public static PeopleStore Open(string path, TimeProvider clock, RandomNumberGenerator randomness, PeopleOptions? options = null)
    {
        SqliteGate.Require();
        if (!OperatingSystem.IsWindows() && !File.Exists(path))
        {
            using var made = new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        }

        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 10 }.ToString());
        try
        {
            connection.Open();
            Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=10000;");
            Execute(connection, Schema);
            return new PeopleStore(connection, clock, randomness, options ?? new PeopleOptions());
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Adds a person and gives the one-time token, which is shown this once.</summary>
    /// <param name="name">1 to 100 characters.</param>
    /// <param name="role">Small letters, digits and hyphens, at most 40; its rights stand in <c>config/authority.json</c>.</param>
    /// <exception cref="ArgumentException">Name or role have another form.</exception>
    public (Person Person, string OneTimeToken) Add(string name, string role)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > 100 || name.Any(char.IsControl)) throw new ArgumentException("A name has 1 to 100 characters.", nameof(name));
        if (!RoleForm.IsMatch(role)) throw new ArgumentException("A role has small letters, digits and hyphens, at most 40.", nameof(role));
        lock (_lock)
        {
            var now = Now;
            using var transaction = _connection.BeginTransaction();
            var id = (int)(long)Scalar("INSERT INTO person(name,role,enabled,created) VALUES($n,$r,1,$c) RETURNING id", ("$n", name.Trim()), ("$r", role), ("$c", now))!;
            var token = Issue(id, OneTime, now + _options.OneTimeLife.Ticks);
            transaction.Commit();
            return (new Person(id, name.Trim(), role, true, now), token);
        }
    }

    /// <summary>A new one-time token for a person who lost theirs; null when there is no such enabled person. Unused older ones die.</summary>
    public string? Reissue(int personId)
    {
        lock (_lock)
        {
            using var transaction = _connection.BeginTransaction();
            if (Read("WHERE id=$i AND enabled=1", ("$i", personId)).Count == 0) return null;
            Run("DELETE FROM credential WHERE person=$i AND kind=1", ("$i", personId));
            var token = Issue(personId, OneTime, Now + _options.OneTimeLife.Ticks);
            transaction.Commit();
            return token;
        }
    }

    /// <summary>The first use of a one-time token: it dies, and a bearer token takes its place. Null when it is unknown, used, too old, or the person is disabled.</summary>
    public Exchanged? Exchange(string? oneTimeToken)
    {
        if (Secrets.HashOf(oneTimeToken) is not { } hash) return null;
        lock (_lock)
        {
            using var transaction = _connection.BeginTransaction();
            if (FindBy(hash, OneTime) is not { } person) return null;
            Run("DELETE FROM credential WHERE hash=$h", ("$h", hash));
            Run("DELETE FROM credential WHERE expires<=$t", ("$t", Now));
            var expires = Now + _options.BearerLife.Ticks;
            var bearer = Issue(person.PersonId, Bearer, expires);
            transaction.Commit();
            return new Exchanged(person, bearer, expires);
        }
    }

    /// <summary>The enabled person whom this bearer token belongs to; null for any other text.</summary>
    public Person? FindByBearer(string? bearerToken)
    {
        if (Secrets.HashOf(bearerToken) is not { } hash) return null;
        lock (_lock) return FindBy(hash, Bearer);
    }

    /// <summary>Ends one session.</summary>
    public void Revoke(string? bearerToken)
    {
        if (Secrets.HashOf(bearerToken) is not { } hash) return;
        lock (_lock) Run("DELETE FROM credential WHERE hash=$h AND kind=2", ("$h", hash));
    }

    /// <summary>Shuts a person out at once: every token dies. The number is never used again. False when there is no such person.</summary>
    public bool Disable(int personId)
    {
        lock (_lock)
        {
            using var transaction = _connection.BeginTransaction();
            var changed = Run("UPDATE person SET enabled=0 WHERE id=$i", ("$i", personId));
            Run("DELETE FROM credential WHERE person=$i", ("$i", personId));
            transaction.Commit();
            return changed == 1;
        }
    }

    /// <summary>Everybody, by number.</summary>
    public IReadOnlyList<Person> All()
    {
        lock (_lock) return Read("ORDER BY id");
    }

    public void Dispose()
    {
        lock (_lock) _connection.Dispose();
    }

    private long Now => _clock.GetUtcNow().UtcTicks;

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private string Issue(int personId, int kind, long expires)
    {
        var token = Secrets.New(_randomness);
        Run("INSERT INTO credential(hash,person,kind,expires) VALUES($h,$p,$k,$e)", ("$h", Secrets.HashOf(token)!), ("$p", personId), ("$k", kind), ("$e", expires));
        return token;
    }

    // The index is searched by a hash that nobody can steer without knowing the token; the last comparison is in constant time all the same.
    private Person? FindBy(byte[] hash, int kind)
    {
        using var command = Command("SELECT c.hash,p.id,p.name,p.role,p.enabled,p.created FROM credential c JOIN person p ON p.id=c.person WHERE c.hash=$h AND c.kind=$k AND c.expires>$t AND p.enabled=1", ("$h", hash), ("$k", kind), ("$t", Now));
        using var reader = command.ExecuteReader();
        if (!reader.Read() || !CryptographicOperations.FixedTimeEquals(reader.GetFieldValue<byte[]>(0), hash)) return null;
        return new Person(reader.GetInt32(1), reader.GetString(2), reader.GetString(3), reader.GetInt64(4) == 1, reader.GetInt64(5));
    }

    private List<Person> Read(string tail, params (string Name, object Value)[] values)
    {
        using var command = Command("SELECT id,name,role,enabled,created FROM person " + tail, values);
        using var reader = command.ExecuteReader();
        var people = new List<Person>();
        while (reader.Read()) people.Add(new Person(reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3) == 1, reader.GetInt64(4)));
        return people;
    }

    private int Run(string sql, params (string Name, object Value)[] values)
    {
        using var command = Command(sql, values);
        return command.ExecuteNonQuery();
    }

    private object? Scalar(string sql, params (string Name, object Value)[] values)
    {
        using var command = Command(sql, values);
        return command.ExecuteScalar();
    }

    private SqliteCommand Command(string sql, params (string Name, object Value)[] values)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Every text is a constant of this class; values are bound.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value);
        return command;
    }

    [GeneratedRegex(@"^[a-z][a-z0-9-]{0,39}\z", RegexOptions.CultureInvariant)]
    private static partial Regex RoleForm { get; }
}
