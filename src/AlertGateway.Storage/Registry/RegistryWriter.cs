using SQLitePCL;

namespace AlertGateway.Storage.Registry;

/// <summary>
/// Writes a whole city in one transaction and issues its dense numbers. Divisions come first (towns, then villages), then households, each followed by its persons; endpoints in any order after their persons. Not thread-safe.
/// Disposing it without <see cref="Complete"/> leaves the registry empty.
/// </summary>
public sealed class RegistryWriter : IDisposable
{
    private readonly sqlite3 _database;
    private readonly RegistryStatement _division, _household, _person, _endpoint, _loudspeaker, _station, _site, _receiver, _code, _householdCode, _meta;
    private int _divisions, _households, _persons, _endpoints, _sites, _codes;
    private bool _completed;

    internal RegistryWriter(string path)
    {
        SqliteCalls.Check(raw.sqlite3_open_v2(path, out _database, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_NOMUTEX, null), _database, "open for writing");
        raw.sqlite3_busy_timeout(_database, 5_000);
        SqliteCalls.Execute(_database, "PRAGMA synchronous=FULL; PRAGMA cache_size=-131072; PRAGMA temp_store=MEMORY; BEGIN IMMEDIATE; DROP INDEX endpoint_address; " + RegistryColumns.NoGuards);
        _division = new(_database, "INSERT INTO division(no,code,name,town,lat,lon,warden) VALUES(?,?,?,?,?,?,?)");
        _household = new(_database, "INSERT INTO household(no,village,lat,lon) VALUES(?,?,?,?)");
        _person = new(_database, "INSERT INTO person(no,household,flags) VALUES(?,?,?)");
        _endpoint = new(_database, "INSERT INTO endpoint(no,channel,person,flags,key_version,address) VALUES(?,?,?,?,0,?)");
        _loudspeaker = new(_database, "INSERT INTO loudspeaker(endpoint,village,lat,lon,name) VALUES(?,?,?,?,?)");
        _station = new(_database, "INSERT INTO station(endpoint,name) VALUES(?,?)");
        _site = new(_database, "INSERT INTO site(no,kind,name,village,lat,lon,day,night) VALUES(?,?,?,?,?,?,?,?)");
        _receiver = new(_database, "INSERT INTO receiver(site,rank,person) VALUES(?,?,?)");
        _code = new(_database, "INSERT INTO area_code(no,value_name,value) VALUES(?,?,?)");
        _householdCode = new(_database, "INSERT INTO household_code(code,household) VALUES(?,?)");
        _meta = new(_database, "INSERT OR REPLACE INTO meta(key,value) VALUES(?,?)");
    }

    /// <summary>A town or village in the order of its index. Towns (parent −1) come before all villages.</summary>
    public void AddDivision(Division division)
    {
        ArgumentNullException.ThrowIfNull(division);
        _division.Bind(1, (long)++_divisions);
        _division.Bind(2, division.Code);
        _division.Bind(3, division.Name);
        _division.Bind(4, (long)(division.ParentIndex + 1));
        _division.Bind(5, division.LatitudeDegrees);
        _division.Bind(6, division.LongitudeDegrees);
        _division.Bind(7, (long)division.WardenPersonNo);
        _division.Run();
    }

    /// <returns>The household's number.</returns>
    public int AddHousehold(int villageIndex, double latitudeDegrees, double longitudeDegrees)
    {
        _household.Bind(1, (long)++_households);
        _household.Bind(2, (long)villageIndex);
        _household.Bind(3, latitudeDegrees);
        _household.Bind(4, longitudeDegrees);
        _household.Run();
        return _households;
    }

    /// <summary>A person of the household added last.</summary>
    /// <returns>The person's number.</returns>
    public int AddPerson(PersonFlags flags)
    {
        if (_households == 0) throw new InvalidOperationException("A person needs a household.");
        _person.Bind(1, (long)++_persons);
        _person.Bind(2, (long)_households);
        _person.Bind(3, (long)flags);
        _person.Run();
        return _persons;
    }

    /// <param name="channel">Channel number of the core: 1 SMS, 2 push, 3 loudspeaker, 4 broadcast.</param>
    /// <param name="personNo">0 for a device that is nobody's.</param>
    /// <param name="address">An E.164 number in UTF-8, the SHA-256 of a device token, or a device's public key.</param>
    /// <returns>The endpoint's number.</returns>
    public int AddEndpoint(byte channel, int personNo, EndpointFlags flags, ReadOnlySpan<byte> address)
    {
        _endpoint.Bind(1, (long)++_endpoints);
        _endpoint.Bind(2, (long)channel);
        _endpoint.Bind(3, (long)personNo);
        _endpoint.Bind(4, (long)flags);
        _endpoint.Bind(5, address);
        _endpoint.Run();
        return _endpoints;
    }

    public void AddLoudspeaker(LoudspeakerSite loudspeaker)
    {
        ArgumentNullException.ThrowIfNull(loudspeaker);
        _loudspeaker.Bind(1, (long)loudspeaker.EndpointNo);
        _loudspeaker.Bind(2, (long)loudspeaker.VillageIndex);
        _loudspeaker.Bind(3, loudspeaker.LatitudeDegrees);
        _loudspeaker.Bind(4, loudspeaker.LongitudeDegrees);
        _loudspeaker.Bind(5, loudspeaker.Name);
        _loudspeaker.Run();
    }

    public void AddStation(BroadcastStation station)
    {
        ArgumentNullException.ThrowIfNull(station);
        _station.Bind(1, (long)station.EndpointNo);
        _station.Bind(2, station.Name);
        _station.Run();
    }

    /// <summary>The site's number is issued here; <see cref="Site.SiteNo"/> of the argument is not read.</summary>
    public int AddSite(Site site)
    {
        ArgumentNullException.ThrowIfNull(site);
        _site.Bind(1, (long)++_sites);
        _site.Bind(2, site.Kind);
        _site.Bind(3, site.Name);
        _site.Bind(4, (long)site.VillageIndex);
        _site.Bind(5, site.LatitudeDegrees);
        _site.Bind(6, site.LongitudeDegrees);
        _site.Bind(7, (long)site.HeadcountDay);
        _site.Bind(8, (long)site.HeadcountNight);
        _site.Run();
        for (int rank = 0; rank < site.ReceiverPersonNos.Count; rank++)
        {
            _receiver.Bind(1, (long)_sites);
            _receiver.Bind(2, (long)rank);
            _receiver.Bind(3, (long)site.ReceiverPersonNos[rank]);
            _receiver.Run();
        }
        return _sites;
    }

    /// <summary>Households that an area code stands for, where it cannot be read off their village's code.</summary>
    /// <param name="householdNos">Distinct.</param>
    public void AddCode(string valueName, string value, ReadOnlySpan<int> householdNos)
    {
        _code.Bind(1, (long)++_codes);
        _code.Bind(2, valueName);
        _code.Bind(3, value);
        _code.Run();
        foreach (int household in householdNos)
        {
            _householdCode.Bind(1, (long)_codes);
            _householdCode.Bind(2, (long)household);
            _householdCode.Run();
        }
    }

    public void SetMeta(string key, string value)
    {
        _meta.Bind(1, key);
        _meta.Bind(2, value);
        _meta.Run();
    }

    /// <summary>Packs the columns, makes the address index and commits. Returns once it is durable.</summary>
    public void Complete()
    {
        RegistryLoader.Pack(_database);
        SqliteCalls.Execute(_database, RegistryColumns.Guards + RegistrySchema.AddressIndex + " COMMIT; PRAGMA wal_checkpoint(TRUNCATE);");
        _completed = true;
    }

    public void Dispose()
    {
        foreach (var statement in new[] { _division, _household, _person, _endpoint, _loudspeaker, _station, _site, _receiver, _code, _householdCode, _meta }) statement.Dispose();
        if (!_completed) raw.sqlite3_exec(_database, "ROLLBACK");
        _database.Dispose();
    }
}
