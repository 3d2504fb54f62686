using System.ComponentModel.DataAnnotations;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using Microsoft.Extensions.Options;

namespace AlertGateway.Server.Composition;

/// <summary>What the composition itself needs to know; each channel has options of its own.</summary>
public sealed class GatewayOptions
{
    /// <summary>Where people, devices and providers reach the gateway. Default: http://127.0.0.1:8080.</summary>
    [Required]
    public Uri Url { get; set; } = new("http://127.0.0.1:8080");

    /// <summary>Folder of the ledger, the registry, the people and the keys. Default: run/data beside the program's home.</summary>
    [Required]
    public string DataFolder { get; set; } = "run/data";

    /// <summary>Folder of <c>config/cities/</c> whose map and danger zones are used; empty for a city made around an alert. Default: liyang.</summary>
    public string City { get; set; } = "liyang";

    /// <summary>The authority matrix. Default: authority.json of the configuration folder.</summary>
    public string AuthorityFile { get; set; } = "";

    /// <summary>Where the audit's signed heads are copied to. Only a file on another medium or machine shows a log whose end was cut off. Default: audit.witness in the data folder.</summary>
    public string AuditWitnessFile { get; set; } = "";

    /// <summary>Space set aside so that a cancel and its audit commit on a full disk, in MiB; at most a quarter of the file system. Default: 256.</summary>
    [Range(0, 4096)]
    public int DiskReserveMiB { get; set; } = 256;

    /// <summary>Days after its life for which receipts and door-knocks still count for a message; then it is closed. Default: 7.</summary>
    [Range(1, 365)]
    public int CloseAfterDays { get; set; } = 7;

    /// <summary>Queue and pace of each channel.</summary>
    [ValidateObjectMembers]
    public LanesOptions Lanes { get; set; } = new();
}

/// <summary>One <see cref="LaneOptions"/> a channel.</summary>
public sealed class LanesOptions
{
    [ValidateObjectMembers]
    public LaneOptions Sms { get; set; } = new();

    [ValidateObjectMembers]
    public LaneOptions Push { get; set; } = new() { Slots = 64, Window = 512 };

    [ValidateObjectMembers]
    public LaneOptions Loudspeaker { get; set; } = new() { Slots = 4096, Window = 4096 };

    [ValidateObjectMembers]
    public LaneOptions Broadcast { get; set; } = new() { Slots = 8, Window = 16 };

    public LaneOptions For(ChannelKind channel) => channel switch
    {
        ChannelKind.Sms => Sms,
        ChannelKind.Push => Push,
        ChannelKind.Loudspeaker => Loudspeaker,
        _ => Broadcast,
    };
}

[OptionsValidator]
internal sealed partial class GatewayOptionsValidator : IValidateOptions<GatewayOptions>;
