using System.Text.Json;
using AlertGateway.Cap;

namespace AlertGateway.Core.Approval;

/// <summary>What a row of the authority matrix may allow.</summary>
public enum AuthorityAct : byte
{
    Propose = 1,
    Approve = 2,

    /// <summary>Turn down or withdraw a proposal.</summary>
    Return = 3,

    /// <summary>Take a running dissemination back, or release the cancel that a feed sent.</summary>
    Cancel = 4,

    /// <summary>Resolve a hold that configuration marks resolvable.</summary>
    ReleaseHold = 5,

    /// <summary>Clear alone, by proposing, what an official source asks to have broadcast immediately (CAP-CP). No row has it as shipped.</summary>
    ReleaseImmediate = 6,

    /// <summary>Say that the machine's clock, which the gateway doubts, is right. Of no area, event or colour.</summary>
    TrustClock = 7,

    /// <summary>Record what was seen in the field: a knock at the door, a family that confirmed, a village that has left. Of no event or colour.</summary>
    RecordReach = 8,
}

/// <summary>One row: who may do what, where, for what, how severe. Everything is listed; what is not listed is not allowed. <c>*</c> stands for all.</summary>
public sealed record AuthorityRow
{
    /// <summary>Name for signatures and the audit.</summary>
    public required string Name { get; init; }

    public required string Role { get; init; }

    /// <summary>Prefixes of division codes; every town that the audience lies in must begin with one.</summary>
    public required IReadOnlyList<string> Areas { get; init; }

    /// <summary>Event codes, such as <c>11B03</c>, the beginning of codes, such as <c>11A*</c>, or event names.</summary>
    public required IReadOnlyList<string> Events { get; init; }

    /// <summary>The worst colour; an alert that states neither colour nor severity needs red.</summary>
    public required WarningColour MaxColour { get; init; }

    /// <summary>CAP status words.</summary>
    public required IReadOnlyList<string> Statuses { get; init; }

    public required IReadOnlyList<AuthorityAct> May { get; init; }
}

/// <summary>A source's alerts that are released at once, without a person. Nothing here may be <c>*</c>.</summary>
public sealed record StandingOrder
{
    public required string Name { get; init; }

    /// <summary><c>feed:NAME</c>; the feed must also be marked official.</summary>
    public required string Source { get; init; }

    public required IReadOnlyList<string> Areas { get; init; }

    public required IReadOnlyList<string> Events { get; init; }

    public required WarningColour MinColour { get; init; }

    public required WarningColour MaxColour { get; init; }

    public required IReadOnlyList<string> Statuses { get; init; }

    /// <summary>The source's own cancel of what it released is released at once, too.</summary>
    public bool Cancels { get; init; }

    /// <summary>Earthquakes: fires only from this magnitude on. Null: whatever the magnitude.</summary>
    public double? MinMagnitude { get; init; }

    /// <summary>Earthquakes: fires only where the strongest shaking here is estimated at this intensity or more (degrees of the Chinese scale, 1 to 12). Null: whatever the intensity.</summary>
    public double? MinIntensity { get; init; }

    /// <summary>Fires only for messages whose sender asks to have them broadcast immediately (CAP-CP).</summary>
    public bool OnlyImmediate { get; init; }
}

/// <summary>Who may do what: <c>config/authority.json</c>. Denies by default. Immutable.</summary>
public sealed record AuthorityMatrix
{
    public required IReadOnlyList<AuthorityRow> Rows { get; init; }

    public IReadOnlyList<StandingOrder> StandingOrders { get; init; } = [];

    /// <summary>Codes of holds that a person may release with a reason. Any other hold needs a new message.</summary>
    public IReadOnlyList<string> ResolvableHolds { get; init; } = [];

    /// <exception cref="InvalidDataException">The file does not say what it must; every problem is listed.</exception>
    public static AuthorityMatrix Parse(ReadOnlySpan<byte> json)
    {
        AuthorityMatrix matrix;
        try
        {
            matrix = JsonSerializer.Deserialize<AuthorityMatrix>(json, ConfigJson.Options) ?? throw new InvalidDataException("authority.json is empty.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"authority.json cannot be read: {e.Message}", e);
        }

        var problems = matrix.Problems().ToList();
        return problems.Count == 0 ? matrix : throw new InvalidDataException("authority.json: " + string.Join(" ", problems));
    }

    /// <summary>Name of the first row that allows the act; null when none does.</summary>
    public string? Allows(string role, AuthorityAct act, Proposal proposal)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        foreach (var row in Rows)
        {
            if (row.Role == role && row.May.Contains(act) && NeededColour(proposal) <= row.MaxColour
                && HasStatus(row.Statuses, proposal.Submission.Alert.Status) && HasEvent(row.Events, proposal.Submission.Alert) && HasArea(row.Areas, proposal)) return row.Name;
        }

        return null;
    }

    /// <summary>Name of the first row that lets the role say that the machine's clock is right; null when none does.</summary>
    public string? AllowsTrustingClock(string role) => Rows.FirstOrDefault(r => r.Role == role && r.May.Contains(AuthorityAct.TrustClock))?.Name;

    /// <summary>Name of the first row that lets the role record what was seen in this village about a message of this CAP status; null when none does.</summary>
    /// <param name="villageCode">12 digits.</param>
    public string? AllowsRecordingReach(string role, string villageCode, string status)
    {
        ArgumentException.ThrowIfNullOrEmpty(villageCode);
        return Rows.FirstOrDefault(r => r.Role == role && r.May.Contains(AuthorityAct.RecordReach) && r.Statuses.Contains(status, StringComparer.Ordinal) && IsIn(r.Areas, villageCode))?.Name;
    }

    /// <summary>The standing order that releases this proposal; null when a person must. Never one from a source that is not official, with a hold, or with any doubt about the message.</summary>
    public StandingOrder? StandingOrderFor(Proposal proposal)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        var submission = proposal.Submission;
        if (!submission.Source.Official || submission.Source.PersonId != 0 || submission.Disposition != Disposition.Accept || proposal.Holds.Count > 0) return null;
        return StandingOrders.FirstOrDefault(o => o.Source == submission.Source.Name && (!o.OnlyImmediate || CapCpProfile.BroadcastImmediately(submission.Alert)) && submission.Colour >= o.MinColour && NeededColour(proposal) <= o.MaxColour
            && HasStatus(o.Statuses, submission.Alert.Status) && HasEvent(o.Events, submission.Alert) && HasArea(o.Areas, proposal) && Shakes(o, submission.Alert));
    }

    // An alert that does not say how strong it is meets no condition about it.
    private static bool Shakes(StandingOrder order, Alert alert) =>
        (order.MinMagnitude is not { } magnitude || Seismic.QuakeAlerts.MagnitudeOf(alert) >= magnitude) && (order.MinIntensity is not { } intensity || Seismic.QuakeAlerts.IntensityOf(alert) >= intensity);

    /// <summary>The first standing order that may release alerts of this event code; null when there is none.</summary>
    public StandingOrder? StandingOrderOn(string eventCode) => StandingOrders.FirstOrDefault(o => o.Events.Any(e => Names(e, eventCode)));

    private static WarningColour NeededColour(Proposal proposal) => proposal.Submission.Colour == WarningColour.None ? WarningColour.Red : proposal.Submission.Colour;

    private static bool HasStatus(IReadOnlyList<string> statuses, AlertStatus status) => statuses.Contains(status.ToString(), StringComparer.Ordinal);

    // Every info must be covered: a second info of another event would otherwise ride along.
    private static bool HasEvent(IReadOnlyList<string> events, Alert alert) => events.Contains("*") || (alert.Infos.Count > 0
        && alert.Infos.All(i => events.Contains(i.Event, StringComparer.OrdinalIgnoreCase) || i.EventCodes.Any(c => events.Any(e => Names(e, c.Value)))));

    private static bool Names(string pattern, string code) =>
        pattern.Length > 1 && pattern[^1] == '*' ? code.StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.OrdinalIgnoreCase) : string.Equals(pattern, code, StringComparison.OrdinalIgnoreCase);

    private static bool HasArea(IReadOnlyList<string> areas, Proposal proposal)
    {
        if (areas.Contains("*")) return true; // also where the audience names no place
        IEnumerable<string> codes = proposal.Audience.Counts.ByTown.Select(t => t.Code);
        if (proposal.Audience.Counts.ByTown.Count == 0) codes = proposal.Area.Codes.Select(c => c.Value);
        var any = false;
        foreach (var code in codes)
        {
            any = true;
            if (!IsIn(areas, code)) return false;
        }

        return any;
    }

    private static bool IsIn(IReadOnlyList<string> areas, string code) => areas.Any(a => a == "*" || code.StartsWith(a, StringComparison.Ordinal));

    private IEnumerable<string> Problems()
    {
        foreach (var row in Rows)
        {
            if (row.Name.Length == 0 || row.Role.Length == 0) yield return "A row has no name or role.";
            if (row.Areas.Count == 0 || row.Areas.Any(a => a.Length == 0)) yield return $"Row \"{row.Name}\" needs areas; an empty prefix would mean everywhere.";
            if (row.Events.Count == 0 || row.Statuses.Count == 0 || row.May.Count == 0) yield return $"Row \"{row.Name}\" allows nothing: events, statuses and may must be listed.";
            foreach (var status in row.Statuses.Where(s => !Enum.TryParse<AlertStatus>(s, out var known) || known == AlertStatus.Unknown)) yield return $"Row \"{row.Name}\": \"{status}\" is no CAP status.";
        }

        foreach (var name in Rows.GroupBy(r => r.Name).Where(g => g.Count() > 1).Select(g => g.Key)) yield return $"Two rows are named \"{name}\".";
        foreach (var order in StandingOrders)
        {
            if (order.Areas.Count == 0 || order.Events.Count == 0 || order.Statuses.Count == 0 || order.MinColour == WarningColour.None) yield return $"Standing order \"{order.Name}\" must name areas, events, statuses and a least colour.";
            if (order.Areas.Concat(order.Events).Any(v => v is "*" or "")) yield return $"Standing order \"{order.Name}\" must not say \"*\".";
            if (order.MinMagnitude is < 0 or > 10 || order.MinIntensity is < 1 or > 12) yield return $"Standing order \"{order.Name}\": minMagnitude is 0 to 10, minIntensity 1 to 12.";
            if (!order.Source.StartsWith("feed:", StringComparison.Ordinal)) yield return $"Standing order \"{order.Name}\": the source is a feed, never a person.";
        }
    }
}
