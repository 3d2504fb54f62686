using System.Diagnostics.CodeAnalysis;

namespace AlertGateway.Cap;

/// <summary>What kind of document the root element makes it.</summary>
public enum CapRoot
{
    /// <summary>Not XML, or no root could be read.</summary>
    None = 0,

    Alert,

    /// <summary>An <c>alerts</c> element around several alerts.</summary>
    Alerts,

    /// <summary>Atom.</summary>
    Feed,

    Rss,

    /// <summary>EDXL Distribution Element 1.0 or 2.0.</summary>
    Edxl,

    /// <summary>Any other element that may hold alerts.</summary>
    Other,
}

/// <summary>What the signatures of a message prove.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "Unsigned is the plain word for a message without signature.")]
public enum SignatureOutcome
{
    /// <summary>There is no signature.</summary>
    Unsigned = 0,

    /// <summary>There is one, but its form, algorithm or key is not among those that can be judged here. It is not an accusation (CAP 1.2 §3.3.4.1).</summary>
    Unverifiable,

    /// <summary>It covers this message and was made with a key pinned for this sender.</summary>
    Valid,

    /// <summary>It was computed and does not fit the content.</summary>
    Invalid,
}

/// <summary>One alert of a document, with everything that was observed about it.</summary>
/// <param name="Alert">The model; null when not even a broken one could be made.</param>
/// <param name="XsdValid">Verdict of the schema of its version; null when the document is not well-formed or validation was switched off.</param>
/// <param name="RawBytes">For a document of one alert the received bytes; inside a container the alert's own text as UTF-8.</param>
/// <param name="Index">Position among the alerts of the document, from 0.</param>
public sealed record CapMessage(
    Alert? Alert,
    IReadOnlyList<Finding> Findings,
    bool? XsdValid,
    SignatureOutcome Signature,
    Disposition Disposition,
    ReadOnlyMemory<byte> RawBytes,
    int Index,
    CapVersion Version);

/// <summary>All alerts of one received document. There is always at least one message: a document without alerts is one rejected message.</summary>
/// <param name="RootName">Local name of the root element; empty when there is none.</param>
public sealed record CapDocument(CapRoot Root, string RootName, IReadOnlyList<CapMessage> Messages);
