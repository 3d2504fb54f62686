using System.Globalization;

namespace AlertGateway.Emulators.Resident;

/// <summary>What the gateway pushes to the app (hub method <c>Alert</c>). Only the members the app acts upon are read.</summary>
public sealed record PushMessage
{
    public string Tag { get; init; } = "";
    public long Serial { get; init; }
    public string Purpose { get; init; } = "";
    public string Sha256 { get; init; } = "";
    public string? Expires { get; init; }

    /// <summary>Whether the message has the form of the protocol; what has not is neither stored nor acknowledged.</summary>
    public bool IsWellFormed => Tag.Length is > 0 and <= 96 && Serial > 0 && Purpose is "original" or "cancel" or "correction"
        && Sha256.Length is 0 or 64;

    /// <summary>The tag without its last part, the attempt: what the app sounds at most once.</summary>
    public string TagPrefix => Tag.LastIndexOf('-') is > 0 and var cut ? Tag[..cut] : Tag;

    /// <summary>True if the alert had ended at <paramref name="now"/>. A message without an end, or with one that cannot be read, lives.</summary>
    public bool IsExpired(DateTimeOffset now) =>
        DateTimeOffset.TryParse(Expires, CultureInfo.InvariantCulture, DateTimeStyles.None, out var end) && end <= now;
}

/// <summary>Answer of the hub method <c>Hello</c>.</summary>
public sealed record HelloAnswer(long Cursor);
