using AlertGateway.Cap;

namespace AlertGateway.Core.Ingest;

/// <summary>Bounds of what is taken in.</summary>
public sealed class IngestOptions
{
    /// <summary>Life of an alert without <c>expires</c> that is no Chinese signal, from <c>sent</c>. Default: 24 hours.</summary>
    public TimeSpan DefaultLife { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Largest document, in bytes. Default: 5,767,168 (5.5 MiB).</summary>
    public int BytesMax { get; set; } = 5_767_168;

    /// <summary>How old <c>sent</c> may be before a person must look. Default: 366 days.</summary>
    public TimeSpan AgeMax { get; set; } = TimeSpan.FromDays(366);

    /// <summary>Keys by which a signature can be valid, each for one sender. Default: none, so that no signature is valid.</summary>
    public PinnedKeys Keys { get; set; } = PinnedKeys.None;

    /// <summary>Sources (<c>feed:NAME</c>) whose messages need a valid signature; an unsigned or unverifiable one waits for a person. Default: none.</summary>
    public IReadOnlySet<string> SignatureRequired { get; set; } = new HashSet<string>(StringComparer.Ordinal);
}
