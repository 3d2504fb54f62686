using AlertGateway.Feeds.Emsc;
using AlertGateway.Feeds.Jma;
using AlertGateway.Feeds.QuakeMl;
using AlertGateway.Feeds.Usgs;
using AlertGateway.Feeds.Wolfx;

namespace AlertGateway.Feeds.Decoding;

/// <summary>Decodes the bytes of one document, message or recorded stream. Pure: never throws on content, whatever the bytes.</summary>
/// <param name="receivedAt">When the bytes came in, for judging clocks; null leaves that out.</param>
public delegate FeedDecode FeedDecoder(ReadOnlyMemory<byte> bytes, DateTimeOffset? receivedAt);

/// <summary>The decoders by the kind that the command line and the feed configuration name.</summary>
public static class FeedDecoders
{
    public static IReadOnlyDictionary<string, FeedDecoder> ByKind { get; } = new Dictionary<string, FeedDecoder>(StringComparer.Ordinal)
    {
        // Earthquakes.
        [UsgsGeoJsonDecoder.Kind] = UsgsGeoJsonDecoder.Decode,
        [QuakeMlDecoder.Kind] = QuakeMlDecoder.Decode,
        [EmscDecoder.Kind] = EmscDecoder.Decode,
        [WolfxDecoder.Kind] = WolfxDecoder.Decode,
        [JmaXmlDecoder.Kind] = JmaXmlDecoder.Decode,

        // Weather warnings.

        // Hydrology.

        // Pushed by other monitoring systems.
    };
}
