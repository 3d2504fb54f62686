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
    /// <summary>Times since start at which more may have been missed than the feed's own recovery can name.</summary>
    public long Gaps { get; init; }

    /// <summary>Connections of a stream that broke since start.</summary>
    public long Reconnects { get; init; }

    /// <summary>Of a feed that has just been configured.</summary>
    internal static FeedHealth Of(CapFeedOptions options, TimeProvider clock) =>
        new(options.Name, options.Official, clock.GetUtcNow(), null, null, 0, "", 0, 0, 0, TimeSpan.FromSeconds(options.StaleAfterSeconds));

    internal FeedHealth Good(DateTimeOffset now) => this with { LastPoll = now, LastGoodPoll = now, ConsecutiveErrors = 0, LastError = "" };

    internal FeedHealth Bad(DateTimeOffset now, string error) => this with { LastPoll = now, ConsecutiveErrors = ConsecutiveErrors + 1, LastError = error };

    /// <summary>No good poll for too long: silence is not safety.</summary>
    public bool IsStale(DateTimeOffset now) => now - (LastGoodPoll ?? StartedAt) > StaleAfter;
}
