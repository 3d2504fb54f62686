using System.Runtime.InteropServices;
using SQLitePCL;

namespace AlertGateway.Storage.Registry;

/// <summary>
/// The three large tables as columns. Beside the rows they are kept packed, one blob a column, so that a start reads eight of them and not two million rows. The rows are the truth: whoever changes one drops the packed copy by a trigger, and a
/// copy that does not have the version that it was packed with is not used.
/// </summary>
internal sealed record RegistryColumns(
    ushort[] HouseholdVillage, double[] HouseholdLatitude, double[] HouseholdLongitude, int[] PersonHousehold, PersonFlags[] PersonFlags, byte[] EndpointChannel, int[] EndpointPerson, EndpointFlags[] EndpointFlags)
{
    /// <summary>The table, as a migration makes it.</summary>
    public const string Table = "CREATE TABLE packed(name TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;";

    /// <summary>Drop the packed copy with the first change of a row that it was made from; an address is in no column.</summary>
    public static readonly string Guards = string.Concat(Guarded.Select(g => $"CREATE TRIGGER IF NOT EXISTS {g.Name} AFTER {g.Change} ON {g.Table} BEGIN DELETE FROM packed; END; "));

    /// <summary>Takes the guards and the packed copy away, while a city is written.</summary>
    public static readonly string NoGuards = string.Concat(Guarded.Select(g => $"DROP TRIGGER IF EXISTS {g.Name}; ")) + "DELETE FROM packed;";

    private const string Version = "version";

    private static IEnumerable<(string Name, string Change, string Table)> Guarded =>
        from table in (string[])["household", "person", "endpoint"]
        from change in (string[])["insert", "update", "delete"]
        select ($"packed_{table}_{change}", change == "update" && table == "endpoint" ? "UPDATE OF no, channel, person, flags" : change.ToUpperInvariant(), table);

    /// <summary>Reads the rows.</summary>
    /// <param name="open">Opens a connection of its own for each table, so that they are read side by side; null reads them one after the other over <paramref name="database"/>.</param>
    /// <exception cref="InvalidDataException">Numbers are not dense from 1.</exception>
    public static RegistryColumns FromRows(sqlite3 database, Func<sqlite3>? open)
    {
        int households = Count(database, "household"), persons = Count(database, "person"), endpoints = Count(database, "endpoint");
        var columns = new RegistryColumns(
            new ushort[households + 1], new double[households + 1], new double[households + 1], new int[persons + 1], new PersonFlags[persons + 1], new byte[endpoints + 1], new int[endpoints + 1], new EndpointFlags[endpoints + 1]);
        Action<sqlite3>[] tables =
        [
            from => Rows(from, "SELECT no,village,lat,lon FROM household ORDER BY no", households, (no, row) =>
            {
                columns.HouseholdVillage[no] = checked((ushort)row.Int(1));
                columns.HouseholdLatitude[no] = row.Real(2);
                columns.HouseholdLongitude[no] = row.Real(3);
            }),
            from => Rows(from, "SELECT no,household,flags FROM person ORDER BY no", persons, (no, row) =>
            {
                columns.PersonHousehold[no] = row.Int(1);
                columns.PersonFlags[no] = (PersonFlags)row.Int(2);
            }),
            from => Rows(from, "SELECT no,channel,person,flags FROM endpoint ORDER BY no", endpoints, (no, row) =>
            {
                columns.EndpointChannel[no] = checked((byte)row.Int(1));
                columns.EndpointPerson[no] = row.Int(2);
                columns.EndpointFlags[no] = (EndpointFlags)row.Int(3);
            }),
        ];
        if (open is null) foreach (var table in tables) table(database);
        else
        {
            Parallel.ForEach(tables, table =>
            {
                using var own = open();
                table(own);
            });
        }
        return columns;
    }

    /// <summary>The packed copy and the version that it was packed with; null where there is none.</summary>
    public static (RegistryColumns Columns, string Version)? Packed(sqlite3 database)
    {
        using var select = new RegistryStatement(database, "SELECT bytes FROM packed WHERE name=?");
        if (!BitConverter.IsLittleEndian || Column<byte>(select, Version) is not { } version) return null;
        string text = System.Text.Encoding.ASCII.GetString(version);
        if (Column<ushort>(select, nameof(HouseholdVillage)) is not { } village || Column<double>(select, nameof(HouseholdLatitude)) is not { } latitude || Column<double>(select, nameof(HouseholdLongitude)) is not { } longitude
            || Column<int>(select, nameof(PersonHousehold)) is not { } household || Column<PersonFlags>(select, nameof(PersonFlags)) is not { } personFlags
            || Column<byte>(select, nameof(EndpointChannel)) is not { } channel || Column<int>(select, nameof(EndpointPerson)) is not { } person || Column<EndpointFlags>(select, nameof(EndpointFlags)) is not { } endpointFlags) return null;
        bool whole = latitude.Length == village.Length && longitude.Length == village.Length && personFlags.Length == household.Length && person.Length == channel.Length && endpointFlags.Length == channel.Length;
        return whole ? (new RegistryColumns(village, latitude, longitude, household, personFlags, channel, person, endpointFlags), text) : null;
    }

    /// <summary>Keeps a packed copy, in the transaction that is open.</summary>
    public void Pack(sqlite3 database, string version)
    {
        if (!BitConverter.IsLittleEndian) return;
        using var insert = new RegistryStatement(database, "INSERT INTO packed(name,bytes) VALUES(?,?)");
        Put(insert, nameof(HouseholdVillage), HouseholdVillage);
        Put(insert, nameof(HouseholdLatitude), HouseholdLatitude);
        Put(insert, nameof(HouseholdLongitude), HouseholdLongitude);
        Put(insert, nameof(PersonHousehold), PersonHousehold);
        Put(insert, nameof(PersonFlags), PersonFlags);
        Put(insert, nameof(EndpointChannel), EndpointChannel);
        Put(insert, nameof(EndpointPerson), EndpointPerson);
        Put(insert, nameof(EndpointFlags), EndpointFlags);
        Put(insert, Version, System.Text.Encoding.ASCII.GetBytes(version));
    }

    private static void Rows(sqlite3 database, string sql, int count, Action<int, RegistryStatement> read)
    {
        using var row = new RegistryStatement(database, sql);
        int no = 0;
        while (row.Step())
        {
            no++;
            if (no > count || row.Int(0) != no) throw new InvalidDataException("The registry is inconsistent: numbers are not dense from 1.");
            read(no, row);
        }
        if (no != count) throw new InvalidDataException("The registry is inconsistent: rows changed while they were read.");
    }

    private static int Count(sqlite3 database, string table) => checked((int)SqliteCalls.Number(database, "SELECT ifnull(max(no),0) FROM " + table));

    private static T[]? Column<T>(RegistryStatement select, string name) where T : unmanaged
    {
        select.Bind(1, name);
        try
        {
            return select.Step() ? MemoryMarshal.Cast<byte, T>(select.Blob(0)).ToArray() is { Length: > 0 } column ? column : null : null;
        }
        finally
        {
            select.Reset();
        }
    }

    private static void Put<T>(RegistryStatement insert, string name, T[] column) where T : unmanaged
    {
        insert.Bind(1, name);
        insert.Bind(2, MemoryMarshal.AsBytes(column.AsSpan()));
        insert.Run();
    }
}
