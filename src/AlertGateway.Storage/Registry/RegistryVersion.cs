using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace AlertGateway.Storage.Registry;

/// <summary>
/// The version of a registry: SHA-256 over what targeting depends on, in this order: the line <c>agw-registry-v1</c>; divisions (code, name, parent, place, warden); the columns of households, persons and endpoints as little-endian bytes without
/// element 0; loudspeakers, stations, sites with receivers; area-code rows in ordinal order. Texts carry their UTF-8 length first. Addresses are not part of it: a new number changes nobody's place in an audience.
/// </summary>
internal static class RegistryVersion
{
    public static string Of(RegistrySnapshot snapshot)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Text(hash, "agw-registry-v1");
        foreach (var division in snapshot.Towns.Concat(snapshot.Villages))
        {
            Text(hash, division.Code);
            Text(hash, division.Name);
            Numbers(hash, division.ParentIndex, division.WardenPersonNo);
            Place(hash, division.LatitudeDegrees, division.LongitudeDegrees);
        }
        Column<ushort>(hash, snapshot.HouseholdVillage);
        Column<double>(hash, snapshot.HouseholdLatitude);
        Column<double>(hash, snapshot.HouseholdLongitude);
        Column<int>(hash, snapshot.PersonHousehold);
        Column<PersonFlags>(hash, snapshot.PersonFlags);
        Column<byte>(hash, snapshot.EndpointChannel);
        Column<int>(hash, snapshot.EndpointPerson);
        Column<EndpointFlags>(hash, snapshot.EndpointFlags);
        foreach (var horn in snapshot.Loudspeakers)
        {
            Numbers(hash, horn.EndpointNo, horn.VillageIndex);
            Place(hash, horn.LatitudeDegrees, horn.LongitudeDegrees);
        }
        foreach (var station in snapshot.Stations) Numbers(hash, station.EndpointNo);
        foreach (var site in snapshot.Sites)
        {
            Numbers(hash, site.SiteNo, site.VillageIndex, site.ReceiverPersonNos.Count);
            Place(hash, site.LatitudeDegrees, site.LongitudeDegrees);
            Numbers(hash, [.. site.ReceiverPersonNos]);
        }
        foreach (var (code, households) in snapshot.HouseholdsByCode.OrderBy(c => c.Key.ValueName, StringComparer.Ordinal).ThenBy(c => c.Key.Value, StringComparer.Ordinal))
        {
            Text(hash, code.ValueName);
            Text(hash, code.Value);
            Numbers(hash, households.Length);
            Numbers(hash, households);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // x64 and arm64 are little-endian; a big-endian machine would need a swap here before its hashes could be compared.
    private static void Column<T>(IncrementalHash hash, T[] column) where T : unmanaged
    {
        Numbers(hash, column.Length - 1);
        hash.AppendData(MemoryMarshal.AsBytes(column.AsSpan(1)));
    }

    private static void Text(IncrementalHash hash, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Numbers(hash, bytes.Length);
        hash.AppendData(bytes);
    }

    private static void Numbers(IncrementalHash hash, params ReadOnlySpan<int> numbers)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (int number in numbers)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
            hash.AppendData(bytes);
        }
    }

    private static void Place(IncrementalHash hash, double latitudeDegrees, double longitudeDegrees)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, latitudeDegrees);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes[8..], longitudeDegrees);
        hash.AppendData(bytes);
    }
}
