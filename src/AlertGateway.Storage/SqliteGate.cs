using SQLitePCL;

namespace AlertGateway.Storage;

/// <summary>Opens SQLite once for the process and refuses versions with the WAL-reset defect (3.7.0 – 3.51.2).</summary>
public static class SqliteGate
{
    /// <summary>The oldest version that is let in.</summary>
    public const int VersionMin = 3_051_003;

    private static readonly Lazy<int> Initialised = new(static () =>
    {
        Batteries_V2.Init();
        return raw.sqlite3_libversion_number();
    });

    /// <summary>Initialises the native library.</summary>
    /// <exception cref="Ledger.LedgerException">The library is older than 3.51.3.</exception>
    public static void Require()
    {
        if (Initialised.Value < VersionMin)
        {
            throw new Ledger.LedgerException($"SQLite {raw.sqlite3_libversion().utf8_to_string()} is older than 3.51.3, whose fix for lost WAL frames this ledger needs.");
        }
    }

    /// <summary>Version text of the loaded library.</summary>
    public static string VersionText
    {
        get
        {
            Require();
            return raw.sqlite3_libversion().utf8_to_string();
        }
    }
}
