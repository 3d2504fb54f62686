using System.Text;
using System.Text.Json;

namespace AlertGateway.Emulators.SmsProvider;

/// <summary>One of Twilio's refusals, its body made once.</summary>
internal sealed class ProviderError
{
    private ProviderError(int status, int code, string message)
    {
        Status = status;
        Code = Encoding.ASCII.GetBytes(code.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Body = JsonSerializer.SerializeToUtf8Bytes(
            new { code, message, more_info = $"https://www.twilio.com/docs/errors/{code}", status });
    }

    /// <summary>HTTP status.</summary>
    public int Status { get; }

    /// <summary>Twilio's code, in decimal.</summary>
    public byte[] Code { get; }

    /// <summary>The JSON answer.</summary>
    public byte[] Body { get; }

    public static readonly ProviderError Authenticate = new(401, 20003, "Authenticate");
    public static readonly ProviderError NotFound = new(404, 20404, "The requested resource was not found");
    public static readonly ProviderError Method = new(405, 20004, "Method not allowed");
    public static readonly ProviderError TooLarge = new(413, 20413, "The request is too large");
    public static readonly ProviderError MediaType = new(415, 20415, "Unsupported media type: send application/x-www-form-urlencoded");
    public static readonly ProviderError TooMany = new(429, 20429, "Too Many Requests");
    public static readonly ProviderError Internal = new(500, 20500, "Internal Server Error");
    public static readonly ProviderError Parameter = new(400, 20001, "Invalid parameter");
    public static readonly ProviderError InvalidTo = new(400, 21211, "The 'To' number is not a valid phone number");
    public static readonly ProviderError InvalidFrom = new(400, 21212, "The 'From' number is not a valid phone number, short code or sender name");
    public static readonly ProviderError NoBody = new(400, 21602, "Message body is required");
    public static readonly ProviderError NoFrom = new(400, 21603, "A 'From' phone number or a 'MessagingServiceSid' is required");
    public static readonly ProviderError NoTo = new(400, 21604, "A 'To' phone number is required");
    public static readonly ProviderError InvalidCallback = new(400, 21609, "The 'StatusCallback' URL is not valid; this emulator calls plain http on this machine only");
    public static readonly ProviderError BodyTooLong = new(400, 21617, "The concatenated message body exceeds the 1600 character limit");
}
