using AlertGateway.Cap;
using AlertGateway.Core.Targeting;
using NetTopologySuite.Geometries;
using NetTopologySuite.Operation.Overlay;
using NetTopologySuite.Operation.OverlayNG;

namespace AlertGateway.Core.Ingest;

/// <summary>Why a message of an episode alarms people again, or that it does not.</summary>
public enum EpisodeAlarm : byte
{
    /// <summary>The first that was said about the event.</summary>
    First = 1,

    HigherColour = 2,

    EarlierOnset = 3,

    /// <summary>It asks people to do something that nobody asked before.</summary>
    NewAction = 4,

    /// <summary>The same event at no higher level: joined and shown, no new alarm.</summary>
    None = 5,
}

/// <summary>What counts about a message for joining it with others.</summary>
/// <param name="Kind">National event code where one is known, else the event's words.</param>
/// <param name="DivisionPrefixes">Digits with which the codes of its area begin; of a Chinese message without codes those of its office.</param>
/// <param name="Actions">What it asks people to do.</param>
/// <param name="Quiet">Its sender says that nobody need be alarmed: a change of words only.</param>
/// <param name="Chain">The message itself.</param>
/// <param name="RefersTo">The messages that it updates.</param>
public sealed record EpisodeFacts(
    int SubmissionNo, AlertStatus Status, string Kind, WarningColour Colour, DateTimeOffset Sent, DateTimeOffset Onset, IReadOnlyList<string> DivisionPrefixes, IReadOnlySet<string> Actions, string Issuer, bool Quiet,
    ChainKey Chain, IReadOnlyList<ChainKey> RefersTo)
{
    /// <summary>Ground of a message that names no division and only draws its area; made when it is first compared.</summary>
    internal Lazy<Geometry?> Drawn { get; init; } = new((Geometry?)null);
}

/// <summary>What a message is against those of its event that people have had.</summary>
/// <param name="JoinedSubmissionNos">These, in order of their numbers; empty for the first of its event.</param>
public sealed record EpisodeJudgement(EpisodeAlarm Alarm, IReadOnlyList<int> JoinedSubmissionNos)
{
    public static EpisodeJudgement First { get; } = new(EpisodeAlarm.First, []);
}

/// <summary>A message within its episode.</summary>
public sealed record EpisodeMember(EpisodeFacts Facts, EpisodeAlarm Alarm);

/// <summary>One event as warned of by province, city and county.</summary>
/// <param name="Colour">The worst of its messages.</param>
/// <param name="Members">In order of <c>sent</c>.</param>
public sealed record Episode(string Kind, WarningColour Colour, IReadOnlyList<EpisodeMember> Members);

/// <summary>
/// Joins warnings of the same event: those of one chain, and those of the same kind and status, areas of which one lies in the other (of areas that are only drawn: half of the smaller one), sent within <see cref="Window"/> of each other. Pure, and blind to the order of arrival: any order of the same messages
/// gives the same episodes.
/// </summary>
public static class EpisodeBook
{
    public static readonly TimeSpan Window = TimeSpan.FromHours(24);

    private static readonly TargetingConfig Shapes = new();

    // What Chinese texts ask for; CAP's responseType is seldom used there.
    private static readonly (string Word, string Action)[] ActionWords =
    [
        ("转移", "Evacuate"), ("撤离", "Evacuate"), ("就地避险", "Shelter"), ("室内躲避", "Shelter"), ("停课", "停课"), ("停工", "停工"), ("停产", "停工"), ("停运", "停运"), ("停止户外", "停止户外"),
    ];

    /// <param name="kindOf">National event code or event words of an info.</param>
    public static EpisodeFacts FactsOf(Submission submission, Func<Info, string> kindOf)
    {
        ArgumentNullException.ThrowIfNull(submission);
        ArgumentNullException.ThrowIfNull(kindOf);
        var alert = submission.Alert;
        var actions = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var info in alert.Infos)
        {
            foreach (var response in info.ResponseTypes.Where(r => r is not (ResponseType.None or ResponseType.Monitor or ResponseType.Assess))) actions.Add(response.ToString());
            foreach (var (word, action) in ActionWords)
            {
                if (info.Instruction?.Contains(word, StringComparison.Ordinal) == true) actions.Add(action);
            }
        }

        var sent = alert.Sent ?? DateTimeOffset.UnixEpoch;
        var divisions = Divisions(alert);
        return new EpisodeFacts(
            submission.SubmissionNo, alert.Status, alert.Infos.Count == 0 ? "" : kindOf(alert.Infos[0]), submission.Colour, sent,
            alert.Infos.Select(i => i.Onset ?? i.Effective ?? sent).DefaultIfEmpty(sent).Min(), divisions, actions, alert.Infos.Select(i => i.SenderName).FirstOrDefault(n => !string.IsNullOrEmpty(n)) ?? alert.Sender, CapCpProfile.IsMinorChange(alert),
            alert.Chain, alert.MsgType == MsgType.Update ? [.. alert.References.Select(r => r.Chain).Distinct()] : [])
        {
            Drawn = new Lazy<Geometry?>(() => divisions.Count == 0 ? AreaShapes.Of(alert, Shapes).Geometry : null),
        };
    }

    /// <summary>Whether a message alarms those who have had the others: what was published counts, and nothing else that was only received.</summary>
    /// <param name="inForce">Of these only those that nothing has replaced are compared: after a red warning was lowered to yellow, red alarms again.</param>
    public static EpisodeJudgement Judge(EpisodeFacts message, IReadOnlyList<EpisodeFacts> published, Func<EpisodeFacts, bool> inForce)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(published);
        ArgumentNullException.ThrowIfNull(inForce);
        var episode = Join(published.Where(p => p.SubmissionNo != message.SubmissionNo).Append(message)).FirstOrDefault(e => e.Members.Any(m => m.Facts.SubmissionNo == message.SubmissionNo));
        if (episode is null || episode.Members.Count == 1) return EpisodeJudgement.First;
        // Published first, whatever their times: they are what people have had.
        var others = episode.Members.Select(m => m.Facts).Where(f => f.SubmissionNo != message.SubmissionNo).ToList();
        return new EpisodeJudgement(Told([.. others.Where(inForce), message]).Members[^1].Alarm, [.. others.Select(f => f.SubmissionNo).Order()]);
    }

    /// <summary>All episodes, the newest first; a message that has no kin is an episode of one.</summary>
    public static IReadOnlyList<Episode> Join(IEnumerable<EpisodeFacts> messages)
    {
        var all = messages.Where(m => m.Kind.Length > 0).OrderBy(m => m.Sent).ThenBy(m => m.Issuer, StringComparer.Ordinal).ThenBy(m => m.Colour).ThenBy(m => m.SubmissionNo).ToList();
        var group = Enumerable.Range(0, all.Count).ToArray();
        var ofChain = new Dictionary<(AlertStatus, ChainKey), int>();
        for (var i = 0; i < all.Count; i++)
        {
            // A chain is one event, however its words and codes change.
            foreach (var chain in all[i].RefersTo.Append(all[i].Chain))
            {
                if (!ofChain.TryAdd((all[i].Status, chain), i)) group[Root(group, i)] = Root(group, ofChain[(all[i].Status, chain)]);
            }

            for (var j = i + 1; j < all.Count && all[j].Sent - all[i].Sent <= Window; j++)
            {
                if (AreKin(all[i], all[j])) group[Root(group, j)] = Root(group, i);
            }
        }

        return [.. Enumerable.Range(0, all.Count).GroupBy(i => Root(group, i)).Select(g => Told([.. g.Select(i => all[i])])).OrderByDescending(e => e.Members[^1].Facts.Sent)];
    }

    private static Episode Told(List<EpisodeFacts> members)
    {
        var told = new List<EpisodeMember>(members.Count);
        var worst = WarningColour.None;
        var onset = DateTimeOffset.MaxValue;
        var actions = new HashSet<string>(StringComparer.Ordinal);
        foreach (var m in members)
        {
            var alarm = told.Count == 0 ? EpisodeAlarm.First
                : m.Quiet ? EpisodeAlarm.None
                : m.Colour > worst ? EpisodeAlarm.HigherColour
                : m.Onset < onset ? EpisodeAlarm.EarlierOnset
                : !m.Actions.IsSubsetOf(actions) ? EpisodeAlarm.NewAction
                : EpisodeAlarm.None;
            told.Add(new EpisodeMember(m, alarm));
            if (m.Colour > worst) worst = m.Colour;
            if (m.Onset < onset) onset = m.Onset;
            actions.UnionWith(m.Actions);
        }

        return new Episode(members[0].Kind, worst, told);
    }

    private static bool AreKin(EpisodeFacts a, EpisodeFacts b) =>
        a.Status == b.Status && string.Equals(a.Kind, b.Kind, StringComparison.OrdinalIgnoreCase)
        && (a.DivisionPrefixes.Any(x => b.DivisionPrefixes.Any(y => x.StartsWith(y, StringComparison.Ordinal) || y.StartsWith(x, StringComparison.Ordinal))) || AreDrawnAlike(a, b));

    // Joining makes horns quieter for those who have had the other, so neighbours that touch are not enough.
    private static bool AreDrawnAlike(EpisodeFacts a, EpisodeFacts b) =>
        a.DivisionPrefixes.Count + b.DivisionPrefixes.Count == 0 && a.Drawn.Value is { } x && b.Drawn.Value is { } y
        && x.EnvelopeInternal.Intersects(y.EnvelopeInternal) && OverlayNGRobust.Overlay(x, y, SpatialFunction.Intersection).Area * 2 >= Math.Min(x.Area, y.Area);

    private static List<string> Divisions(Alert alert)
    {
        var prefixes = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var code in alert.Infos.SelectMany(i => i.Areas).SelectMany(a => a.Geocodes))
        {
            if (DivisionCode.TryPrefix(code.Value, out var prefix)) prefixes.Add(prefix);
        }

        if (prefixes.Count == 0 && CmaProfile.DivisionOf(alert.Identifier) is { } division && DivisionCode.TryPrefix(division, out var own)) prefixes.Add(own);
        return [.. prefixes];
    }

    private static int Root(int[] group, int i)
    {
        while (group[i] != i) i = group[i] = group[group[i]];
        return i;
    }
}
