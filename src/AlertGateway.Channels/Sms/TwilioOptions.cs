using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace AlertGateway.Channels.Sms;

/// <summary>How the gateway reaches an SMS provider that speaks Twilio's REST API (2010-04-01).</summary>
public sealed class TwilioOptions
{
    /// <summary>Base URL of the API. Default: Twilio's own. A base URL outside loopback refuses the synthetic numbers +8612….</summary>
    [Required]
    public Uri BaseUrl { get; set; } = new("https://api.twilio.com");

    /// <summary>The account, <c>AC</c> and 32 hexadecimal digits.</summary>
    [Required, RegularExpression("^AC[0-9a-fA-F]{32}$")]
    public string AccountSid { get; set; } = "";

    /// <summary>File that holds the auth token, mode 0600 or stricter. It is the HTTP password and the key of the callback signatures.</summary>
    [Required]
    public string TokenFile { get; set; } = "";

    /// <summary>The sender: an E.164 number, a sender name, or a messaging service (<c>MG…</c>).</summary>
    [Required, StringLength(64, MinimumLength = 2)]
    public string From { get; set; } = "";

    /// <summary>The gateway's URL as the provider sees it, without a final slash; callbacks are signed over it. It is configured and never rebuilt from a Host header.</summary>
    [Required]
    public Uri PublicUrl { get; set; } = new("http://127.0.0.1:8080");

    /// <summary>Requests in flight at once, equal to the lane's slots, so that none waits inside the HTTP client. Default 64, range 1…1024.</summary>
    [Range(1, 1024)]
    public int Slots { get; set; } = 64;

    /// <summary>HTTP/2 with prior knowledge instead of HTTP/1.1. Default false.</summary>
    public bool Http2 { get; set; }

    /// <summary>Time for one request, from its first byte to the end of the answer; after it the outcome is unknown. Default 10 s, range 1 s…2 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:02:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Time for a connection to open. Default 5 s, range 0.5 s…1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    internal string MessagesUrl => $"{BaseUrl.GetLeftPart(UriPartial.Path).TrimEnd('/')}/2010-04-01/Accounts/{AccountSid}/Messages.json";

    internal string StatusCallbackPrefix => $"{PublicUrl.GetLeftPart(UriPartial.Path).TrimEnd('/')}{TwilioReceiptEndpoints.StatusPath}/";

    internal string InboundUrl => $"{PublicUrl.GetLeftPart(UriPartial.Path).TrimEnd('/')}{TwilioReceiptEndpoints.InboundPath}";
}

[OptionsValidator]
internal sealed partial class TwilioOptionsValidator : IValidateOptions<TwilioOptions>;
