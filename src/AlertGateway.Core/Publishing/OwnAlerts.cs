using System.Globalization;
using AlertGateway.Cap;
using AlertGateway.Core.Approval;
using AlertGateway.Core.Seismic;
using AlertGateway.Core.Tracking;

namespace AlertGateway.Core.Publishing;

/// <summary>How the gateway signs its own messages.</summary>
/// <param name="Sender">CAP <c>sender</c>: an authority's name without space, comma, &lt; or &amp;.</param>
/// <param name="Keep">How long the end of an alert stays in the feed.</param>
public sealed record PublisherName(string Sender, TimeSpan Keep);

/// <summary>What became of one alert that people cleared.</summary>
/// <param name="EndedTicks">When it was taken back, UTC ticks; null while it was not.</param>
public sealed record Cleared(DisseminationView View, Proposal Proposal, long? EndedTicks);

/// <summary>
/// What the gateway says to other systems in its own name: an alert per dissemination that people cleared, an update where it replaces an earlier one, a cancel where it was taken back. The sender's words go out unaltered, with the
/// original named in <c>note</c> and its sender in <c>source</c>. Pure: the same disseminations give the same messages.
/// </summary>
public static class OwnAlerts
{
    /// <summary>Only what is Actual and Public, has life left, or ended within <see cref="PublisherName.Keep"/>; the newest first.</summary>
    public static IReadOnlyList<Alert> Of(IEnumerable<Cleared> cleared, PublisherName publisher, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(cleared);
        ArgumentNullException.ThrowIfNull(publisher);
        var all = cleared.Where(c => c.Proposal.Submission.Alert is { Status: AlertStatus.Actual, Scope: AlertScope.Public }).OrderBy(c => c.View.DisseminationNo).ToList();
        var byNo = all.ToDictionary(c => c.View.DisseminationNo);
        var messages = new List<Alert>();
        foreach (var c in all)
        {
            // What was never true is corrected for as long as anything is kept, whenever that was found out.
            var end = c.View.FalseAlarm && c.EndedTicks is { } found ? found : Math.Min(c.View.ExpiresTicks, c.EndedTicks ?? long.MaxValue);
            if (end != long.MaxValue && now.UtcTicks - end > publisher.Keep.Ticks) continue;
            messages.Add(Original(c, byNo, publisher));
            // An earthquake's warning is over when the shaking has come; that it was false is known later.
            if (c.EndedTicks is { } ended && (c.View.FalseAlarm || ended < c.View.ExpiresTicks || QuakeAlerts.MagnitudeOf(c.Proposal.Submission.Alert) is not null)) messages.Add(Cancel(c, byNo, publisher, ended));
        }

        return [.. messages.OrderByDescending(m => m.Sent).ThenByDescending(m => m.Identifier, StringComparer.Ordinal)];
    }

    private static Alert Original(Cleared c, Dictionary<int, Cleared> byNo, PublisherName publisher)
    {
        var original = c.Proposal.Submission.Alert;
        var sent = Local(c.View.ClearedTicks);
        var earlier = Earlier(c, byNo, publisher);
        return new Alert
        {
            Identifier = Name(c),
            Sender = publisher.Sender,
            Sent = sent,
            SentText = CapWriter.Time(sent),
            Status = AlertStatus.Actual,
            MsgType = earlier.Count > 0 ? MsgType.Update : MsgType.Alert,
            Scope = AlertScope.Public,
            Source = original.Sender,
            Note = $"{original.Sender},{original.Identifier},{original.SentText}",
            References = earlier,
            Incidents = original.Incidents,
            // A forwarder to a two-way network must not pass embedded content on (CAP 1.2 §3.2.3).
            Infos = [.. original.Infos.Select(i => i with { Resources = [.. i.Resources.Select(r => r with { DerefUri = null })] })],
        };
    }

    private static Alert Cancel(Cleared c, Dictionary<int, Cleared> byNo, PublisherName publisher, long endedTicks)
    {
        var sent = Local(Math.Max(endedTicks, c.View.ClearedTicks + TimeSpan.TicksPerSecond));
        return new Alert
        {
            Identifier = Name(c) + "-cancel",
            Sender = publisher.Sender,
            Sent = sent,
            SentText = CapWriter.Time(sent),
            Status = AlertStatus.Actual,
            MsgType = MsgType.Cancel,
            Scope = AlertScope.Public,
            Source = c.Proposal.Submission.Alert.Sender,
            References = [.. Earlier(c, byNo, publisher), ReferenceTo(c, publisher)],
            // CAP 1.2 §3.2.1: why a message is taken back for an error stands in its note.
            Note = c.View.FalseAlarm ? "误发更正：没有险情。False alarm: there was no danger." : null,
            Infos = c.View.FalseAlarm ? PublicCorrection.Of(c.Proposal, sent + publisher.Keep) : [],
        };
    }

    /// <summary>All earlier messages of the chain that had life left when this one was cleared.</summary>
    private static List<Reference> Earlier(Cleared c, Dictionary<int, Cleared> byNo, PublisherName publisher)
    {
        var references = new List<Reference>();
        for (var no = c.Proposal.TakesOverDisseminationNo; no > 0 && byNo.TryGetValue(no, out var older) && no < c.View.DisseminationNo; no = older.Proposal.TakesOverDisseminationNo)
        {
            if (older.View.ExpiresTicks > c.View.ClearedTicks) references.Insert(0, ReferenceTo(older, publisher));
        }

        return references;
    }

    private static Reference ReferenceTo(Cleared c, PublisherName publisher)
    {
        var sent = Local(c.View.ClearedTicks);
        return new Reference(publisher.Sender, Name(c), CapWriter.Time(sent), sent);
    }

    private static string Name(Cleared c) => "agw-" + c.View.DisseminationNo.ToString(CultureInfo.InvariantCulture);

    // Whole seconds: CAP's time has no fractions, and a reference must name the time exactly.
    private static DateTimeOffset Local(long utcTicks) => new DateTimeOffset(utcTicks - utcTicks % TimeSpan.TicksPerSecond, TimeSpan.Zero).ToOffset(TimeSpan.FromHours(8));
}
