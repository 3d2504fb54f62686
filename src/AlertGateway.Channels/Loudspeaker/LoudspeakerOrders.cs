using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AlertGateway.Channels.Broadcast;
using AlertGateway.Channels.Keys;
using AlertGateway.Core.Rendering;

namespace AlertGateway.Channels.Loudspeaker;

/// <summary>Writes and signs the orders of docs/protocols/loudspeaker-mqtt.md.</summary>
internal sealed class LoudspeakerOrders(LoudspeakerOptions options, OrderKey key, ProgrammeTickets tickets)
{
    private static readonly TimeSpan StockLife = TimeSpan.FromDays(30);

    private readonly string _baseUrl = options.ProgrammeBaseUrl.GetLeftPart(UriPartial.Path).TrimEnd('/');

    public byte[] Prepare(string tag, long seq, Rendition rendition) => Prepare(tag, seq, rendition, options.TicketLife);

    private byte[] Prepare(string tag, long seq, Rendition rendition, TimeSpan life)
    {
        string sha256 = rendition.ProgrammeSha256!;
        return Write("prepare", tag, seq, json =>
        {
            json.WriteString("sha256", sha256);
            json.WriteNumber("bytes", rendition.ProgrammeBytes);
            json.WriteString("url", _baseUrl + ProgrammeEndpoints.PathOf(sha256));
            json.WriteString("ticket", tickets.Issue(sha256, options.TicketLife));
            json.WriteNumber("ttlSeconds", (long)life.TotalSeconds);
        });
    }

    /// <summary>An order to fetch a programme, to be held until it is replaced.</summary>
    public byte[] Stock(string tag, long seq, Rendition rendition) => Prepare(tag, seq, rendition, StockLife);

    /// <summary>Plays a programme at once that the loudspeakers hold: signed once for all that it names.</summary>
    /// <param name="to">Endpoint numbers as <see cref="HornAlarms.ListOf"/> writes them.</param>
    public byte[] Alarm(int disseminationNo, long seq, string to, Rendition rendition, long playAtTicks, long notAfterTicks)
    {
        var play = options.Plays.For(rendition.Colour);
        var plan = PlanOf(rendition);
        notAfterTicks = Math.Min(notAfterTicks, DateTime.MaxValue.Ticks);
        string signature = key.SignBase64(string.Create(CultureInfo.InvariantCulture,
            $"agw-alarm-v1|{disseminationNo}|{seq}|{rendition.ProgrammeSha256}|{to}|{playAtTicks}|{notAfterTicks}|{play.Volume}|{play.Priority}|{plan.Plays}|{plan.EverySeconds}|{rendition.Status}"));
        return Write("alarm", null, seq, json =>
        {
            json.WriteNumber("dissemination", disseminationNo);
            json.WriteString("sha256", rendition.ProgrammeSha256);
            json.WriteString("to", to);
            WritePlay(json, playAtTicks, notAfterTicks, play, plan);
            json.WriteString("status", rendition.Status);
            WriteSignature(json, signature);
        });
    }

    /// <summary>The plan that people approved with the programme; without one, the first stretch that is set for its colour.</summary>
    public HornPlan PlanOf(Rendition rendition)
    {
        var play = options.Plays.For(rendition.Colour);
        return rendition.Horns ?? new HornPlan(play.Repeat, play.EverySecondsFor(rendition.ProgrammeDuration), ThenEverySeconds: 0, UntilEvacuated: false);
    }

    /// <param name="thenAtTicks">First play after the first stretch; 0 for none.</param>
    public byte[] Arm(string deviceId, string tag, long seq, Rendition rendition, HornPlan plan, long playAtTicks, long thenAtTicks, long notAfterTicks)
    {
        var play = options.Plays.For(rendition.Colour);
        notAfterTicks = Math.Min(notAfterTicks, DateTime.MaxValue.Ticks);
        string until = plan.UntilEvacuated ? "evacuated" : "change";
        string signature = key.SignBase64(string.Create(CultureInfo.InvariantCulture,
            $"agw-arm-v2|{deviceId}|{tag}|{seq}|{rendition.ProgrammeSha256}|{playAtTicks}|{notAfterTicks}|{play.Volume}|{play.Priority}|{plan.Plays}|{plan.EverySeconds}|{thenAtTicks}|{plan.ThenEverySeconds}|{until}|{rendition.Status}"));
        return Write("arm", tag, seq, json =>
        {
            json.WriteString("sha256", rendition.ProgrammeSha256);
            WritePlay(json, playAtTicks, notAfterTicks, play, plan);
            json.WriteNumber("thenAtTicks", thenAtTicks);
            json.WriteNumber("thenEverySeconds", plan.ThenEverySeconds);
            json.WriteString("until", until);
            json.WriteString("status", rendition.Status);
            WriteSignature(json, signature);
        });
    }

    /// <param name="sha256">Programme to play after the silence; null for none.</param>
    public byte[] Stop(string deviceId, string tag, long seq, string stopTag, string? sha256, long playAtTicks, long notAfterTicks)
    {
        string signature = key.SignBase64(string.Create(CultureInfo.InvariantCulture, $"agw-stop-v1|{deviceId}|{tag}|{seq}|{stopTag}|{sha256 ?? "-"}|{playAtTicks}|{notAfterTicks}"));
        return Write("stop", tag, seq, json =>
        {
            json.WriteString("stopTag", stopTag);
            json.WriteString("sha256", sha256);
            json.WriteNumber("playAtTicks", playAtTicks);
            json.WriteNumber("notAfterTicks", notAfterTicks);
            WriteSignature(json, signature);
        });
    }

    private static void WritePlay(Utf8JsonWriter json, long playAtTicks, long notAfterTicks, ColourPlay play, HornPlan plan)
    {
        json.WriteNumber("playAtTicks", playAtTicks);
        json.WriteNumber("notAfterTicks", notAfterTicks);
        json.WriteNumber("volume", play.Volume);
        json.WriteNumber("priority", play.Priority);
        json.WriteNumber("repeat", plan.Plays);
        json.WriteNumber("repeatEverySeconds", plan.EverySeconds);
    }

    private void WriteSignature(Utf8JsonWriter json, string signature)
    {
        json.WriteString("keyId", key.KeyId);
        json.WriteString("signature", signature);
    }

    private static byte[] Write(string type, string? tag, long seq, Action<Utf8JsonWriter> rest)
    {
        var buffer = new ArrayBufferWriter<byte>(640);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            if (tag is not null) json.WriteString("tag", tag);
            json.WriteNumber("seq", seq);
            rest(json);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
