using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AlertGateway.Channels.Keys;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;

namespace AlertGateway.Channels.Broadcast;

/// <summary>One signed order to one station, as bytes, with what became of it.</summary>
internal sealed class BroadcastOrder
{
    private readonly TaskCompletionSource<DispatchOutcome> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private BroadcastOrder(DeliveryTag tag, long serial, OutgoingDelivery delivery, byte[] json) => (Tag, Serial, Gate, NotAfterTicks, Weight, StopKey, Json) = (tag, serial, delivery.Gate, delivery.NotAfterTicks, delivery.Weight, delivery.TakesBack?.Key, json);

    public DeliveryTag Tag { get; }

    public long Serial { get; }

    public ISendGate Gate { get; }

    public long NotAfterTicks { get; }

    /// <inheritdoc cref="OutgoingDelivery.Weight"/>
    public int Weight { get; }

    /// <summary>The original that this order stops.</summary>
    public DeliveryKey? StopKey { get; }

    public byte[] Json { get; }

    /// <summary>The encoder may have it. Guarded by the station's lock.</summary>
    public bool HandedOut { get; set; }

    public Task<DispatchOutcome> Answer => _answer.Task;

    public void Answered(DispatchOutcome outcome) => _answer.TrySetResult(outcome);

    public static BroadcastOrder Make(in OutgoingDelivery delivery, long serial, ColourPlay play, OrderKey key)
    {
        var rendition = delivery.Rendition;
        var tag = WireTag.Of(delivery.Tag);
        string kind = delivery.TakesBack is null ? "play" : "stop";
        string? stopTag = delivery.TakesBack is { } original ? WireTag.Of(original).ToString() : null;
        int every = play.EverySecondsFor(rendition.ProgrammeDuration);
        string signature = key.SignBase64(string.Create(CultureInfo.InvariantCulture,
            $"agw-broadcast-v1|{tag}|{serial}|{kind}|{rendition.ProgrammeSha256 ?? "-"}|0|{delivery.NotAfterTicks}|{play.Repeat}|{every}|{stopTag ?? "-"}"));
        var buffer = new ArrayBufferWriter<byte>(768);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("tag", tag.ToString());
            json.WriteNumber("serial", serial);
            json.WriteString("kind", kind);
            if (stopTag is not null) json.WriteString("stopTag", stopTag);
            json.WriteString("programmeSha256", rendition.ProgrammeSha256);
            json.WriteString("programmeUrl", rendition.ProgrammeSha256 is null ? null : ProgrammeEndpoints.PathOf(rendition.ProgrammeSha256));
            json.WriteNumber("bytes", rendition.ProgrammeBytes);
            json.WriteNumber("durationMs", (long)rendition.ProgrammeDuration.TotalMilliseconds);
            json.WriteNumber("notBeforeTicks", 0);
            json.WriteNumber("notAfterTicks", delivery.NotAfterTicks);
            json.WriteStartObject("repeat");
            json.WriteNumber("count", play.Repeat);
            json.WriteNumber("everySeconds", every);
            json.WriteEndObject();
            json.WriteNumber("priority", play.Priority);
            json.WriteString("colour", ColourPlays.Name(rendition.Colour));
            json.WriteString("status", rendition.Status);
            json.WriteString("keyId", key.KeyId);
            json.WriteString("signature", signature);
            json.WriteEndObject();
        }
        return new BroadcastOrder(tag, serial, delivery, buffer.WrittenSpan.ToArray());
    }
}
