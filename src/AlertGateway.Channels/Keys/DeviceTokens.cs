using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace AlertGateway.Channels.Keys;

/// <summary>The resident endpoint enrolled with the token of this SHA-256 (32 bytes, valid during the call); 0 when there is none.</summary>
public delegate int ResidentTokenLookup(ReadOnlyMemory<byte> tokenSha256);

/// <summary>The broadcast station enrolled with the token of this SHA-256 (32 bytes, valid during the call); 0 when there is none.</summary>
public delegate int StationTokenLookup(ReadOnlyMemory<byte> tokenSha256);

/// <summary>The Ed25519 public key (32 bytes) of a loudspeaker; empty when there is no such device.</summary>
public delegate ReadOnlyMemory<byte> LoudspeakerKeyLookup(int endpointNo);

/// <summary>Reads bearer tokens. Only their hashes are looked up, and none is ever logged.</summary>
internal static class DeviceTokens
{
    public const int LengthMax = 256;

    public static string? Bearer(HttpRequest request)
    {
        var header = request.Headers.Authorization;
        if (header.Count != 1 || header[0] is not { } text || !text.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return null;
        string token = text["Bearer ".Length..].Trim();
        return token.Length is > 0 and <= LengthMax ? token : null;
    }

    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
