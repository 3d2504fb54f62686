using System.Globalization;
using System.Text;
using System.Text.Json;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace AlertGateway.Emulators.BroadcastEncoder;

/// <summary>Repetitions of a programme, start to start.</summary>
public sealed record Repeat(int Count, int EverySeconds);

/// <summary>One order of the gateway to this station.</summary>
public sealed record Order
{
    public string Tag { get; init; } = "";
    public long Serial { get; init; }
    public string Kind { get; init; } = "";
    public string? ProgrammeSha256 { get; init; }
    public string? ProgrammeUrl { get; init; }
    public long Bytes { get; init; }
    public long NotBeforeTicks { get; init; }
    public long NotAfterTicks { get; init; }
    public Repeat? Repeat { get; init; }
    public int Priority { get; init; }
    public string? Status { get; init; }
    public string? StopTag { get; init; }
    public string? Signature { get; init; }

    /// <summary>The line that the gateway signs. Without <c>repeat</c> its two numbers are 0.</summary>
    public string SignedLine => string.Create(
        CultureInfo.InvariantCulture,
        $"agw-broadcast-v1|{Tag}|{Serial}|{Kind}|{OrDash(ProgrammeSha256)}|{NotBeforeTicks}|{NotAfterTicks}|{Repeat?.Count ?? 0}|{Repeat?.EverySeconds ?? 0}|{OrDash(StopTag)}");

    /// <summary>Why the order cannot be followed, or null.</summary>
    public string? Refusal(byte[] orderKey, long nowTicks)
    {
        if (!IsSigned(orderKey)) return "bad-signature";
        if (Kind is not ("play" or "stop")) return "unknown-kind";
        if (NotAfterTicks < nowTicks) return "expired";
        if (Kind == "play" && ProgrammeSha256 is null) return "no-programme";
        if (Kind == "stop" && string.IsNullOrEmpty(StopTag)) return "no-stop-tag";
        if (ProgrammeSha256 is { } sha && (sha.Length != 64 || !sha.All(char.IsAsciiHexDigitLower))) return "bad-hash";
        return Repeat is { Count: < 0 or > 1000 } or { EverySeconds: < 0 } ? "bad-repeat" : null;
    }

    private bool IsSigned(byte[] orderKey)
    {
        var signature = new byte[66];
        if (Signature is null || !Convert.TryFromBase64String(Signature, signature, out var length) || length != 64) return false;
        var line = Encoding.UTF8.GetBytes(SignedLine);
        return Ed25519.Verify(signature, 0, orderKey, 0, line, 0, line.Length);
    }

    private static string OrDash(string? text) => string.IsNullOrEmpty(text) ? "-" : text;
}

/// <summary>Answer to a poll.</summary>
public sealed record OrderPage(IReadOnlyList<Order>? Orders, long Serial)
{
    /// <summary>camelCase, unknown members ignored.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
}

/// <summary>What the station tells the gateway of an order.</summary>
public sealed record StationReport(string Tag, string Level, long AtTicks, long PlayedMs, double? RmsDbfs, string? Reason);
