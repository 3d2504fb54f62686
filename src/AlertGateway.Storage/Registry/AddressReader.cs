using SQLitePCL;

namespace AlertGateway.Storage.Registry;

/// <summary>Reads addresses right before they are used. One a lane: it holds its own read-only connection and prepared statements, and is not thread-safe.</summary>
public sealed class AddressReader : IDisposable
{
    private const int ChunkBytes = 64 * 1024;

    private readonly sqlite3 _database;
    private readonly RegistryStatement _byNumber, _byAddress, _byChannel;

    internal AddressReader(string path)
    {
        _database = OpenForReading(path);
        _byNumber = new(_database, "SELECT address FROM endpoint WHERE no=?");
        _byAddress = new(_database, "SELECT no FROM endpoint WHERE channel=? AND address=? ORDER BY no LIMIT 1");
        _byChannel = new(_database, "SELECT no,address FROM endpoint WHERE channel=? ORDER BY no");
    }

    /// <summary>Reads the addresses of a batch. An endpoint that does not exist gets an empty address.</summary>
    /// <exception cref="Ledger.LedgerException">A record cannot be read (a damaged page); the reader stays usable for others.</exception>
    /// <param name="addresses">At least as long as <paramref name="endpointNos"/>; the bytes stay valid for as long as they are referenced.</param>
    public void Read(ReadOnlySpan<int> endpointNos, Span<ReadOnlyMemory<byte>> addresses)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(addresses.Length, endpointNos.Length);
        byte[] chunk = [];
        int used = 0;
        for (int i = 0; i < endpointNos.Length; i++)
        {
            try
            {
                _byNumber.Bind(1, (long)endpointNos[i]);
                if (!_byNumber.Step())
                {
                    addresses[i] = default;
                    continue;
                }
                var address = _byNumber.Blob(0);
                if (chunk.Length - used < address.Length) (chunk, used) = (new byte[Math.Max(address.Length, Math.Min(ChunkBytes, (endpointNos.Length - i) * 32))], 0);
                address.CopyTo(chunk.AsSpan(used));
                addresses[i] = chunk.AsMemory(used, address.Length);
                used += address.Length;
            }
            finally
            {
                _byNumber.Reset(); // also after a page that cannot be read: the next number is asked for with the same statement
            }
        }
    }

    /// <summary>The endpoint that has this address on the channel, the lowest number first; 0 for none.</summary>
    public int FindByAddress(byte channel, ReadOnlySpan<byte> address)
    {
        if (address.IsEmpty) return 0;
        _byAddress.Bind(1, (long)channel);
        _byAddress.Bind(2, address);
        int endpointNo = _byAddress.Step() ? _byAddress.Int(0) : 0;
        _byAddress.Reset();
        return endpointNo;
    }

    /// <summary>All endpoints of a channel with their addresses, by number. For channels whose devices connect to us (push, loudspeakers, stations).</summary>
    public IReadOnlyDictionary<int, byte[]> AllAddresses(byte channel)
    {
        var addresses = new Dictionary<int, byte[]>();
        _byChannel.Bind(1, (long)channel);
        while (_byChannel.Step()) addresses.Add(_byChannel.Int(0), _byChannel.Blob(1).ToArray());
        _byChannel.Reset();
        return addresses;
    }

    public void Dispose()
    {
        _byNumber.Dispose();
        _byAddress.Dispose();
        _byChannel.Dispose();
        _database.Dispose();
    }

    internal static sqlite3 OpenForReading(string path)
    {
        SqliteGate.Require();
        SqliteCalls.Check(raw.sqlite3_open_v2(path, out sqlite3 database, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_NOMUTEX, null), database, "open the registry for reading");
        raw.sqlite3_busy_timeout(database, 5_000);
        return database;
    }
}
