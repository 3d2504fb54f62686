using AlertGateway.Core.Ingest;

namespace AlertGateway.Core.Targeting;

/// <summary>The area of an alert after resolution: what the map shows and the hash covers.</summary>
public sealed record AlertArea
{
    /// <summary>Texts of the areas, as the sender wrote them.</summary>
    public required IReadOnlyList<string> Descriptions { get; init; }

    /// <summary>Resolved shapes as GeoJSON geometry (WGS-84, lon lat); null when only codes describe the area.</summary>
    public required string? GeoJson { get; init; }

    /// <summary>Codes that were resolved, as (valueName, value).</summary>
    public required IReadOnlyList<(string ValueName, string Value)> Codes { get; init; }

    /// <summary>Square kilometres of the shapes; 0 when there are none.</summary>
    public required double SquareKilometres { get; init; }

    /// <summary>SHA-256 hex over shapes (7 decimals) and codes.</summary>
    public required string Sha256 { get; init; }
}

/// <summary>Area, audience and every reason to hold. With a reason the audience may be empty; it is never "everybody".</summary>
public sealed record TargetingResult(AlertArea Area, Audience Audience, IReadOnlyList<HoldReason> Holds);
