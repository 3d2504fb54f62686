using System.Net;
using System.Text;
using System.Text.Json;
using AlertGateway.Core.Dispatch;

namespace AlertGateway.Channels.Sms;

/// <summary>What the provider's answers and error codes mean for a delivery.</summary>
internal static class TwilioAnswer
{
    /// <summary>The <c>sid</c> of a message resource; null when there is none.</summary>
    public static string? Sid(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1 || !reader.ValueTextEquals("sid"u8)) continue;
                if (!reader.Read() || reader.TokenType != JsonTokenType.String || reader.HasValueSequence || reader.ValueSpan.Length > 64) return null;
                return Encoding.UTF8.GetString(reader.ValueSpan);
            }
        }
        catch (JsonException)
        {
            // A 201 with broken JSON has still been taken; it only has no name.
        }
        return null;
    }

    /// <summary>The <c>code</c> of an error body; 0 when there is none.</summary>
    public static int ErrorCode(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1 || !reader.ValueTextEquals("code"u8)) continue;
                return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int code) ? code : 0;
            }
        }
        catch (JsonException)
        {
            // Not Twilio's JSON (a proxy's page): the status alone decides.
        }
        return 0;
    }

    /// <summary>Outcome of a create request that was answered with anything but 2xx.</summary>
    public static DispatchOutcome Classify(HttpStatusCode status, int code, TimeSpan retryAfter) => (int)status switch
    {
        429 => DispatchOutcome.RetryLater(DispatchError.Throttled, retryAfter), // "Never processed and always safe to retry."
        408 => DispatchOutcome.Unknown(DispatchError.TimedOut),
        >= 500 => DispatchOutcome.Unknown(DispatchError.ServerError),
        < 400 => DispatchOutcome.RetryLater(DispatchError.LinkDown), // A redirect is some portal's, not the provider's: nothing was taken.
        _ => code switch
        {
            20429 or 21611 or 30001 => DispatchOutcome.RetryLater(DispatchError.Throttled, retryAfter),
            30003 or 30005 or 30008 => DispatchOutcome.RetryLater(DispatchError.ServerError, retryAfter),
            21211 or 21214 or 21217 or 21265 or 21266 or 21268 or 21604 or 21614 or 21635 or 30006 => DispatchOutcome.Refused(DispatchError.BadAddress),
            21610 => DispatchOutcome.Refused(DispatchError.OptedOut),
            21605 or 21617 => DispatchOutcome.Refused(DispatchError.TooLong),
            21602 or 21619 or 30004 or 30007 => DispatchOutcome.Refused(DispatchError.DeviceRefused),
            // Whatever does not name this recipient or this text may be about the account, our sender or a proxy on the way, and would be said to everybody:
            // nothing was taken, and everything can go another way, or once somebody mends it.
            _ => DispatchOutcome.RetryLater(DispatchError.NotAuthorised, retryAfter),
        },
    };

    /// <summary>Why a message that was taken did not arrive, by the <c>ErrorCode</c> of a callback.</summary>
    public static DispatchError FailureOf(int code) => code switch
    {
        30003 => DispatchError.NotConnected,
        30005 or 30006 or 21211 or 21614 => DispatchError.BadAddress,
        21610 => DispatchError.OptedOut,
        30001 => DispatchError.Throttled,
        30008 => DispatchError.UnknownOutcome,
        _ => DispatchError.DeviceRefused,
    };
}
