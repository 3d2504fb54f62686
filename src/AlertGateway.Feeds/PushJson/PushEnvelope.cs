using System.Text;
using System.Text.Json;
using AlertGateway.Feeds.Hydrology;

namespace AlertGateway.Feeds.PushJson;

/// <summary>
/// The signed form: <c>{"sender", "alg", "payload", "signature"}</c>, payload and signature in base64. What is signed is <c>agw-push-v1 LF alg LF sender LF</c> and the payload's bytes,
/// so that no reading and writing of JSON stands between what was signed and what is read.
/// </summary>
public sealed record PushEnvelope
{
    public const string Ed25519 = "ed25519", Hmac = "hmac-sha256";

    /// <summary>Largest envelope, in bytes: 256 KiB.</summary>
    public const int BytesMax = 256 << 10;

    public required string Sender { get; init; }

    public required string Algorithm { get; init; }

    public required byte[] Payload { get; init; }

    public required byte[] Signature { get; init; }

    /// <summary>The bytes under the signature.</summary>
    public byte[] Signed() => [.. Encoding.UTF8.GetBytes($"agw-push-v1\n{Algorithm}\n{Sender}\n"), .. Payload];

    /// <summary>Null when the bytes are no envelope.</summary>
    public static PushEnvelope? Read(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > BytesMax) return null;
        using var json = HydroJson.Parse(bytes);
        if (json is null || HydroJson.Text(json.RootElement, "sender") is not { } sender || !IsName(sender) || HydroJson.Text(json.RootElement, "alg") is not { } alg) return null;
        return Base64(json.RootElement, "payload") is { } payload && Base64(json.RootElement, "signature") is { } signature
            ? new PushEnvelope { Sender = sender, Algorithm = alg, Payload = payload, Signature = signature }
            : null;
    }

    internal static bool IsName(string name) => name.Length is > 0 and <= 40 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static byte[]? Base64(JsonElement of, string name)
    {
        if (HydroJson.Text(of, name) is not { } text) return null;
        var bytes = new byte[(text.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(text, bytes, out var written) ? bytes[..written] : null;
    }
}
