namespace AlertGateway.Feeds.Cap;

/// <summary>How a feed does, at an instant. Immutable.</summary>
/// <param name="LastGoodPoll">When it last answered with a readable feed, or said that nothing changed; null for never.</param>
/// <param name="ConsecutiveErrors">Polls that failed since.</param>
/// <param name="LastError">A sentence about the newest failure, of a poll or of one document; empty when the last poll had none.</param>
/// <param name="DocumentsTaken">Documents handed on since start.</param>
/// <param name="DocumentsFailed">Documents given up on since start.</param>
/// <param name="Entries">Entries of the last feed read.</param>
public sealed record FeedHealth(string Name, bool Official, DateTimeOffset StartedAt, DateTimeOffset? LastPoll, DateTimeOffset? LastGoodPoll, int ConsecutiveErrors, string LastError, long DocumentsTaken, long DocumentsFailed, int Entries, TimeSpan StaleAfter)
{
    /// <summary>Stands in <see cref="LastError"/> while something is refused because the disk is full.</summary>
    internal const string NoRoom = "The disk is full: nothing new is taken in until there is space.";

    /// <summary>How often it should speak: the time between polls, or for streams the silence that ends a connection.</summary>
    public TimeSpan Interval { get; init; }

    /// <summary>Without any item for so long it counts as dead however well it answers. Zero: no canary.</summary>
    public TimeSpan CanaryAfter { get; init; }

    /// <summary>When it last listed or brought an item; null for never.</summary>
    public DateTimeOffset? LastItem { get; init; }

    /// <summary>The kind of feed.</summary>
    public string Kind { get; init; } = CapFeedDecoder.Kind;

    /// <summary>Times since start at which more may have been missed than the feed's own recovery can name.</summary>
    public long Gaps { get; init; }

    /// <summary>Connections of a stream that broke since start.</summary>
    public long Reconnects { get; init; }

    /// <summary>Of a feed that has just been configured.</summary>
    internal static FeedHealth Of(CapFeedOptions options, TimeProvider clock) =>
        new(options.Name, options.Official, clock.GetUtcNow(), null, null, 0, "", 0, 0, 0, TimeSpan.FromSeconds(Math.Min(options.StaleAfterSeconds, 2 * options.PaceSeconds)))
        {
            Kind = options.Kind,
            Interval = TimeSpan.FromSeconds(options.PaceSeconds),
            CanaryAfter = TimeSpan.FromHours(options.CanaryHours),
        };

    internal FeedHealth Listing(DateTimeOffset now, int entries) => this with { Entries = entries, LastItem = entries > 0 ? now : LastItem };

    internal FeedHealth Took(DateTimeOffset now, int documents = 1) => this with { DocumentsTaken = DocumentsTaken + documents, LastItem = now };

    internal FeedHealth Good(DateTimeOffset now) => this with { LastPoll = now, LastGoodPoll = now, ConsecutiveErrors = 0, LastError = "" };

    internal FeedHealth Bad(DateTimeOffset now, string error) => this with { LastPoll = now, ConsecutiveErrors = ConsecutiveErrors + 1, LastError = error };

    /// <summary>No good poll for too long: silence is not safety.</summary>
    public bool IsStale(DateTimeOffset now) => now - (LastGoodPoll ?? StartedAt) > StaleAfter;
}
