namespace AlertGateway.Cap;

/// <summary>CAP 1.2 §3.2.1 <c>alert</c>, from any CAP version. Lists keep the order of the document.</summary>
public sealed record Alert
{
    public CapVersion Version { get; init; } = CapVersion.V12;

    /// <summary>Empty only in a message that the reader rejected.</summary>
    public required string Identifier { get; init; }

    /// <summary>Empty only in a message that the reader rejected.</summary>
    public required string Sender { get; init; }

    /// <summary>The time as received.</summary>
    public required string SentText { get; init; }

    /// <summary>Null only in a message that the reader quarantined or rejected.</summary>
    public DateTimeOffset? Sent { get; init; }

    public AlertStatus Status { get; init; }

    public MsgType MsgType { get; init; }

    public AlertScope Scope { get; init; }

    /// <summary>The word as received where it is not one of the standard's; else null. The same holds for the two below.</summary>
    public string? StatusText { get; init; }

    public string? MsgTypeText { get; init; }

    public string? ScopeText { get; init; }

    public string? Source { get; init; }

    public string? Restriction { get; init; }

    /// <summary>Recipients of a Private message, unquoted.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    public IReadOnlyList<string> Codes { get; init; } = [];

    public string? Note { get; init; }

    public IReadOnlyList<Reference> References { get; init; } = [];

    /// <summary>Names of incidents, unquoted.</summary>
    public IReadOnlyList<string> Incidents { get; init; } = [];

    public IReadOnlyList<Info> Infos { get; init; } = [];

    public ChainKey Chain => new(Sender, Identifier);

    /// <summary>The message's identity; null when sender, identifier or a readable time is missing.</summary>
    public AlertKey? Key => Sent is { } sent && Sender.Length > 0 && Identifier.Length > 0 ? new AlertKey(Sender, Identifier, sent, SentText) : null;
}
