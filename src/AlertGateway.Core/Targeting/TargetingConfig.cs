using System.Text.Json;
using System.Text.Json.Serialization;
using AlertGateway.Cap;

namespace AlertGateway.Core.Targeting;

/// <summary>Which people of the area a channel takes.</summary>
public enum Reach
{
    None = 0,

    /// <summary>责任人 only: wardens and the receivers of sites.</summary>
    Responsible = 1,

    All = 2,
}

/// <summary>The default audience of one colour.</summary>
public sealed record ColourAudience
{
    public Reach Sms { get; init; }

    public Reach Push { get; init; }

    public bool Loudspeakers { get; init; }

    public bool Broadcast { get; init; }
}

/// <summary>The channels that a repeated warning still takes to those who have had it: province, city and county warn of one storm.</summary>
public sealed record RepeatChannels
{
    public bool Sms { get; init; } = true;

    public bool Push { get; init; } = true;

    public bool Loudspeakers { get; init; }

    public bool Broadcast { get; init; }

    public bool Takes(ChannelKind channel) => channel switch
    {
        ChannelKind.Sms => Sms,
        ChannelKind.Push => Push,
        ChannelKind.Loudspeaker => Loudspeakers,
        ChannelKind.Broadcast => Broadcast,
        _ => true,
    };
}

/// <summary><c>config/targeting.json</c>: bounds of an area, and who gets which colour.</summary>
public sealed record TargetingConfig
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>Kilometres that a circle of radius 0 – a point – is given (CAP 1.2 §3.2.4 leaves it to the recipient). Default 1.</summary>
    public double MinimumRadiusKm { get; init; } = 1;

    /// <summary>Vertices of all distinct shapes of an alert together. Default 60,000.</summary>
    public int VerticesMax { get; init; } = 60_000;

    /// <summary>Largest area, as a share of the jurisdiction's. Default 1.2.</summary>
    public double JurisdictionShareMax { get; init; } = 1.2;

    /// <summary>Largest share of the alert's area that may lie outside the jurisdiction: borders are drawn by hand. Default 0.2.</summary>
    public double OutsideShareMax { get; init; } = 0.2;

    /// <summary>Largest change of area, as a share, that repairing a broken shape may make without a person's look. Default 0.001.</summary>
    public double RepairShareMax { get; init; } = 0.001;

    /// <summary>Households in one audience. Default 400,000.</summary>
    public int HouseholdsMax { get; init; } = 400_000;

    /// <summary>The valueNames of hierarchical Chinese division codes.</summary>
    public IReadOnlyList<string> DivisionValueNames { get; init; } = ["CPEAS Geographic Code", "CN_DIVISION"];

    public ColourAudience Blue { get; init; } = new() { Sms = Reach.Responsible, Push = Reach.All };

    public ColourAudience Yellow { get; init; } = new() { Sms = Reach.Responsible, Push = Reach.All };

    public ColourAudience Orange { get; init; } = new() { Sms = Reach.All, Push = Reach.All, Loudspeakers = true };

    public ColourAudience Red { get; init; } = new() { Sms = Reach.All, Push = Reach.All, Loudspeakers = true, Broadcast = true };

    /// <summary>For an alert that states no colour and no severity.</summary>
    public ColourAudience Unstated { get; init; } = new() { Sms = Reach.Responsible, Push = Reach.Responsible };

    /// <summary>Added to the colour's audience where the sender asks to be broadcast immediately (CAP-CP). Default: everybody, on everything.</summary>
    public ColourAudience Immediate { get; init; } = new() { Sms = Reach.All, Push = Reach.All, Loudspeakers = true, Broadcast = true };

    /// <summary>Which channels a warning takes again to those who have had one of the same event that was no milder. Default: texts, no horns, no transmitters.</summary>
    public RepeatChannels Repeat { get; init; } = new();

    /// <param name="immediate">The sender asks to be broadcast immediately.</param>
    public ColourAudience For(WarningColour colour, bool immediate) => immediate ? Union(For(colour), Immediate) : For(colour);

    public ColourAudience For(WarningColour colour) => colour switch
    {
        WarningColour.Blue => Blue,
        WarningColour.Yellow => Yellow,
        WarningColour.Orange => Orange,
        WarningColour.Red => Red,
        _ => Unstated,
    };

    private static ColourAudience Union(ColourAudience a, ColourAudience b) =>
        new() { Sms = a.Sms > b.Sms ? a.Sms : b.Sms, Push = a.Push > b.Push ? a.Push : b.Push, Loudspeakers = a.Loudspeakers || b.Loudspeakers, Broadcast = a.Broadcast || b.Broadcast };

    /// <summary>Reads the file; comments are allowed, unknown members are not.</summary>
    /// <exception cref="JsonException">Not of this form.</exception>
    /// <exception cref="InvalidDataException">A number out of range; all of them are named.</exception>
    public static TargetingConfig Parse(string json)
    {
        var config = JsonSerializer.Deserialize<TargetingConfig>(json, Json) ?? throw new JsonException("targeting.json is empty.");
        var problems = new List<string>();
        if (config.MinimumRadiusKm is not (> 0 and <= 100)) problems.Add("minimumRadiusKm is outside 0 … 100");
        if (config.VerticesMax is not (>= 4 and <= 1_000_000)) problems.Add("verticesMax is outside 4 … 1,000,000");
        if (config.JurisdictionShareMax is not (>= 1 and <= 10)) problems.Add("jurisdictionShareMax is outside 1 … 10");
        if (config.OutsideShareMax is not (>= 0 and < 1)) problems.Add("outsideShareMax is outside 0 … 1");
        if (config.RepairShareMax is not (>= 0 and < 1)) problems.Add("repairShareMax is outside 0 … 1");
        if (config.HouseholdsMax < 1) problems.Add("householdsMax is below 1");
        if (problems.Count > 0) throw new InvalidDataException("targeting.json: " + string.Join("; ", problems) + ".");
        return config;
    }
}
