using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace AlertGateway.Core.Targeting;

/// <summary>
/// SHA-256 of an audience: UTF-8 <c>agw-audience-v1</c>, LF, the registry version, LF; then as little-endian int32 the number of households and each household; then for each channel in order its number (int32), the number of endpoints, each endpoint
/// in dispatch order, and one byte of language for each. Counts follow from these and are not hashed. Where villages have ends: SHA-256 of UTF-8 <c>agw-audience-ends-v1</c>, LF, that hash in hex, LF, and the ends as the ledger keeps them.
/// </summary>
public static class AudienceHash
{
    public static string Of(Audience audience)
    {
        ArgumentNullException.ThrowIfNull(audience);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes("agw-audience-v1\n" + audience.RegistryVersion + "\n"));
        Numbers(hash, audience.HouseholdNos);
        foreach (var channel in audience.Channels)
        {
            Number(hash, (int)channel.Channel);
            Numbers(hash, channel.EndpointNos);
            hash.AppendData(channel.Languages);
        }
        string all = Convert.ToHexStringLower(hash.GetHashAndReset());
        return audience.VillageEnds.Length == 0 ? all : Bound(all, VillageEnds.Body(audience.VillageEnds));
    }

    /// <summary>The hash of an audience together with its villages' ends: takes as long as there are villages, whatever the audience.</summary>
    public static string Bound(string audience, ReadOnlySpan<byte> ends)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes("agw-audience-ends-v1\n" + audience + "\n"));
        hash.AppendData(ends);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The same from the ledger: the bodies of AudienceFrozen rows are the hashed bytes, but for the channels' numbers.</summary>
    public static string OfFrozen(string registryVersion, ReadOnlySpan<byte> households, IEnumerable<(byte Channel, ReadOnlyMemory<byte> Body)> channels)
    {
        ArgumentNullException.ThrowIfNull(channels);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes("agw-audience-v1\n" + registryVersion + "\n"));
        hash.AppendData(households);
        foreach (var (channel, body) in channels)
        {
            Number(hash, channel);
            hash.AppendData(body.Span);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Numbers(IncrementalHash hash, int[] numbers)
    {
        Number(hash, numbers.Length);
        if (BitConverter.IsLittleEndian) hash.AppendData(MemoryMarshal.AsBytes(numbers.AsSpan()));
        else foreach (int number in numbers) Number(hash, number);
    }

    private static void Number(IncrementalHash hash, int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        hash.AppendData(bytes);
    }
}
