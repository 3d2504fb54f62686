using System.Globalization;
using System.Text;

namespace AlertGateway.Emulators.SmsProvider;

/// <summary>Writes Twilio's message resource by hand: fixed pieces made once, the rest copied between them.</summary>
internal sealed class MessageJson
{
    private readonly ulong _seed;
    private readonly byte[] _account;
    private readonly byte[] _uriPrefix;
    private DateText _date = new(0);

    /// <param name="account">AccountSid.</param>
    /// <param name="seed">Seed of the sids.</param>
    public MessageJson(string account, ulong seed)
    {
        _seed = seed;
        _account = Encoding.ASCII.GetBytes(account);
        _uriPrefix = Encoding.ASCII.GetBytes($"/2010-04-01/Accounts/{account}/Messages/");
    }

    /// <summary>Upper bound of what <see cref="Write"/> takes, in bytes.</summary>
    public int SizeMax(in Message message) => 900 + message.Text.Json.Length + (2 * message.Sender.Json.Length) + (3 * _uriPrefix.Length);

    /// <summary>Writes the resource as it is at a moment of the monotonic clock; returns the number of bytes.</summary>
    public int Write(Span<byte> output, in Message message, long mono)
    {
        var status = message.StatusAt(mono);
        var isSent = status is not ("queued" or "accepted");
        Span<byte> sid = stackalloc byte[MessageSid.Length];
        MessageSid.Write(_seed, message.Number, sid);
        var created = Date(message.CreatedTicks);

        var at = 0;
        Put(output, ref at, "{\"account_sid\":\""u8);
        Put(output, ref at, _account);
        Put(output, ref at, "\",\"api_version\":\"2010-04-01\",\"body\":"u8);
        Put(output, ref at, message.Text.Json);
        Put(output, ref at, ",\"date_created\":\""u8);
        Put(output, ref at, created);
        Put(output, ref at, "\",\"date_sent\":"u8);
        if (isSent)
        {
            Put(output, ref at, "\""u8);
            Put(output, ref at, created);
            Put(output, ref at, "\""u8);
        }
        else
        {
            Put(output, ref at, "null"u8);
        }

        Put(output, ref at, ",\"date_updated\":\""u8);
        Put(output, ref at, created);
        Put(output, ref at, "\",\"direction\":\"outbound-api\",\"error_code\":"u8);
        Put(output, ref at, status == "undelivered" ? "30003,\"error_message\":\"Unreachable destination handset\",\"from\":"u8 : "null,\"error_message\":null,\"from\":"u8);
        Put(output, ref at, message.Sender.IsService ? "null"u8 : message.Sender.Json);
        Put(output, ref at, ",\"messaging_service_sid\":"u8);
        Put(output, ref at, message.Sender.IsService ? message.Sender.Json : "null"u8);
        Put(output, ref at, ",\"num_media\":\"0\",\"num_segments\":\""u8);
        Put(output, ref at, status == "accepted" ? "0"u8 : message.Text.Segments);
        Put(output, ref at, "\",\"price\":null,\"price_unit\":\"USD\",\"sid\":\""u8);
        Put(output, ref at, sid);
        Put(output, ref at, "\",\"status\":\""u8);
        at += Encoding.ASCII.GetBytes(status, output[at..]);
        Put(output, ref at, "\",\"subresource_uris\":{\"media\":\""u8);
        Put(output, ref at, _uriPrefix);
        Put(output, ref at, sid);
        Put(output, ref at, "/Media.json\"},\"to\":\"+"u8);
        message.To.TryFormat(output[at..], out var digits, default, CultureInfo.InvariantCulture);
        at += digits;
        Put(output, ref at, "\",\"uri\":\""u8);
        Put(output, ref at, _uriPrefix);
        Put(output, ref at, sid);
        Put(output, ref at, ".json\"}"u8);
        return at;
    }

    private static void Put(Span<byte> output, ref int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(output[at..]);
        at += bytes.Length;
    }

    /// <summary>RFC 2822 text of a time, kept for as long as the second lasts.</summary>
    private byte[] Date(long utcTicks)
    {
        var second = utcTicks / TimeSpan.TicksPerSecond;
        var date = _date;
        if (date.Second != second) _date = date = new DateText(second);
        return date.Text;
    }

    private sealed class DateText(long second)
    {
        public long Second { get; } = second;

        public byte[] Text { get; } = Encoding.ASCII.GetBytes(
            new DateTime(second * TimeSpan.TicksPerSecond, DateTimeKind.Utc).ToString("ddd, dd MMM yyyy HH:mm:ss +0000", CultureInfo.InvariantCulture));
    }
}
