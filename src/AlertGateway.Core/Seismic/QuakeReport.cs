using AlertGateway.Cap;
using AlertGateway.Core.Ingest;

namespace AlertGateway.Core.Seismic;

/// <summary>One report of one source about one earthquake.</summary>
public sealed record QuakeReport
{
    public required SubmissionSource Source { get; init; }

    /// <summary>The source's identity of the earthquake, the same over its reports.</summary>
    public required string EventId { get; init; }

    /// <summary>Grows with every report; null where the source does not number, and then the order of arrival counts.</summary>
    public long? Number { get; init; }

    public DateTimeOffset? Origin { get; init; }

    /// <summary>Degrees, WGS-84.</summary>
    public double? Lat { get; init; }

    public double? Lon { get; init; }

    /// <summary>Kilometres; null when unknown.</summary>
    public double? DepthKm { get; init; }

    public double? Magnitude { get; init; }

    /// <summary>Actual, or a training or test.</summary>
    public required AlertStatus Status { get; init; }

    public bool Cancel { get; init; }

    /// <summary>The decoder found something that must not be acted upon.</summary>
    public bool Doubtful { get; init; }
}

/// <summary>A place for which shaking is estimated, one for each village.</summary>
/// <param name="Code">Division code of 12 digits.</param>
public readonly record struct QuakePlace(string Code, string Name, double Lat, double Lon);

/// <summary>What an earthquake does at one place.</summary>
/// <param name="Intensity">Estimated, degrees of GB/T 17742.</param>
/// <param name="SArrival">When the S wave arrives.</param>
public readonly record struct PlaceShaking(QuakePlace Place, double EpicentralKm, double Intensity, DateTimeOffset SArrival)
{
    /// <summary>Time left at an instant; negative once it has arrived.</summary>
    public TimeSpan Left(DateTimeOffset now) => SArrival - now;
}
