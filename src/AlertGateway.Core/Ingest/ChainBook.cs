using AlertGateway.Cap;

namespace AlertGateway.Core.Ingest;

/// <summary>
/// All alerts that were taken in, and who supersedes whom. Messages arrive in any order: what refers to an unknown one leaves a tombstone for it. Pure: no clock, no I/O; not thread-safe.
/// </summary>
public sealed class ChainBook
{
    private readonly List<TakenAlert> _all = [];
    private readonly Dictionary<AlertKey, TakenAlert> _byKey = [];
    private readonly Dictionary<ChainKey, List<TakenAlert>> _byChain = [];
    private readonly Dictionary<ChainKey, List<TakenAlert>> _referring = [];

    /// <summary>In order of their numbers, from 1.</summary>
    public IReadOnlyList<TakenAlert> All => _all;

    public void Add(TakenAlert taken)
    {
        ArgumentNullException.ThrowIfNull(taken);
        if (taken.SubmissionNo != _all.Count + 1) throw new InvalidDataException($"Submission {taken.SubmissionNo} follows {_all.Count}: a row of the ledger is missing.");
        _all.Add(taken);
        if (taken.Verdict == ChainVerdict.Conflict) return; // The first one of this identity is kept.
        _byKey.TryAdd(taken.Key, taken);
        if (taken.Verdict == ChainVerdict.NotForPublic) return;
        ListOf(_byChain, taken.Chain).Add(taken);
        if (taken.MsgType is not (MsgType.Update or MsgType.Cancel)) return;
        foreach (var chain in taken.References.Select(r => r.Chain).Distinct()) ListOf(_referring, chain).Add(taken);
    }

    public TakenAlert? Find(AlertKey key) => _byKey.GetValueOrDefault(key);

    /// <summary>
    /// The newer message that already took the place of this one; null when none did. Only messages without doubt count, of the same status (an exercise never silences a warning), and from the same sender or
    /// an official source.
    /// </summary>
    public TakenAlert? SupersederOf(AlertKey key, AlertStatus status)
    {
        foreach (var newer in _byChain.GetValueOrDefault(key.Chain) ?? [])
        {
            if (newer.Sent > key.Sent && newer.Status == status && newer.Disposition == Disposition.Accept) return newer;
        }

        foreach (var referring in _referring.GetValueOrDefault(key.Chain) ?? [])
        {
            if (!referring.Supersedes || referring.Status != status || referring.Key == key || !MayActOn(referring, key.Sender)) continue;
            if (referring.Sent >= key.Sent || referring.References.Any(r => r.Chain == key.Chain && r.Sent == key.Sent)) return referring;
        }

        return null;
    }

    /// <summary>Every known older message that this one updates or cancels, directly or through others, of the same status. Matched by sender and identifier: real references carry wrong times.</summary>
    public IReadOnlyList<TakenAlert> PredecessorsOf(TakenAlert taken)
    {
        ArgumentNullException.ThrowIfNull(taken);
        var found = new List<TakenAlert>();
        var seen = new HashSet<int> { taken.SubmissionNo };
        var open = new Queue<TakenAlert>([taken]);
        while (open.TryDequeue(out var next))
        {
            var chains = next.MsgType is MsgType.Update or MsgType.Cancel ? next.References.Select(r => r.Chain).Append(next.Chain) : [next.Chain];
            foreach (var older in chains.Distinct().SelectMany(c => _byChain.GetValueOrDefault(c) ?? []))
            {
                var isOlder = older.Chain != next.Chain || older.Sent < next.Sent;
                if (!isOlder || older.Status != taken.Status || !seen.Add(older.SubmissionNo)) continue;
                found.Add(older);
                open.Enqueue(older);
            }
        }

        return found;
    }

    /// <summary>Cancels that refer to this message, doubtful ones among them: a person decides about those.</summary>
    public IReadOnlyList<TakenAlert> CancelsOf(TakenAlert taken)
    {
        ArgumentNullException.ThrowIfNull(taken);
        return [.. _all.Where(c => c.Verdict == ChainVerdict.Cancel && c.Status == taken.Status && PredecessorsOf(c).Contains(taken))];
    }

    /// <summary>A message acts on another sender's only when its source is official.</summary>
    public static bool MayActOn(TakenAlert acting, string sender)
    {
        ArgumentNullException.ThrowIfNull(acting);
        return acting.Source.Official || string.Equals(acting.Sender, sender, StringComparison.Ordinal);
    }

    /// <summary>What the chain makes of an alert that has an identity and is not in the book yet.</summary>
    public ChainVerdict Judge(Alert alert, AlertKey key, long expiresTicks, long nowTicks)
    {
        ArgumentNullException.ThrowIfNull(alert);
        if (alert.MsgType is MsgType.Ack or MsgType.Error || alert.Status is AlertStatus.System or AlertStatus.Draft || alert.Scope is AlertScope.Restricted or AlertScope.Private) return ChainVerdict.NotForPublic;
        // MeteoAlarm's green says that there is nothing to warn of; as an update it still ends what was.
        if (alert.MsgType == MsgType.Alert && MeteoAlarmProfile.IsNoWarning(alert)) return ChainVerdict.NotForPublic;
        if (SupersederOf(key, alert.Status) is not null) return ChainVerdict.Late;
        if (expiresTicks <= nowTicks) return ChainVerdict.Expired;
        if (alert.MsgType == MsgType.Cancel) return ChainVerdict.Cancel;
        // A sender that re-uses an identifier with a later time means its newest message.
        return alert.MsgType == MsgType.Update || (_byChain.GetValueOrDefault(key.Chain)?.Any(t => t.Status == alert.Status) ?? false) ? ChainVerdict.Update : ChainVerdict.First;
    }

    private static List<TakenAlert> ListOf(Dictionary<ChainKey, List<TakenAlert>> index, ChainKey key)
    {
        if (!index.TryGetValue(key, out var list)) index.Add(key, list = []);
        return list;
    }
}
