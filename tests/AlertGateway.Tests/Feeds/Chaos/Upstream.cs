using System.Collections.Concurrent;
using AlertGateway.Emulators.Feed;
using AlertGateway.Feeds.Cap;

namespace AlertGateway.Tests.Feeds.Chaos;

/// <summary>One upstream as its emulator plays it, the adapter that reads it, and the book of what was published and what came out of the adapter.</summary>
internal abstract class Upstream(string kind, FeedTimeline timeline, TimeProvider world) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, bool> _published = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _overtaken = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _received = new(StringComparer.Ordinal);
    private int _unreadable;

    public string Kind { get; } = kind;

    public FeedTimeline Timeline { get; } = timeline;

    /// <summary>The reader's clock, which steps; the world's does not.</summary>
    public SteppedClock Clock { get; } = new(world);

    protected TimeProvider World { get; } = world;

    /// <summary>Items that the upstream's own recovery gives back and that have not come.</summary>
    public IReadOnlyList<string> Missing => [.. _published.Keys.Where(k => !_received.ContainsKey(k))];

    /// <summary>What came and was never published.</summary>
    public IReadOnlyList<string> Foreign => [.. _received.Keys.Where(k => !_published.ContainsKey(k) && !_overtaken.ContainsKey(k))];

    public int Published => _published.Count;

    public int Received => _received.Count;

    /// <summary>Hand-overs beyond the first of each item.</summary>
    public int Repeats => _received.Values.Sum(v => v - 1);

    /// <summary>Documents handed over that nobody can read: what ingest refuses.</summary>
    public int Unreadable => _unreadable;

    /// <summary>Steps of the script so far, by verb.</summary>
    public ConcurrentDictionary<string, int> Steps { get; } = new(StringComparer.Ordinal);

    public abstract int Faults { get; }

    /// <summary>Null where the adapter keeps a pulse instead.</summary>
    public virtual FeedHealth? Health => null;

    /// <summary>Runs the adapter until cancelled.</summary>
    public abstract Task RunAsync(CancellationToken cancellationToken);

    public async Task DoAsync(TimelineStep step)
    {
        Steps.AddOrUpdate(step.Verb, 1, (_, n) => n + 1);
        if (step.Verb == "clock") Clock.Step(TimeSpan.FromSeconds(step.Number(0)));
        else await PlayAsync(step);
    }

    public abstract ValueTask DisposeAsync();

    protected abstract Task PlayAsync(TimelineStep step);

    protected void Publish(string name) => _published[name] = true;

    /// <summary>A later revision took its place: who has not had it need not get it any more.</summary>
    protected void Overtake(string name)
    {
        _overtaken[name] = true;
        if (!_received.ContainsKey(name)) _published.TryRemove(name, out _);
    }

    protected void Receive(string name) => _received.AddOrUpdate(name, 1, (_, n) => n + 1);

    protected void ReceiveUnreadable() => Interlocked.Increment(ref _unreadable);

    protected static void Fail(FaultQueue faults, TimelineStep step, string path, string linked) =>
        faults.Add(step.Arguments.Contains("LINKED") ? linked : path, Enum.Parse<Misbehaviour>(step.Arguments[0], ignoreCase: true), step.Arguments.Count > 1 ? int.Parse(step.Arguments[1], System.Globalization.CultureInfo.InvariantCulture) : 1);
}
