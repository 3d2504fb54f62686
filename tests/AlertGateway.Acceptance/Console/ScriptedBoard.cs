using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Tracking;

namespace AlertGateway.Acceptance.Console;

/// <summary>A tracking board with memory: 12 towns, 240 villages, households that climb the ladder when told to. Thread-safe by one lock.</summary>
internal sealed class ScriptedBoard : ITrackingBoard
{
    public const int HouseholdsPerVillage = 1250;

    private static readonly string[] TownNames = ["昆仑街道", "溧城街道", "古县街道", "埭头镇", "上黄镇", "戴埠镇", "天目湖镇", "别桥镇", "上兴镇", "竹箦镇", "南渡镇", "社渚镇"];

    private readonly Lock _lock = new();
    private readonly Dictionary<int, Entry> _entries = [];
    private readonly TimeProvider _clock;

    public ScriptedBoard(TimeProvider clock) => _clock = clock;

    /// <summary>Town cells and village points; replaced by whoever wants a real drawing.</summary>
    public IReadOnlyList<PlaceCoverage> Towns { get; set; } = [.. TownNames.Select((name, i) => new PlaceCoverage(Code(i, 0), name, "320481000000", 31.2 + 0.12 * (i / 4), 119.2 + 0.12 * (i % 4), 0, []))];

    public IReadOnlyList<PlaceCoverage> Villages { get; set; } = [.. Enumerable.Range(0, 240).Select(v =>
        new PlaceCoverage(Code(v / 20, 200 + v % 20), $"{TownNames[v / 20][..2]}{v % 20 + 1}村", Code(v / 20, 0),
            31.15 + 0.12 * (v / 20 / 4) + 0.022 * (v % 20 / 5), 119.15 + 0.12 * (v / 20 % 4) + 0.02 * (v % 5), HouseholdsPerVillage, []))];

    public static string Code(int town, int village) => $"320481{101 + town:000}{village:000}";

    public List<(int DisseminationNo, int PersonNo, Evidence Level, Actor By)> Visits { get; } = [];

    public IReadOnlyList<DisseminationView> Disseminations
    {
        get { lock (_lock) return [.. _entries.Values.OrderByDescending(e => e.View.DisseminationNo).Select(e => e.View)]; }
    }

    public void Open(int no, int proposalNo, string headline, AlertStatus status, WarningColour colour)
    {
        lock (_lock)
        {
            int households = Villages.Sum(v => v.Households);
            var view = new DisseminationView
            {
                DisseminationNo = no,
                ProposalNo = proposalNo,
                Headline = headline,
                Status = status.ToString(),
                Colour = colour,
                State = DisseminationState.Running,
                ClearedTicks = _clock.GetUtcNow().UtcTicks,
                ExpiresTicks = _clock.GetUtcNow().AddHours(6).UtcTicks,
                Channels = [Counts(ChannelKind.Loudspeaker, 2000, 0), Counts(ChannelKind.Push, 5000, 0), Counts(ChannelKind.Sms, 671_500, 0), Counts(ChannelKind.Broadcast, 1, 0)],
                Started = 0,
                Households = households,
                Persons = households * 79 / 30,
                Sequence = 1,
            };
            _entries[no] = new Entry(view, [.. Villages.Select(v => new[] { v.Households, 0, 0, 0, 0, 0, 0 })], [new TimelineEntry(view.ClearedTicks, "cleared", "两人批准，开始发布", "Cleared by two people; sending begins")]);
        }
    }

    /// <summary>Lifts the households of one village in <paramref name="step"/> parts of a hundred, grade by grade.</summary>
    public void Lift(int no, int villageIndex, int step)
    {
        lock (_lock)
        {
            var entry = _entries[no];
            int[] counts = entry.Villages[villageIndex] = [.. entry.Villages[villageIndex]];
            for (int grade = 4; grade >= 0; grade--)
            {
                int moved = Math.Min(counts[grade], Math.Max(1, counts[grade] * step / 100));
                counts[grade] -= moved;
                counts[grade + 1] += moved;
            }

            int started = entry.Villages.Sum(v => v.Skip(1).Sum()) * 2;
            entry.View = entry.View with
            {
                Started = started,
                Sequence = entry.View.Sequence + 1,
                Channels = [.. entry.View.Channels.Select(c => c.Channel == ChannelKind.Sms && c.Purpose == Purpose.Original ? Counts(ChannelKind.Sms, 671_500, Math.Min(started, 671_500)) : c)],
            };
        }
    }

    public void Close(int no, DisseminationState state, string text, string english, params ChannelCounts[] more)
    {
        lock (_lock)
        {
            var entry = _entries[no];
            entry.View = entry.View with { State = state, Sequence = entry.View.Sequence + 1, Channels = [.. entry.View.Channels, .. more] };
            entry.Timeline = [.. entry.Timeline, new TimelineEntry(_clock.GetUtcNow().UtcTicks, "closed", text, english)];
        }
    }

    public static ChannelCounts Counts(ChannelKind channel, int planned, int started, Purpose purpose = Purpose.Original) => new()
    {
        Channel = channel,
        Purpose = purpose,
        Planned = planned,
        Open = planned - started,
        InFlight = 0,
        Accepted = started - started / 2,
        Delivered = started / 2,
        HandedOff = 0,
        Failed = 0,
        Suppressed = 0,
        PossibleDuplicates = 0,
        PossibleLoss = 0,
    };

    public DisseminationView? Find(int disseminationNo)
    {
        lock (_lock) return _entries.GetValueOrDefault(disseminationNo)?.View;
    }

    public Coverage? Coverage(int disseminationNo)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(disseminationNo, out var entry)) return null;
            var villages = Villages.Select((v, i) => v with { ByEvidence = [.. entry.Villages[i]] }).ToList();
            var towns = Towns.Select(t =>
            {
                var own = villages.Where(v => v.ParentCode == t.Code).ToList();
                return t with { Households = own.Sum(v => v.Households), ByEvidence = Sum(own) };
            }).ToList();
            int[] all = Sum(villages);
            int awake = (all[5] + all[6]) * 2;
            return new Coverage(disseminationNo, entry.View.Sequence, all, towns, villages, awake, entry.View.Persons - awake);
        }
    }

    public IReadOnlyList<UnreachedVillage> UnreachedVillages(int disseminationNo)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(disseminationNo, out var entry)) return [];
            return [.. Villages.Select((v, i) => new UnreachedVillage(v.Code, v.Name, Towns.First(t => t.Code == v.ParentCode).Name, i % 9 == 8 ? 0 : 1000 + i, entry.Villages[i].Take(5).Sum(), entry.Villages[i].Take(5).Sum() / 8)).Where(u => u.Households > 0)];
        }
    }

    public IReadOnlyList<UnreachedHousehold> Unreached(int disseminationNo, string? villageCode, int skip, int take)
    {
        lock (_lock)
        {
            var visited = Visits.Where(v => v.DisseminationNo == disseminationNo).Select(v => v.PersonNo).ToHashSet();
            return [.. UnreachedVillages(disseminationNo).Where(u => villageCode is null || u.VillageCode == villageCode)
                .SelectMany(u => Enumerable.Range(1, u.Households).Select(h => new UnreachedHousehold(h, u.VillageCode, u.VillageName, 1 + h % 4, h % 7 == 0 ? 1 : 0, (Evidence)(h % 5), 100_000 + h, h % 11 != 0)))
                .Where(h => !visited.Contains(h.LeastReachedPersonNo)).Skip(skip).Take(take)];
        }
    }

    public IReadOnlyList<TimelineEntry> Timeline(int disseminationNo)
    {
        lock (_lock) return _entries.GetValueOrDefault(disseminationNo)?.Timeline ?? [];
    }

    /// <summary>Village codes that have reported 已转移, of every dissemination; null: none waits for that.</summary>
    public HashSet<string>? Evacuated { get; set; }

    public Evacuation? EvacuationOf(int disseminationNo)
    {
        lock (_lock) return Evacuated is { } codes && _entries.ContainsKey(disseminationNo) ? new Evacuation([.. codes]) : null;
    }

    public Task<bool> EvacuatedAsync(int disseminationNo, string villageCode, bool evacuated, Actor by, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (Evacuated is not { } codes || !_entries.ContainsKey(disseminationNo)) return Task.FromResult(false);
            if (evacuated) codes.Add(villageCode);
            else codes.Remove(villageCode);
            return Task.FromResult(true);
        }
    }

    public Task<bool> VisitAsync(int disseminationNo, int personNo, Evidence level, Actor by, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_entries.ContainsKey(disseminationNo) || personNo is <= 100_000 or > 200_000) return Task.FromResult(false);
            Visits.Add((disseminationNo, personNo, level, by));
            return Task.FromResult(true);
        }
    }

    private static int[] Sum(IEnumerable<PlaceCoverage> places)
    {
        int[] sum = new int[7];
        foreach (var place in places)
        {
            for (int i = 0; i < 7; i++) sum[i] += place.ByEvidence[i];
        }

        return sum;
    }

    private sealed class Entry(DisseminationView view, int[][] villages, IReadOnlyList<TimelineEntry> timeline)
    {
        public DisseminationView View { get; set; } = view;

        public int[][] Villages { get; } = villages;

        public IReadOnlyList<TimelineEntry> Timeline { get; set; } = timeline;
    }
}
