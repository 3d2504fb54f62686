namespace AlertGateway.Cap;

/// <summary>What resolves references between messages: sender and identifier, compared character by character (CAP 1.2 §3.2.1).</summary>
public readonly record struct ChainKey(string Sender, string Identifier);

/// <summary>The identity of one message. Two keys are equal when sender, identifier and the <em>instant</em> of <c>sent</c> are: 08:00+08:00 equals 00:00-00:00.</summary>
/// <param name="SentText">The text as received; kept for references and audit, not compared.</param>
public readonly record struct AlertKey(string Sender, string Identifier, DateTimeOffset Sent, string SentText)
{
    public ChainKey Chain => new(Sender, Identifier);

    public bool Equals(AlertKey other) =>
        Sent == other.Sent
        && string.Equals(Sender, other.Sender, StringComparison.Ordinal)
        && string.Equals(Identifier, other.Identifier, StringComparison.Ordinal);

    public override int GetHashCode() => HashCode.Combine(Sender, Identifier, Sent.UtcTicks);

    public override string ToString() => $"{Sender},{Identifier},{SentText}";
}

/// <summary>One triple of <c>references</c> (CAP 1.2 §3.2.1). Match by <see cref="Chain"/>: real updates carry a wrong time.</summary>
/// <param name="SentText">The time as written; empty when the sender left it out.</param>
/// <param name="Sent">Null when the time is missing or unreadable.</param>
public readonly record struct Reference(string Sender, string Identifier, string SentText, DateTimeOffset? Sent)
{
    public ChainKey Chain => new(Sender, Identifier);
}
