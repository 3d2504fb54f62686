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
    /// <summary>No good poll for too long: silence is not safety.</summary>
    public bool IsStale(DateTimeOffset now) => now - (LastGoodPoll ?? StartedAt) > StaleAfter;
}
