using System.Globalization;
using AlertGateway.Channels.Keys;

namespace AlertGateway.Channels.Loudspeaker;

/// <summary>The password of a device: <c>{unixSeconds}.{base64(Ed25519(deviceKey, "agw-horn-v1|{deviceId}|{unixSeconds}"))}</c>.</summary>
internal static class DevicePassword
{
    /// <summary>Largest difference between the device's clock and ours, in seconds.</summary>
    public const long SkewSecondsMax = 300;

    public static bool IsGenuine(string? password, string deviceId, ReadOnlySpan<byte> publicKey, DateTimeOffset now)
    {
        if (password is not { Length: <= 128 }) return false;
        int dot = password.IndexOf('.', StringComparison.Ordinal);
        if (dot is <= 0 or > 12 || !long.TryParse(password.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)) return false;
        if (Math.Abs(now.ToUnixTimeSeconds() - seconds) > SkewSecondsMax) return false;
        Span<byte> signature = stackalloc byte[96];
        if (!Convert.TryFromBase64String(password[(dot + 1)..], signature, out int length)) return false;
        return OrderKey.Verify(publicKey, string.Create(CultureInfo.InvariantCulture, $"agw-horn-v1|{deviceId}|{seconds}"), signature[..length]);
    }
}
