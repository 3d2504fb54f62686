namespace AlertGateway.Cap;

/// <summary>CAP 1.2 §3.2.2 <c>info</c>: what is expected, where and what to do, in one language.</summary>
public sealed record Info
{
    /// <summary>RFC 3066 tag as received; null or empty means <c>en-US</c>.</summary>
    public string? Language { get; init; }

    public string LanguageOrDefault => string.IsNullOrWhiteSpace(Language) ? "en-US" : Language;

    public IReadOnlyList<Category> Categories { get; init; } = [];

    public string Event { get; init; } = "";

    public IReadOnlyList<ResponseType> ResponseTypes { get; init; } = [];

    public Urgency Urgency { get; init; }

    public Severity Severity { get; init; }

    public Certainty Certainty { get; init; }

    /// <summary>The word as received where it is not one of the standard's; else null. The same holds for the two below.</summary>
    public string? UrgencyText { get; init; }

    public string? SeverityText { get; init; }

    public string? CertaintyText { get; init; }

    public string? Audience { get; init; }

    public IReadOnlyList<NamedValue> EventCodes { get; init; } = [];

    /// <summary>When the information takes effect; null means at <c>sent</c> (§3.2.2).</summary>
    public DateTimeOffset? Effective { get; init; }

    public DateTimeOffset? Onset { get; init; }

    /// <summary>Null: the sender set no end, and the recipient's policy decides (§3.2.2).</summary>
    public DateTimeOffset? Expires { get; init; }

    public string? EffectiveText { get; init; }

    public string? OnsetText { get; init; }

    public string? ExpiresText { get; init; }

    public string? SenderName { get; init; }

    public string? Headline { get; init; }

    public string? Description { get; init; }

    public string? Instruction { get; init; }

    public string? Web { get; init; }

    public string? Contact { get; init; }

    public IReadOnlyList<NamedValue> Parameters { get; init; } = [];

    public IReadOnlyList<Resource> Resources { get; init; } = [];

    public IReadOnlyList<Area> Areas { get; init; } = [];

    /// <summary>The first parameter of that name, compared without regard to case; null when there is none.</summary>
    public string? Parameter(string valueName)
    {
        foreach (var p in Parameters)
        {
            if (string.Equals(p.ValueName, valueName, StringComparison.OrdinalIgnoreCase)) return p.Value;
        }

        return null;
    }
}
