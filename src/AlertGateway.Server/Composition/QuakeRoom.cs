using System.Globalization;
using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Seismic;
using AlertGateway.Feeds.Decoding;

namespace AlertGateway.Server.Composition;

/// <summary>
/// Between earthquake feeds and the desk: each report goes through <see cref="QuakeBook"/>, and what follows is submitted as CAP. Only a decision to release keeps the source's official mark, so that no standing order
/// can fire from a draft. What was submitted is its memory, also over a restart: a report that was acted upon does not fire again, and a cancel finds what it takes back.
/// </summary>
internal sealed class QuakeRoom(QuakeBook book, TimeProvider clock, AlertPipeline pipeline)
{
    private readonly Dictionary<(string Source, string EventId), AlertKey> _last = [];
    private readonly Lock _gate = new();

    /// <summary>One report. Each feed hands on one after the other; several feeds may call at once.</summary>
    public async Task TakeAsync(FeedRecord record, SubmissionSource source, CancellationToken cancellationToken)
    {
        var report = Of(record, source);
        var key = (source.Name, report.EventId);
        Alert? alert;
        bool official;
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            var decision = book.Take(report, now);
            official = source.Official && (decision.Act is QuakeAct.Release or QuakeAct.Cancel);
            alert = QuakeAlerts.Of(report, decision, SenderOf(source), _last.TryGetValue(key, out var last) ? last : null, now);
            if (alert?.Key is not { } own) return;
            _last[key] = own;
        }

        await pipeline.SubmitAsync(CapWriter.Write(alert), source with { Official = official }, cancellationToken);
    }

    /// <summary>Reads again what was submitted before this start, in its order.</summary>
    public void Restore(IReadOnlyList<TakenAlert> submissions)
    {
        lock (_gate)
        {
            foreach (var taken in submissions.Where(s => s.Source.PersonId == 0 && s.Sender == SenderOf(s.Source)))
            {
                if (QuakeAlerts.ReportOf(taken.ToSubmission().Alert, taken.Source) is not { } report) continue;
                book.Restore(report);
                _last[(report.Source.Name, report.EventId)] = taken.Key;
            }
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
}
