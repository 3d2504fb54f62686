using System.Globalization;
using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Rendering;
using AlertGateway.Core.Seismic;
using AlertGateway.Core.Targeting;
using AlertGateway.Feeds.Decoding;

namespace AlertGateway.Server.Composition;

/// <summary>What a warning without time is made from.</summary>
/// <param name="Villages">In the order of the places that the book reckons with.</param>
internal sealed record QuakeReserve(VillageAudiences Villages, QuakeStock Stock);

/// <summary>
/// Between earthquake feeds and the desk: each report goes through <see cref="QuakeBook"/>, and what follows is submitted as CAP. Only a decision to release keeps the source's official mark, so that no standing order
/// can fire from a draft. Villages that the shaking has nearly reached are left out of a warning, which lives in each until it has come there; once it has come everywhere advice goes out. What was submitted is the room's memory, also over a restart: a report that was acted upon
/// does not fire again, and a cancel finds what it takes back.
/// </summary>
/// <param name="reserve">Null until it is made, or where there is none: then warnings go the way of every other.</param>
internal sealed partial class QuakeRoom(QuakeBook book, IReadOnlyList<QuakePlace> places, QuakeOptions options, TimeProvider clock, AlertPipeline pipeline, Func<QuakeReserve?> reserve, ILogger logger) : IDisposable
{
    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(20);

    private readonly Dictionary<(string Source, string EventId), AlertKey> _last = [];
    private readonly Dictionary<(string Source, string EventId), (ITimer Timer, bool Official)> _advice = [];
    private readonly Dictionary<string, int> _villageOf = places.Select((p, i) => (p.Code, i)).ToDictionary(p => p.Code, p => p.i, StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Whom the shaking reaches sooner is not warned any more, whichever way the warning goes. A second at least: CAP has no shorter life.</summary>
    private readonly TimeSpan _needs = TimeSpan.FromTicks(Math.Max(Math.Min(options.HornNeeds.Ticks, options.AppNeeds.Ticks), TimeSpan.TicksPerSecond));

    /// <summary>One report. Each feed hands on one after the other; several feeds may call at once. What did not become durable is taken back, and the next report is judged as if this one had not come.</summary>
    /// <param name="senderName">The office that the source speaks for; empty where that is not known.</param>
    public async Task TakeAsync(FeedRecord record, SubmissionSource source, string senderName, CancellationToken cancellationToken)
    {
        var report = Of(record, source);
        var key = (source.Name, report.EventId);
        Alert? alert;
        AlertKey own;
        AlertKey? last;
        QuakeDecision decision;
        bool warns;
        TargetingResult? intime = null;
        var stock = reserve();
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            decision = book.Take(report, now);
            source = source with { Official = source.Official && (decision.Act is QuakeAct.Release or QuakeAct.Cancel) };
            last = _last.TryGetValue(key, out var known) ? known : null;
            var warning = decision is { Act: QuakeAct.Release or QuakeAct.Draft, Asks: false };
            var ahead = warning ? decision.Ahead(now, _needs) : decision;
            if (decision.Act == QuakeAct.Release && stock is not null) intime = InTime(decision, stock, now);
            // Nobody could hear of it before it shakes: it is no warning any more.
            var late = warning && (ahead.Shaking.Count == 0 || intime is { Audience.Channels.Count: 0 });
            warns = warning && !late;
            alert = late ? QuakeAlerts.Advice(report, decision, SenderOf(source), last, now) : QuakeAlerts.Of(report, ahead, SenderOf(source), last, now, senderName);
            if (alert?.Key is not { } made) return;
            _last[key] = own = made;
            // What is advice now is not said again later; and what was not felt is not followed by advice unless a person says so.
            if (decision is { Act: QuakeAct.Cancel } or { Act: QuakeAct.Draft, Reason: QuakeDecision.NoLongerFelt } || (late && !IsOwed(key, source))) NoAdvice(key);
        }

        var stands = false;
        try
        {
            var bytes = CapWriter.Write(alert);
            if (warns && intime is not null) await pipeline.WarnAtOnceAsync(bytes, source, intime, stock!.Stock, cancellationToken);
            else await pipeline.SubmitAsync(bytes, source, cancellationToken);
            stands = true;
        }
        finally
        {
            // What failed may have failed after it was on its way.
            stands = stands || pipeline.Stands(own);
            if (!stands) TakeBack(key, report, own, last);
            // Also after a draft, and after what could not be opened in time: the warning is over then, and cannot be approved any more.
            if (stands ? warns : QuakeAlerts.IsAdvice(alert)) AdviseLater(key, own, report, decision, source);
        }
    }

    /// <summary>Reads again what was submitted before this start, in its order.</summary>
    public void Restore(IReadOnlyList<TakenAlert> submissions)
    {
        lock (_gate)
        {
            foreach (var taken in submissions.Where(s => s.Source.PersonId == 0 && s.Sender == SenderOf(s.Source)))
            {
                var alert = taken.ToSubmission().Alert;
                if (QuakeAlerts.ReportOf(alert, taken.Source) is not { } report) continue;
                var key = (report.Source.Name, report.EventId);
                var asked = QuakeAlerts.AskedBy(alert);
                book.Restore(report, asked);
                _last[key] = taken.Key;
                if (asked == QuakeDecision.Incomplete) continue; // What stands is still followed by advice.
                if (asked.Length > 0 || report.Cancel || (QuakeAlerts.IsAdvice(alert) && !IsOwed(key, taken.Source))) NoAdvice(key);
                else if (!QuakeAlerts.IsAdvice(alert) && book.Standing(report) is { } decision && clock.GetUtcNow() - decision.LastArrival < QuakeAlerts.AdviceLife) AdviseLater(key, taken.Key, report, decision, taken.Source);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var (timer, _) in _advice.Values) timer.Dispose();
            _advice.Clear();
        }
    }

    /// <summary>The villages that a warning can reach before the shaking does, by medium, each until then.</summary>
    private TargetingResult InTime(QuakeDecision decision, QuakeReserve from, DateTimeOffset now)
    {
        var horns = decision.Shaking.Where(s => s.SArrival - now >= options.HornNeeds).Select(s => _villageOf[s.Place.Code]).ToList();
        var apps = decision.Shaking.Where(s => s.SArrival - now >= options.AppNeeds).Select(s => _villageOf[s.Place.Code]).ToList();
        var plan = from.Villages.Plan(horns, apps);
        return plan with { Audience = plan.Audience.Until(QuakeEnds.Of(decision.Shaking, _villageOf)) };
    }

    private void AdviseLater((string, string) key, AlertKey warning, QuakeReport report, QuakeDecision decision, SubmissionSource source)
    {
        lock (_gate)
        {
            if (IsOwed(key, source)) return;
            NoAdvice(key);
            var wait = decision.LastArrival + options.AdviceAfter - clock.GetUtcNow();
            Advise(key, warning, report, decision, source, TimeSpan.FromTicks(Math.Clamp(wait.Ticks, 0, QuakeAlerts.AdviceLife.Ticks)));
        }
    }

    private void Advise((string, string) key, AlertKey warning, QuakeReport report, QuakeDecision decision, SubmissionSource source, TimeSpan wait)
    {
        var timer = clock.CreateTimer(_ => _ = AdviseAsync(key, warning, report, decision, source), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _advice[key] = (timer, source.Official);
        timer.Change(wait, Timeout.InfiniteTimeSpan); // It may be due at once.
    }

    // Advice that follows a released warning goes out by itself: no draft takes its place.
    private bool IsOwed((string, string) key, SubmissionSource source) => !source.Official && _advice.TryGetValue(key, out var due) && due.Official;

    private void TakeBack((string, string) key, QuakeReport report, AlertKey own, AlertKey? last)
    {
        lock (_gate)
        {
            book.TakeBack(report);
            NotSaid(key, own, last);
        }
    }

    // The next message refers to it if it was taken in, though nothing came of it; else to the one before.
    private void NotSaid((string, string) key, AlertKey own, AlertKey? last)
    {
        if (pipeline.WasTaken(own) || !_last.TryGetValue(key, out var newest) || newest != own) return;
        if (last is { } before) _last[key] = before;
        else _last.Remove(key);
    }

    private void NoAdvice((string, string) key)
    {
        if (_advice.Remove(key, out var due)) due.Timer.Dispose();
    }

    private async Task AdviseAsync((string, string) key, AlertKey warning, QuakeReport report, QuakeDecision decision, SubmissionSource source)
    {
        AlertKey? own = null, last = null;
        try
        {
            Alert? alert;
            lock (_gate)
            {
                if (!_advice.ContainsKey(key)) return; // Taken back, or announced anew, in this instant.
                NoAdvice(key);
                if (pipeline.IsTurnedDown(warning)) return;
                last = _last.TryGetValue(key, out var known) ? known : null;
                alert = QuakeAlerts.Advice(report, decision, SenderOf(source), last, clock.GetUtcNow());
                if (alert?.Key is not { } made) return;
                _last[key] = made;
                own = made;
            }

            await pipeline.SubmitAsync(CapWriter.Write(alert), source, CancellationToken.None);
        }
#pragma warning disable CA1031 // A timer has no caller: a ledger that failed ends the process by itself, anything else must at least be seen.
        catch (Exception ex)
#pragma warning restore CA1031
        {
            LogNoAdvice(logger, ex);
            if (own is { } unsaid && !pipeline.Stands(unsaid)) AdviseAgain(key, warning, report, decision, source, unsaid, last);
        }
    }

    /// <summary>As long as it is of use, unless a newer report has something to say meanwhile.</summary>
    private void AdviseAgain((string, string) key, AlertKey warning, QuakeReport report, QuakeDecision decision, SubmissionSource source, AlertKey own, AlertKey? last)
    {
        lock (_gate)
        {
            if (!_last.TryGetValue(key, out var newest) || newest != own) return;
            NotSaid(key, own, last);
            if (!_advice.ContainsKey(key) && clock.GetUtcNow() - decision.LastArrival < QuakeAlerts.AdviceLife) Advise(key, warning, report, decision, source, AgainAfter);
        }
    }

    private static string SenderOf(SubmissionSource source) => "agw." + source.Name.Replace(':', '.');

    private static QuakeReport Of(FeedRecord record, SubmissionSource source) => new()
    {
        Source = source,
        EventId = record.Id,
        // A number grows by one; where the source writes an instant instead, its digits grow just as well, and everything else is numbered by arrival.
        Number = long.TryParse(record.Revision, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : DateTimeOffset.TryParse(record.Revision, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.UtcTicks
            : null,
        Origin = record.EventTime,
        Lat = record.Lat,
        Lon = record.Lon,
        DepthKm = record.DepthKm,
        Magnitude = record.Value,
        Status = Enum.TryParse<AlertStatus>(record.Status, out var status) ? status : AlertStatus.Test,
        Cancel = record.Cancel,
        Doubtful = record.Findings.Any(f => f.Level == FindingLevel.Error || f.Code == FindingCodes.QuakeAssumed.Code || f.Code == FindingCodes.QuakeOther.Code),
    };

    [LoggerMessage(5020, LogLevel.Error, "The advice after an earthquake could not be submitted")]
    private static partial void LogNoAdvice(ILogger logger, Exception exception);
}
