using System.Globalization;
using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Seismic;
using AlertGateway.Feeds.Decoding;

namespace AlertGateway.Server.Composition;

/// <summary>
/// Between earthquake feeds and the desk: each report goes through <see cref="QuakeBook"/>, and what follows is submitted as CAP. Only a decision to release keeps the source's official mark, so that no standing order
/// can fire from a draft. The memory is of this run: after a restart a cancel for an earlier earthquake finds nothing to take back, and the desk cancels.
/// </summary>
internal sealed class QuakeRoom(QuakeBook book, TimeProvider clock, AlertPipeline pipeline)
{
    private readonly Dictionary<(string Source, string EventId), AlertKey> _last = [];
    private readonly SemaphoreSlim _gate = new(1, 1);

    public async Task TakeAsync(FeedRecord record, SubmissionSource source, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var now = clock.GetUtcNow();
            var report = Of(record, source);
            var decision = book.Take(report, now);
            var key = (source.Name, report.EventId);
            var known = _last.TryGetValue(key, out var last);
            if (QuakeAlerts.Of(report, decision, "agw." + source.Name.Replace(':', '.'), known ? last : null, now) is not { Key: { } own } alert) return;
            await pipeline.SubmitAsync(CapWriter.Write(alert), decision.Act == QuakeAct.Draft ? source with { Official = false } : source, cancellationToken);
            _last[key] = own;
        }
        finally
        {
            _gate.Release();
        }
    }

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
