using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Ingest;
using AlertGateway.Feeds;
using AlertGateway.Feeds.Cap;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Feeds.Jma;
using AlertGateway.Feeds.Naads;
using AlertGateway.Feeds.Polling;
using AlertGateway.Feeds.Streaming;

namespace AlertGateway.Server.Composition;

/// <summary>
/// The feeds of a folder, each with the adapter that its kind and address ask for. CAP goes to ingest as received; earthquakes go through the arithmetic; warnings in other forms are written as CAP and laid on the desk.
/// What else the decoders read is counted on the health page and alarms nobody.
/// </summary>
internal static class FeedHouse
{
    public static IFeedAdapter[] Open(string folder, TimeProvider clock, AlertPipeline pipeline, IngestRoom ingest, QuakeRoom quakes)
    {
        if (!Directory.Exists(folder)) return [];
        return [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(f => CapFeedOptions.Parse(File.ReadAllBytes(f))).Where(f => f.Enabled).Select(f => Adapter(f, clock, pipeline, ingest, quakes))];
    }

    private static IFeedAdapter Adapter(CapFeedOptions options, TimeProvider clock, AlertPipeline pipeline, IngestRoom ingest, QuakeRoom quakes)
    {
        Task SubmitAsync(ReadOnlyMemory<byte> bytes, SubmissionSource source, CancellationToken ct) => pipeline.SubmitAsync(bytes, source, ct);
        Task TakeAsync(FeedRecord record, SubmissionSource source, CancellationToken ct) =>
            record.Message is { } message ? pipeline.SubmitAsync(message.RawBytes, source, ct)
            : record is { Type: FeedRecordType.Event, Unit: "M" } ? quakes.TakeAsync(record, source, options.SenderName, ct)
            : record.Draft is { } draft ? pipeline.SubmitAsync(CapWriter.Write(OfficeLift.Referring(Placed(draft, options.Areas), ingest.All)), source, ct)
            : Task.CompletedTask;

        static Alert Placed(Alert draft, IReadOnlyList<string> codes) => codes.Count == 0 ? draft : draft with
        {
            Infos = [.. draft.Infos.Select(i => i.Areas.Count > 0 ? i : i with { Areas = [new Area { AreaDesc = string.Join('、', codes), Geocodes = [.. codes.Select(c => new NamedValue(CmaProfile.GeocodeName, c))] }] })],
        };

        if (options.Kind == NaadsDecoder.Kind) return new NaadsClient(options, clock, SubmitAsync);
        if (options.Kind == CapFeedDecoder.Kind) return new CapFeedPoller(options, clock, SubmitAsync);
        if (options.Kind == JmaXmlDecoder.Kind) return JmaFeed.Open(options, clock, TakeAsync);
        return options.Url.Scheme is "ws" or "wss" ? new WebSocketFeed(options, clock, TakeAsync) : new HttpFeedPoller(options, clock, TakeAsync);
    }
}
