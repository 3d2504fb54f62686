using AlertGateway.Feeds.Decoding;

namespace AlertGateway.Feeds.PushJson;

/// <summary>What another monitoring system pushes about.</summary>
public enum PushHazard
{
    /// <summary>危化品泄漏.</summary>
    HazmatLeak,

    /// <summary>燃气泄漏.</summary>
    GasLeak,

    /// <summary>地质灾害.</summary>
    Geological,

    /// <summary>森林火险.</summary>
    ForestFire,

    /// <summary>计划开闸泄洪: who lives below is told before the gate moves.</summary>
    GateOpening,
}

/// <summary>One of two actions, which exclude each other: whoever hears both does neither.</summary>
public enum PushAction
{
    /// <summary>就地避险.</summary>
    Shelter,

    /// <summary>向上风向撤离.</summary>
    Upwind,
}

/// <summary>A pushed report, read but not yet trusted.</summary>
public sealed record PushMessage
{
    /// <summary>As the envelope names it; the pinned key belongs to this name.</summary>
    public required string Sender { get; init; }

    /// <summary>The sender's own number of the thing, 1 to 80 characters of letters, digits and <c>. _ : -</c>; kept over updates.</summary>
    public required string Id { get; init; }

    /// <summary>Report number of the id, from 1. Higher replaces.</summary>
    public required int Revision { get; init; }

    public required DateTimeOffset Sent { get; init; }

    /// <summary>Actual, Exercise or Test.</summary>
    public required string Status { get; init; }

    /// <summary>Takes the id back.</summary>
    public bool Cancel { get; init; }

    /// <summary>Null for a message that only carries measurements.</summary>
    public PushHazard? Hazard { get; init; }

    /// <summary>red, orange, yellow, blue; null when not stated.</summary>
    public string? Colour { get; init; }

    public double? Lat { get; init; }

    public double? Lon { get; init; }

    /// <summary>0 to 50,000 m around the place.</summary>
    public double? RadiusMetres { get; init; }

    /// <summary>Division codes, 6 to 12 digits, at most 50.</summary>
    public IReadOnlyList<string> Areas { get; init; } = [];

    /// <summary>Null: the template decides.</summary>
    public PushAction? Action { get; init; }

    /// <summary>Name of the plant, slope, forest or reservoir, at most 60 characters.</summary>
    public string? Place { get; init; }

    /// <summary>At most 60 characters.</summary>
    public string? Substance { get; init; }

    /// <summary>Where the wind comes from, degrees from north, 0 to 360.</summary>
    public double? WindFromDegrees { get; init; }

    /// <summary>Planned discharge, m³/s.</summary>
    public double? Discharge { get; init; }

    /// <summary>When a planned opening begins.</summary>
    public DateTimeOffset? Starts { get; init; }

    /// <summary>Measurements that came with it.</summary>
    public IReadOnlyList<FeedRecord> Observations { get; init; } = [];
}
