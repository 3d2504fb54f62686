using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AlertGateway.Channels.Keys;

namespace AlertGateway.Channels.Broadcast;

/// <summary>Tickets that open one programme for a while: <c>{unixSeconds}.{base64url(HMAC-SHA256)}</c>. They need no memory and survive a restart. Thread-safe.</summary>
public sealed class ProgrammeTickets(OrderKey key, TimeProvider clock)
{
    private readonly byte[] _secret = key.Derive("agw-ticket-v1");

    /// <summary>A ticket for this programme alone.</summary>
    public string Issue(string sha256, TimeSpan life)
    {
        long until = clock.GetUtcNow().Add(life).ToUnixTimeSeconds();
        return string.Create(CultureInfo.InvariantCulture, $"{until}.{Mac(sha256, until)}");
    }

    public bool Opens(string ticket, string sha256)
    {
        int dot = ticket.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0 || !long.TryParse(ticket.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out long until)) return false;
        bool genuine = CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(ticket[(dot + 1)..]), Encoding.ASCII.GetBytes(Mac(sha256, until)));
        return genuine && clock.GetUtcNow().ToUnixTimeSeconds() <= until;
    }

    private string Mac(string sha256, long until) =>
        System.Buffers.Text.Base64Url.EncodeToString(HMACSHA256.HashData(_secret, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{sha256}|{until}"))));
}
