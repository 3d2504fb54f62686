using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace AlertGateway.Channels.Sms;

/// <summary>How the gateway reaches an SMS provider that speaks Twilio's REST API (2010-04-01).</summary>
public class TwilioOptions
{
    /// <summary>Stands in the ledger with every attempt: once used never given to another provider. 0 for the first, others 1…255. Default 0.</summary>
    [Range(0, 255)]
    public int Number { get; set; }

    /// <summary>What the health page calls this provider. Default empty.</summary>
    [StringLength(40)]
    public string Name { get; set; } = "";

    /// <summary>Messages a second that the contract allows; 0 = as the lane. Default 0.</summary>
    [Range(0, 1_000_000)]
    public int RatePerSecond { get; set; }

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

    internal string StatusCallbackPrefix => $"{PublicUrl.GetLeftPart(UriPartial.Path).TrimEnd('/')}{TwilioReceiptEndpoints.StatusPath}{PathOfNumber}/";

    internal string InboundUrl => $"{PublicUrl.GetLeftPart(UriPartial.Path).TrimEnd('/')}{TwilioReceiptEndpoints.InboundPath}{PathOfNumber}";

    private string PathOfNumber => Number == 0 ? "" : "/" + Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>The first SMS provider, and those that carry its work while it does not answer.</summary>
public sealed class SmsOptions : TwilioOptions
{
    /// <summary>In order of preference; each needs a <see cref="TwilioOptions.Number"/> of its own from 1 on. Default: none.</summary>
    public IList<TwilioOptions> Standby { get; } = [];
}

[OptionsValidator]
internal sealed partial class TwilioOptionsValidator : IValidateOptions<TwilioOptions>;

/// <summary>Every provider by its own rules, and no two with one number.</summary>
internal sealed class SmsOptionsValidator : IValidateOptions<SmsOptions>
{
    private readonly TwilioOptionsValidator _each = new();

    public ValidateOptionsResult Validate(string? name, SmsOptions options)
    {
        var problems = new List<string>();
        if (_each.Validate(name, options) is { Failed: true } first) problems.AddRange(first.Failures);
        if (options.Number != 0) problems.Add("Sms:Number: the first provider is number 0.");
        for (int i = 0; i < options.Standby.Count; i++)
        {
            if (_each.Validate(name, options.Standby[i]) is { Failed: true } wrong) problems.AddRange(wrong.Failures.Select(f => $"Sms:Standby:{i}: {f}"));
            if (options.Standby[i].Number == 0 || options.Standby.Take(i).Any(s => s.Number == options.Standby[i].Number)) problems.Add($"Sms:Standby:{i}:Number: needs a number of its own from 1 to 255; the ledger knows the provider by it.");
        }
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
