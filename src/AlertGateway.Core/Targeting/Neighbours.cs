using System.Text.Json;
using AlertGateway.Cap;

namespace AlertGateway.Core.Targeting;

/// <summary>A place next door whose warnings concern this one: its water or its storm comes here.</summary>
public sealed record Neighbour
{
    /// <summary>As the desk reads it, such as 郎溪县.</summary>
    public required string Name { get; init; }

    public required string NameEnglish { get; init; }

    /// <summary>Six or more digits; every code below it belongs to the neighbour.</summary>
    public required string DivisionCode { get; init; }

    /// <summary>Minutes that a flood needs from there to here, about; null where no water comes from there.</summary>
    public int? UpstreamMinutes { get; init; }
}

/// <summary><c>neighbours.json</c> of a city. Immutable.</summary>
public sealed class Neighbours(IReadOnlyList<Neighbour> all)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    public static Neighbours None { get; } = new([]);

    public IReadOnlyList<Neighbour> All { get; } = all;

    /// <exception cref="JsonException">Not of this form.</exception>
    /// <exception cref="InvalidDataException">A code or a number of minutes is out of range.</exception>
    public static Neighbours Parse(string json)
    {
        var all = JsonSerializer.Deserialize<IReadOnlyList<Neighbour>>(json, Json) ?? throw new JsonException("neighbours.json is empty.");
        foreach (var n in all)
        {
            if (!Targeting.DivisionCode.TryPrefix(n.DivisionCode, out _)) throw new InvalidDataException($"neighbours.json: {n.DivisionCode} of {n.Name} is no division code.");
            if (n.UpstreamMinutes is < 0 or > 2_880) throw new InvalidDataException($"neighbours.json: upstreamMinutes of {n.Name} is outside 0 … 2,880.");
        }

        return new Neighbours(all);
    }

    /// <summary>The neighbour in which a division code lies; null for any other place.</summary>
    public Neighbour? OfCode(string code) =>
        Targeting.DivisionCode.TryPrefix(code, out var prefix) ? All.FirstOrDefault(n => Targeting.DivisionCode.TryPrefix(n.DivisionCode, out var own) && prefix.StartsWith(own, StringComparison.Ordinal)) : null;

    /// <summary>The neighbour whose office sent the alert, by the number that a Chinese warning's identifier begins with.</summary>
    public Neighbour? OfSender(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return CmaProfile.DivisionOf(alert.Identifier) is { } division ? OfCode(division) : null;
    }
}
