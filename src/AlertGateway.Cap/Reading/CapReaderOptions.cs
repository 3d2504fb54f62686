namespace AlertGateway.Cap;

/// <summary>Bounds and policy of one read. The defaults let a 5 MB alert and a 41,000-point polygon through.</summary>
public sealed record CapReaderOptions
{
    /// <summary>Largest document, in bytes; default 5.5 MiB. A larger one is rejected unread.</summary>
    public int BytesMax { get; init; } = 5_767_168;

    /// <summary>Deepest element nesting; default 64. A deeper document is rejected.</summary>
    public int DepthMax { get; init; } = 64;

    /// <summary>Most <c>info</c> elements of one alert; default 64. Beyond it the alert is quarantined as oversized.</summary>
    public int InfosMax { get; init; } = 64;

    /// <summary>Most <c>area</c> elements of one alert over all its infos; default 2,000.</summary>
    public int AreasMax { get; init; } = 2_000;

    /// <summary>Most polygon vertices of one alert over all its areas; default 60,000.</summary>
    public int VerticesMax { get; init; } = 60_000;

    /// <summary>Most alerts taken from one container; default 2,000.</summary>
    public int AlertsMax { get; init; } = 2_000;

    /// <summary>When the document was received. Null: the clock is checked against absolute bounds only.</summary>
    public DateTimeOffset? ReceivedAt { get; init; }

    /// <summary>How old <c>sent</c> may be at <see cref="ReceivedAt"/> before its clock is doubted; default one year. Null: any age, for archives.</summary>
    public TimeSpan? AgeMax { get; init; } = TimeSpan.FromDays(366);

    /// <summary>Whether to validate against the schema of the message's version; else <see cref="CapMessage.XsdValid"/> is null.</summary>
    public bool ValidateSchema { get; init; } = true;

    /// <summary>Keys that can make a signature valid; default none, so that every signature is unverifiable or invalid.</summary>
    public PinnedKeys Keys { get; init; } = PinnedKeys.None;

    /// <summary>The profile whose rules are checked too. Null: the one that the alert declares, if it declares one. <see cref="CapProfile.None"/>: none.</summary>
    public CapProfile? Profile { get; init; }

    /// <summary>Whether to judge signatures; else a signed message is <see cref="SignatureOutcome.Unverifiable"/>.</summary>
    public bool VerifySignatures { get; init; } = true;

    internal static CapReaderOptions Default { get; } = new();
}
