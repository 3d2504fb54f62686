using AlertGateway.Feeds.Cap;
using AlertGateway.Feeds.Dwd;
using AlertGateway.Feeds.Emsc;
using AlertGateway.Feeds.Jma;
using AlertGateway.Feeds.MeteoAlarm;
using AlertGateway.Feeds.Naads;
using AlertGateway.Feeds.Nmc;
using AlertGateway.Feeds.Nws;
using AlertGateway.Feeds.QuakeMl;
using AlertGateway.Feeds.QWeather;
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
        [NwsGeoJsonDecoder.Kind] = NwsGeoJsonDecoder.Decode,
        [NmcDecoder.Kind] = NmcDecoder.Decode,
        [QWeatherDecoder.Kind] = QWeatherDecoder.Decode,
        [MeteoAlarmDecoder.Kind] = MeteoAlarmDecoder.Decode,
        [DwdDecoder.Kind] = DwdDecoder.Decode,
        [CapFeedDecoder.Kind] = CapFeedDecoder.Decode,
        [NaadsDecoder.Kind] = NaadsDecoder.Decode,

        // Hydrology.
        [Sl651.Sl651Decoder.Kind] = Sl651.Sl651Decoder.Decode,
        [Sl323.Sl323Decoder.Kind] = Sl323.Sl323Decoder.Decode,
        [UsgsIv.UsgsIvDecoder.Kind] = UsgsIv.UsgsIvDecoder.Decode,
        [UkFlood.UkFloodDecoder.Kind] = UkFlood.UkFloodDecoder.Decode,

        // Pushed by other monitoring systems.
        [PushJson.PushDecoder.Kind] = PushJson.PushDecoder.Decode,
    };
}
