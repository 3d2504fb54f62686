using System.ComponentModel.DataAnnotations;
using AlertGateway.Cap;
using Microsoft.Extensions.Options;

namespace AlertGateway.Channels.Broadcast;

/// <summary>How a programme of one colour is played.</summary>
public sealed class ColourPlay
{
    /// <summary>Loudspeaker volume in percent. Default 80, range 0…100. Broadcast ignores it.</summary>
    [Range(0, 100)]
    public int Volume { get; set; } = 80;

    /// <summary>Precedence on the device, 255 highest. Default 100, range 0…255.</summary>
    [Range(0, 255)]
    public int Priority { get; set; } = 100;

    /// <summary>How often it is played. Default 2, range 1…20.</summary>
    [Range(1, 20)]
    public int Repeat { get; set; } = 2;

    /// <summary>From the start of one play to the start of the next, in seconds; never less than the programme and 10 s. Default 200, range 10…3600.</summary>
    [Range(10, 3600)]
    public int RepeatEverySeconds { get; set; } = 200;

    internal int EverySecondsFor(TimeSpan programme) => Math.Max(RepeatEverySeconds, (int)Math.Ceiling(programme.TotalSeconds) + 10);
}

/// <summary>One <see cref="ColourPlay"/> for each colour of a warning.</summary>
public sealed class ColourPlays
{
    [Required, ValidateObjectMembers]
    public ColourPlay Red { get; set; } = new() { Volume = 100, Priority = 255, Repeat = 3 };

    [Required, ValidateObjectMembers]
    public ColourPlay Orange { get; set; } = new() { Volume = 100, Priority = 200, Repeat = 3 };

    [Required, ValidateObjectMembers]
    public ColourPlay Yellow { get; set; } = new() { Volume = 80, Priority = 150 };

    /// <summary>Blue, and warnings without a colour.</summary>
    [Required, ValidateObjectMembers]
    public ColourPlay Blue { get; set; } = new() { Volume = 70, Repeat = 1 };

    internal ColourPlay For(WarningColour colour) => colour switch
    {
        WarningColour.Red => Red,
        WarningColour.Orange => Orange,
        WarningColour.Yellow => Yellow,
        _ => Blue,
    };

    internal static string Name(WarningColour colour) => colour switch
    {
        WarningColour.Red => "red",
        WarningColour.Orange => "orange",
        WarningColour.Yellow => "yellow",
        WarningColour.Blue => "blue",
        _ => "none",
    };
}
