using System.ComponentModel.DataAnnotations;

namespace AlertGateway.Server.Publishing;

/// <summary>The gateway's own alerts for other systems, under <c>/public</c>.</summary>
public sealed class PublishingOptions
{
    /// <summary>CAP <c>sender</c> of the gateway's own messages, without space, comma, &lt; or &amp;. Default: alertgateway.invalid, which says that nobody has set it.</summary>
    [Required]
    [RegularExpression(@"[^\s,<&]{1,200}")]
    public string Sender { get; set; } = "alertgateway.invalid";

    /// <summary>Title of the feed. Default: 预警 Alerts.</summary>
    [Required]
    [StringLength(200)]
    public string Title { get; set; } = "预警 Alerts";

    /// <summary>Hours for which an alert stays in the feed after its end, 0 to 720. Default: 24.</summary>
    [Range(0, 720)]
    public int KeepHours { get; set; } = 24;
}
