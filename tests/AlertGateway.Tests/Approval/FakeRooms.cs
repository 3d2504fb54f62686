using System.Security.Cryptography;
using System.Text;
using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Targeting;
using AlertGateway.Core.Tracking;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Tests.Approval;

/// <summary>Dispatch with a memory instead of channels.</summary>
public sealed class RememberingDispatch : IDispatchRoom, ICommitObserver
{
    private readonly Dictionary<int, ClearedAlert> _opening = [];
    private readonly Dictionary<AlertKey, int> _byAlert = [];

    public List<ClearedAlert> Opened { get; } = [];

    public List<(int No, Actor By, string Reason, bool FalseAlarm)> Cancelled { get; } = [];

    public List<(int Old, int New)> Superseded { get; } = [];

    /// <summary>The ledger has no room for what opens a dissemination.</summary>
    public bool Full { get; set; }

    public Task<int> OpenAsync(ClearedAlert cleared, CancellationToken cancellationToken)
    {
        if (Full) throw new LedgerFullException("The disk is full.");
        var key = cleared.Proposal.Submission.Alert.Key!.Value;
        if (!_byAlert.TryGetValue(key, out var no))
        {
            Opened.Add(cleared);
            _byAlert.Add(key, no = Opened.Count);
        }

        return Task.FromResult(no);
    }

    /// <summary>Nothing can be opened beside another append.</summary>
    public bool RefusesOpening { get; set; }

    public Opening Opening(ClearedAlert cleared, bool begin = true)
    {
        if (RefusesOpening) throw new InvalidOperationException("The registry has changed.");
        if (FindByAlert(cleared.Proposal.Submission.Alert.Key!.Value) is not null) return new Opening([]);
        int no = Opened.Count + 1;
        _opening[no] = cleared;
        return new Opening([new LedgerEvent { Kind = LedgerEventKind.Cleared, AtTicks = 1, DisseminationNo = no }]);
    }

    /// <summary>What was opened in the append of somebody else is open once its row is durable.</summary>
    public void OnCommitted(long firstSequence, ReadOnlySpan<LedgerEvent> events)
    {
        foreach (ref readonly var e in events)
        {
            if (e.Kind == LedgerEventKind.Cleared && _opening.Remove(e.DisseminationNo, out var cleared)) OpenAsync(cleared, CancellationToken.None);
        }
    }

    public int? FindByAlert(AlertKey key) => _byAlert.TryGetValue(key, out var no) ? no : null;

    public HashSet<int> Closed { get; } = [];

    public bool IsClosed(int disseminationNo) => Closed.Contains(disseminationNo);

    public Task CancelAsync(int disseminationNo, Actor by, string reason, bool falseAlarm, CancellationToken cancellationToken)
    {
        if (Cancelled.All(c => c.No != disseminationNo)) Cancelled.Add((disseminationNo, by, reason, falseAlarm));
        return Task.CompletedTask;
    }

    public IReadOnlySet<int>? Warned(int disseminationNo, ChannelKind channel, bool planned)
    {
        if (Cancelled.Any(c => c.No == disseminationNo)) return null;
        var endpoints = Opened[disseminationNo - 1].Proposal.Audience.Channels.Where(c => c.Channel == channel).SelectMany(c => c.EndpointNos);
        return endpoints.Where(e => planned || !Unstarted.Contains((disseminationNo, e))).ToHashSet();
    }

    /// <summary>Whom a dissemination has not come to yet.</summary>
    public HashSet<(int DisseminationNo, int EndpointNo)> Unstarted { get; } = [];

    public Task SupersedeAsync(int oldDisseminationNo, int newDisseminationNo, Actor by, CancellationToken cancellationToken)
    {
        if (Superseded.All(s => s.Old != oldDisseminationNo)) Superseded.Add((oldDisseminationNo, newDisseminationNo));
        return Task.CompletedTask;
    }
}

/// <summary>Speaks by writing the words down; marks exercises as the real one must.</summary>
public sealed class WrittenProgrammes : IProgrammeRenderer
{
    /// <summary>An exercise cannot be marked by voice, as without any speech program.</summary>
    public bool Mute { get; init; }

    public Task<ProgrammeAudio> RenderAsync(ProgrammeScript script, CancellationToken cancellationToken)
    {
        if (Mute && script.Exercise) throw new InvalidOperationException("no voice");
        var spoken = script.Passages.Select(p => !script.Exercise ? p.Text : p.Language == "zh" ? $"演练。{p.Text}演练。" : $"Exercise. {p.Text} Exercise.").ToList();
        var wav = Encoding.UTF8.GetBytes(string.Join('\n', spoken));
        return Task.FromResult(new ProgrammeAudio { Wav = wav, Sha256Hex = Convert.ToHexStringLower(SHA256.HashData(wav)), Duration = TimeSpan.FromSeconds(wav.Length), Segments = [], SpokenScript = spoken, Notes = [] });
    }

    public string SpokenText(string language, string text) => text;
}

/// <summary>Targets a made-up town of twelve people.</summary>
public static class SmallTown
{
    public static TargetingResult Plan(string townCode = "320481101000", params HoldReason[] holds)
    {
        var empty = holds.Any(h => h.Code.StartsWith("area.", StringComparison.Ordinal));
        var numbers = empty ? [] : Enumerable.Range(1, 12).ToArray();
        return new TargetingResult(
            new AlertArea { Descriptions = ["溧阳市"], GeoJson = null, Codes = [("CPEAS Geographic Code", "320481000000")], SquareKilometres = 0, Sha256 = new string('a', 64) },
            new Audience
            {
                RegistryVersion = "v1",
                HouseholdNos = numbers,
                Channels = [new ChannelAudience(ChannelKind.Sms, [.. numbers.Reverse().Select(n => n % 5 == 0 ? int.MaxValue - n : n)], [.. numbers.Select(n => (byte)(n % 2))])],
                Counts = new AudienceCounts
                {
                    Towns = 1,
                    Villages = 1,
                    Households = numbers.Length,
                    Persons = numbers.Length,
                    DangerZoneHouseholds = 0,
                    UnreachableHouseholds = 0,
                    Deliveries = new Dictionary<ChannelKind, int> { [ChannelKind.Sms] = numbers.Length },
                    ByTown = empty ? [] : [new TownCount(townCode, "天目湖镇", numbers.Length)],
                },
                Sha256 = new string('b', 64),
            },
            holds);
    }
}
