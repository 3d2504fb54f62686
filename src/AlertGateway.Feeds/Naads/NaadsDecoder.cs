using AlertGateway.Cap;
using AlertGateway.Feeds.Cap;
using AlertGateway.Feeds.Decoding;

namespace AlertGateway.Feeds.Naads;

/// <summary>A recording of the stream of Canada's National Alert Aggregation and Dissemination System: CAP documents one after the other, heartbeats among them (status System).</summary>
public static class NaadsDecoder
{
    public const string Kind = "naads";

    /// <summary>Largest recording, in bytes.</summary>
    public const int BytesMax = 64 << 20;

    public static FeedDecode Decode(ReadOnlyMemory<byte> bytes, DateTimeOffset? receivedAt)
    {
        var sink = new RecordSink();
        if (bytes.Length > BytesMax) return sink.Refuse(FindingCodes.TooLarge, $"The recording has {bytes.Length} bytes; at most {BytesMax} are read.");
        var framer = new AlertFramer();
        var index = 0;
        foreach (var frame in framer.Push(bytes.Span)) CapRecords.Add(Kind, CapReader.Read(frame, CapRecords.Options(receivedAt)), $"message[{index++}]", sink);
        framer.Reset();
        if (index == 0) sink.Document.Add(FindingCodes.NoAlert, "", "The recording holds no complete alert.");
        if (framer.Cut > 0) sink.Document.Add(FindingCodes.FrameCut, "", $"Messages that broke off: {framer.Cut}.");
        if (framer.Oversized > 0) sink.Document.Add(FindingCodes.FrameOversized, "", $"Messages larger than {AlertFramer.DefaultFrameBytesMax} bytes: {framer.Oversized}.");
        if (framer.NoiseBytes > 0) sink.Document.Add(FindingCodes.FrameNoise, "", $"Bytes between messages: {framer.NoiseBytes}.");
        return sink.ToDecode();
    }
}
