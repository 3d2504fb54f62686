using SQLitePCL;

namespace AlertGateway.Storage.Ledger;

/// <summary>Rows that are durable, read over connections of their own.</summary>
public sealed partial class SqliteLedger
{
    /// <inheritdoc/>
    public void Read(long fromSequence, Action<long, ReadOnlySpan<LedgerEvent>> onBatch)
    {
        SqliteCalls.Check(raw.sqlite3_open_v2(_path, out sqlite3 database, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_NOMUTEX, null), database, "open for reading");
        using (database)
        {
            LedgerReader.Read(database, fromSequence, LastSequence, onBatch);
        }
    }

    /// <summary>Single rows, in the order asked for.</summary>
    /// <exception cref="LedgerException">A row is missing or changed; the message names it.</exception>
    public IReadOnlyList<(long Sequence, LedgerEvent Row)> ReadRows(IReadOnlyCollection<long> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        SqliteCalls.Check(raw.sqlite3_open_v2(_path, out sqlite3 database, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_NOMUTEX, null), database, "open for reading");
        using (database)
        {
            return LedgerReader.ReadRows(database, sequences);
        }
    }

    /// <summary>The stored check sum of a row, which tells one ledger from another; null when there is no such row.</summary>
    public uint? ChecksumOf(long sequence)
    {
        SqliteCalls.Check(raw.sqlite3_open_v2(_path, out sqlite3 database, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_NOMUTEX, null), database, "open for reading");
        using (database)
        {
            long crc = SqliteCalls.Number(database, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"SELECT ifnull((SELECT crc FROM event WHERE seq={sequence}),-1)"));
            return crc is >= 0 and <= uint.MaxValue ? (uint)crc : null;
        }
    }

    /// <summary>Reads a ledger file without taking its lock, for reports beside a running gateway.</summary>
    /// <exception cref="LedgerException">A row is missing or changed; the message names it.</exception>
    public static void ReadFile(string path, Action<long, ReadOnlySpan<LedgerEvent>> onBatch)
    {
        SqliteGate.Require();
        SqliteCalls.Check(raw.sqlite3_open_v2(path, out sqlite3 database, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_NOMUTEX, null), database, "open for reading");
        using (database)
        {
            LedgerReader.Read(database, 1, SqliteCalls.Number(database, "SELECT ifnull(max(seq),0) FROM event"), onBatch);
        }
    }

    /// <summary>Number of the last row of a ledger file, without taking its lock.</summary>
    public static long LastSequenceOf(string path)
    {
        SqliteGate.Require();
        SqliteCalls.Check(raw.sqlite3_open_v2(path, out sqlite3 database, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_NOMUTEX, null), database, "open for reading");
        using (database)
        {
            return SqliteCalls.Number(database, "SELECT ifnull(max(seq),0) FROM event");
        }
    }
}
