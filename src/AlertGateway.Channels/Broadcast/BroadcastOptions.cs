using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace AlertGateway.Channels.Broadcast;

/// <summary>Programmes that transmitters' encoders pull.</summary>
public sealed class BroadcastOptions
{
    /// <summary>How long an order waits for the encoder to say that it has taken it. Default 10 s, range 1 s…2 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:02:00")]
    public TimeSpan TakenWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>An encoder that has not polled for this long is not connected. Default 45 s, range 5 s…10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "00:10:00")]
    public TimeSpan Presence { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>A programme that is reported at or below this level was not heard. In dBFS; default −60, range −120…0.</summary>
    [Range(-120.0, 0.0)]
    public double SilenceDbfs { get; set; } = -60;

    /// <summary>How programmes of each colour are played.</summary>
    [Required, ValidateObjectMembers]
    public ColourPlays Plays { get; set; } = new();
}

[OptionsValidator]
internal sealed partial class BroadcastOptionsValidator : IValidateOptions<BroadcastOptions>;
