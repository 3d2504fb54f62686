using SQLitePCL;

namespace AlertGateway.Storage.Registry;

/// <summary>Reads a registry into a <see cref="RegistrySnapshot"/>: from its packed columns, or row by row where there are none that fit.</summary>
internal sealed class RegistryLoader(string path)
{
    public RegistrySnapshot Load()
    {
        using var database = AddressReader.OpenForReading(path);
        if (RegistryColumns.Packed(database) is { } packed && Snapshot(database, packed.Columns) is var fast && fast.Version == packed.Version) return fast;
        return Snapshot(database, RegistryColumns.FromRows(database, () => AddressReader.OpenForReading(path)));
    }

    /// <summary>Keeps a packed copy of the rows, in the transaction that is open. None of rows that do not fit together: whoever loads them is told so.</summary>
    public static void Pack(sqlite3 database)
    {
        try
        {
            var columns = RegistryColumns.FromRows(database, null);
            columns.Pack(database, Snapshot(database, columns).Version);
        }
        catch (InvalidDataException)
        {
            // The rows stay the truth.
        }
    }

    private static RegistrySnapshot Snapshot(sqlite3 database, RegistryColumns columns)
    {
        int households = columns.HouseholdVillage.Length - 1, persons = columns.PersonHousehold.Length - 1;
        var firstPerson = new int[households + 2];
        FillFirstPersons(firstPerson, columns.PersonHousehold, households);
        var (towns, villages) = Divisions(database);
        foreach (int village in columns.HouseholdVillage.AsSpan(1)) Expect(village < villages.Count, "a household names a village that is not there");
        foreach (int person in columns.EndpointPerson.AsSpan(1)) Expect(person >= 0 && person <= persons, "an endpoint names a person who is not there");

        var snapshot = new RegistrySnapshot
        {
            Version = "",
            Synthetic = Meta(database, "synthetic") == "1",
            Towns = towns,
            Villages = villages,
            HouseholdVillage = columns.HouseholdVillage,
            HouseholdLatitude = columns.HouseholdLatitude,
            HouseholdLongitude = columns.HouseholdLongitude,
            HouseholdFirstPerson = firstPerson,
            PersonHousehold = columns.PersonHousehold,
            PersonFlags = columns.PersonFlags,
            EndpointChannel = columns.EndpointChannel,
            EndpointPerson = columns.EndpointPerson,
            EndpointFlags = columns.EndpointFlags,
            Loudspeakers = List(database, "SELECT endpoint,village,lat,lon,name FROM loudspeaker ORDER BY endpoint", row => new LoudspeakerSite(row.Int(0), row.Int(1), row.Real(2), row.Real(3), row.Text(4))),
            Stations = List(database, "SELECT endpoint,name FROM station ORDER BY endpoint", row => new BroadcastStation(row.Int(0), row.Text(1))),
            Sites = Sites(database),
            HouseholdsByCode = Codes(database),
        };
        return snapshot.WithVersion(RegistryVersion.Of(snapshot));
    }

    private static void FillFirstPersons(int[] firstPerson, int[] personHousehold, int households)
    {
        int person = 1;
        for (int household = 1; household <= households; household++)
        {
            firstPerson[household] = person;
            while (person < personHousehold.Length && personHousehold[person] == household) person++;
        }
        firstPerson[households + 1] = person;
        Expect(person == personHousehold.Length, "persons of one household are not consecutive");
    }

    private static (IReadOnlyList<Division> Towns, IReadOnlyList<Division> Villages) Divisions(sqlite3 database)
    {
        var towns = new List<Division>();
        var villages = new List<Division>();
        using var row = new RegistryStatement(database, "SELECT code,name,town,lat,lon,warden FROM division ORDER BY no");
        while (row.Step())
        {
            var division = new Division(row.Text(0), row.Text(1), row.Int(2) - 1, row.Real(3), row.Real(4), row.Int(5));
            (division.ParentIndex < 0 ? towns : villages).Add(division);
            Expect(division.ParentIndex < towns.Count, "a village names a town that is not there");
        }
        return (towns, villages);
    }

    private static List<Site> Sites(sqlite3 database)
    {
        var receivers = List(database, "SELECT site,person FROM receiver ORDER BY site,rank", row => (Site: row.Int(0), Person: row.Int(1))).ToLookup(r => r.Site, r => r.Person);
        return List(database, "SELECT no,kind,name,village,lat,lon,day,night FROM site ORDER BY no",
            row => new Site(row.Int(0), row.Text(1), row.Text(2), row.Int(3), row.Real(4), row.Real(5), row.Int(6), row.Int(7), [.. receivers[row.Int(0)]]));
    }

    private static Dictionary<(string ValueName, string Value), int[]> Codes(sqlite3 database)
    {
        var codes = List(database, "SELECT no,value_name,value FROM area_code ORDER BY no", row => (No: row.Int(0), Name: row.Text(1), Value: row.Text(2)));
        var byCode = new Dictionary<(string, string), int[]>(codes.Count);
        using var rows = new RegistryStatement(database, "SELECT household FROM household_code WHERE code=? ORDER BY household");
        foreach (var code in codes)
        {
            rows.Bind(1, (long)code.No);
            var households = new List<int>();
            while (rows.Step()) households.Add(rows.Int(0));
            rows.Reset();
            byCode[(code.Name, code.Value)] = [.. households];
        }
        return byCode;
    }

    private static List<T> List<T>(sqlite3 database, string sql, Func<RegistryStatement, T> read)
    {
        var list = new List<T>();
        using var row = new RegistryStatement(database, sql);
        while (row.Step()) list.Add(read(row));
        return list;
    }

    private static string? Meta(sqlite3 database, string key)
    {
        using var statement = new RegistryStatement(database, "SELECT value FROM meta WHERE key=?");
        statement.Bind(1, key);
        return statement.Step() ? statement.Text(0) : null;
    }

    private static void Expect(bool holds, string problem)
    {
        if (!holds) throw new InvalidDataException("The registry is inconsistent: " + problem + ".");
    }
}
