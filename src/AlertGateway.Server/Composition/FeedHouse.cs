using AlertGateway.Core;
using AlertGateway.Core.Seismic;
using AlertGateway.Feeds;
using AlertGateway.Feeds.Cap;
using AlertGateway.Feeds.Decoding;
using AlertGateway.Feeds.Naads;
using AlertGateway.Feeds.Polling;
using AlertGateway.Feeds.Streaming;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Server.Composition;

/// <summary>
/// The feeds of a folder, each with the adapter that its kind and address ask for. CAP goes to ingest as received; earthquakes go through the arithmetic; what else the decoders read is counted on the health page
/// and alarms nobody.
/// </summary>
internal static class FeedHouse
{
    public static IFeedAdapter[] Open(string folder, TimeProvider clock, AlertPipeline pipeline, RegistrySnapshot registry)
    {
        if (!Directory.Exists(folder)) return [];
        var quakes = new QuakeRoom(new QuakeBook([.. registry.Villages.Select(v => new QuakePlace(v.Code, v.Name, v.LatitudeDegrees, v.LongitudeDegrees))], new QuakeOptions()), clock, pipeline);
        return [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(f => CapFeedOptions.Parse(File.ReadAllBytes(f))).Where(f => f.Enabled).Select(f => Adapter(f, clock, pipeline, quakes))];
    }

    private static IFeedAdapter Adapter(CapFeedOptions options, TimeProvider clock, AlertPipeline pipeline, QuakeRoom quakes)
    {
        Task SubmitAsync(ReadOnlyMemory<byte> bytes, Core.Ingest.SubmissionSource source, CancellationToken ct) => pipeline.SubmitAsync(bytes, source, ct);
        Task TakeAsync(FeedRecord record, Core.Ingest.SubmissionSource source, CancellationToken ct) =>
            record.Message is { } message ? pipeline.SubmitAsync(message.RawBytes, source, ct)
            : record is { Type: FeedRecordType.Event, Unit: "M" } ? quakes.TakeAsync(record, source, ct)
            : Task.CompletedTask;

        if (options.Kind == NaadsDecoder.Kind) return new NaadsClient(options, clock, SubmitAsync);
        if (options.Kind == CapFeedDecoder.Kind) return new CapFeedPoller(options, clock, SubmitAsync);
        return options.Url.Scheme is "ws" or "wss" ? new WebSocketFeed(options, clock, TakeAsync) : new HttpFeedPoller(options, clock, TakeAsync);
    }
}
