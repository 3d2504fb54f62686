using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Core.Drafts;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Observations;

namespace AlertGateway.Core.Thresholds;

/// <summary>A measurement as a feed decoded it, in metric units.</summary>
/// <param name="Value">Null when the source marked it as missing.</param>
/// <param name="Usable">False when something about it is wrong: it is kept and moves no rule.</param>
public readonly record struct Measurement(string Station, string Quantity, DateTimeOffset Time, double? Value, string Unit, bool Usable);

/// <summary>How one rule stands, for the health page.</summary>
public sealed record RuleView(ThresholdRule Rule, WarningColour Colour, Reading? Last, DateTimeOffset? LastReceived, bool Stale);

/// <summary>
/// Measurements in, drafts out. What one frame or document brings is durable, with the rules' new states and the drafts that follow, when <see cref="Take"/> returns; drafts then go to the
/// desk by <see cref="RunAsync"/>, again after a crash. A draft is never a person's act: it lies on the desk as any proposal does. Thread-safe.
/// </summary>
public sealed class ObservationRoom : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Drafts that a full disk refused are handed in again after so long.</summary>
    private static readonly TimeSpan FullDiskPause = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _work = new(0);
    private readonly ObservationStore _store;
    private readonly DraftComposer _composer;
    private readonly TimeProvider _clock;
    private readonly DateTimeOffset _started;
    private readonly Dictionary<(string Station, string Quantity), List<(ThresholdConfig Config, ThresholdRule Rule)>> _rules = [];
    private readonly Dictionary<string, ThresholdState> _states = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _heard = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DraftKey> _reports = new(StringComparer.Ordinal);

    /// <exception cref="InvalidDataException">A rule has no wording, or two rules have one id.</exception>
    public ObservationRoom(ObservationStore store, IReadOnlyList<ThresholdConfig> configs, DraftComposer composer, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(configs);
        ArgumentNullException.ThrowIfNull(composer);
        ArgumentNullException.ThrowIfNull(clock);
        (_store, _composer, _clock) = (store, composer, clock);
        _started = clock.GetUtcNow();
        Configs = configs;
        foreach (var config in configs)
        {
            foreach (var rule in config.Rules.Where(r => r.Station.Length > 0))
            {
                if (composer.Wording.Find(DraftComposer.Kind(rule.Kind)) is null) throw new InvalidDataException($"Rule {rule.Id} has no wording.");
                if (!_states.TryAdd(rule.Id, ThresholdState.Initial)) throw new InvalidDataException($"Rule {rule.Id} is there twice.");
                var key = (rule.Station, rule.Quantity);
                if (!_rules.TryGetValue(key, out var list)) _rules[key] = list = [];
                list.Add((config, rule));
            }
        }

        foreach (var row in _store.ReadStates())
        {
            if (row.RuleId.StartsWith("report:", StringComparison.Ordinal)) _reports[row.RuleId] = JsonSerializer.Deserialize<DraftKey>(row.State, Json);
            else if (_states.ContainsKey(row.RuleId)) _states[row.RuleId] = JsonSerializer.Deserialize<ThresholdState>(row.State, Json) ?? ThresholdState.Initial;
        }

        foreach (var latest in _store.Latest()) Heard(latest.Station, new DateTimeOffset(latest.ReceivedTicks, TimeSpan.Zero));
    }

    public IReadOnlyList<ThresholdConfig> Configs { get; }

    /// <summary>Stations that some rule listens to.</summary>
    public IReadOnlySet<string> Stations => _rules.Keys.Select(k => k.Station).ToHashSet(StringComparer.Ordinal);

    /// <summary>Keeps the measurements and works the rules. Durable on return (I9).</summary>
    /// <exception cref="LedgerException">Nothing was taken.</exception>
    public int Take(string feed, IReadOnlyList<Measurement> measurements) => Keep(feed, measurements, null);

    /// <summary>Keeps a trusted report, its draft, and the measurements that came with it. Null when its identity was used before for other content.</summary>
    /// <param name="report">Null when it only carries measurements.</param>
    public bool? TakePush(string feed, HazardReport? report, IReadOnlyList<Measurement> measurements, PushRow push)
    {
        lock (_lock)
        {
            if (_store.FindPush(push.Sender, push.Id, push.Revision) is { } known) return known == push.Sha256 ? false : null;
            // An older revision that arrives late must not undo a newer one.
            if (_store.LastRevision(push.Sender, push.Id) > push.Revision) report = null;
            var key = $"report:{push.Sender}:{push.Id}";
            var draft = report is null ? null : _composer.OfHazard(report, _reports.TryGetValue(key, out var earlier) ? earlier : null, _clock.GetUtcNow());
            Keep(feed, measurements, (push, key, draft));
            return true;
        }
    }

    /// <summary>Whether exactly this push was taken before.</summary>
    public bool HasPush(string sender, string id, int revision, string sha256)
    {
        lock (_lock) return _store.FindPush(sender, id, revision) == sha256;
    }

    /// <summary>Hands drafts to the desk until cancelled: those that a crash left behind first.</summary>
    /// <param name="submit">Completes when the desk has it; a draft handed in twice is one draft there.</param>
    public async Task RunAsync(Func<ReadOnlyMemory<byte>, string, CancellationToken, Task> submit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(submit);
        while (true)
        {
            var all = true;
            foreach (var draft in _store.OpenDrafts())
            {
                try
                {
                    await submit(draft.Document, draft.Source, cancellationToken);
                    _store.Done(draft.DraftNo);
                }
                catch (LedgerFullException)
                {
                    // The next one may be a cancel.
                    all = false;
                }
            }

            if (all) await _work.WaitAsync(cancellationToken);
            else await Task.Delay(FullDiskPause, _clock, cancellationToken);
        }
    }

    /// <summary>How the rules stand.</summary>
    public IReadOnlyList<RuleView> Views()
    {
        var now = _clock.GetUtcNow();
        lock (_lock)
        {
            return [.. _rules.Values.SelectMany(r => r).Select(r =>
            {
                DateTimeOffset? heard = _heard.TryGetValue(r.Rule.Station, out var at) ? at : null;
                return new RuleView(r.Rule, _states[r.Rule.Id].Colour, _states[r.Rule.Id].Last, heard, now - (heard ?? _started) > TimeSpan.FromMinutes(2 * r.Rule.IntervalMinutes));
            }).OrderBy(v => v.Rule.Id, StringComparer.Ordinal)];
        }
    }

    public ThresholdState StateOf(string ruleId)
    {
        lock (_lock) return _states[ruleId];
    }

    public void Dispose() => _work.Dispose();

    private int Keep(string feed, IReadOnlyList<Measurement> measurements, (PushRow Row, string Key, ComposedDraft? Draft)? push)
    {
        ArgumentNullException.ThrowIfNull(measurements);
        lock (_lock)
        {
            var now = _clock.GetUtcNow();
            var rows = new List<ObservationRow>(measurements.Count);
            var states = new Dictionary<string, ThresholdState>(StringComparer.Ordinal);
            var drafts = new List<DraftRow>();
            foreach (var m in measurements.OrderBy(m => m.Time))
            {
                rows.Add(new ObservationRow(feed, m.Station, m.Quantity, m.Time.UtcTicks, now.UtcTicks, m.Usable ? m.Value : null, m.Unit));
                if (!m.Usable || !_rules.TryGetValue((m.Station, m.Quantity), out var rules)) continue;
                foreach (var (config, rule) in rules)
                {
                    var state = states.GetValueOrDefault(rule.Id) ?? _states[rule.Id];
                    var (next, change) = ThresholdMachine.Apply(rule, state, m.Time, m.Value, PeriodMinutes(m.Quantity), now, TimeSpan.FromMinutes(config.LateMinutes));
                    if (change is not null && !(change.Step == ThresholdStep.Lifted && next.Draft is null))
                    {
                        var draft = _composer.OfThreshold(config, rule, next, change, now);
                        drafts.Add(new DraftRow(0, "feed:thresholds-" + rule.Id, draft.Document));
                        next = next with { Draft = change.Step == ThresholdStep.Lifted ? null : draft.Key, Serial = next.Serial + 1 };
                    }

                    if (!ReferenceEquals(next, state)) states[rule.Id] = next;
                }
            }

            var stateRows = states.Select(s => new RuleStateRow(s.Key, JsonSerializer.SerializeToUtf8Bytes(s.Value, Json))).ToList();
            if (push is { Draft: { } reported } p)
            {
                drafts.Add(new DraftRow(0, "feed:push-" + p.Row.Sender, reported.Document));
                stateRows.Add(new RuleStateRow(p.Key, JsonSerializer.SerializeToUtf8Bytes(reported.Key, Json)));
            }

            var fresh = _store.Commit(rows, stateRows, drafts, push?.Row);
            // Only what is on disk is believed from here on.
            foreach (var (id, state) in states) _states[id] = state;
            if (push is { Draft: { } sent }) _reports[push.Value.Key] = sent.Key;
            foreach (var station in measurements.Select(m => m.Station).Distinct(StringComparer.Ordinal)) Heard(station, now);
            if (drafts.Count > 0) _work.Release();
            return fresh;
        }
    }

    private void Heard(string station, DateTimeOffset at)
    {
        if (!_heard.TryGetValue(station, out var before) || before < at) _heard[station] = at;
    }

    /// <summary>The minutes in a name such as <c>rain-5min</c> or <c>rain-3h</c>; 60 where there are none.</summary>
    private static int PeriodMinutes(string quantity)
    {
        var text = quantity.AsSpan(quantity.IndexOf('-', StringComparison.Ordinal) + 1);
        var digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits])) digits++;
        if (digits is 0 or > 4) return 60;
        var number = int.Parse(text[..digits], System.Globalization.CultureInfo.InvariantCulture);
        return text[digits..] is "h" ? number * 60 : number;
    }
}
