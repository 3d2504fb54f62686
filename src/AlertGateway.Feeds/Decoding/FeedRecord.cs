using System.Text.Json.Serialization;
using AlertGateway.Cap;

namespace AlertGateway.Feeds.Decoding;

/// <summary>What a feed said: a measured value, something that happened, or a warning that somebody published.</summary>
public enum FeedRecordType
{
    Observation,
    Event,
    Warning,
}

/// <summary>
/// One thing that one document of a feed says, in the form that <c>agw feed decode</c> prints and that the rules read.
/// What the source did not say is null, never a default. A record never alarms anybody by itself.
/// </summary>
public sealed record FeedRecord
{
    /// <summary>The kind of feed, as on the command line: <c>usgs-geojson</c>, <c>sl651</c>, …</summary>
    public required string Kind { get; init; }

    public required FeedRecordType Type { get; init; }

    /// <summary>The source's own identity of the thing, kept over revisions: an event id, a station and its quantity, a warning number.</summary>
    public required string Id { get; init; }

    /// <summary>Report or version number, or the instant of the last change, as the source writes it. Higher or later replaces.</summary>
    public string? Revision { get; init; }

    /// <summary>When it happened, was measured or takes effect: never when it was received.</summary>
    public DateTimeOffset? EventTime { get; init; }

    /// <summary>Degrees, WGS-84, north positive; −90 to 90.</summary>
    public double? Lat { get; init; }

    /// <summary>Degrees, WGS-84, east positive; −180 to 180.</summary>
    public double? Lon { get; init; }

    /// <summary>Magnitude, water level, rain…; null when the source marks it as missing (sentinel values).</summary>
    public double? Value { get; init; }

    /// <summary>Unit of <see cref="Value"/>: <c>M</c>, <c>m</c>, <c>mm</c>, <c>m3/s</c>, …</summary>
    public string? Unit { get; init; }

    /// <summary>In CAP's words: Extreme, Severe, Moderate, Minor, Unknown.</summary>
    public string? Severity { get; init; }

    /// <summary>In CAP's words: Actual, Exercise, System, Test, Draft. A training flag makes it Exercise, never Actual.</summary>
    public required string Status { get; init; }

    /// <summary>True when the source takes the thing back.</summary>
    public bool Cancel { get; init; }

    /// <summary>Depth of an earthquake's focus, kilometres below the datum; not printed.</summary>
    [JsonIgnore]
    public double? DepthKm { get; init; }

    /// <summary>Other identities that the source itself gives to the same event; not printed.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> SameAs { get; init; } = [];

    /// <summary>The alert as CAP where the feed carries CAP; not printed.</summary>
    [JsonIgnore]
    public CapMessage? Message { get; init; }

    /// <summary>The alert that a warning in another form says, for a person at the desk; null where it lacks what every alert needs. Not printed.</summary>
    [JsonIgnore]
    public Alert? Draft { get; init; }

    /// <summary>What is doubtful or wrong about it. An error means that it must not be acted upon.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];
}

/// <summary>A document as decoded: its records, and what is wrong with the document itself. One bad record never hides the others.</summary>
/// <param name="Findings">About the whole document; an error here means that records may be missing.</param>
public sealed record FeedDecode(IReadOnlyList<FeedRecord> Records, IReadOnlyList<Finding> Findings)
{
    /// <summary>No error in the document nor in any record.</summary>
    public bool Good => Findings.All(f => f.Level != FindingLevel.Error) && Records.All(r => r.Findings.All(f => f.Level != FindingLevel.Error));
}
