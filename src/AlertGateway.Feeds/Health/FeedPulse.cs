using AlertGateway.Feeds.Cap;

namespace AlertGateway.Feeds.Health;

/// <summary>How a feed is, at an instant. Immutable.</summary>
/// <param name="Interval">How often the feed should speak.</param>
/// <param name="LastGood">When it last answered, or sent something that could be read; null for never.</param>
/// <param name="LastRecord">When it last brought a record; null for never.</param>
/// <param name="NewestEvent">Time of the newest record: its age is the data's age, which a good connection does not prove.</param>
/// <param name="Gaps">Times that it was silent for longer than two intervals, since start.</param>
/// <param name="Refused">Documents that were refused: unknown sender, bad signature, unreadable.</param>
/// <param name="CanaryAfter">Without any record for so long the feed counts as dead however well it answers: its form or address may have changed. Zero: no canary.</param>
public sealed record FeedVital(
    string Name, string Kind, bool Official, DateTimeOffset Started, TimeSpan Interval, DateTimeOffset? LastGood, DateTimeOffset? LastRecord, DateTimeOffset? NewestEvent,
    long Documents, long Records, long Failures, long Refused, long Gaps, string LastError, TimeSpan CanaryAfter)
{
    /// <summary>Nothing good for two intervals: silence is not safety.</summary>
    public bool IsStale(DateTimeOffset now) => now - (LastGood ?? Started) > 2 * Interval;

    /// <summary>It answers, and has brought nothing for too long.</summary>
    public bool IsCanaryDead(DateTimeOffset now) => CanaryAfter > TimeSpan.Zero && now - (LastRecord ?? Started) > CanaryAfter;

    public TimeSpan Age(DateTimeOffset now) => now - (LastGood ?? Started);

    /// <summary>The same of a feed that is polled or streamed.</summary>
    public static FeedVital Of(FeedHealth health)
    {
        ArgumentNullException.ThrowIfNull(health);
        return new FeedVital(health.Name, health.Kind, health.Official, health.StartedAt, health.StaleAfter / 2, health.LastGoodPoll, health.LastItem, null, health.DocumentsTaken, health.DocumentsTaken, health.ConsecutiveErrors, health.DocumentsFailed, health.Gaps, health.LastError, health.CanaryAfter);
    }
}

/// <summary>Keeps the vital signs of one feed. Thread-safe.</summary>
public sealed class FeedPulse(string name, string kind, bool official, TimeSpan interval, TimeSpan canaryAfter, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private FeedVital _vital = new(name, kind, official, clock.GetUtcNow(), interval, null, null, null, 0, 0, 0, 0, 0, "", canaryAfter);

    public string Name => name;

    public FeedVital Vital
    {
        get
        {
            lock (_lock)
            {
                // A silence that goes on is counted while it lasts.
                return _vital.IsStale(clock.GetUtcNow()) ? _vital with { Gaps = _vital.Gaps + 1 } : _vital;
            }
        }
    }

    /// <summary>It answered, perhaps with nothing new.</summary>
    /// <param name="newest">Time of the newest record in the document; null for none.</param>
    public void Good(int records, DateTimeOffset? newest)
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            _vital = _vital with
            {
                Gaps = _vital.Gaps + (_vital.IsStale(now) ? 1 : 0),
                LastGood = now,
                LastRecord = records > 0 ? now : _vital.LastRecord,
                NewestEvent = newest > _vital.NewestEvent || _vital.NewestEvent is null ? newest ?? _vital.NewestEvent : _vital.NewestEvent,
                Documents = _vital.Documents + 1,
                Records = _vital.Records + records,
                LastError = "",
            };
        }
    }

    /// <param name="error">A sentence without what the far side wrote.</param>
    public void Failed(string error)
    {
        lock (_lock) _vital = _vital with { Failures = _vital.Failures + 1, LastError = error };
    }

    /// <param name="error">A sentence without what the far side wrote.</param>
    public void Refused(string error)
    {
        lock (_lock) _vital = _vital with { Refused = _vital.Refused + 1, LastError = error };
    }
}
