using System.ComponentModel.DataAnnotations;
using System.Net;
using AlertGateway.Channels.Broadcast;
using Microsoft.Extensions.Options;

namespace AlertGateway.Channels.Loudspeaker;

/// <summary>The embedded MQTT broker and how village loudspeakers play.</summary>
public sealed class LoudspeakerOptions
{
    /// <summary>Address that the broker listens on. Default 127.0.0.1.</summary>
    [Required]
    public string BindAddress { get; set; } = "127.0.0.1";

    /// <summary>TCP port of the broker; 0 takes a free one. Default 1883.</summary>
    [Range(0, 65535)]
    public int Port { get; set; } = 1883;

    /// <summary>The gateway's URL as loudspeakers see it, for the programme download.</summary>
    [Required]
    public Uri ProgrammeBaseUrl { get; set; } = new("http://127.0.0.1:8080");

    /// <summary>How long a loudspeaker may take to fetch a programme before the attempt is put off. Default 10 s, range 1 s…2 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:02:00")]
    public TimeSpan ReadyWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a loudspeaker may take to answer an order. Default 10 s, range 1 s…1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan AnswerWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>From the first loudspeaker's order to the common start. Default 5 s, range 1 s…1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan LeadTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Life of a download ticket. Default 1 h, range 1 min…1 d.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan TicketLife { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How programmes of each colour are played.</summary>
    [Required, ValidateObjectMembers]
    public ColourPlays Plays { get; set; } = new();

    internal IPAddress Address => IPAddress.TryParse(BindAddress, out var address) ? address : throw new InvalidOperationException($"Loudspeaker BindAddress {BindAddress} is no IP address.");
}

[OptionsValidator]
internal sealed partial class LoudspeakerOptionsValidator : IValidateOptions<LoudspeakerOptions>;
