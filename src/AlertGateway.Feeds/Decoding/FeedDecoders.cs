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

        // Weather warnings.

        // Hydrology.
        [Sl651.Sl651Decoder.Kind] = Sl651.Sl651Decoder.Decode,
        [Sl323.Sl323Decoder.Kind] = Sl323.Sl323Decoder.Decode,
        [UsgsIv.UsgsIvDecoder.Kind] = UsgsIv.UsgsIvDecoder.Decode,
        [UkFlood.UkFloodDecoder.Kind] = UkFlood.UkFloodDecoder.Decode,

        // Pushed by other monitoring systems.
        [PushJson.PushDecoder.Kind] = PushJson.PushDecoder.Decode,
    };
}
