using AlertGateway.Cap;

namespace AlertGateway.Core.Drafts;

/// <summary>A trusted report of another monitoring system, as the composer needs it.</summary>
public sealed record HazardReport
{
    /// <summary><c>hazmat-leak</c>, <c>gas-leak</c>, <c>geological</c>, <c>forest-fire</c>, <c>gate-opening</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Name of the reporting system; letters, digits, <c>- _ .</c></summary>
    public required string Sender { get; init; }

    public required string Id { get; init; }

    public required int Revision { get; init; }

    /// <summary>CAP sender of the draft: the lawful publisher's.</summary>
    public required string CapSender { get; init; }

    public required string SenderName { get; init; }

    public required string SenderNameEnglish { get; init; }

    public required AlertStatus Status { get; init; }

    public required WarningColour Colour { get; init; }

    public required DateTimeOffset Time { get; init; }

    public required TimeSpan Life { get; init; }

    public bool Cancel { get; init; }

    public GeoPoint? Point { get; init; }

    public double RadiusMetres { get; init; }

    public IReadOnlyList<string> Areas { get; init; } = [];

    /// <summary>Id of a danger zone; empty for none.</summary>
    public string Zone { get; init; } = "";

    /// <summary><c>shelter</c> or <c>upwind</c>; null: the template's.</summary>
    public string? Action { get; init; }

    public string? Place { get; init; }

    public string? Substance { get; init; }

    public double? WindFromDegrees { get; init; }

    public double? Discharge { get; init; }

    public DateTimeOffset? Starts { get; init; }
}
