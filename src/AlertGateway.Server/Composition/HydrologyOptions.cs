using System.ComponentModel.DataAnnotations;
using AlertGateway.Feeds.Sl651;
using Microsoft.Extensions.Options;

namespace AlertGateway.Server.Composition;

/// <summary>Stations, their thresholds, and systems that push.</summary>
public sealed class HydrologyOptions
{
    /// <summary>Folder of threshold files. Default: thresholds of the configuration folder.</summary>
    public string ThresholdsFolder { get; set; } = "";

    /// <summary>The systems that may push, with their keys. Default: push-senders.json of the configuration folder.</summary>
    public string PushSendersFile { get; set; } = "";

    /// <summary>Folder of hydrological feeds over HTTP. Default: feeds/hydrology of the configuration folder.</summary>
    public string FeedsFolder { get; set; } = "";

    /// <summary>Days that measurements are kept, 1 to 3,650. Default: 30.</summary>
    [Range(1, 3650)]
    public int RetentionDays { get; set; } = 30;

    /// <summary>Minutes that somebody else's red warning for this place may wait for its release before it is an alarm, 0 to 240; 0 is at once. Default: 10.</summary>
    [Range(0, 240)]
    public int RedUnpublishedMinutes { get; set; } = 10;

    /// <summary>The TCP server for stations.</summary>
    public Sl651Options Sl651 { get; set; } = new();
}

[OptionsValidator]
internal sealed partial class HydrologyOptionsValidator : IValidateOptions<HydrologyOptions>;
